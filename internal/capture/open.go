package capture

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// Errors of Open, wrapped in a *fs.PathError.
var (
	// ErrNotCapture: the file is of another kind.
	ErrNotCapture = errors.New("not a capture")
	// ErrNoCapture: there is no capture in the directory.
	ErrNoCapture = errors.New("no capture in it")
)

const (
	never  = flow.Time(math.MaxInt64)
	always = flow.Time(math.MinInt64) // first packet not found near the beginning: opened at once

	// maxHead is how many bytes are searched for the first packet when files are put in order.
	maxHead = 1 << 20
	// maxWeight bounds the files that are open at once: a bare file weighs 1, a compressed one 1 more for each MiB of
	// its window. Their memory is thus below 600 MiB in the worst case, and 64 KiB each in the usual one.
	maxWeight = 512
)

// file is one capture file.
type file struct {
	index   uint32
	regular bool
	size    int64
	first   flow.Time // of the first packet, for the order
	open    *reader   // already open: it cannot be opened twice, or it is the only one
	stop    <-chan struct{}
	stat    FileStat
}

func (f *file) damage(note string) {
	if f.stat.Damage == coverage.None {
		f.stat.Damage, f.stat.Note = coverage.DamagedFile, note
	}
}

// Open finds the captures under paths: files, directories (with all below them, sorted by name) and "-" for standard
// input. A path that is given and cannot be read is an error; a file in a directory that cannot be read, or that is no
// capture, is skipped and listed in Stats.
func Open(paths []string) (*Files, error) {
	s := &Files{stop: make(chan struct{})}
	for _, p := range paths {
		if err := s.add(p); err != nil {
			_ = s.Close()
			return nil, err
		}
	}
	if err := s.order(); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// add appends the files of one path.
func (s *Files) add(path string) error {
	if path == "-" {
		s.waits = true
		s.files = append(s.files, &file{index: uint32(len(s.files)), stop: s.stop, stat: FileStat{Path: path}})
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		s.append(path, info)
		return nil
	}
	n, skipped := len(s.files), len(s.skipped)
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			if p == path {
				return err
			}
			s.skip(p, NoteUnreadable)
			return nil
		}
		s.addEntry(p, d)
		return nil
	})
	if err == nil && len(s.files) == n {
		err = &fs.PathError{Op: "open", Path: path, Err: s.nothing(skipped)}
	}
	return err
}

// nothing is the error for a directory whose files were all skipped, from the given one on.
func (s *Files) nothing(from int) error {
	skipped := s.skipped[from:]
	if len(skipped) == 0 {
		return ErrNoCapture
	}
	first := skipped[0]
	return fmt.Errorf("%w: %d skipped, the first is %s (%s)", ErrNoCapture, len(skipped), filepath.Base(first.Path), first.Note)
}

// addEntry appends a file of a directory if it is a capture. Links to directories are not followed (they may turn in
// circles), and what is no file is not opened: a pipe would wait for ever.
func (s *Files) addEntry(path string, d fs.DirEntry) {
	if d.IsDir() {
		return
	}
	info, err := os.Stat(path)
	if err != nil {
		s.skip(path, NoteUnreadable)
		return
	}
	if !info.Mode().IsRegular() {
		note := NoteForeign
		if info.IsDir() {
			note = NoteLink
		}
		s.skip(path, note)
		return
	}
	rd, err := openReader(&file{regular: true, stat: FileStat{Path: path}}, nil)
	if err != nil {
		note := NoteUnreadable
		if errors.Is(err, ErrNotCapture) {
			note = NoteForeign
		}
		s.skip(path, note)
		return
	}
	rd.close()
	s.append(path, info)
}

func (s *Files) append(path string, info fs.FileInfo) {
	s.waits = s.waits || !info.Mode().IsRegular()
	s.files = append(s.files, &file{
		index: uint32(len(s.files)), regular: info.Mode().IsRegular(), size: info.Size(), stop: s.stop, stat: FileStat{Path: path},
	})
}

func (s *Files) skip(path, note string) {
	s.skipped = append(s.skipped, FileStat{Path: path, Note: note, Damage: coverage.None})
}

// order finds the first packet of each file, sorts them, and sums up their sizes. What cannot be opened twice, and the
// only file, stay open.
func (s *Files) order() error {
	for _, f := range s.files {
		keep := !f.regular || len(s.files) == 1
		count := &s.read
		if !keep {
			count = nil
		}
		rd, err := openReader(f, count)
		if err != nil {
			return err
		}
		if len(s.files) > 1 {
			f.first = rd.firstTime()
		}
		if keep {
			f.open = rd
		} else {
			rd.close()
		}
		s.total += f.size
		if !f.regular {
			s.total = math.MinInt64 / 2
		}
	}
	if s.total < 0 {
		s.total = -1
	}
	s.pending = append(s.pending, s.files...)
	byFirst(s.pending)
	return nil
}

// firstTime finds the time of the first packet without going far. Of a reader that is opened again it leaves no trace
// in the statistics.
func (rd *reader) firstTime() flow.Time {
	saved := rd.file.stat
	rd.reach = maxHead
	st := rd.head(&rd.own, false)
	rd.reach = unbounded
	if rd.file.regular {
		rd.file.stat = saved
	}
	switch st {
	case headPacket:
		return rd.rec.at
	case headFar:
		return always
	}
	return never // it has no packet: it is opened last and says why
}
