package app

import (
	"errors"
	"io"

	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/content"
	contentlist "github.com/phiwatch/phiwatch/internal/content/list"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Explain opens one file with the decoders and rules that [BuildBrain] would take and calls told for each unit in it that
// has candidates or near misses. shown is how the operator called the file; size is -1 if it is unknown; at is its time, for
// ages. The result says what was read; the error is of loading, a *ConfigError, or of reading.
func Explain(c *config.Config, key [32]byte, shown string, size int64, at flow.Time, r io.Reader, told func(detect.Unit)) (content.Result, error) {
	set, err := LoadRules(c)
	if err != nil {
		return content.Result{}, &ConfigError{err}
	}
	e, err := detect.New(set, detect.Options{Key: key})
	if err != nil {
		return content.Result{}, &ConfigError{err}
	}
	src := &pieces{r: r, buf: make([]byte, 64<<10)}
	m := object.Meta{Protocol: "file", Kind: object.File, Name: flow.NewText(shown), Size: size, At: at}
	scan := e.Explain(e.NewScratch(), &m, told)
	res := content.NewDriver(contentlist.Formats(), limits(c)).NewWorker().Walk(&m, src, scan, content.Options{Scan: true})
	scan.Finish()
	if !errors.Is(src.err, io.EOF) && !errors.Is(src.err, io.ErrUnexpectedEOF) {
		return res, src.err
	}
	return res, nil
}

// pieces reads a file piece by piece.
type pieces struct {
	r   io.Reader
	buf []byte
	err error
}

// Next implements content.Source.
func (p *pieces) Next() content.Chunk {
	if p.err != nil {
		return content.Chunk{End: true}
	}
	var n int
	n, p.err = io.ReadFull(p.r, p.buf)
	return content.Chunk{Data: p.buf[:n], End: p.err != nil}
}
