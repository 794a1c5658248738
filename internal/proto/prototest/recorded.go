package prototest

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/capture"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/stream"
)

// Recorded is a flow of a capture, as the stream delivers it.
type Recorded struct {
	Flow   *flow.Flow
	events []event
}

type event struct {
	dir  flow.Dir
	at   flow.Time
	data []byte
	gap  uint64
}

// Data implements flow.Consumer.
func (r *Recorded) Data(d flow.Dir, _ uint64, at flow.Time, b []byte) flow.Want {
	r.events = append(r.events, event{dir: d, at: at, data: slices.Clone(b)})
	return 0
}

// Gap implements flow.Consumer.
func (r *Recorded) Gap(d flow.Dir, _, n uint64, at flow.Time, _ coverage.Reason) flow.Want {
	r.events = append(r.events, event{dir: d, at: at, gap: n})
	return 0
}

// Skip implements flow.Consumer.
func (r *Recorded) Skip(flow.Dir, uint64, uint64) {}

// Alt implements flow.Consumer.
func (r *Recorded) Alt(flow.Dir, uint64, []byte) {}

// Close implements flow.Consumer.
func (r *Recorded) Close(flow.Time, flow.CloseReason) {}

// flip swaps the sides.
func (r *Recorded) flip() {
	r.Flow.Flip()
	for i := range r.events {
		r.events[i].dir ^= 1
	}
}

// Peek returns the beginning of a direction.
func (r *Recorded) Peek(d flow.Dir) proto.Peek {
	p := proto.Peek{End: true}
	for _, e := range r.events {
		if e.dir != d {
			continue
		}
		if e.gap > 0 {
			break
		}
		p.Data = append(p.Data, e.data...)
	}
	p.Data = p.Data[:min(len(p.Data), proto.PeekMax)]
	return p
}

// Recognise probes both ways round, as the pipeline does, turns the flow when the other way is better, and returns the
// better score.
func (r *Recorded) Recognise(p proto.Protocol) proto.Score {
	c, s := r.Peek(flow.ToServer), r.Peek(flow.ToClient)
	right, wrong := p.Probe(c, s, r.Flow), p.Probe(s, c, r.Flow)
	if wrong > right {
		r.flip()
	}
	return max(right, wrong)
}

// Run plays the flow in pieces whose sizes cut gives (nil: as recorded).
func (r *Recorded) Run(p proto.Protocol, cut func() int) *Host {
	f := *r.Flow
	pl := Play(p, NewHost(&f))
	for _, e := range r.events {
		pl.at = e.at
		if e.gap > 0 {
			pl.Gap(e.dir, e.gap)
		} else {
			pl.Turn(Turn{e.dir, e.data}, cut)
		}
	}
	pl.Close(flow.ClosedEnd)
	return pl.Host
}

type recorder struct{ flows []*Recorded }

func (r *recorder) Open(f *flow.Flow) flow.Consumer {
	rec := &Recorded{Flow: f}
	r.flows = append(r.flows, rec)
	return rec
}

func (r *recorder) Evasion(*flow.Flow, string, flow.Time) {}

// Record reads the flows of a capture.
func Record(t testing.TB, path string) []*Recorded {
	t.Helper()
	src, err := capture.Open([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var (
		rec  recorder
		acc  coverage.Account
		b    flow.Batch
		last flow.Time
	)
	shard := stream.NewShard(stream.DefaultConfig(), &rec, &acc)
	for {
		err := src.Next(context.Background(), &b)
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for i := range b.Packets {
			p := &b.Packets[i]
			if _, ok := stream.Route(p, &acc); ok {
				shard.Packet(p)
			}
			last = max(last, p.At)
		}
	}
	shard.Close(last)
	return rec.flows
}

// Shared returns the folder of shared test data, and skips the test when there is none: $PHIWATCH_SHARED, or the
// folder shared beside the module.
func Shared(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("PHIWATCH_SHARED")
	if dir == "" {
		wd, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for dir = wd; ; dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil || dir == filepath.Dir(dir) {
				break
			}
		}
		dir = filepath.Join(filepath.Dir(dir), "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "pcaps")); err != nil {
		t.Skip("no shared test data: set PHIWATCH_SHARED")
	}
	return dir
}

// Objects returns the rows of OBJECTS.tsv of one kind: for each capture the SHA-256 of its objects.
func Objects(t testing.TB, shared, kind string) map[string][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(shared, "pcaps", "OBJECTS.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := map[string][]string{}
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		col := strings.Split(s.Text(), "\t")
		if len(col) > 4 && col[1] == kind && !slices.Contains(rows[col[0]], col[4]) {
			rows[col[0]] = append(rows[col[0]], col[4])
		}
	}
	return rows
}
