// Package pcaptest builds captures for tests: conversations with right checksums and sequence numbers, split into
// segments wherever a test wants them, as a pcap file or as packets in memory.
//
//	c := pcaptest.New()
//	s := c.TCP("10.1.1.5:40000", "198.51.100.7:25")
//	s.Open()
//	s.Server("220 mail\r\n")
//	s.Client("EHLO x\r\n", 1, 4) // three segments: "E", "HLO", " x\r\n"
//	s.Close()
//	file := c.Bytes()
//
// Everything is deterministic: the clock starts at Start and moves by Step with each packet.
package pcaptest

import (
	"encoding/binary"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// Start is the time of the first packet of a capture: 2026-01-02 03:04:05 UTC.
const Start = flow.Time(1767323045) * flow.Second

// Capture collects packets in the order in which they are made.
type Capture struct {
	Now  flow.Time // time of the next packet
	Step flow.Time // added to Now after each packet; 1 ms at first
	Link flow.Link // of raw frames and of the file; Ethernet at first
	pkts []flow.Packet
	next uint32 // seed of initial sequence numbers
}

// New returns an empty capture.
func New() *Capture {
	return &Capture{Now: Start, Step: flow.Second / 1000, Link: flow.LinkEthernet, next: 1000}
}

// Frame adds a frame as it is. The capture keeps a copy.
func (c *Capture) Frame(b []byte) { c.Cut(b, len(b)) }

// Cut adds a frame of which only the first n bytes were captured.
func (c *Capture) Cut(b []byte, n int) {
	n = min(n, len(b))
	c.pkts = append(c.pkts, flow.Packet{
		Data: append([]byte(nil), b[:n]...), At: c.Now, Wire: uint32(len(b)), Link: c.Link,
		Frame: uint64(len(c.pkts) + 1), Net: -1,
	})
	c.Now += c.Step
}

// Wait moves the clock.
func (c *Capture) Wait(d flow.Time) { c.Now += d }

// Len is the number of packets so far.
func (c *Capture) Len() int { return len(c.pkts) }

// Packets returns the packets, numbered from 1. The slice is a copy, the data is shared.
func (c *Capture) Packets() []flow.Packet { return append([]flow.Packet(nil), c.pkts...) }

// Reorder puts the packets into the given order (indices from 0; those left out are dropped, repeated ones
// duplicated) and gives them the times of their new places.
func (c *Capture) Reorder(order ...int) {
	out := make([]flow.Packet, 0, len(order))
	at := Start
	for i, j := range order {
		p := c.pkts[j]
		if i < len(c.pkts) {
			at = c.pkts[i].At
		} else {
			at += c.Step
		}
		p.At, p.Frame = at, uint64(i+1)
		out = append(out, p)
	}
	c.pkts = out
}

// Bytes returns the capture as a pcap file, little endian, in nanoseconds.
func (c *Capture) Bytes() []byte { return Pcap(c.Link, c.pkts) }

// Pcap returns packets as a pcap file, little endian, in nanoseconds.
func Pcap(link flow.Link, pkts []flow.Packet) []byte {
	le := binary.LittleEndian
	out := le.AppendUint32(nil, 0xa1b23c4d)
	out = le.AppendUint16(out, 2)
	out = le.AppendUint16(out, 4)
	out = append(out, make([]byte, 8)...)
	out = le.AppendUint32(out, 262144)
	out = le.AppendUint32(out, uint32(link))
	for i := range pkts {
		p := &pkts[i]
		out = le.AppendUint32(out, uint32(p.At/flow.Second))
		out = le.AppendUint32(out, uint32(p.At%flow.Second))
		out = le.AppendUint32(out, uint32(len(p.Data)))
		out = le.AppendUint32(out, p.Wire)
		out = append(out, p.Data...)
	}
	return out
}

// Split cuts a file made by Bytes in two: the first n packets, and the rest.
func Split(pcap []byte, n int) (a, b []byte) {
	const header, record = 24, 16
	off := header
	for ; n > 0 && off+record <= len(pcap); n-- {
		off = min(off+record+int(binary.LittleEndian.Uint32(pcap[off+8:])), len(pcap))
	}
	a = append(a, pcap[:off]...)
	b = append(append(b, pcap[:header]...), pcap[off:]...)
	return a, b
}
