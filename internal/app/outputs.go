package app

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/phiwatch/phiwatch/internal/object"
)

// outputs are the files that a replay writes beside its alerts.
type outputs struct {
	objects, streams, summary *bufio.Writer
	files                     []*os.File
	taken                     []os.FileInfo // captures, and what is written already
}

func (r *Replay) outputs(lines []timeline) (*outputs, error) {
	o := &outputs{}
	for i := range lines {
		for _, p := range lines[i].captures() {
			if info, err := os.Stat(p); err == nil {
				o.taken = append(o.taken, info)
			}
		}
	}
	var err error
	if r.Objects != "" {
		o.objects, err = o.create(r.Objects)
	}
	if r.Streams != "" && err == nil {
		o.streams, err = o.create(r.Streams)
	}
	if r.Summary != "" && err == nil { // before the work: a path that cannot be written must not cost a run
		o.summary, err = o.create(r.Summary)
	}
	if r.Extract != "" && err == nil {
		if err = os.MkdirAll(r.Extract, 0o700); err != nil {
			err = FileError("cannot make the directory", err)
		}
	}
	if err != nil {
		_ = o.close() // nothing was written
	}
	return o, err
}

func (o *outputs) create(path string) (*bufio.Writer, error) {
	if path == "-" {
		return nil, WithHint(errors.New("alerts are written to standard output; - is no file here"), "name a file")
	}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		for _, t := range o.taken { // a capture is evidence: a slip of the hand must not empty it
			if os.SameFile(info, t) {
				return nil, WithHint(fmt.Errorf("%s is a capture of this run, or another of its outputs", path), "name another file")
			}
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, FileError("cannot write", err)
	}
	o.files = append(o.files, f)
	if info, err := f.Stat(); err == nil {
		o.taken = append(o.taken, info)
	}
	return bufio.NewWriterSize(f, 64<<10), nil
}

func (o *outputs) close() (err error) {
	for _, w := range []*bufio.Writer{o.objects, o.streams, o.summary} {
		if w != nil {
			err = errors.Join(err, w.Flush())
		}
	}
	for _, f := range slices.Backward(o.files) {
		err = errors.Join(err, f.Close())
	}
	return err
}

// extractor writes objects to the directory under their order of completion.
func (r *Replay) extractor() func(*object.Record) io.WriteCloser {
	return newExtractor(r.Extract, r.Warn).create
}
