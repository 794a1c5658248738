package capture

import (
	"errors"
	"io"
	"math"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// record is where the next record lies and what it is.
type record struct {
	size    int64 // of the whole record in the file; its end need not be in the buffer
	need    int   // kindShort: bytes that must be in the buffer
	data    int   // offset of the packet in the record
	caplen  int
	wire    uint32
	link    flow.Link
	at      flow.Time
	damaged string // note, "" sound
}

type kind uint8

const (
	kindPacket kind = iota
	kindOther       // nothing to hand out: pass over size bytes
	kindShort       // need more bytes
	kindBroken      // cannot go on
)

// format reads records. next looks at b, which begins with a record, and fills rec. It may keep what it learned from a
// record of kindOther, for that is passed over once; a packet may be looked at again.
type format interface {
	next(b []byte, rec *record) kind
}

// window is a buffer with unread bytes in buf[r:w].
type window struct {
	buf  []byte
	r, w int
}

// room makes the window able to hold need unread bytes; what is unread is moved.
func (w *window) room(need int) {
	if len(w.buf)-w.r >= need && w.w < len(w.buf) {
		return
	}
	dst := w.buf
	if len(dst) < need {
		dst = make([]byte, need+need/4)
	}
	n := copy(dst, w.buf[w.r:w.w])
	w.buf, w.r, w.w = dst, 0, n
}

// limit is the place of another reader's next packet.
type limit struct {
	at    flow.Time
	index uint32
}

// before is the order of the timeline: by time, then by file.
func before(at flow.Time, i uint32, bt flow.Time, j uint32) bool { return at < bt || at == bt && i < j }

const unbounded = math.MaxInt

// reader reads one file.
type reader struct {
	file   *file
	src    io.ReadCloser
	fm     format
	own    window // unread bytes between two batches
	rec    record
	ready  bool  // rec is the next packet, and it lies whole in own
	eof    bool  // no more will come from src
	err    error // why, if not at the end
	skip   int64 // bytes that belong to no record of interest
	reach  int   // how many more bytes head may read
	mean   int   // bytes of a record, for the size of the next block
	weight int
}

func (rd *reader) close() { _ = rd.src.Close() }

// before is the order of the heap.
func (rd *reader) before(o *reader) bool {
	return before(rd.rec.at, rd.file.index, o.rec.at, o.file.index)
}

type headState uint8

const (
	headPacket headState = iota
	headEnd              // there are no more packets
	headFull             // the window is pinned and has no whole record left
	headFar              // reach was too short
)

// head finds the next packet in w, reading as needed: rd.rec then lies at w.buf[w.r:]. A pinned window is not moved,
// for packets of the present batch lie in it.
func (rd *reader) head(w *window, pinned bool) headState {
	rd.ready = false
	for {
		need := 1
		if rd.skip > 0 {
			n := min(rd.skip, int64(w.w-w.r))
			w.r += int(n)
			rd.skip -= n
		}
		if rd.skip == 0 {
			switch rd.fm.next(w.buf[w.r:w.w], &rd.rec) {
			case kindPacket:
				rd.note()
				rd.ready = true
				return headPacket
			case kindOther:
				rd.note()
				rd.skip = rd.rec.size
				continue
			case kindBroken:
				rd.note()
				return headEnd
			}
			need = rd.rec.need
		}
		if rd.eof {
			if (w.w > w.r || rd.skip > 0) && !errors.Is(rd.err, errInterrupted) {
				rd.file.damage(NoteCut)
			}
			return headEnd
		}
		if pinned {
			return headFull
		}
		if rd.reach <= 0 {
			return headFar
		}
		w.room(need)
		rd.fill(w, len(w.buf))
	}
}

func (rd *reader) note() {
	if rd.rec.damaged != "" {
		rd.file.damage(rd.rec.damaged)
	}
}

// fill reads once into w, up to the given end of the buffer.
func (rd *reader) fill(w *window, end int) {
	for range 100 { // a reader may return nothing without an error, but not for ever
		n, err := rd.src.Read(w.buf[w.w:end])
		w.w += n
		if rd.reach != unbounded {
			rd.reach -= n
		}
		if err != nil {
			rd.eof = true
			if err != io.EOF {
				rd.err = err
			}
			if err != io.EOF && !errors.Is(err, errInterrupted) { // an interrupt is no fault of the file
				rd.file.damage(noteOf(err))
			}
			return
		}
		if n > 0 {
			return
		}
	}
	rd.eof = true
	rd.file.damage(NoteRead)
}

// pass moves behind the present record.
func (rd *reader) pass(w *window) {
	n := min(rd.rec.size, int64(w.w-w.r))
	w.r += int(n)
	rd.skip = rd.rec.size - n
	rd.ready = false
}

// packet appends the present record to b, with data as its bytes.
func (rd *reader) packet(b *flow.Batch, data []byte) {
	st := &rd.file.stat
	rec := &rd.rec
	st.Packets++
	st.Bytes += uint64(rec.caplen)
	st.Wire += uint64(rec.wire)
	if rec.at > st.Last || st.Packets == 1 {
		st.Last = rec.at
	}
	if rec.at < st.First || st.Packets == 1 {
		st.First = rec.at
	}
	n := len(b.Packets)
	b.Packets = b.Packets[:n+1] // Next made room
	p := &b.Packets[n]
	p.Data, p.At, p.Wire, p.Link = data, rec.at, rec.wire, rec.link
	p.Capture, p.Frame, p.Net, p.VLANs = rd.file.index, st.Packets, -1, 0
}

// direct reads a block into b.Buf and hands out the packets in it without copying them, as far as lim. It returns false
// at the end of the file. Without a packet in b, the next one lies beyond lim, or the end has come.
func (rd *reader) direct(b *flow.Batch, lim limit) bool {
	w := window{buf: b.Buf[:cap(b.Buf)]}
	w.room(rd.own.w - rd.own.r)
	w.w = copy(w.buf, rd.own.buf[rd.own.r:rd.own.w])
	if end := min(rd.block(), len(w.buf)); w.w < end && !rd.eof {
		rd.fill(&w, end)
	}
	st := headPacket
	start := w.r
	for len(b.Packets) < maxPackets {
		if st = rd.head(&w, len(b.Packets) > 0); st != headPacket {
			break
		}
		if !before(rd.rec.at, rd.file.index, lim.at, lim.index) {
			break
		}
		if len(b.Packets) == 0 {
			start = w.r
		}
		at := w.r + rd.rec.data
		rd.packet(b, w.buf[at:at+rd.rec.caplen:at+rd.rec.caplen])
		rd.pass(&w)
	}
	if n := len(b.Packets); n > 0 {
		rd.mean = max((w.r-start)/n, 1)
	}
	b.Buf = w.buf
	rd.own.r, rd.own.w = 0, 0
	rd.own.room(w.w - w.r)
	rd.own.w = copy(rd.own.buf, w.buf[w.r:w.w])
	return st != headEnd
}

// block is the size of the next block: no more than a batch of packets is likely to take, so that little of it is left
// over and moved.
func (rd *reader) block() int {
	if rd.mean == 0 {
		return blockSize
	}
	return min(max(rd.mean*(maxPackets+maxPackets/16), 16<<10), blockSize)
}

// copied hands out packets by copying them to the end of b.Buf, as far as lim. more is false at the end of the file,
// room is false when b is full.
func (rd *reader) copied(b *flow.Batch, lim limit) (more, room bool) {
	for before(rd.rec.at, rd.file.index, lim.at, lim.index) {
		used := len(b.Buf)
		if len(b.Packets) == maxPackets {
			return true, false
		}
		if cap(b.Buf)-used < rd.rec.caplen {
			if len(b.Packets) > 0 {
				return true, false
			}
			b.Buf = make([]byte, 0, rd.rec.caplen)
		}
		at := rd.own.r + rd.rec.data
		b.Buf = append(b.Buf, rd.own.buf[at:at+rd.rec.caplen]...)
		rd.packet(b, b.Buf[used:len(b.Buf):len(b.Buf)])
		rd.pass(&rd.own)
		if rd.head(&rd.own, false) != headPacket {
			return false, true
		}
	}
	return true, true
}
