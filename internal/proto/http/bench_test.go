package http

import (
	"bytes"
	"testing"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// sink is a host that throws everything away.
type sink struct {
	f flow.Flow
	n int
}

func (s *sink) Flow() *flow.Flow               { return &s.f }
func (s *sink) Open(object.Meta) object.Writer { return s }
func (s *sink) Fact(flow.Fact)                 {}
func (s *sink) Expect(flow.Expectation)        {}
func (s *sink) Become(string, [2][]byte)       {}
func (s *sink) Write(b []byte)                 { s.n += len(b) }
func (s *sink) WriteAt(int64, []byte)          {}
func (s *sink) Gap(int64, coverage.Reason)     {}
func (s *sink) Close(object.Outcome)           {}

const benchRequest = "GET /static/app/main.css?v=123 HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\n" +
	"Accept: text/css,*/*;q=0.1\r\nAccept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n" +
	"Referer: https://www.example.org/index.html\r\nCookie: session=abcdef; theme=dark\r\n\r\n"

const benchHead = "HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 07:53:12 GMT\r\nServer: nginx\r\nContent-Type: text/html; charset=utf-8\r\nConnection: keep-alive\r\n"

func bench(b *testing.B, request, response []byte) {
	s := &sink{}
	a := Protocol().New(s)
	var off [2]uint64
	send := func(d flow.Dir, p []byte) {
		for len(p) > 0 {
			n := min(len(p), 1460)
			a.Data(d, off[d], 0, p[:n])
			off[d] += uint64(n)
			p = p[n:]
		}
	}
	b.SetBytes(int64(len(request) + len(response)))
	b.ReportAllocs()
	for b.Loop() {
		send(flow.ToServer, request)
		send(flow.ToClient, response)
	}
}

// BenchmarkHeads is all heads: a small response.
func BenchmarkHeads(b *testing.B) {
	bench(b, []byte(benchRequest), []byte(benchHead+"Content-Length: 2\r\n\r\nok"))
}

// BenchmarkBody is a response of 1 MiB.
func BenchmarkBody(b *testing.B) {
	bench(b, []byte(benchRequest), append([]byte(benchHead+"Content-Length: 1048576\r\n\r\n"), bytes.Repeat([]byte("x"), 1<<20)...))
}

// BenchmarkChunked is a response of 1 MiB in chunks of 8 KiB.
func BenchmarkChunked(b *testing.B) {
	r := []byte(benchHead + "Transfer-Encoding: chunked\r\n\r\n")
	for range 128 {
		r = append(append(append(r, "2000\r\n"...), bytes.Repeat([]byte("x"), 0x2000)...), "\r\n"...)
	}
	bench(b, []byte(benchRequest), append(r, "0\r\n\r\n"...))
}

// Packets of a body cost no allocation.
func TestBodyAllocs(t *testing.T) {
	s := &sink{}
	a := Protocol().New(s)
	a.Data(flow.ToClient, 0, 0, []byte("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nx"))
	p := make([]byte, 1460)
	if n := testing.AllocsPerRun(100, func() { a.Data(flow.ToClient, 0, 0, p) }); n > 0 || s.n == 0 {
		t.Errorf("%v allocations a packet", n)
	}
}
