package capture

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// Block types of pcapng.
const (
	blockSection   = 0x0a0d0d0a // a palindrome: the same in both byte orders
	blockInterface = 1
	blockOldPacket = 2
	blockSimple    = 3
	blockEnhanced  = 6
)

const (
	byteOrder     = 0x1a2b3c4d
	maxInterfaces = 1 << 16
	maxOptions    = 64 << 10 // how far the options of an interface are read
	packetHeader  = 28       // of an enhanced or old packet block
	// maxBlock is the largest block that is held whole; of a larger one the packet is held and the rest passed over.
	maxBlock = packetHeader + maxRecord + maxOptions
)

func isOrder(b []byte) bool {
	return binary.LittleEndian.Uint32(b) == byteOrder || binary.BigEndian.Uint32(b) == byteOrder
}

// iface is what an interface block says.
type iface struct {
	link   flow.Link
	snap   uint32
	power2 bool
	resol  uint8 // 10^-resol or 2^-resol seconds
	offset int64 // seconds
}

// pcapng reads the blocks of all sections.
type pcapng struct {
	order  binary.ByteOrder
	ifaces []iface
	last   flow.Time // of the last packet: simple packets have none of their own
}

func (p *pcapng) next(b []byte, rec *record) kind {
	*rec = record{}
	if len(b) < 16 { // no shorter than the shortest block but one of 12 bytes, which tells nothing
		if len(b) >= 12 && p.order != nil && p.order.Uint32(b) != blockSection && p.order.Uint32(b[4:]) == 12 {
			rec.size = 12
			return kindOther
		}
		rec.need = 16
		return kindShort
	}
	if binary.LittleEndian.Uint32(b) == blockSection {
		return p.section(b, rec)
	}
	size := p.order.Uint32(b[4:])
	if size < 12 {
		rec.damaged = NoteBlock
		return kindBroken
	}
	rec.size = (int64(size) + 3) &^ 3 // some writers forget to round up
	switch p.order.Uint32(b) {
	case blockInterface:
		return p.iface(b, rec)
	case blockEnhanced, blockOldPacket:
		return p.packet(b, rec)
	case blockSimple:
		return p.simple(b, rec)
	}
	return kindOther
}

// section begins a section: byte order and interfaces are forgotten.
func (p *pcapng) section(b []byte, rec *record) kind {
	switch {
	case binary.LittleEndian.Uint32(b[8:]) == byteOrder:
		p.order = binary.LittleEndian
	case binary.BigEndian.Uint32(b[8:]) == byteOrder:
		p.order = binary.BigEndian
	default:
		rec.damaged = NoteBlock
		return kindBroken
	}
	size := p.order.Uint32(b[4:])
	if size < 28 {
		rec.damaged = NoteBlock
		return kindBroken
	}
	if p.order.Uint16(b[12:]) != 1 {
		rec.damaged = NoteVersion
		return kindBroken
	}
	p.ifaces = p.ifaces[:0]
	rec.size = (int64(size) + 3) &^ 3
	return kindOther
}

// whole tells whether the block is in b and whether its two lengths agree; if not, they are noted.
func (p *pcapng) whole(b []byte, rec *record) bool {
	if int64(len(b)) < rec.size {
		rec.need = int(rec.size)
		return false
	}
	if p.order.Uint32(b[rec.size-4:]) != p.order.Uint32(b[4:]) && p.order.Uint32(b[4:])%4 == 0 {
		rec.damaged = NoteBlock
	}
	return true
}

func (p *pcapng) iface(b []byte, rec *record) kind {
	n := int(min(rec.size, maxOptions))
	if len(b) < n {
		rec.need = n
		return kindShort
	}
	if n < 20 || len(p.ifaces) == maxInterfaces {
		rec.damaged = NoteBlock
		return kindOther
	}
	f := iface{link: flow.Link(p.order.Uint16(b[8:])), snap: p.order.Uint32(b[12:]), resol: 6}
	for o := b[16 : n-4]; len(o) >= 4; {
		code, size := p.order.Uint16(o), int(p.order.Uint16(o[2:]))
		if code == 0 || size > len(o)-4 {
			break
		}
		v := o[4 : 4+size]
		switch {
		case code == 9 && size >= 1: // if_tsresol
			f.power2, f.resol = v[0]&0x80 != 0, v[0]&0x7f
		case code == 14 && size >= 8: // if_tsoffset
			f.offset = int64(p.order.Uint64(v))
		}
		o = o[min(4+(size+3)&^3, len(o)):]
	}
	p.ifaces = append(p.ifaces, f)
	return kindOther
}

// packet reads an enhanced or an old packet block; they differ in their first field only.
func (p *pcapng) packet(b []byte, rec *record) kind {
	if len(b) < packetHeader {
		rec.need = packetHeader
		return kindShort
	}
	o := p.order
	index := o.Uint32(b[8:])
	if o.Uint32(b) == blockOldPacket {
		index = uint32(o.Uint16(b[8:]))
	}
	ts := uint64(o.Uint32(b[12:]))<<32 | uint64(o.Uint32(b[16:]))
	caplen, wire := o.Uint32(b[20:]), o.Uint32(b[24:])
	switch {
	case int64(packetHeader)+int64(caplen)+4 > rec.size:
		rec.damaged = NoteBlock
		return kindOther
	case caplen > maxRecord:
		rec.damaged = NoteTooLarge
		return kindOther
	}
	if k := p.hold(b, packetHeader+int(caplen), rec); k != kindPacket {
		return k
	}
	if index >= uint32(len(p.ifaces)) {
		rec.damaged = NoteInterface
		return kindOther
	}
	f := &p.ifaces[index]
	rec.data, rec.caplen, rec.wire, rec.link = packetHeader, int(caplen), max(wire, caplen), f.link
	rec.at = f.time(ts)
	p.last = rec.at
	return kindPacket
}

// simple reads a simple packet block: of the first interface, without a time.
func (p *pcapng) simple(b []byte, rec *record) kind {
	const header = 12
	if rec.size < header+4 {
		rec.damaged = NoteBlock
		return kindOther
	}
	if len(p.ifaces) == 0 {
		rec.damaged = NoteInterface
		return kindOther
	}
	f := &p.ifaces[0]
	wire := p.order.Uint32(b[8:])
	caplen := min(int64(wire), rec.size-header-4)
	if f.snap > 0 {
		caplen = min(caplen, int64(f.snap))
	}
	if caplen > maxRecord {
		rec.damaged = NoteTooLarge
		return kindOther
	}
	if k := p.hold(b, header+int(caplen), rec); k != kindPacket {
		return k
	}
	rec.data, rec.caplen, rec.wire, rec.link, rec.at = header, int(caplen), wire, f.link, p.last
	return kindPacket
}

// hold sees to it that the block, or the first n bytes of a very large one, are in b.
func (p *pcapng) hold(b []byte, n int, rec *record) kind {
	if rec.size <= maxBlock {
		if !p.whole(b, rec) {
			return kindShort
		}
		return kindPacket
	}
	if len(b) < n {
		rec.need = n
		return kindShort
	}
	return kindPacket
}

// time converts a time stamp to nanoseconds since 1970. Some writers store times before 1970 as negative numbers. What
// does not fit is far in the past or in the future.
func (f *iface) time(ts uint64) flow.Time {
	const giga = 1_000_000_000
	if ts > math.MaxInt64 {
		past := *f
		past.offset = -max(f.offset, -math.MaxInt64)
		return -past.time(-ts & math.MaxInt64)
	}
	if !f.power2 && f.offset == 0 {
		switch {
		case f.resol == 6 && ts < math.MaxInt64/1000:
			return flow.Time(ts) * 1000
		case f.resol == 9 && ts <= math.MaxInt64:
			return flow.Time(ts)
		}
	}
	var sec, nano uint64
	switch {
	case f.power2 && f.resol < 64:
		sec = ts >> f.resol
		hi, lo := bits.Mul64(ts&(1<<f.resol-1), giga)
		nano = lo>>f.resol | hi<<(64-f.resol)
	case f.power2: // below 2^-64 seconds each: less than a second in all
		hi, _ := bits.Mul64(ts, giga)
		nano = hi >> (f.resol - 64)
	case f.resol < 20:
		unit := uint64(1)
		for range f.resol {
			unit *= 10
		}
		sec = ts / unit
		hi, lo := bits.Mul64(ts%unit, giga)
		nano, _ = bits.Div64(hi, lo, unit)
	default:
		nano = ts
		for range f.resol - 9 {
			nano /= 10
		}
	}
	const most = math.MaxInt64/giga - 1
	if f.offset > most || f.offset < -most || sec > most {
		return far(f.offset < 0 && sec <= most)
	}
	s := int64(sec) + f.offset
	if s > most || s < -most {
		return far(s < 0)
	}
	return flow.Time(s)*flow.Second + flow.Time(nano)
}

func far(past bool) flow.Time {
	if past {
		return math.MinInt64 / 2
	}
	return math.MaxInt64 / 2
}
