package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/phiwatch/phiwatch/internal/object"
)

// extractor writes carried objects to files, on demand only: they hold what the alerts hide. Names are numbers, because
// a peer's name is no safe name for a file.
type extractor struct {
	dir  string
	warn func(string)
	n    atomic.Uint64
	told atomic.Bool
}

func newExtractor(dir string, warn func(string)) *extractor { return &extractor{dir: dir, warn: warn} }

// create opens the file of a record, nil if it cannot.
func (e *extractor) create(r *object.Record) io.WriteCloser {
	var name string
	var f *os.File
	err := fs.ErrExist
	for errors.Is(err, fs.ErrExist) { // numbers of an earlier run are passed over: nothing is overwritten
		name = filepath.Join(e.dir, fmt.Sprintf("object-%06d", e.n.Add(1)))
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	}
	if err != nil {
		if e.told.CompareAndSwap(false, true) {
			e.warn("cannot extract: " + err.Error())
		}
		return nil
	}
	r.Extract = filepath.Base(name)
	return f
}
