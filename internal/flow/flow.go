package flow

import (
	"crypto/sha1" //nolint:gosec // Community ID v1 is defined over SHA-1
	"encoding/base64"
	"encoding/binary"
	"math"
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/coverage"
)

// Dir is a direction of a flow.
type Dir uint8

// Directions. Which end is the client is inferred: from the handshake first, from the protocol's grammar after that.
const (
	ToServer Dir = 0 // sent by the client
	ToClient Dir = 1 // sent by the server
)

// Other returns the opposite direction.
func (d Dir) Other() Dir { return d ^ 1 }

// Transport is an IP protocol number.
type Transport uint8

// Transports that are followed.
const (
	TCP Transport = 6
	UDP Transport = 17
)

// String returns the transport in lower case.
func (t Transport) String() string {
	switch t {
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	}
	return "other"
}

// Security is what is known about the channel of a flow.
type Security uint8

const (
	SecurityUnknown Security = iota
	Cleartext
	Encrypted
)

// String returns the security as the Contract spells it.
func (s Security) String() string { return [...]string{"unknown", "cleartext", "encrypted"}[s%3] }

// Flow is one conversation between two ends. Arrays are indexed by the direction that the end sends in: Ends[ToServer]
// is the client. The stream owns a Flow and writes it; others read it, on the same goroutine.
type Flow struct {
	Ends      [2]netip.AddrPort // client, server
	Transport Transport
	VLANs     uint8
	VLAN      [MaxVLAN]uint16
	Capture   uint32    // of the first packet
	First     Time      // of the first packet
	Last      Time      // of the newest packet
	Frame     [2]uint64 // first and newest frame, numbered within their captures
	Base      [2]uint32 // TCP: absolute sequence number of stream offset 0
	Handshake bool      // a SYN was seen: the ends are certain
	Packets   [2]uint64
	Bytes     [2]uint64 // payload bytes delivered or skipped
	Missing   [2]uint64 // bytes told as gaps
	Gaps      [2]uint32
	Conflict  [2]uint64 // bytes that came in two versions

	// Written by the pipeline and the analysers.
	Security Security
	Protocol string // of the present analyser, "" before recognition
}

// Client returns the client's end.
func (f *Flow) Client() netip.AddrPort { return f.Ends[ToServer] }

// Server returns the server's end.
func (f *Flow) Server() netip.AddrPort { return f.Ends[ToClient] }

// Flip swaps client and server, when the grammar shows that the first guess was wrong.
func (f *Flow) Flip() {
	f.Ends[0], f.Ends[1] = f.Ends[1], f.Ends[0]
	f.Base[0], f.Base[1] = f.Base[1], f.Base[0]
	f.Packets[0], f.Packets[1] = f.Packets[1], f.Packets[0]
	f.Bytes[0], f.Bytes[1] = f.Bytes[1], f.Bytes[0]
	f.Missing[0], f.Missing[1] = f.Missing[1], f.Missing[0]
	f.Gaps[0], f.Gaps[1] = f.Gaps[1], f.Gaps[0]
	f.Conflict[0], f.Conflict[1] = f.Conflict[1], f.Conflict[0]
}

// CommunityID returns the Community ID v1 of the flow with seed 0
// (https://github.com/corelight/community-id-spec). VLANs do not take part.
func (f *Flow) CommunityID() string {
	a, b := f.Ends[0], f.Ends[1]
	if c := a.Addr().Compare(b.Addr()); c > 0 || c == 0 && a.Port() > b.Port() {
		a, b = b, a
	}
	buf := make([]byte, 2, 40)
	buf = append(buf, a.Addr().AsSlice()...)
	buf = append(buf, b.Addr().AsSlice()...)
	buf = append(buf, byte(f.Transport), 0)
	buf = binary.BigEndian.AppendUint16(buf, a.Port())
	buf = binary.BigEndian.AppendUint16(buf, b.Port())
	sum := sha1.Sum(buf) //nolint:gosec // see the import
	return "1:" + base64.StdEncoding.EncodeToString(sum[:])
}

// Want is what a consumer asks of the stream for one direction: 0 go on; n > 0 the next n bytes are of no interest;
// [Bypass] this direction never is again. Bytes that are not delivered for that reason are told by Skip.
type Want int64

// Bypass asks for no more data of a direction.
const Bypass Want = math.MaxInt64

// CloseReason is why a flow ended.
type CloseReason uint8

const (
	ClosedFIN     CloseReason = iota // both sides finished
	ClosedRST                        // reset
	ClosedTimeout                    // idle, by packet time
	ClosedEnd                        // the capture ended
	ClosedShed                       // given up to keep a budget
	ClosedReuse                      // the same ports began a new connection
)

// Consumer reads a flow. Offsets count payload bytes of one direction from its first known byte; every captured
// payload byte is told once, in order, by Data or Skip, and every byte known to be missing by Gap. b is borrowed until
// return. UDP: one call of Data for each datagram. Close is the last call.
type Consumer interface {
	Data(d Dir, off uint64, at Time, b []byte) Want
	// Skip tells that n bytes were not delivered because Want said so.
	Skip(d Dir, off, n uint64)
	// Gap tells that n bytes at off were never seen, or were shed.
	Gap(d Dir, off, n uint64, at Time, why coverage.Reason) Want
	// Alt is a second version of bytes already delivered (conflicting overlap), with up to 256 bytes of unchanged
	// context before and after where these are still held.
	Alt(d Dir, off uint64, b []byte)
	Close(at Time, why CloseReason)
}
