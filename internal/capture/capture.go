// Package capture reads packets from capture files and hands them out in batches.
//
// Formats: pcap (tcpdump.org/manpages/pcap-savefile.5: micro- and nanoseconds, both byte orders, versions 2.1 to 2.4,
// the record header of Kuznetzov's patch), pcapng (draft-ietf-opsawg-pcapng: several sections and interfaces, time
// resolutions and offsets, both byte orders, enhanced, simple and old packet blocks; other blocks are passed over) and
// snoop (RFC 1761), each of them bare or compressed with gzip (RFC 1952) or zstd (RFC 8878). What a file is, is told by
// its first bytes and never by its name.
//
// All files of one call of [Open] are one timeline: files that overlap are merged by packet time, ties go to the file
// named first, and packets of one file keep their order even where its clock steps back. Files are opened when their
// first packet is due, so thousands of them may be given; at most some hundreds that overlap are open at once (see
// maxWeight), further ones come late and are noted.
//
// A cut-off or damaged file is read as far as it goes; its [FileStat] tells. Snapshot lengths in headers are ignored,
// no record may be longer than 256 KiB, and no length in a file makes memory grow beyond that.
//
// It cannot: find its way again in a pcap or snoop file after a damaged record (pcapng goes on with the next block),
// decrypt with keys that a pcapng file carries, seek.
package capture

import (
	"context"
	"io"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

const (
	blockSize  = 256 << 10 // of a batch: more falls out of the second-level cache
	maxRecord  = 256 << 10 // largest captured length of a packet
	maxPackets = 1024      // in a batch
)

// Notes on a file: the whole vocabulary of [FileStat.Note].
const (
	NoteCut        = "cut off"
	NoteRecord     = "damaged record"
	NoteTooLarge   = "record too large"
	NoteBlock      = "damaged block"
	NoteInterface  = "unknown interface"
	NoteVersion    = "unknown version"
	NoteCompressed = "damaged compression"
	NoteRead       = "read error"
	NoteLate       = "not merged by time: too many files overlap"
	NoteForeign    = "not a capture"
	NoteUnreadable = "unreadable"
	NoteLink       = "link to a directory, not followed"
)

// FileStat is what is known of one file.
type FileStat struct {
	Path    string
	Packets uint64
	Bytes   uint64          // captured
	Wire    uint64          // on the wire
	First   flow.Time       // earliest packet
	Last    flow.Time       // latest packet
	Damage  coverage.Reason // None, or DamagedFile
	Note    string          // one of the notes, "" if there is nothing to say
}

// Stats is the sum over all files, and each of them.
type Stats struct {
	Packets uint64
	Bytes   uint64 // captured
	Wire    uint64 // on the wire
	Files   []FileStat
	Skipped []FileStat // below a directory and not read: NoteForeign, NoteUnreadable or NoteLink
}

// Files is a source of packets from files. It is used by one goroutine; only Progress may be called from others.
type Files struct {
	files   []*file
	skipped []FileStat
	pending []*file   // not begun, by time of the first packet
	active  []*reader // a heap by time of the next packet; with one entry that time may be unknown
	weight  int       // of the active readers
	read    atomic.Int64
	total   int64
	waits   bool          // some are pipes, whose writer may keep silent
	stop    chan struct{} // closed when the run is interrupted
	stopped sync.Once
}

// Captures returns the path of each file, indexed by Packet.Capture.
func (s *Files) Captures() []string {
	out := make([]string, len(s.files))
	for i, f := range s.files {
		out[i] = f.stat.Path
	}
	return out
}

// Progress returns how many bytes of the files were read, and how many there are; total is -1 if that is not known.
func (s *Files) Progress() (read, total int64) { return s.read.Load(), s.total }

// Stats returns the counts so far.
func (s *Files) Stats() Stats {
	st := Stats{Files: make([]FileStat, len(s.files)), Skipped: s.skipped}
	for i, f := range s.files {
		st.Files[i] = f.stat
		st.Packets += f.stat.Packets
		st.Bytes += f.stat.Bytes
		st.Wire += f.stat.Wire
	}
	return st
}

// Close gives back what is still open. Next must not be called any more.
func (s *Files) Close() error {
	for _, rd := range s.active {
		rd.close()
	}
	for _, f := range s.pending {
		if f.open != nil {
			f.open.close()
		}
	}
	s.active, s.pending = nil, nil
	return nil
}

// Next fills b with the next packets: at least one, or it returns io.EOF or the error of ctx. The data of the packets
// lies in b.Buf and is valid until b is filled again.
func (s *Files) Next(ctx context.Context, b *flow.Batch) error {
	b.Reset()
	if cap(b.Buf) < blockSize {
		b.Buf = make([]byte, blockSize)
	}
	if cap(b.Packets) < maxPackets {
		b.Packets = make([]flow.Packet, 0, maxPackets)
	}
	if s.waits {
		release := context.AfterFunc(ctx, s.interrupt)
		defer release()
	}
	for len(b.Packets) == 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.admit()
		switch len(s.active) {
		case 0:
			return io.EOF
		case 1:
			if rd := s.active[0]; !rd.direct(b, s.limit()) {
				s.drop(rd)
			}
		default:
			s.merge(b)
		}
	}
	return nil
}

// interrupt ends the reads that wait for a writer.
func (s *Files) interrupt() { s.stopped.Do(func() { close(s.stop) }) }

// admit begins every file whose first packet is due. Order matters: what is due is compared with the smallest head,
// and each file begun may have a smaller one.
func (s *Files) admit() {
	for s.due() {
		f := s.pending[0]
		s.pending = s.pending[1:]
		rd := f.open
		f.open = nil
		if rd == nil {
			var err error
			if rd, err = openReader(f, &s.read); err != nil {
				f.damage(NoteUnreadable) // it was there when the run began
				continue
			}
		}
		// The head must be known before a second reader joins; the first may go without (direct needs none).
		if len(s.active) > 0 && rd.head(&rd.own, false) != headPacket {
			rd.close()
			continue
		}
		s.weight += rd.weight
		s.push(rd)
	}
}

// due tells whether the next pending file must be begun before the smallest active head.
func (s *Files) due() bool {
	if len(s.pending) == 0 {
		return false
	}
	if len(s.active) == 0 {
		return true
	}
	first, f := s.active[0], s.pending[0]
	if !first.ready || before(first.rec.at, first.file.index, f.first, f.index) {
		return false
	}
	if s.full() {
		if f.stat.Note == "" {
			f.stat.Note = NoteLate
		}
		return false
	}
	return true
}

func (s *Files) full() bool { return s.weight >= maxWeight }

// limit is how far the smallest reader may go before another one is due.
func (s *Files) limit() limit {
	lim := limit{at: never}
	if len(s.pending) > 0 && !s.full() {
		lim = limit{s.pending[0].first, s.pending[0].index}
	}
	for i := 1; i < min(len(s.active), 3); i++ {
		if rd := s.active[i]; before(rd.rec.at, rd.file.index, lim.at, lim.index) {
			lim = limit{rd.rec.at, rd.file.index}
		}
	}
	return lim
}

// merge fills b from several readers. Packets are copied, for every reader keeps a buffer of its own.
func (s *Files) merge(b *flow.Batch) {
	b.Buf = b.Buf[:0]
	for len(b.Packets) < maxPackets && len(s.active) > 1 {
		rd := s.active[0]
		more, room := rd.copied(b, s.limit())
		switch {
		case !more:
			s.drop(rd)
		case !room:
			return
		default:
			s.fix()
		}
		s.admit()
	}
}

// drop takes the smallest reader off the heap.
func (s *Files) drop(rd *reader) {
	rd.close()
	s.weight -= rd.weight
	last := len(s.active) - 1
	s.active[0] = s.active[last]
	s.active[last] = nil
	s.active = s.active[:last]
	s.fix()
}

func (s *Files) push(rd *reader) {
	s.active = append(s.active, rd)
	h := s.active
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(h[up]) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

// fix moves the first reader down to its place.
func (s *Files) fix() {
	h := s.active
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(h); c++ {
			if h[c].before(h[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

// byFirst sorts files by their first packet, then by their place.
func byFirst(files []*file) {
	sort.SliceStable(files, func(i, j int) bool {
		return before(files[i].first, files[i].index, files[j].first, files[j].index)
	})
}
