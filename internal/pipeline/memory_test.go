package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/phiwatch/phiwatch/internal/content"
	contentlist "github.com/phiwatch/phiwatch/internal/content/list"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
	protolist "github.com/phiwatch/phiwatch/internal/proto/list"
	"github.com/phiwatch/phiwatch/internal/stream"
)

// flood is a source of n conversations that stay open. Before it ends it holds what the shards say that they take
// against what the heap has grown by.
type flood struct {
	t    *testing.T
	p    *Pipeline
	n, i int
	talk func(*pcaptest.Session)
	heap uint64
	said int
	grew int
}

// plain is a Brain that opens objects and judges nothing.
func plain() *Brain {
	return &Brain{Driver: content.NewDriver(contentlist.Formats(), content.DefaultLimits())}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (f *flood) Next(_ context.Context, b *flow.Batch) error {
	if f.i == 0 {
		f.heap = heap()
	}
	if f.i == f.n {
		for f.p.room.waiting() { // what is queued is not the flows'
			time.Sleep(time.Millisecond)
		}
		f.grew = int(heap()) - int(f.heap)
		for _, sh := range f.p.workers[0].shards {
			if sh != nil {
				f.said += sh.table.Memory()
			}
		}
		return io.EOF
	}
	c := pcaptest.New()
	s := c.TCP(fmt.Sprintf("10.%d.%d.%d:40000", f.i>>16&255, f.i>>8&255, f.i&255), "203.0.113.9:2000")
	s.Open()
	f.talk(s)
	b.Packets = append(b.Packets, c.Packets()...)
	f.i++
	return nil
}

// TestMemory holds that the shards know what their flows cost, for kinds of flows that a hospital has many of.
func TestMemory(t *testing.T) {
	line := strings.Repeat("word ", 24) + "\r\n"
	for _, tc := range []struct {
		name string
		talk func(*pcaptest.Session)
	}{
		{"half open", func(*pcaptest.Session) {}},
		{"unknown, one side", func(s *pcaptest.Session) { s.Client(line) }},
		{"unknown, both sides", func(s *pcaptest.Session) { s.Client(line); s.Server(line) }},
		{"out of order", func(s *pcaptest.Session) { s.Client(line); s.At(flow.ToServer, 500, line, 0x18) }},
		{"http, waiting", func(s *pcaptest.Session) {
			s.Client("GET /a HTTP/1.1\r\nHost: x.example\r\nAccept: */*\r\n\r\n")
			s.Server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}},
		{"http, in a body", func(s *pcaptest.Session) {
			s.Client("POST /a HTTP/1.1\r\nHost: x.example\r\nContent-Length: 90000\r\nContent-Type: text/plain\r\n\r\n" + strings.Repeat(line, 20))
		}},
		{"http, in a head", func(s *pcaptest.Session) {
			s.Client("GET /a HTTP/1.1\r\nHost: x.example\r\nA: " + strings.Repeat("a", 3000))
		}},
		{"smtp", func(s *pcaptest.Session) {
			s.Server("220 mx.example ESMTP\r\n")
			s.Client("EHLO a.example\r\n")
			s.Server("250 mx.example\r\n")
			s.Client("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
			s.Server("250 ok\r\n250 ok\r\n354 go\r\n")
			s.Client("Subject: x\r\n\r\n" + line)
		}},
		{"ftp", func(s *pcaptest.Session) {
			s.Server("220 ftp\r\n")
			s.Client("USER a\r\n")
			s.Server("331 ok\r\n")
			s.Client("PASS b\r\n")
			s.Server("230 ok\r\n")
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := New(plain(), Options{Workers: 1, Stream: stream.DefaultConfig(), Protocols: Protocols{List: protolist.Protocols(), Raw: protolist.Raw()}})
			f := &flood{t: t, p: p, n: 5000, talk: tc.talk}
			if err := p.Run(t.Context(), f); err != nil {
				t.Fatal(err)
			}
			ratio := float64(f.said) / float64(f.grew)
			t.Logf("a flow takes %d bytes, its shard says %d", f.grew/f.n, f.said/f.n)
			if ratio < 0.75 || ratio > 1.5 {
				t.Errorf("the shards say %d bytes, the heap has grown by %d", f.said, f.grew)
			}
		})
	}
}

// talks is a source of n conversations in batches of uneven size.
type talks struct{ n, i int }

func (s *talks) Next(_ context.Context, b *flow.Batch) error {
	if s.i == s.n {
		return io.EOF
	}
	for range min(1+s.i%29, s.n-s.i) {
		c := pcaptest.New()
		c.Now += flow.Time(s.i) * flow.Second / 500
		client := fmt.Sprintf("10.0.%d.%d:40000", s.i>>8&255, s.i&255)
		if s.i%3 == 0 {
			client = fmt.Sprintf("10.9.9.9:%d", 1024+s.i) // a third of all between one pair of hosts
		}
		t := c.TCP(client, "203.0.113.9:2000")
		t.Open()
		t.Client(strings.Repeat(client+" ", 40))
		b.Packets = append(b.Packets, c.Packets()...)
		s.i++
	}
	return nil
}

// TestBudget holds that flows are shed to keep the budget of all shards, the same ones whatever the number of workers, that
// a flood between one pair of hosts costs the others nothing, and that the account stays exact.
func TestBudget(t *testing.T) {
	var first string
	for _, workers := range []int{1, 2, 4} {
		var streams bytes.Buffer
		p := New(plain(), Options{Workers: workers, Memory: 12 << 20, Stream: stream.DefaultConfig(), Streams: &streams,
			Protocols: Protocols{List: protolist.Protocols(), Raw: protolist.Raw()}})
		if err := p.Run(t.Context(), &talks{n: 9000}); err != nil {
			t.Fatal(err)
		}
		st := p.Stats()
		if st.Stream.FlowsShed == 0 || st.Stream.FlowsShed > 6000 {
			t.Errorf("%d flows shed", st.Stream.FlowsShed)
		}
		var sum uint64
		for _, n := range st.Account.Bytes {
			sum += n
		}
		if n := st.Panics.Load(); n > 0 {
			t.Errorf("%d panics", n)
		}
		if sum != st.Bytes.Load() {
			t.Errorf("the states add up to %d of %d bytes", sum, st.Bytes.Load())
		}
		switch got := fmt.Sprint(st.Stream.FlowsShed, st.Stream.HistoryShed, streams.String()); {
		case first == "":
			first = got
		case got != first:
			t.Errorf("%d workers give another result", workers)
		}
	}
}

func TestLevel(t *testing.T) {
	var used [shards]int
	if got := level(&used, 1000); got != math.MaxInt {
		t.Errorf("nothing is used: %d", got)
	}
	for i := range used {
		used[i] = 10
	}
	used[7], used[9] = 5000, 400
	got := level(&used, 3240) // 254 shards with 10 leave 700 for two
	if got != 350 {
		t.Errorf("level %d, want 350", got)
	}
	if got := level(&used, 2540+5400); got != math.MaxInt {
		t.Errorf("all fits: %d", got)
	}
}
