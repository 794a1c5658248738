package smtp

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
)

func TestGaps(t *testing.T) {
	mail := toB + "C: Subject: x\nC: y\nC: .\nS: 250 ok\n"
	conv := prototest.Parse(one(mail + mail))
	run := func(gapTurn, from, to int) *prototest.Host {
		pl := prototest.Play(Protocol(), prototest.NewHost(nil))
		for i, turn := range conv {
			if i != gapTurn {
				pl.Turn(turn, nil)
				continue
			}
			pl.Data(turn.Dir, turn.Bytes[:from])
			pl.Gap(turn.Dir, uint64(to-from))
			pl.Data(turn.Dir, turn.Bytes[to:])
			pl.Tick()
		}
		pl.Close(flow.ClosedEnd)
		return pl.Host
	}
	second := "Subject: x\r\ny\r\n|delivered|b@y.org+"
	for name, c := range map[string]struct {
		turn, from, to int
		first          string
	}{
		"inside":          {9, 3, 6, "Subt: x\r\ny\r\n|delivered missing|b@y.org+"},
		"the end":         {9, 15, 18, "Subject: x\r\ny\r\n|delivered missing|b@y.org+"},
		"end of the text": {9, 13, 18, "Subject: x\r\ny|delivered missing|b@y.org+"},
		"the DATA":        {7, 0, 6, "Subject: x\r\ny\r\n|delivered|b@y.org+"},
		"the 354":         {8, 0, 8, "Subject: x\r\ny\r\n|unknown|b@y.org+"},
		"a recipient":     {5, 0, 19, "Subject: x\r\ny\r\n|delivered|"},
		"its answer":      {6, 0, 8, "Subject: x\r\ny\r\n|delivered|b@y.org?"},
		"the last answer": {10, 0, 8, "Subject: x\r\ny\r\n|unknown|b@y.org+"},
	} {
		h := run(c.turn, c.from, c.to)
		var got []string
		for _, o := range h.Objects {
			got = append(got, mailString(o))
		}
		if len(h.Faults) > 0 || len(got) != 2 || got[0] != c.first && c.first != "" || got[1] != second && (name != "the last answer" || got[1] != strings.Replace(second, "+", "?", 1)) {
			t.Errorf("%s: %q %q", name, h.Faults, got)
		}
	}
}

func TestBounds(t *testing.T) {
	p := Protocol()
	for name, text := range map[string]string{
		"endless line": "C= \"" + strings.Repeat("x", 4000) + "\"\n",
		"commands":     strings.Repeat("C: MAIL FROM:<"+strings.Repeat("a", 200)+"@x.org>\nC: RCPT TO:<"+strings.Repeat("b", 200)+"@x.org>\n", 10),
		"mails":        strings.Repeat("C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: DATA\nC: x\nC: .\n", 20),
		"replies":      strings.Repeat("S: 250 ok\n", 100), "greetings": "S: 220 a.b\nS: 250 x\n",
		"lines of a reply": "S: 250-x\n", "auth": "C: AUTH LOGIN\nC: amFuZQ==\n", "data": "C: DATA\nC: RSET\n", "tls": "C: STARTTLS\nC= \"\\x16\"\n",
		"chunks": "C: BDAT 1\nC: BDAT 99999999999999999999\n", "hello": "C: EHLO a.b\nC: MAIL FROM:<a@b>\nC: EHLO c.d\n",
	} {
		t.Run(name, func(t *testing.T) { prototest.Bounded(t, p, 2<<20, 8<<20, prototest.Parse(text)) })
	}
}

func TestShuffled(t *testing.T) {
	prototest.Shuffle(t, Protocol(), 2000, [2][]string{
		{
			"EHLO a.b\r\n", "LHLO a.b\r\n", "MAIL FROM:<a@b.c>\r\n", "RCPT TO:<d@e.f>\r\n", "RCPT TO:<g@h.i>\r\n", "DATA\r\n", "DATA\n", "BDAT 7\r\n",
			"BDAT 7 LAST\r\n", "BDAT 0 LAST\r\n", "BDAT x\r\n", "RSET\r\n", "QUIT\r\n", "STARTTLS\r\n", "AUTH LOGIN\r\n", "AUTH PLAIN AGEAYg==\r\n", "YWJj\r\n",
			"NOOP x\r\n", "Subject: x\r\n", "text\r\n", "..text\r\n", ".\r\n", ".\n", "\r.\r", ".", "\r\n", "\r", "\n", "1234567", "\x16\x03", "junk 5\r\n", "*\r\n",
			"MAIL FROM:<" + strings.Repeat("x", 600) + ">\r\n", strings.Repeat("y ", 300) + "\r\n", "NOOP " + strings.Repeat("z", 2100) + "\r\n",
		},
		{
			"220 a.b\r\n", "250 ok\r\n", "250-a.b\r\n250 STARTTLS\r\n", "250-x\r\n", "250 SIZE\r\n", "354 go\r\n", "550 no\r\n", "334 x\r\n", "235 ok\r\n", "535 no\r\n",
			"221 bye\r\n", "421 out\r\n", "junk\r\n", "\r\n", "25", "\x16\x03", strings.Repeat("w", 2100) + "\r\n",
		},
	})
}

func FuzzSMTP(f *testing.F) {
	var seeds []prototest.Conversation
	for _, s := range []string{
		one(toB + "C: Subject: hi\nC: ..\nC: .\nS: 250 ok\n"), one("C: AUTH LOGIN\nS: 334 x\nC: amFuZQ==\nS: 334 x\nC: c2Vj\nS: 235 ok\n"),
		one("C: BDAT 3\nC= \"abc\"\nC: BDAT 0 LAST\nS: 250 ok\n"), one("C: DATA\nS: 503 no\nC: text\nC: .\n"), one("C: STARTTLS\nS: 220 go\n"),
	} {
		seeds = append(seeds, prototest.Parse(s))
	}
	prototest.Fuzz(f, Protocol(), seeds...)
}

func TestProbeInTheMiddle(t *testing.T) {
	for _, c := range []struct {
		client, server string
		least          proto.Score
	}{
		{"alf a line\r\nMAIL FROM:<a@b.c>\r\n", "", proto.Sure},
		{"alf a line\r\nRCPT TO:<a@b.c>\r\n", "0 ok\r\n250 ok\r\n", proto.Sure},
		{"MAIL FROM:<a@b.c>\r\n", "", proto.Sure},
		{"EHLO a.b\r\n", "250-x\r\n", proto.Sure},
		{"", "250-x\r\n250-PIPELINING\r\n250 SIZE\r\n", proto.Likely},
		{"", "220 x ESMTP\r\n", proto.Likely},
	} {
		got := Protocol().Probe(proto.Peek{Data: []byte(c.client), Gap: true, End: true}, proto.Peek{Data: []byte(c.server), Gap: true, End: true},
			prototest.DefaultFlow())
		if got < c.least {
			t.Errorf("%q %q: %d", c.client, c.server, got)
		}
	}
	for _, c := range []string{"GET / HTTP/1.1\r\n", "USER x\r\n", "\x16\x03\x01\x00", "a001 LOGIN x\r\n", "EHLOX a\r\n", "MAIL me\r\n", "hello world\r\n"} {
		if got := Protocol().Probe(proto.Peek{Data: []byte(c)}, proto.Peek{}, prototest.DefaultFlow()); got != proto.No {
			t.Errorf("%q: %d", c, got)
		}
	}
}

func TestMidstreamFragmentIsNoCommand(t *testing.T) {
	f := prototest.DefaultFlow()
	f.Handshake = false
	h := prototest.Run(Protocol(), prototest.NewHost(f), prototest.Parse("C: c2VjcmV0\nS: 5 ok\n\n"+toB+"C: x\nC: .\nS: 250 ok\n"), nil)
	if len(h.Faults) > 0 || len(h.Objects) != 1 || mailString(h.Objects[0]) != "x\r\n|delivered|b@y.org+" {
		t.Error(h)
	}
}
