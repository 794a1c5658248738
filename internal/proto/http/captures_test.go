package http_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/phiwatch/phiwatch/internal/capture"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/http"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
	"github.com/phiwatch/phiwatch/internal/stream"
)

// shared returns the folder of captures, which is no part of the repository.
func shared(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PHIWATCH_SHARED")
	if dir == "" {
		dir = "../../../../shared"
	}
	if _, err := os.Stat(filepath.Join(dir, "pcaps", "OBJECTS.tsv")); err != nil {
		t.Skip("the shared captures are not here: set PHIWATCH_SHARED")
	}
	return dir
}

// played is a flow as it was delivered.
type played struct {
	f     *flow.Flow
	calls []call
	first [2][]byte
	gap   [2]bool
}

type call struct {
	dir flow.Dir
	b   []byte
	gap uint64
}

type opener struct{ flows []*played }

func (o *opener) Open(f *flow.Flow) flow.Consumer {
	p := &played{f: f}
	o.flows = append(o.flows, p)
	return p
}
func (o *opener) Evasion(*flow.Flow, string, flow.Time) {}

func (p *played) Data(d flow.Dir, _ uint64, _ flow.Time, b []byte) flow.Want {
	p.calls = append(p.calls, call{d, bytes.Clone(b), 0})
	if n := proto.PeekMax - len(p.first[d]); n > 0 {
		p.first[d] = append(p.first[d], b[:min(n, len(b))]...)
	}
	return 0
}

func (p *played) Gap(d flow.Dir, _, n uint64, _ flow.Time, _ coverage.Reason) flow.Want {
	p.calls = append(p.calls, call{d, nil, n})
	p.gap[d] = p.gap[d] || len(p.first[d]) == 0
	return 0
}
func (p *played) Skip(flow.Dir, uint64, uint64)     {}
func (p *played) Alt(flow.Dir, uint64, []byte)      {}
func (p *played) Close(flow.Time, flow.CloseReason) {}
func (p *played) peek(d flow.Dir) proto.Peek {
	return proto.Peek{Data: p.first[d], End: true, Gap: p.gap[d] || !p.f.Handshake}
}

// run plays the flow to the analyser, if it is HTTP.
func (p *played) run(t *testing.T) *prototest.Host {
	if p.f.Transport != flow.TCP {
		return nil
	}
	pr := http.Protocol()
	flip := flow.Dir(0)
	right, wrong := pr.Probe(p.peek(0), p.peek(1), p.f), pr.Probe(p.peek(1), p.peek(0), p.f)
	if max(right, wrong) <= proto.No {
		return nil
	}
	if wrong > right {
		flip = 1
	}
	h := prototest.NewHost(nil)
	pl := prototest.Play(pr, h)
	for _, c := range p.calls {
		if c.gap > 0 {
			pl.Gap(c.dir^flip, c.gap)
		} else {
			pl.Data(c.dir^flip, c.b)
		}
		pl.Tick()
	}
	pl.Close(flow.ClosedFIN)
	if len(h.Faults) > 0 {
		t.Error(h.Faults)
	}
	return h
}

// flowsOf puts a capture together.
func flowsOf(t *testing.T, path string) []*played {
	src, err := capture.Open([]string{path})
	if err != nil {
		return nil
	}
	defer func() { _ = src.Close() }()
	var acc coverage.Account
	o := &opener{}
	shards := map[uint8]*stream.Shard{}
	var b flow.Batch
	var last flow.Time
	for {
		b.Reset()
		err := src.Next(context.Background(), &b)
		for i := range b.Packets {
			p := &b.Packets[i]
			last = max(last, p.At)
			n, ok := stream.Route(p, &acc)
			if !ok {
				continue
			}
			if shards[n] == nil {
				shards[n] = stream.NewShard(stream.DefaultConfig(), o, &acc)
			}
			shards[n].Packet(p)
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Log(filepath.Base(path), err)
			}
			break
		}
	}
	for _, s := range shards {
		s.Close(last)
	}
	return o.flows
}

// decoded returns the SHA-256 of the bytes as carried and with the content codings undone, as far as they go.
func decoded(o *prototest.Object) []string {
	b := o.Bytes()
	sum := func(b []byte) string { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }
	out := []string{sum(b)}
	for i := len(o.Meta.Encodings) - 1; i >= 0; i-- {
		var r io.Reader
		var err error
		in := bytes.NewReader(b)
		switch o.Meta.Encodings[i] {
		case "gzip":
			r, err = gzip.NewReader(in)
		case "deflate":
			if r, err = zlib.NewReader(in); err != nil {
				r, err = flate.NewReader(bytes.NewReader(b)), nil
			}
		case "br":
			r = brotli.NewReader(in)
		case "zstd":
			r, err = zstd.NewReader(in)
		default:
			continue
		}
		if err != nil { // a label that lies
			continue
		}
		if plain, err := io.ReadAll(io.LimitReader(r, 64<<20)); err == nil || len(plain) > 0 {
			b = plain
			out = append(out, sum(b))
		}
	}
	return out
}

// TestCaptures compares with what tshark exports from captures without gaps.
func TestCaptures(t *testing.T) {
	dir := filepath.Join(shared(t), "pcaps")
	gaps := map[string]bool{}
	for _, f := range rows(t, filepath.Join(dir, "MANIFEST.tsv")) {
		gaps[f[0]] = f[14] != "0"
	}
	want := map[string]map[string]string{}
	for _, f := range rows(t, filepath.Join(dir, "OBJECTS.tsv")) {
		cat, _, _ := strings.Cut(f[0], "/")
		if (cat == "http" || cat == "http-evader") && f[1] == "http" && !gaps[f[0]] {
			if want[f[0]] == nil {
				want[f[0]] = map[string]string{}
			}
			want[f[0]][f[4]] = f[2]
		}
	}
	all, found := 0, 0
	for file, sums := range want {
		have := map[string]bool{}
		for _, p := range flowsOf(t, filepath.Join(dir, file)) {
			if h := p.run(t); h != nil {
				for _, o := range h.Objects {
					for _, s := range decoded(o) {
						have[s] = true
					}
				}
			}
		}
		for s, name := range sums {
			all++
			if have[s] {
				found++
			} else if why := explained(file); why != "" {
				t.Logf("%s: %s: %s", file, name, why)
				all--
			} else {
				t.Errorf("%s: %s (%s) is missing", file, name, s[:12])
			}
		}
	}
	t.Logf("%d of %d objects", found, all)
}

// explained says why an object of tshark's is none of ours.
func explained(file string) string {
	name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), ".pcap"), ".gz")
	return map[string]string{
		"zeek-socks":                                "inside of SOCKS",
		"arkime-socks-http-example":                 "inside of SOCKS",
		"suricata-http-range-file":                  "frames 6 to 25 came out of order, and tshark exports each alone; told to reassemble out of order, it has ours only",
		"suricata-http-connect-http-connect-simple": "a line end behind the head of CONNECT (frames 5, 7, 9) is no body",
		"zeek-http-11-request-then-cruft":           "tshark makes an object of each segment of cruft: this one is frame 17",
	}[name]
}

func rows(t *testing.T, path string) (out [][]string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		out = append(out, strings.Split(sc.Text(), "\t"))
	}
	return out[1:]
}
