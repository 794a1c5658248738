// Package flow has the nouns of the wire: packets and their batches, flows and their directions, packet time, and
// the contract between those who put a conversation together and those who read it.
package flow

import "time"

// Time is packet time: nanoseconds since the Unix epoch, UTC. It is the only clock on the data path.
type Time int64

// Second is one second of packet time.
const Second = Time(time.Second)

// Std returns t as a time.Time in UTC.
func (t Time) Std() time.Time { return time.Unix(0, int64(t)).UTC() }

// String returns t in RFC 3339 with nanoseconds, UTC.
func (t Time) String() string { return t.Std().Format(time.RFC3339Nano) }

// Link is a link type as in https://www.tcpdump.org/linktypes.html.
type Link uint16

// Link types that are decoded.
const (
	LinkNull     Link = 0
	LinkEthernet Link = 1
	LinkRawBSD   Link = 12 // DLT_RAW of some systems
	LinkRawOpen  Link = 14 // DLT_RAW of OpenBSD
	LinkRaw      Link = 101
	LinkLoop     Link = 108
	LinkSLL      Link = 113
	LinkIPv4     Link = 228
	LinkIPv6     Link = 229
	LinkSLL2     Link = 276
)

// MaxVLAN is the number of VLAN tags that are remembered for a packet; deeper tags are skipped over all the same.
const MaxVLAN = 4

// Packet is one captured frame. Data is borrowed: it is valid until its [Batch] is given back.
type Packet struct {
	Data    []byte // as captured, at most snaplen bytes
	At      Time
	Wire    uint32 // length on the wire; not less than len(Data) in a sane capture
	Link    Link
	Capture uint32 // index of the capture file or interface
	Frame   uint64 // number of the frame within its capture, from 1

	// Filled in by dispatch (stream.Route).
	Net   int32           // offset of the innermost IP header in Data, -1: none
	VLANs uint8           // number of valid entries in VLAN
	VLAN  [MaxVLAN]uint16 // tags (12 bits), outermost first
}

// Batch is a block of packets that travel together. The source fills Packets, whose Data may point into Buf.
type Batch struct {
	Packets []Packet
	Buf     []byte
}

// Reset empties the batch for its next use and keeps its memory.
func (b *Batch) Reset() { b.Packets = b.Packets[:0] }
