// Command benchcap writes the capture that scripts/bench measures with: by bytes a quarter each of mail with attachments
// (csv, zip, gzip, html; base64 and quoted-printable), HTTP (JSON, forms, multipart, gzip responses), FTP (csv, zip,
// text) and TLS. The content is synthetic and the same for the same size. It also writes the texts of scripts/benchscan.
//
// usage: benchcap MEGABYTES > bench.pcap
//
//	benchcap KIND MEGABYTES > text     KIND: english mail log html dense csv base64, or a hostile one of texts.go
package main

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "benchcap:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 && len(args) != 2 {
		return errors.New("usage: benchcap [KIND] MEGABYTES > file")
	}
	size, err := strconv.ParseInt(args[len(args)-1], 10, 64)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	g := &writer{r: rand.New(rand.NewPCG(1, 2))}
	if len(args) == 2 {
		if err := g.corpus(out, args[0], size*1e6); err != nil {
			return err
		}
		return out.Flush()
	}
	newMaker(g, newWire(out)).fill(size * 1e6)
	return out.Flush()
}

// maker keeps some sessions of each kind open and holds their shares of the bytes equal.
type maker struct {
	g     *writer
	w     *wire
	kinds []func() []*session
	share []int64
	open  [][]*session
}

func newMaker(g *writer, w *wire) *maker {
	m := &maker{g: g, w: w}
	m.kinds = []func() []*session{m.mail, m.web, m.file, m.tls}
	m.share, m.open = make([]int64, 4), make([][]*session, 4)
	return m
}

// fill writes packets until the capture has its size, then ends what is open.
func (m *maker) fill(size int64) {
	for m.w.bytes < size {
		m.step(m.behind())
	}
	for k := range m.open {
		for _, s := range m.open[k] {
			for m.w.step(s) {
			}
		}
	}
}

// behind is the kind with the fewest bytes so far.
func (m *maker) behind() int {
	best := 0
	for k := range m.share {
		if m.share[k] < m.share[best] {
			best = k
		}
	}
	return best
}

func (m *maker) step(k int) {
	for len(m.open[k]) < 8 {
		m.open[k] = append(m.open[k], m.kinds[k]()...)
	}
	before := m.w.bytes
	i := m.g.r.IntN(len(m.open[k]))
	if !m.w.step(m.open[k][i]) {
		m.open[k] = append(m.open[k][:i], m.open[k][i+1:]...)
	}
	m.share[k] += m.w.bytes - before
}
