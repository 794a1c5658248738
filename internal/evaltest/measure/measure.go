// Package measure runs documents with a known truth through the decoders and the detection of `phiwatch scan`, in process,
// and counts: what was found by token, at which score, and what was found that is not there. It is for tests and
// scripts/eval; it alone of the evaltest packages imports the sensor.
package measure

import (
	"crypto/hmac"
	"crypto/sha256"
	"mime"

	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/evaltest"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/pipeline"
)

// key is the token key of the measurement. There is nothing to protect: all values are planted.
var key = [32]byte{1, 2, 3, 4, 5, 6, 7, 8}

// at is the time of all documents: 2026-01-02 03:04:05 UTC.
const at = flow.Time(1767323045) * flow.Second

// Engine scans documents as files at rest. It is safe for concurrent use.
type Engine struct{ brain *pipeline.Brain }

// New builds an engine of the built-in rules and the default configuration, without a limit of tokens.
func New() (*Engine, error) {
	c := config.Default()
	c.Alerts.MaxTokens = 10_000_000
	b, _, err := app.BuildBrain(&c, key)
	if err != nil {
		return nil, err
	}
	return &Engine{b}, nil
}

// Rules is the digest of the rules.
func (e *Engine) Rules() string { return e.brain.Engine.Digest() }

// Token is the token that an alert has for a canonical value.
func Token(kind, canon string) finding.Token {
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(kind + "\x00" + canon))
	return finding.Token(mac.Sum(nil)[:16])
}

// pieces feeds a body, in pieces of n bytes.
type pieces struct {
	b []byte
	n int
}

// Next implements content.Source.
func (p *pieces) Next() content.Chunk {
	n := len(p.b)
	if p.n > 0 {
		n = min(p.n, n)
	}
	c := content.Chunk{Data: p.b[:n], End: n == len(p.b)}
	p.b = p.b[n:]
	return c
}

const pieceSize = 64 << 10

// Each scans documents on all processors and calls use with each result in order.
func (e *Engine) Each(docs []evaltest.Doc, use func(d *evaltest.Doc, r *finding.Result)) {
	results := make([]finding.Result, len(docs))
	inParallel(len(docs), func() func(i int) {
		s := e.scanner()
		return func(i int) { results[i] = s.scan(&docs[i]) }
	})
	for i := range docs {
		use(&docs[i], &results[i])
	}
}

// Scan scans one document.
func (e *Engine) Scan(d *evaltest.Doc) finding.Result { return e.scanner().scan(d) }

func (e *Engine) scanner() *scanner {
	s := &scanner{walk: e.brain.Driver.NewWorker()}
	scratch := e.brain.Engine.NewScratch()
	s.run = func(m *object.Meta, src content.Source) finding.Result {
		scan := e.brain.Engine.Scan(scratch, m)
		s.walk.Walk(m, src, scan, content.Options{Scan: true})
		return scan.Finish()
	}
	return s
}

type scanner struct {
	walk *content.Worker
	run  func(m *object.Meta, src content.Source) finding.Result
}

func (s *scanner) scan(d *evaltest.Doc) finding.Result {
	n := d.Split
	if n == 0 {
		n = pieceSize
	}
	kind := []object.Kind{object.File, object.Mail, object.Request}[d.Object]
	m := &object.Meta{Protocol: "file", Kind: kind, Name: flow.NewText(d.Name), Size: int64(len(d.Body)), At: at}
	m.MediaType, m.Params = media(d.Media)
	return s.run(m, &pieces{d.Body, n})
}

func media(v string) (string, []object.Param) {
	if v == "" {
		return "", nil
	}
	t, params, err := mime.ParseMediaType(v)
	if err != nil {
		return "", nil
	}
	var list []object.Param
	for k, p := range params {
		list = append(list, object.Param{Key: k, Value: p})
	}
	return t, list
}
