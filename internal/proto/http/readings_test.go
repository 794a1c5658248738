package http

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
)

// readingCases are messages that some receivers read in another way than others.
func readingCases() []prototest.Case {
	cs := []prototest.Case{
		{Name: "CR ends a size", Conv: conv{
			s("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\r\nabcde\r\n2\r\r\nfg\r\n0\r\n\r\n"),
		}, Check: wants(`
response@0< "abcdefg" delivered evasion
response@47< "5\r\r\nabcde\r\n2\r\r\nfg\r\n0\r\n\r\n" delivered again
response@47< "\r\nabc" delivered again
stream@58< "2\r\r\nfg\r\n0\r\n\r\n" delivered again
fact 5 dir=1  http_smuggling`)},
		{Name: "a line that is no field", Conv: conv{
			s("HTTP/1.1 200 OK\r\nX: y\r\nnone\r\nContent-Length: 2\r\n\r\nab"),
		}, Check: wants(`
response@0< h:X="y" h:="none" size=2 "ab" delivered
response@23< "none\r\nContent-Length: 2\r\n\r\nab" delivered again`)},
		{Name: "a coding behind a line that is no field", Conv: conv{
			s("HTTP/1.1 200 OK\r\nnone\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
		}, Check: wants(`
response@0< h:="none" "ab" delivered evasion
response@17< "none\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n" delivered again
response@53< "2\r\nab\r\n0\r\n\r\n" delivered again
fact 5 dir=1  http_smuggling`)},
		{Name: "a CR before the end of the head", Conv: conv{
			s("HTTP/1.1 200 OK\r\nX: y\r\n\r\r\nContent-Length: 2\r\n\r\nab"),
		}, Check: wants(`
response@0< h:X="y" "Content-Length: 2\r\n\r\nab" delivered
response@24< "\r\nContent-Length: 2\r\n\r\nab" delivered again
response@47< "ab" delivered again`)},
		{Name: "codings twice", Conv: conv{
			s("HTTP/1.1 200 OK\r\nContent-Encoding: gzip, deflate\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nab"),
		}, Check: wants(`
response@0< enc=gzip,deflate,br size=2 "ab" delivered
response@93< enc=gzip,deflate "ab" delivered again
response@93< enc=br "ab" delivered again`)},
		{Name: "lower case", Conv: conv{
			c("GET / HTTP/1.1\r\n\r\n"), s("http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"),
		}, Check: wants(`
response@0< size=2 "ab" delivered evasion
response@0< "http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab" delivered again
fact 5 dir=1  http_smuggling`)},
		{Name: "chunked in HTTP/1.0", Conv: conv{
			c("HEAD / HTTP/1.0\r\n\r\n"), s("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
			c("GET / HTTP/1.0\r\n\r\n"), s("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
		}, Check: wants(`
response@47< "ab" delivered
response@94< "2\r\nab\r\n0\r\n\r\n" delivered again`)},
		{Name: "three lengths and what follows", Conv: conv{
			c("POST /a HTTP/1.1\r\nContent-Length: 30\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nxyPOST /b HTTP/1.1\r\nContent-Length: 1\r\n\r\n!"),
		}, Check: wants(`
request@0 name=a uri:="/a" "xy" unknown evasion
request@80 name=b uri:="/b" size=1 "!" unknown
request@78 name=a "xyPOST /b HTTP/1.1\r\nContent-Le" unknown again
stream@108 "ngth: 1\r\n\r\n!" unknown again
request@78 name=a "xyP" unknown again
stream@81 "OST /b HTTP/1.1\r\nContent-Length: 1\r\n\r\n!" unknown again
fact 5 dir=0  http_smuggling`)},
	}
	for i := range cs {
		cs[i].Ordered = true
	}
	return cs
}

func TestReadings(t *testing.T) { prototest.Accept(t, Protocol(), readingCases()) }

// What is held is bounded, and the readings of it are the same however the bytes were cut.
func TestHeldBound(t *testing.T) {
	big := fmt.Sprintf("%x\r\n%s\r\n", maxHeld, strings.Repeat("x", maxHeld))
	many := strings.Repeat("POST /b HTTP/1.1\r\nContent-Length: 1\r\n\r\n!", 2*maxSeen)
	head := "POST /a HTTP/1.1\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"
	for name, text := range map[string]string{
		"long":  head + big + "3\r\nabc\r\n0\r\n\r\n",
		"many":  head + "1\r\na\r\n0\r\n\r\n" + many,
		"again": strings.Repeat(head+"1\r\na\r\n0\r\n\r\n"+many, 3*maxHolds),
	} {
		want, again := "", 0
		for _, size := range []int{1 << 30, 1460, 8191, 7} {
			h := prototest.Run(Protocol(), prototest.NewHost(nil), conv{c(text)}, func() int { return size })
			if len(h.Faults) > 0 {
				t.Fatal(name, h.Faults)
			}
			if again = 0; want == "" {
				want = h.Dump(true)
			} else if h.Dump(true) != want {
				t.Errorf("%s: in pieces of %d it is something else", name, size)
			}
			for _, o := range h.Objects {
				if o.Outcome.Evasion == framing {
					again++
				}
				if o.Outcome.Evasion == framing && len(o.Bytes()) > maxHeld {
					t.Errorf("%s: a second reading of %d bytes", name, len(o.Bytes()))
				}
			}
		}
		if again == 0 || again > maxSecond*maxHolds {
			t.Errorf("%s: %d second readings", name, again)
		}
	}
	prototest.Bounded(t, Protocol(), 4*maxHeld, 8<<20, conv{c(head), s("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"),
		c("ffffffff\r\n"), s("ffffffff\r\n"), c(strings.Repeat("x", 4000)), s(strings.Repeat("y", 4000))})
}

// BenchmarkOdd is a response of 1 MiB with a length beside the chunks.
func BenchmarkOdd(b *testing.B) {
	r := []byte(benchHead + "Content-Length: 1048576\r\nTransfer-Encoding: chunked\r\n\r\n")
	for range 128 {
		r = append(append(append(r, "2000\r\n"...), strings.Repeat("x", 0x2000)...), "\r\n"...)
	}
	r = append(r, "0\r\n\r\n"...)
	b.SetBytes(int64(len(r)))
	b.ReportAllocs()
	for b.Loop() {
		a := Protocol().New(&sink{})
		a.Data(flow.ToServer, 0, 0, []byte(benchRequest))
		a.Data(flow.ToClient, 0, 0, r)
		a.Close(0, flow.ClosedFIN)
	}
}

// No held bytes make the readings slow.
func TestReadingsLinear(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\nContent-Length: 1\r\nContent-Length: 2\r\nContent-Encoding: x\r\nContent-Encoding: y\r\n"
	for name, tail := range map[string]string{
		"CR in a head": "\r\r", "CR and fields": "a:b\r", "CR in trailers": "\r\n0\r\na:\r", "sizes": "\r\n1\r", "messages": "\r\nHTTP/1.1 200 OK\nContent-Length:0\n\n",
		"empty chunks": "\r\n0\r\n\r\nHTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", "commas": "Content-Length:,,,,,,,",
	} {
		first, loop := tail, tail
		for _, c := range []string{"\r\n", "\r\n0\r\n"} {
			if strings.HasPrefix(tail, c) {
				loop = tail[len(c):]
			}
		}
		began := time.Now()
		a := Protocol().New(&sink{})
		a.Data(flow.ToClient, 0, 0, []byte(head+first+strings.Repeat(loop, maxHeld/len(loop))+"\r\n\r\n"))
		a.Close(0, flow.ClosedFIN)
		if d := time.Since(began); d > time.Second/2 {
			t.Errorf("%s: %s", name, d)
		}
	}
}
