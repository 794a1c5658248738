package http

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
)

type (
	conv = prototest.Conversation
	host = prototest.Host
)

var c, s = prototest.Client, prototest.Server

// show describes the objects of a run, one on a line, in the order they were opened.
func show(h *host) string {
	var b strings.Builder
	for _, o := range h.Objects {
		m := &o.Meta
		fmt.Fprintf(&b, "%s@%d", m.Kind, m.Off)
		if m.Dir == flow.ToClient {
			b.WriteByte('<')
		}
		if n := m.Name.Reveal(); n != "" {
			fmt.Fprintf(&b, " name=%s", n)
		}
		if m.MediaType != "" {
			fmt.Fprintf(&b, " type=%s", m.MediaType)
		}
		for _, p := range m.Params {
			fmt.Fprintf(&b, " %s=%q", p.Key, p.Value)
		}
		if m.Encodings != nil {
			fmt.Fprintf(&b, " enc=%s", strings.Join(m.Encodings, ","))
		}
		for _, f := range m.Fields {
			fmt.Fprintf(&b, " %s:%s=%q", roles[f.Role], f.Label, f.Value)
		}
		if u := m.User.Reveal(); u != "" {
			fmt.Fprintf(&b, " user=%s", u)
		}
		if m.Offset != 0 {
			fmt.Fprintf(&b, " offset=%d", m.Offset)
		}
		if m.Bodyless {
			b.WriteString(" bodyless")
		}
		if m.Size > 0 {
			fmt.Fprintf(&b, " size=%d", m.Size)
		}
		for _, p := range o.Pieces {
			if p.Gap > 0 {
				fmt.Fprintf(&b, " gap(%d)", p.Gap)
			} else {
				fmt.Fprintf(&b, " %q", p.Data)
			}
		}
		fmt.Fprintf(&b, " %s", o.Outcome.Status)
		if o.Outcome.Cut {
			b.WriteString(" cut")
		}
		switch o.Outcome.Evasion {
		case framing:
			b.WriteString(" again")
		case smuggling:
			b.WriteString(" evasion")
		}
		b.WriteByte('\n')
	}
	for _, f := range h.Facts {
		fmt.Fprintf(&b, "fact %d dir=%d %s%s %s\n", f.Kind, f.Dir, f.Name.Reveal(), f.User.Reveal(), f.Detail)
	}
	if h.Gone {
		fmt.Fprintf(&b, "become %q %q %q\n", h.Became, h.Rest[0], h.Rest[1])
	}
	return b.String()
}

var roles = map[object.Role]string{object.RoleHeader: "h", object.RoleURI: "uri", object.RoleQuery: "q", object.RoleCookie: "cookie"}

func wants(want string) func(*testing.T, *host) {
	return func(t *testing.T, h *host) {
		t.Helper()
		if got := show(h); strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestAccept(t *testing.T) {
	prototest.Accept(t, Protocol(), cases())
}

// cases are conversations with what must come of them. The order of the sides counts: an answer pairs with a request
// that was seen before it.
func cases() []prototest.Case {
	cs := []prototest.Case{
		{Name: "get", Conv: conv{
			c("GET /a/report%201.csv?id=5&name=J%C3%B6+X&x HTTP/1.1\r\nHost: Example.org:80\r\nUser-Agent: x\r\nCookie: sid=1; u=%41\r\nReferer: http://a/?q=%31\r\nX-Patient: 7\r\n\r\n"),
			s("HTTP/1.1 200 OK\r\nContent-Type: text/csv; charset=\"utf-8\"\r\nContent-Length: 5\r\nSet-Cookie: k=v; Path=/\r\n\r\nhello"),
		}, Check: wants(`
request@0 name=report 1.csv uri:="/a/report 1.csv" q:id="5" q:name="Jöx X" q:="x" cookie:sid="1" cookie:u="A" h:Referer="http://a/?q=1" h:X-Patient="7" bodyless delivered
response@0< name=report 1.csv type=text/csv charset="utf-8" cookie:k="v" size=5 "hello" delivered
fact 4 dir=1 example.org `)},
		{Name: "post keep-alive", Conv: conv{
			c("POST /up HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=abc\r\nContent-Length: 4\r\nContent-Encoding: gzip, br\r\n\r\nbody"),
			s("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
			c("PUT / HTTP/1.1\r\nContent-Length: 0\r\nContent-Disposition: attachment; filename=\"..\\\\a/b \\\"q.txt\"\r\n\r\n"),
			s("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n"),
			c("GET / HTTP/1.1\r\n\r\n"),
			s("HTTP/1.0 500 Oops\r\n\r\nto the end"),
		}, Check: wants(`
request@0 name=up type=multipart/form-data boundary="abc" enc=gzip,br uri:="/up" size=4 "body" refused
response@0< name=up "" refused`)},
		{Name: "after a loss", Conv: conv{
			c("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody"), s("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"),
			c("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), s("HTTP/1.1 201 OK\r\nContent-Length: 3\r\n\r\ntwo"),
			c("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nmore"), s("HTTP/1.1 404 OK\r\nContent-Length: 5\r\n\r\nthree"),
		}, Resync: true, Check: wants(`
request@0 size=4 "body" delivered
response@0< size=3 "one" delivered
request@42 "abc" delivered
response@41< size=3 "two" delivered
request@101 size=4 "more" refused
response@82< size=5 "three" refused`)},
		{Name: "head, 204, 304, 100", Conv: conv{
			c("HEAD /big HTTP/1.1\r\n\r\n"), s("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nX-A: b\r\n\r\n"),
			c("DELETE /x HTTP/1.1\r\n\r\n"), s("HTTP/1.1 204 No Content\r\n\r\n"),
			c("GET /y HTTP/1.1\r\n\r\n"), s("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"),
			c("POST /z HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"),
			s("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"), c("abc"),
			s("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
		}, Check: wants(`
request@0 name=big uri:="/big" bodyless delivered
response@0< name=big h:X-A="b" bodyless delivered
request@22 name=x uri:="/x" bodyless delivered
request@44 name=y uri:="/y" bodyless delivered
request@63 name=z uri:="/z" size=3 "abc" delivered
response@175< name=z size=2 "ok" delivered`)},
		{Name: "pipelined", Conv: conv{
			c("GET /1 HTTP/1.1\r\n\r\nHEAD /2 HTTP/1.1\r\n\r\nPOST /3 HTTP/1.1\r\nContent-Length: 2\r\n\r\nxyGET /4 HTTP/1.1\r\n\r\n"),
			s("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\n3HTTP/1.1 200 OK\r\n\r\n4"),
		}, Check: wants(`
request@0 name=1 uri:="/1" bodyless delivered
request@19 name=2 uri:="/2" bodyless delivered
request@39 name=3 uri:="/3" size=2 "xy" refused
request@80 name=4 uri:="/4" bodyless delivered
response@0< name=1 size=1 "1" delivered
response@77< name=3 size=1 "3" refused
response@116< name=4 "4" delivered`)},
		{Name: "expect refused", Conv: conv{
			c("PUT /z HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 300\r\n\r\n"),
			s("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"),
			c("PUT /z HTTP/1.1\r\nAuthorization: Basic ZHIud2hvOnMzY3JldA==\r\nContent-Length: 3\r\n\r\nabc"),
			s("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"),
		}, Check: wants(`
request@0 name=z uri:="/z" size=300 refused cut
response@0< name=z refused
request@62 name=z uri:="/z" user=dr.who size=3 "abc" delivered
response@38< name=z user=dr.who delivered
fact 2 dir=0 dr.who http_basic`)},
		{Name: "connect", Conv: conv{
			c("CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.example:25\r\n\r\n"), s("HTTP/1.1 200 OK\r\n\r\n220 hi\r\n"), c("EHLO x\r\n"),
		}, Check: wants(`
fact 6 dir=0 mail.example http_connect
become "" "EHLO x\r\n" "220 hi\r\n"`)},
		{Name: "connect refused", Conv: conv{
			c("CONNECT a:1 HTTP/1.1\r\n\r\nGET /early HTTP/1.1\r\n\r\n"), s("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"),
		}, Check: wants(`
response@0< refused
request@24 name=early uri:="/early" bodyless delivered
response@38< name=early size=1 "x" delivered
fact 6 dir=0 a http_connect`)},
		{Name: "upgrade", Conv: conv{
			c("GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), s("HTTP/1.1 101 Switching\r\n\r\n\x81\x01a"), c("\x81\x01b"),
		}, Check: wants(`
request@0 name=ws uri:="/ws" bodyless unknown
become "" "\x81\x01b" "\x81\x01a"`)},
		{Name: "old", Conv: conv{c("GET /old\r\n"), s("<html>bare</html>")}, Check: wants(`
request@0 name=old uri:="/old" bodyless unknown
response@0< name=old "<html>bare</html>" unknown`)},
		{Name: "bare LF, folded, odd lines", Conv: conv{
			c("\r\n\r\nGET  /a b  HTTP/1.1\nX-Long: one\n two\n\tthree\nnocolon 123456789\n\n"),
			s("HTTP/1.1 200\nContent-Length: 1\n\nx"),
		}, Check: wants(`
request@4 name=a b uri:="/a b" h:X-Long="one two three" h:="nocolon 123456789" bodyless delivered
response@0< name=a b size=1 "x" delivered`)},
		{Name: "absolute, range", Conv: conv{
			c("PATCH http://h.example/d/f.bin?x=1 HTTP/1.1\r\nContent-Range: bytes 100-102/500\r\nContent-Length: 3\r\n\r\nabc"),
			s("HTTP/1.1 206 Partial\r\nContent-Range: bytes 7-8/9\r\nContent-Length: 2\r\nContent-Disposition: inline; filename*=UTF-8''%e2%82%ac.txt; filename=x\r\n\r\nhi"),
		}, Check: wants(`
request@0 name=f.bin uri:="/d/f.bin" q:x="1" offset=100 size=3 "abc" delivered
response@0< name=€.txt offset=7 size=2 "hi" delivered`)},
	}
	cs[0].Check = wants(`
request@0 name=report 1.csv uri:="/a/report 1.csv" q:id="5" q:name="Jö X" q:="x" cookie:sid="1" cookie:u="A" h:Referer="http://a/?q=1" h:X-Patient="7" bodyless delivered
response@0< name=report 1.csv type=text/csv charset="utf-8" cookie:k="v" size=5 "hello" delivered
fact 4 dir=1 example.org `)
	cs[1].Check = wants(`
request@0 name=up type=multipart/form-data boundary="abc" enc=gzip,br uri:="/up" size=4 "body" refused
response@0< name=up refused
request@121 name=b "q.txt delivered
response@45< name=b "q.txt "abcde" delivered
stream@98< ";ext=1\r\nX-T: 1\r\n" unknown
response@131< "to the end" refused`)
	for i := range cs {
		cs[i].Ordered = true
	}
	return append(cs, smugglingCases()...)
}

func smugglingCases() []prototest.Case {
	cs := []prototest.Case{
		{Name: "length and chunks", Conv: conv{
			c("POST /a HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\n\r\n"),
		}, Check: wants(`
request@0 name=a uri:="/a" "abc" unknown evasion
request@80 name=hidden uri:="/hidden" bodyless unknown
request@67 name=a "3\r\na" unknown again
stream@71 "bc\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\n\r\n" unknown again
fact 5 dir=0  http_smuggling`)},
		{Name: "length, and chunks that are none", Conv: conv{
			c("POST /a HTTP/1.1\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\nnot\r\n!GET /b HTTP/1.1\r\n\r\n"),
		}, Check: wants(`
request@0 name=a uri:="/a" "not\r\n!" unknown evasion
request@73 name=b uri:="/b" bodyless unknown
request@67 name=a unknown again
stream@72 "!GET /b HTTP/1.1\r\n\r\n" unknown again
stream@67 "not\r\n!GET /b HTTP/1.1\r\n\r\n" unknown again
fact 5 dir=0  http_smuggling`)},
		{Name: "two lengths, shorter", Conv: conv{
			c("POST /a HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 8\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n"),
		}, Check: wants(`
request@0 name=a uri:="/a" "abc" unknown evasion
request@61 name=b uri:="/b" bodyless unknown
request@58 name=a "abcGET /" unknown again
stream@66 "b HTTP/1.1\r\n\r\n" unknown again
fact 5 dir=0  http_smuggling`)},
		{Name: "two lengths, longer", Conv: conv{
			c("POST /a HTTP/1.1\r\nContent-Length: 3, 8\r\n\r\nabcdefghGET /b HTTP/1.1\r\n\r\n"),
		}, Check: wants(`
request@0 name=a uri:="/a" "abcdefgh" unknown evasion
request@50 name=b uri:="/b" bodyless unknown
request@42 name=a "abc" unknown again
stream@45 "defghGET /b HTTP/1.1\r\n\r\n" unknown again
fact 5 dir=0  http_smuggling`)},
		{Name: "no length", Conv: conv{
			c("POST /a HTTP/1.1\r\nContent-Length: -1\r\n\r\nabcdefgh"),
			s("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nxyz"),
		}, Check: wants(`
request@0 name=a uri:="/a" "abcdefgh" delivered evasion
response@0< name=a "xyz" delivered evasion
fact 5 dir=0  http_smuggling`)},
		{Name: "coding in disguise", Conv: conv{
			c("POST /a HTTP/1.1\r\nTransfer-Encoding : xchunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"),
			s("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip,\x0bchunked\r\n\r\n2;\nab\n00\r\n\r\n"),
		}, Check: wants(`
request@0 name=a uri:="/a" "x" delivered evasion
response@0< name=a enc=gzip "ab" delivered evasion
stream@50 "1\r\nx\r\n0\r\n\r\n" unknown again
response@53< name=a enc=gzip "2;\nab\n00\r\n\r\n" delivered again
fact 5 dir=0  http_smuggling`)},
		{Name: "chunks out of step", Conv: conv{
			s("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabXX\r\nyy\r\n3\r\ncde\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz"),
		}, Check: wants(`
response@0< "abXX\r\nyy\r\ncde" delivered evasion
response@73< size=1 "z" delivered
fact 5 dir=1  http_smuggling`)},
		{Name: "chunk too large", Conv: conv{
			s("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc"),
		}, Check: wants(`
response@0< "fffffffffffffffff\r\nabc" delivered evasion
response@47< "abc" delivered cut again
fact 5 dir=1  http_smuggling`)},
		{Name: "cruft", Conv: conv{
			s("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxcruft HTTP/1.1 none HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny"),
			c("garbage\r\nMORE /\r\nPOST /x HTTP/1.1\r\nContent-Length: 1\r\n\r\nz???"),
		}, NoProbe: true, Check: wants(`
response@0< size=1 "x" delivered
stream@39< "cruft HTTP/1.1 none " unknown
response@59< size=1 "y" delivered
stream@0 "garbage\r\nMORE /\r\n" unknown
request@17 name=x uri:="/x" size=1 "z" unknown
stream@57 "???" unknown`)},
		{Name: "server alone", Conv: conv{
			s("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nHTTP/1.1 404 Not\r\nContent-Length: 2\r\n\r\nno"),
		}, Check: wants(`
response@0< size=100 delivered
response@40< size=2 "no" refused`)},
		{Name: "end of trailers left out", Conv: conv{
			s("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb"),
		}, Check: wants(`
response@0< "a" delivered
response@56< size=1 "b" delivered`)},
	}
	for i := range cs {
		cs[i].Ordered = true
	}
	return cs
}

// A head may be of any length: what frames the body counts, the rest is scanned.
func TestLongHead(t *testing.T) {
	for _, pad := range []string{"X-Pad: " + strings.Repeat("p", maxHead) + "\r\n", strings.Repeat("X-Pad: ppppp\r\n", maxHead/10)} {
		cv := conv{c("POST /x HTTP/1.1\r\n" + pad + "X-More: 1\r\nContent-Length: 3\r\n\r\nabcGET /n HTTP/1.1\r\n\r\n")}
		want := ""
		for _, size := range []int{1 << 20, maxHead, maxHead + 1, 4096, 999, 1} {
			h := prototest.Run(Protocol(), prototest.NewHost(nil), cv, func() int { return size })
			if d := h.Dump(true); want == "" {
				want = d
			} else if d != want {
				t.Errorf("in pieces of %d it is something else", size)
			}
			if len(h.Faults) > 0 || len(h.Objects) != 3 || string(h.Objects[1].Bytes()) != "abc" || h.Objects[2].Meta.Name.Reveal() != "n" {
				t.Fatal(len(h.Objects), h.Faults)
			}
			n := len(h.Objects[0].Bytes())
			for _, f := range h.Objects[1].Meta.Fields {
				n += len(f.Value)
			}
			if n < len(pad)/2 {
				t.Errorf("only %d bytes of the head are scanned", n)
			}
		}
	}
}

// Off is where the first line begins.
func TestOffsets(t *testing.T) {
	for _, k := range cases() {
		h := prototest.Run(Protocol(), prototest.NewHost(nil), k.Conv, func() int { return 3 })
		for _, o := range h.Objects {
			if b := k.Conv.Side(o.Meta.Dir)[o.Meta.Off:]; o.Meta.Kind != object.Stream && k.Name != "old" && o.Outcome.Evasion != framing && begins(o.Meta.Kind == object.Request, false, b) != yes {
				t.Errorf("%s: %s at %d is %.20q", k.Name, o.Meta.Kind, o.Meta.Off, b)
			}
		}
	}
}

func FuzzAnalyser(f *testing.F) {
	var seeds []conv
	for _, c := range cases() {
		if c.Conv.Len() < 2000 {
			seeds = append(seeds, c.Conv)
		}
	}
	prototest.Fuzz(f, Protocol(), seeds...)
}

func TestBounded(t *testing.T) {
	for name, x := range map[string]conv{
		"requests":     {c("GET /a?x=1 HTTP/1.1\r\n\r\n")},
		"responses":    {s("HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 0\r\n\r\n")},
		"endless line": {c("GET /" + strings.Repeat("x", 1000))},
		"endless head": {c("POST /x HTTP/1.1\r\n"), c(strings.Repeat("X: y\r\n", 100))},
		"body":         {s("HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("z", 4000))},
		"chunks":       {s("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), s("1;" + strings.Repeat("e", 10000) + "\r\nx\r\n")},
		"connect":      {c("CONNECT x:1 HTTP/1.1\r\n\r\n" + strings.Repeat("\x00", 1000))},
		"garbage":      {c("\x01\x02\x03 GET / "), s("\x01HTTP/1.")},
	} {
		t.Run(name, func(t *testing.T) { prototest.Bounded(t, Protocol(), 256<<10, 8<<20, x) })
	}
}
