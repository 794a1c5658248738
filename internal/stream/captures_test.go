package stream

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// packetsOf reads a capture as far as pcapgo can.
func packetsOf(path string) (out []flow.Packet) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	switch {
	case strings.HasSuffix(path, ".gz"):
		if z, err := gzip.NewReader(bytes.NewReader(raw)); err == nil {
			raw, _ = io.ReadAll(z)
		}
	case strings.HasSuffix(path, ".zst"):
		if z, err := zstd.NewReader(bytes.NewReader(raw)); err == nil {
			raw, _ = io.ReadAll(z)
		}
	}
	if len(raw) < 24 {
		return nil
	}
	add := func(link flow.Link, data []byte, ci gopacket.CaptureInfo) {
		out = append(out, flow.Packet{
			Data: bytes.Clone(data), At: flow.Time(ci.Timestamp.UnixNano()), Wire: uint32(max(ci.Length, len(data))), Link: link,
		})
	}
	if binary.LittleEndian.Uint32(raw) == 0x0a0d0d0a {
		r, err := pcapgo.NewNgReader(bytes.NewReader(raw), pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
		for err == nil {
			var b []byte
			var ci gopacket.CaptureInfo
			if b, ci, err = r.ReadPacketData(); err == nil {
				i, _ := r.Interface(ci.InterfaceIndex)
				add(flow.Link(i.LinkType), b, ci)
			}
		}
		return out
	}
	r, err := pcapgo.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if raw[0] == 0xa1 {
		order = binary.BigEndian
	}
	link := flow.Link(order.Uint32(raw[20:])) // pcapgo keeps eight bits of it
	r.SetSnaplen(256 << 10)
	for {
		b, ci, err := r.ReadPacketData()
		if err != nil {
			return out
		}
		add(link, b, ci)
	}
}

type stream struct{ src, dst, sum, agreement, bytes string }

func streamsOf(t testing.TB, dir string) map[string][]stream {
	f, err := os.Open(filepath.Join(dir, "pcaps/STREAMS.tsv"))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	m := map[string][]stream{}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if v := strings.Split(sc.Text(), "\t"); len(v) == 7 && v[0] != "file" {
			m[v[0]] = append(m[v[0]], stream{v[2], v[3], v[5], v[6], v[4]})
		}
	}
	return m
}

// knownDifferences are rows of STREAMS.tsv that differ from what is on the wire, with the proof.
var knownDifferences = map[string]string{}

func TestCaptures(t *testing.T) {
	dir := sharedDir(t)
	rows := streamsOf(t, dir)
	total, same := 0, 0
	var files []string
	_ = filepath.WalkDir(filepath.Join(dir, "pcaps"), func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !strings.HasSuffix(path, ".tsv") {
			files = append(files, path)
		}
		return nil
	})
	for _, path := range files {
		name, _ := filepath.Rel(filepath.Join(dir, "pcaps"), path)
		packets := packetsOf(path)
		if len(packets) == 0 {
			continue
		}
		g := newRig(t)
		for _, p := range packets {
			g.packet(p)
		}
		failed := t.Failed()
		st := g.close()
		if t.Failed() && !failed {
			t.Fatal(name)
		}
		if testing.Verbose() && (st.Conflicts > 0 || len(g.rec.detail) > 0) {
			t.Logf("%s: %v conflicts %d bytes %d late %d beaten %d", name, g.rec.detail, st.Conflicts, st.Conflicting, st.LateBytes, st.Beaten)
		}
		switch packets[0].Link {
		case flow.LinkEthernet, flow.LinkNull, flow.LinkLoop, flow.LinkRaw, flow.LinkIPv4, flow.LinkIPv6, flow.LinkSLL, flow.LinkSLL2:
		default:
			continue
		}
		if strings.HasPrefix(name, "encap/") {
			continue
		}
		have := map[[3]string]int{}
		for _, c := range g.rec.flows {
			if c.f.Transport != flow.TCP {
				continue
			}
			for d := range 2 {
				sum := sha256.Sum256(c.data[d])
				have[[3]string{c.ends[d].String(), c.ends[1-d].String(), hex.EncodeToString(sum[:])}]++
			}
		}
		for _, r := range rows[name] {
			k := [3]string{r.src, r.dst, r.sum}
			if r.agreement != "tshark+tcpflow" {
				if have[k] == 0 && testing.Verbose() {
					t.Logf("weak row differs: %s %s > %s %s (%s)", name, r.src, r.dst, r.bytes, r.agreement)
				}
				continue
			}
			total++
			if have[k] > 0 {
				same++
				continue
			}
			if why := knownDifferences[name+" "+r.src]; why != "" {
				t.Logf("%s %s > %s: %s", name, r.src, r.dst, why)
				continue
			}
			var own []string
			for _, c := range g.rec.flows {
				for d := range 2 {
					if c.ends[d].String() == r.src && c.ends[1-d].String() == r.dst {
						own = append(own, c.f.Transport.String(), hex.EncodeToString([]byte{byte(len(c.data[d]) >> 16), byte(len(c.data[d]) >> 8), byte(len(c.data[d]))}))
					}
				}
			}
			t.Errorf("%s %s > %s: %s bytes in STREAMS.tsv, differs: %v", name, r.src, r.dst, r.bytes, own)
		}
	}
	t.Logf("%d of %d directions equal", same, total)
}
