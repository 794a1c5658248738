package capture

import (
	"bytes"
	"encoding/binary"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// recognise returns the format of a file that begins with b, nil if it is none.
func recognise(b []byte) format {
	if len(b) < 4 {
		return nil
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		big := order == binary.BigEndian
		switch order.Uint32(b) {
		case 0xa1b2c3d4:
			return &pcap{big: big, unit: 1000, header: 16}
		case 0xa1b23c4d:
			return &pcap{big: big, unit: 1, header: 16}
		case 0xa1b2cd34:
			return &pcap{big: big, unit: 1000, header: 24}
		}
	}
	if len(b) >= 12 && binary.BigEndian.Uint32(b) == blockSection && (isOrder(b[8:12])) {
		return &pcapng{}
	}
	if bytes.HasPrefix(b, []byte("snoop\x00\x00\x00")) {
		return &snoop{}
	}
	return nil
}

// pcap reads the classic format. The file header is the first record.
type pcap struct {
	big    bool
	begun  bool
	either bool      // before 2.4 the two lengths may be swapped
	unit   flow.Time // of the second time field
	header int       // of a record
	link   flow.Link
}

func (p *pcap) next(b []byte, rec *record) kind {
	*rec = record{}
	if !p.begun {
		return p.begin(b, rec)
	}
	if len(b) < p.header {
		rec.need = p.header
		return kindShort
	}
	var sec, frac, caplen, wire uint32
	if p.big {
		o := binary.BigEndian
		sec, frac, caplen, wire = o.Uint32(b), o.Uint32(b[4:]), o.Uint32(b[8:]), o.Uint32(b[12:])
	} else {
		o := binary.LittleEndian
		sec, frac, caplen, wire = o.Uint32(b), o.Uint32(b[4:]), o.Uint32(b[8:]), o.Uint32(b[12:])
	}
	if p.either && caplen > wire {
		caplen, wire = wire, caplen
	}
	if caplen > maxRecord {
		rec.damaged = NoteTooLarge
		return kindBroken
	}
	size := p.header + int(caplen)
	if len(b) < size {
		rec.need = size
		return kindShort
	}
	rec.size, rec.data, rec.caplen = int64(size), p.header, int(caplen)
	rec.wire, rec.link = max(wire, caplen), p.link
	rec.at = flow.Time(sec)*flow.Second + flow.Time(frac)*p.unit
	return kindPacket
}

// begin reads the file header. The upper half of the link type tells the length of the frame check sequence, which IP
// lengths cut off anyway.
func (p *pcap) begin(b []byte, rec *record) kind {
	const size = 24
	if len(b) < size {
		rec.need = size
		return kindShort
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if p.big {
		order = binary.BigEndian
	}
	major, minor := order.Uint16(b[4:]), order.Uint16(b[6:])
	if major != 2 {
		rec.damaged = NoteVersion
		return kindBroken
	}
	p.begun, p.either = true, minor <= 3
	p.link = flow.Link(order.Uint32(b[20:]))
	rec.size = size
	return kindOther
}

// snoop reads RFC 1761.
type snoop struct {
	begun bool
	link  flow.Link
}

// linkNone is a link type that nobody decodes.
const linkNone flow.Link = 0xffff

func (s *snoop) next(b []byte, rec *record) kind {
	*rec = record{}
	o := binary.BigEndian
	if !s.begun {
		if len(b) < 16 {
			rec.need = 16
			return kindShort
		}
		if o.Uint32(b[8:]) != 2 {
			rec.damaged = NoteVersion
			return kindBroken
		}
		s.begun, s.link = true, linkNone
		if t := o.Uint32(b[12:]); t == 0 || t == 4 { // IEEE 802.3, Ethernet
			s.link = flow.LinkEthernet
		}
		rec.size = 16
		return kindOther
	}
	const header = 24
	if len(b) < header {
		rec.need = header
		return kindShort
	}
	wire, caplen, size := o.Uint32(b), o.Uint32(b[4:]), o.Uint32(b[8:])
	switch {
	case caplen > maxRecord:
		rec.damaged = NoteTooLarge
		return kindBroken
	case size < header || size-header < caplen:
		rec.damaged = NoteRecord
		return kindBroken
	case len(b) < header+int(caplen):
		rec.need = header + int(caplen)
		return kindShort
	}
	rec.size, rec.data, rec.caplen = int64(size), header, int(caplen)
	rec.wire, rec.link = max(wire, caplen), s.link
	rec.at = flow.Time(o.Uint32(b[16:]))*flow.Second + flow.Time(o.Uint32(b[20:]))*1000
	return kindPacket
}
