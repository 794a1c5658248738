package cli

import (
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/phiwatch/phiwatch/internal/capture"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
	"github.com/phiwatch/phiwatch/internal/stream"
)

// packetsIn reads captures into memory.
func packetsIn(t testing.TB, paths []string) (out []flow.Packet) {
	t.Helper()
	files, err := capture.Open(paths)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	for {
		var b flow.Batch
		err := files.Next(t.Context(), &b)
		for _, p := range b.Packets {
			p.Data = append([]byte(nil), p.Data...)
			out = append(out, p)
		}
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// tcpIn finds the TCP segment of an IPv4 packet: the places of the IP header, of the TCP header, of the payload, and its end.
func tcpIn(p *flow.Packet) (ip, tcp, data, end int, ok bool) {
	var acc coverage.Account
	if _, routed := stream.Route(p, &acc); !routed || p.Net < 0 {
		return
	}
	ip = int(p.Net)
	b := p.Data
	if len(b) < ip+40 || b[ip]>>4 != 4 || b[ip+9] != byte(flow.TCP) || binary.BigEndian.Uint16(b[ip+6:])&0x3fff != 0 {
		return
	}
	tcp = ip + int(b[ip]&15)*4
	end = ip + int(binary.BigEndian.Uint16(b[ip+2:]))
	if tcp+20 > len(b) || end > len(b) {
		return
	}
	data = tcp + int(b[tcp+12]>>4)*4
	return ip, tcp, data, end, data <= end
}

// resegment cuts the segments of TCP flows anew, swaps neighbours within a small window, and sends some twice.
func resegment(r *rand.Rand, pkts []flow.Packet) (out []flow.Packet) {
	type run struct{ src, dst netip.AddrPort }
	var last run
	var window []flow.Packet
	flush := func() {
		for i := range window {
			if r.IntN(3) == 0 {
				j := min(i+1+r.IntN(4), len(window)-1)
				window[i], window[j] = window[j], window[i]
			}
		}
		for _, p := range window {
			out = append(out, p)
			if r.IntN(10) == 0 {
				out = append(out, out[len(out)-1-r.IntN(min(len(out), 3))])
			}
		}
		window = nil
	}
	for i := range pkts {
		p := pkts[i]
		ip, tcp, data, end, ok := tcpIn(&p)
		if !ok || data == end || p.Data[tcp+13]&(pcaptest.SYN|pcaptest.RST|pcaptest.URG) != 0 {
			flush()
			last = run{}
			out = append(out, p)
			continue
		}
		src, _ := netip.AddrFromSlice(p.Data[ip+12 : ip+16])
		dst, _ := netip.AddrFromSlice(p.Data[ip+16 : ip+20])
		now := run{netip.AddrPortFrom(src, binary.BigEndian.Uint16(p.Data[tcp:])), netip.AddrPortFrom(dst, binary.BigEndian.Uint16(p.Data[tcp+2:]))}
		if now != last {
			flush()
			last = now
		}
		for at := data; at < end; {
			n := min(1+r.IntN(1200), end-at)
			if r.IntN(4) == 0 {
				n = min(1+r.IntN(8), end-at)
			}
			window = append(window, piece(&p, ip, tcp, data, at, n, at+n == end))
			at += n
		}
	}
	flush()
	at := flow.Time(0)
	for i := range out { // what was held back comes later
		at = max(at, out[i].At)
		out[i].At, out[i].Frame = at, uint64(i+1)
	}
	return out
}

// piece makes a segment of n bytes at a place of another one. The last piece alone keeps FIN.
func piece(p *flow.Packet, ip, tcp, data, at, n int, last bool) flow.Packet {
	b := append([]byte(nil), p.Data[:data]...)
	b = append(b, p.Data[at:at+n]...)
	be := binary.BigEndian
	be.PutUint16(b[ip+2:], uint16(len(b)-ip))
	be.PutUint16(b[ip+10:], 0)
	be.PutUint16(b[ip+10:], pcaptest.Checksum(netip.AddrFrom4([4]byte{}), netip.AddrFrom4([4]byte{}), flow.Transport(0), append(b[ip:tcp:tcp], lengthFill(tcp-ip)...)))
	be.PutUint32(b[tcp+4:], be.Uint32(b[tcp+4:])+uint32(at-data))
	if !last {
		b[tcp+13] &^= pcaptest.FIN
	}
	be.PutUint16(b[tcp+16:], 0)
	src, _ := netip.AddrFromSlice(b[ip+12 : ip+16])
	dst, _ := netip.AddrFromSlice(b[ip+16 : ip+20])
	be.PutUint16(b[tcp+16:], pcaptest.Checksum(src, dst, flow.TCP, b[tcp:]))
	q := *p
	q.Data, q.Wire = b, uint32(len(b))
	return q
}

// lengthFill cancels the length that Checksum adds, for a header that has no pseudo header.
func lengthFill(n int) []byte {
	return binary.BigEndian.AppendUint16(nil, ^uint16(n+2))
}
