package smtp

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
)

// want is what a run should give: mails as "text|status|recipients", facts as "kind detail user or name".
type want struct {
	mails   []string
	facts   []string
	strays  string // bytes of the client that were scanned apart
	gone    bool
	rest    string
	replies string // bytes of the server that were scanned apart
}

func (w want) check(t *testing.T, h *prototest.Host) {
	t.Helper()
	var mails []string
	var strays [2]string
	for _, o := range h.Objects {
		if o.Meta.Kind == object.Stream {
			strays[o.Meta.Dir] += string(o.Bytes())
			continue
		}
		mails = append(mails, mailString(o))
	}
	if a, b := strings.Join(mails, "\n"), strings.Join(w.mails, "\n"); a != b {
		t.Errorf("mails\n got %q\nwant %q", a, b)
	}
	if strays[0] != w.strays || strays[1] != w.replies {
		t.Errorf("strays %q", strays)
	}
	var facts []string
	for _, f := range h.Facts {
		facts = append(facts, factString(f))
	}
	if a, b := strings.Join(facts, "\n"), strings.Join(w.facts, "\n"); a != b {
		t.Errorf("facts\n got %q\nwant %q", a, b)
	}
	if h.Gone != w.gone || string(h.Rest[0]) != w.rest {
		t.Errorf("gone %v rest %q", h.Gone, h.Rest)
	}
}

func mailString(o *prototest.Object) string {
	s := string(o.Bytes()) + "|" + o.Outcome.Status.String()
	if o.Outcome.Cut {
		s += " cut"
	}
	if o.Missing() > 0 {
		s += " missing"
	}
	if o.Outcome.Evasion != "" {
		s += " " + o.Outcome.Evasion
	}
	s += "|"
	for i, r := range o.Recipients() {
		if i > 0 {
			s += " "
		}
		s += r.Address.Reveal() + [...]string{"?", "+", "-"}[r.Accepted]
	}
	return s
}

func factString(f flow.Fact) string {
	switch f.Kind {
	case flow.FactCredential:
		return "login " + f.Detail + " " + f.User.Reveal()
	case flow.FactStartTLS:
		return "tls " + f.Detail
	case flow.FactServerName:
		return "name " + [...]string{"client ", "server "}[f.Dir] + f.Name.Reveal()
	case flow.FactEvasion:
		return "evasion " + f.Detail
	}
	return "other"
}

const begin = "S: 220 mx.example.org ESMTP\nC: EHLO client.example.com\nS: 250-mx.example.org\nS: 250-SIZE 1000\nS: 250 PIPELINING\n"

var names = []string{"name server mx.example.org", "name client client.example.com"}

func one(text string) string { return begin + text + "C: QUIT\nS: 221 Bye\n" }

const toB = "C: MAIL FROM:<a@x.org> SIZE=10\nS: 250 ok\nC: RCPT TO:<b@y.org>\nS: 250 ok\nC: DATA\nS: 354 go\n"

type table struct {
	name, text string
	want       want
	side       [2]*want
	ordered    bool
	resync     bool
	noProbe    bool
}

func accept(t *testing.T, list []table) {
	t.Helper()
	var cases []prototest.Case
	for _, c := range list {
		pc := prototest.Case{Name: c.name, Conv: prototest.Parse(c.text), Ordered: c.ordered, Resync: c.resync, NoProbe: c.noProbe}
		pc.Check = c.want.check
		for d, w := range c.side {
			if w != nil {
				pc.CheckSide[d] = w.check
			}
		}
		cases = append(cases, pc)
	}
	prototest.Accept(t, Protocol(), cases)
}

func TestMails(t *testing.T) {
	accept(t, []table{{
		name: "one mail", text: one(toB + "C: Subject: hi\nC:\nC: text\nC: .\nS: 250 queued\n"),
		want: want{mails: []string{"Subject: hi\r\n\r\ntext\r\n|delivered|b@y.org+"}, facts: names},
		side: [2]*want{
			{mails: []string{"Subject: hi\r\n\r\ntext\r\n|unknown|b@y.org?"}, facts: names[1:]},
			{facts: names[:1]},
		},
	}, {
		name: "accepted recipients only",
		text: one("C: MAIL FROM:<>\nS: 250 ok\nC: RCPT TO:<b@y.org>\nS: 550 no\nC: rcpt to: <@relay.org:\"c d\"@Z.org.> NOTIFY=NEVER\n" +
			"S: 250-ok\nS: 250 really\nC: RCPT TO:postmaster\nS: 451 later\nC: DATA\nS: 354 go\nC: x\nC: .\nS: 550 spam\n"),
		want: want{mails: []string{"x\r\n|refused|b@y.org- \"c d\"@Z.org.+ postmaster-"}, facts: names},
	}, {
		name: "pipelined", text: one("C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@y.org>\nC: RCPT TO:<c@y.org>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 550 no\n" +
			"S: 354 go\nC: x\nC: .\nC: MAIL FROM:<a@x.org>\nC: RCPT TO:<d@y.org>\nC: DATA\nS: 250 queued\nS: 250 ok\nS: 250 ok\nS: 354 go\n" +
			"C: y\nC: .\nS: 250 queued\n"),
		want: want{mails: []string{"x\r\n|delivered|b@y.org+ c@y.org-", "y\r\n|delivered|d@y.org+"}, facts: names},
	}, {
		name: "dots", text: one(toB + "C: ..123-45-6789\nC: ...\nC: .x\nC: a.\nC:\nC: ..\nC: .\nS: 250 ok\n"),
		want: want{mails: []string{".123-45-6789\r\n..\r\nx\r\na.\r\n\r\n.\r\n|delivered|b@y.org+"}, facts: names},
	}, {
		name: "empty mail", text: one(toB + "C: .\nS: 250 ok\n"),
		want: want{mails: []string{"|delivered|b@y.org+"}, facts: names},
	}, {
		name: "reset", text: one("C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@y.org>\nS: 250 ok\nC: RSET\nS: 250 ok\n" +
			"C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<c@y.org>\nS: 250 ok\nC: EHLO client.example.com\nS: 250 ok\n" +
			"C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<d@y.org>\nS: 250 ok\nC: DATA\nS: 354 go\nC: x\nC: .\nS: 250 ok\n"),
		want: want{mails: []string{"x\r\n|delivered|d@y.org+"}, facts: names},
	}, {
		name: "rejected EHLO and MAIL change nothing", text: one("C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@y.org>\nS: 250 ok\n" +
			"C: EHLO again.example.com\nS: 503 no\nC: MAIL FROM:<z@x.org>\nS: 503 nested\nC: DATA\nS: 354 go\nC: x\nC: .\nS: 250 ok\n"),
		want:    want{mails: []string{"x\r\n|delivered|b@y.org+"}, facts: names},
		ordered: true,
	}, {
		name: "lmtp", text: "S: 220 mx.example.org LMTP\nC: LHLO client.example.com\nS: 250-mx.example.org\nS: 250 PIPELINING\n" +
			"C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@y.org>\nC: RCPT TO:<c@y.org>\nC: RCPT TO:<d@y.org>\nC: DATA\n" +
			"S: 250 ok\nS: 550 no\nS: 250 ok\nS: 354 go\nC: x\nC: .\nS: 452 full\nS: 250 ok\n" +
			"C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@y.org>\nS: 250 ok\nC: DATA\nS: 354 go\nC: y\nC: .\nS: 552 no\nC: QUIT\nS: 221 bye\n",
		want: want{mails: []string{"x\r\n|delivered|b@y.org+ c@y.org- d@y.org+", "y\r\n|refused|b@y.org+"}, facts: names},
	}, {
		name: "lines end in LF", text: "S= \"220 mx.example.org ESMTP\\n\"\nC= \"HELO client.example.com\\n\"\nS= \"250 hi\\n\"\n" +
			"C= \"MAIL FROM:<a@x.org>\\n\"\nS= \"250 ok\\n\"\nC= \"RCPT TO:<b@y.org>\\n\"\nS= \"250 ok\\n\"\nC= \"DATA\\n\"\nS= \"354 go\\n\"\n" +
			"C= \"x\\n..y\\n.\\n\"\nS= \"250 ok\\n\"\nC= \"QUIT\\n\"\nS= \"221 bye\\n\"\n",
		want: want{mails: []string{"x\n.y\n|delivered|b@y.org+"}, facts: names},
	}})
}

func TestChunks(t *testing.T) {
	to := "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@y.org>\nS: 250 ok\n"
	accept(t, []table{{
		name: "chunks and the next mail", text: one(to + "C: BDAT 5\nC= \".\\r\\nab\"\nS: 250 ok\nC: BDAT 4 LAST\nC= \"cd\\r\\n\"\nS: 250 ok\n" +
			to + "C: BDAT 3 last\nC= \"xyz\"\nS: 250 ok\n"),
		want: want{mails: []string{".\r\nabcd\r\n|delivered|b@y.org+", "xyz|delivered|b@y.org+"}, facts: names},
	}, {
		name: "zero LAST", text: one(to + "C: BDAT 3\nC= \"xyz\"\nC: BDAT 0 LAST\nS: 250 ok\nS: 250 ok\n" + to + "C: BDAT 0 LAST\nS: 554 empty\n"),
		want: want{mails: []string{"xyz|delivered|b@y.org+", "|refused|b@y.org+"}, facts: names},
	}, {
		name: "reset between chunks", text: one(to + "C: BDAT 3\nC= \"xyz\"\nS: 250 ok\nC: RSET\nS: 250 ok\n" + to + "C: BDAT 1 LAST\nC= \"a\"\nS: 250 ok\n"),
		want: want{mails: []string{"xyz|unknown cut|b@y.org+", "a|delivered|b@y.org+"}, facts: names}, ordered: true,
	}, {
		name: "refused chunk", text: one("C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@y.org>\nC: BDAT 4 LAST\nC= \"abcd\"\nS: 250 ok\nS: 550 no\nS: 554 no recipients\n"),
		want: want{mails: []string{"abcd|refused|b@y.org-"}, facts: names},
	}, {
		name: "absurd size then text", text: one(to + "C: BDAT 99999999999999999999999 LAST\nS: 552 no\nC: 123-45-6789\nC: more\nC: MAIL FROM:<a@x.org>\nS: 250 ok\n"),
		want: want{mails: []string{"123-45-6789\r\nmore\r\n|refused|b@y.org+"}, facts: names}, ordered: true,
	}, {
		name: "negative size then commands", text: one(to + "C: BDAT -5\nS: 501 no\nC: BDAT 2 LAST\nC= \"ab\"\nS: 250 ok\n"),
		want: want{mails: []string{"ab|delivered|b@y.org+"}, facts: names},
	}})
}

func TestRefusedData(t *testing.T) {
	to := "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@y.org>\nS: 550 no\n"
	accept(t, []table{{
		name: "obeyed", text: one(to + "C: DATA\nS: 503 no\nC: RSET\nS: 250 ok\n"), want: want{facts: names},
	}, {
		name: "pipelined commands", text: one("C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@y.org>\nC: DATA\nC: RSET\nC: MAIL FROM:<a@x.org>\nC: RCPT TO:<c@y.org>\nC: DATA\n" +
			"S: 250 ok\nS: 550 no\nS: 503 no\nS: 250 ok\nS: 250 ok\nS: 250 ok\nS: 354 go\nC: x\nC: .\nS: 250 ok\n"),
		want: want{mails: []string{"x\r\n|delivered|c@y.org+"}, facts: names},
	}, {
		name: "sent all the same", text: one(to + "C: DATA\nS: 521 no\nC: Subject: x\nC:\nC: ..123-45-6789\nC: .\nS: 500 what\nS: 500 what\n" + toB +
			"C: y\nC: .\nS: 250 ok\n"),
		want: want{mails: []string{"Subject: x\r\n\r\n.123-45-6789\r\n|refused|b@y.org-", "y\r\n|delivered|b@y.org+"}, facts: names}, ordered: true,
	}, {
		name: "ran ahead with the text", text: one("C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@y.org>\nC: DATA\nC: x\nC: y\nC: .\nS: 250 ok\nS: 550 no\nS: 554 no\n"),
		want: want{mails: []string{"x\r\ny\r\n|refused|b@y.org-"}, facts: names},
	}, {
		name: "commands after the text without its end", text: one(to + "C: DATA\nS: 521 no\nC: 123-45-6789\nC: QUIT please\n"),
		want: want{mails: []string{"123-45-6789\r\nQUIT please\r\n|refused|b@y.org-"}, facts: names}, ordered: true,
	}})
}

func TestSmuggling(t *testing.T) {
	var list []table
	for name, form := range map[string]string{
		"LF.LF": `\n.\n`, "LF.CRLF": `\n.\r\n`, "CR.CR": `\r.\r`, "CRLF.LF": `\r\n.\n`, "CRLF.CR": `\r\n.\r`, "LF.CR": `\n.\r`, "CR.CRLF": `\r.\r\n`,
	} {
		text := strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(form)
		text = strings.Replace(text, "\r\n.", "\r\n", 1) // unstuffed
		list = append(list, table{
			name: name, ordered: true,
			text: one(toB + "C= \"a" + form + "MAIL FROM:<e@x.org>\\r\\nx\\r\\n.\\r\\n\"\nS: 250 ok\n"),
			want: want{
				mails: []string{"a" + text + "MAIL FROM:<e@x.org>\r\nx\r\n|unknown smtp_smuggling|b@y.org+"},
				facts: append(names[:2:2], "evasion smtp_smuggling"),
			},
		})
	}
	accept(t, list)
}

func TestAuth(t *testing.T) {
	mail := "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@y.org>\nS: 250 ok\nC: DATA\nS: 354 go\nC: x\nC: .\nS: 250 ok\n"
	mails := []string{"x\r\n|delivered|b@y.org+"}
	var list []table
	for name, c := range map[string][2]string{
		"plain initial":  {"C: AUTH PLAIN AGphbmUAc2VjcmV0\nS: 235 ok\n", "plain jane"},
		"plain later":    {"C: auth plain\nS: 334 \nC: AGphbmUAc2VjcmV0\nS: 235 ok\n", "plain jane"},
		"login":          {"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: amFuZQ==\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 ok\n", "login jane"},
		"login initial":  {"C: AUTH LOGIN amFuZQ==\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 535 no\n", "login jane"},
		"xoauth2":        {"C: AUTH XOAUTH2 dXNlcj1qYW5lQHgub3JnAWF1dGg9QmVhcmVyIHRvawEB\nS: 235 ok\n", "xoauth2 jane@x.org"},
		"cram":           {"C: AUTH CRAM-MD5\nS: 334 PDFAeD4=\nC: amFuZSAwMTIz\nS: 235 ok\n", "cram-md5 jane"},
		"scram":          {"C: AUTH SCRAM-SHA-256 biwsbj1qYW5lLHI9eHl6\nS: 334 cj14eXo=\nC: Yz1iaXdz\nS: 334 dj0x\nC:\nS: 235 ok\n", "scram jane"},
		"given up":       {"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: amFuZQ==\nS: 334 UGFzc3dvcmQ6\nC: *\nS: 501 ok\n", "login jane"},
		"unknown":        {"C: AUTH KERBEROS_V9\nS: 504 no\n", "other "},
		"looks a verb":   {"C: AUTH LOGIN\nS: 334 x\nC: QUIT\nS: 334 x\nC: c2Vj\nS: 235 ok\n", "login " + string(decode(make([]byte, 9), []byte("QUIT")))},
		"pipelined mail": {"C: AUTH PLAIN AGphbmUAc2VjcmV0\nC: NOOP\nS: 235 ok\nS: 250 ok\n", "plain jane"},
	} {
		list = append(list, table{
			name: name, text: one(c[0] + mail), ordered: name == "looks a verb" || name == "login initial" || name == "given up",
			want: want{mails: mails, facts: append(names[:2:2], "login "+c[1])},
		})
	}
	accept(t, list)
}

func TestSecretsAreNotKept(t *testing.T) {
	long := strings.Repeat("c2VjcmV0", 1000)
	for _, text := range []string{
		"C: AUTH PLAIN AGphbmUAc2VjcmV0\nS: 235 ok\n",
		"C: AUTH PLAIN " + long + "\nS: 235 ok\n",
		"C: AUTH LOGIN\nS: 334 x\nC: amFuZQ==\nS: 334 x\nC: " + long + "\nS: 235 ok\n",
		"C: AUTH LOGIN\nC: amFuZQ==\nC: c2VjcmV0\nS: 334 x\nS: 334 x\nS: 235 ok\n",
	} {
		for size := range 20 {
			h := prototest.Run(Protocol(), prototest.NewHost(nil), prototest.Parse(one(text)), func() int { return size })
			if d := h.Dump(true); len(h.Faults) > 0 || strings.Contains(d, "secret") || strings.Contains(d, "c2VjcmV0") || len(h.Objects) > 0 {
				t.Fatalf("%v %.300s", h.Faults, d)
			}
		}
	}
}

func TestUserOfMail(t *testing.T) {
	h := prototest.Run(Protocol(), prototest.NewHost(nil),
		prototest.Parse(one("C: AUTH PLAIN AGphbmUAc2VjcmV0\nS: 235 ok\n"+toB+"C: x\nC: .\nS: 250 ok\n")), nil)
	m := h.Objects[0].Meta
	if m.User.Reveal() != "jane" || m.MediaType != "message/rfc822" || m.Kind != object.Mail || m.Size != -1 || len(m.Fields) != 2 ||
		m.Fields[0] != (object.Field{Role: object.RoleAddress, Label: "mail from", Value: "a@x.org"}) ||
		m.Recipients[0].Domain.Reveal() != "y.org" {
		t.Errorf("%+v", m)
	}
}

func TestStartTLS(t *testing.T) {
	offer := "S: 220 mx.example.org ESMTP\nC: EHLO client.example.com\nS: 250-mx.example.org\nS: 250 STARTTLS\n"
	mail := "C: MAIL FROM:<a@x.org>\nS: 250 ok\n"
	accept(t, []table{{
		name: "accepted", text: offer + "C: STARTTLS\nS: 220 go\nC= \"\\x16\\x03\\x01hello\"\nS= \"\\x16\\x03\\x03hello\"\n", ordered: true,
		want: want{facts: append(names[:2:2], "tls offered", "tls accepted"), gone: true, rest: "\x16\x03\x01hello"},
	}, {
		name: "hello before the answer", text: offer + "C: STARTTLS\nC= \"\\x16\\x03\\x01hello\"\nS: 220 go\n", ordered: true,
		want: want{facts: append(names[:2:2], "tls offered", "tls accepted"), gone: true, rest: "\x16\x03\x01hello"},
	}, {
		name: "refused", text: offer + "C: STARTTLS\nS: 454 no\n" + mail, want: want{facts: append(names[:2:2], "tls offered", "tls refused")},
	}, {
		name: "unused", text: offer + mail, want: want{facts: append(names[:2:2], "tls offered", "tls unused")},
	}, {
		name: "overwritten", text: one("") + "", want: want{facts: names},
	}, {
		name: "stripped by X", text: "S: 220 mx.example.org ESMTP\nC: EHLO client.example.com\nS: 250-mx.example.org\nS: 250 XXXXXXXA\n" + mail,
		want: want{facts: append(names[:2:2], "tls stripped")},
	}, {
		name: "asked without an offer", text: begin + "C: STARTTLS\nS: 502 no\n" + mail,
		want: want{facts: append(names[:2:2], "tls stripped", "tls refused")}, ordered: true,
	}, {
		name: "commands slipped in", text: offer + "C: STARTTLS\nC: MAIL FROM:<a@x.org>\nS: 220 go\nC= \"\\x16\\x03\\x01hello\"\n", ordered: true,
		want: want{facts: append(names[:2:2], "tls offered", "tls accepted"), gone: true, rest: "\x16\x03\x01hello"},
	}, {
		name: "goes on in the clear", text: "C: EHLO client.example.com\nS: 250-mx.example.org\nS: 250 SIZE\n" + toB + "C: x\nC: .\nS: 250 ok\n",
		want: want{mails: []string{"x\r\n|delivered|b@y.org+"}, facts: []string{"name client client.example.com", "name server mx.example.org"}}, ordered: true,
	}, {
		name: "TLS without a word", text: "S: 220 mx.example.org ESMTP\nC= \"EHLO client.example.com\\r\\n\\x16\\x03\"\nC: x\n", ordered: true,
		want: want{facts: names, gone: true, rest: "\x16\x03x\r\n"},
	}})
}

func TestStrays(t *testing.T) {
	accept(t, []table{{
		name: "text that is no command", text: one("C: John Doe 123-45-6789\nS: 500 what\nC: NOOP 987-65-4321\nS: 250 ok\nS: no reply at all\n" + toB + "C: x\nC: .\nS: 250 ok\n"),
		want: want{
			mails: []string{"x\r\n|delivered|b@y.org+"}, facts: names,
			strays: "John Doe 123-45-6789\r\nNOOP 987-65-4321\r\n", replies: "no reply at all\r\n",
		},
	}, {
		name: "very long command", text: one("C: NOOP " + strings.Repeat("123-45-6789 ", 300) + "\nS: 500 long\n" + toB + "C: x\nC: .\nS: 250 ok\n"),
		want: want{
			mails: []string{"x\r\n|delivered|b@y.org+"}, facts: names,
			strays: "NOOP " + strings.Repeat("123-45-6789 ", 300) + "\r\n",
		},
	}, {
		name: "empty lines", text: one("C:\nC:\nS: 500 what\n" + toB + "C: x\nC: .\nS: 250 ok\n"), ordered: true,
		want: want{mails: []string{"x\r\n|delivered|b@y.org+"}, facts: names},
	}, {
		name: "capabilities without dashes",
		text: "S: 220 mx.example.org\nC: EHLO client.example.com\nS: 250 mx.example.org\nS: 250 PIPELINING\nS: 250 STARTTLS\n" + toB + "C: x\nC: .\nS: 250 ok\n",
		want: want{mails: []string{"x\r\n|delivered|b@y.org+"}, facts: append(names[:2:2], "tls offered", "tls unused")}, ordered: true,
	}})
}

// BenchmarkData measures the whole way of DATA through the analyser, in segments of 16 KiB.
func BenchmarkData(b *testing.B) {
	line := strings.Repeat("TWFuIGlzIGRpc3Rpbmd1aXNoZWQ", 3)[:76] + "\r\n"
	text := "Plain text. With a few dots, e.g. here, and so on and on and on and.\r\n"
	for name, unit := range map[string]string{"base64": line, "text": text, "stuffed": "..\r\n" + text} {
		b.Run(name, func(b *testing.B) {
			seg := []byte(strings.Repeat(unit, 16<<10/len(unit)))
			c := newConn(sink{Host: prototest.NewHost(nil)})
			c.Data(flow.ToServer, 0, 0, []byte("EHLO a.b\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx: y\r\n"))
			off := uint64(0)
			b.SetBytes(int64(len(seg)))
			b.ReportAllocs()
			for b.Loop() {
				c.Data(flow.ToServer, off, 0, seg)
				off += uint64(len(seg))
			}
		})
	}
}

// sink is a host that takes everything and keeps nothing.
type sink struct {
	*prototest.Host
	object.Writer
}

func (s sink) Open(object.Meta) object.Writer { return s }
func (sink) Fact(flow.Fact)                   {}
func (sink) Write([]byte)                     {}
