package mime

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/opaque"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

var mailMeta = object.Meta{Protocol: "smtp", Kind: object.Mail, Size: -1}

func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

func b64(s string) string {
	e := base64.StdEncoding.EncodeToString([]byte(s))
	var b strings.Builder
	for len(e) > 76 {
		b.WriteString(e[:76] + "\n")
		e = e[76:]
	}
	return b.String() + e
}

func mail(name, text string, paths []string, contains ...string) contenttest.Case {
	return contenttest.Case{Name: name, Data: crlf(text), Meta: mailMeta, Paths: paths, Contains: contains, Format: "mime"}
}

// ragged is base64 in lines of these lengths, over and over.
func ragged(s string, lengths ...int) string {
	e := base64.StdEncoding.EncodeToString([]byte(s))
	var b strings.Builder
	for i := 0; len(e) > 0; i++ {
		n := min(len(e), lengths[i%len(lengths)])
		b.WriteString(e[:n] + "\n")
		e = e[n:]
	}
	return b.String()
}

func nest(depth int, inner string) string {
	var b strings.Builder
	b.WriteString("Subject: deep\n")
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	b.WriteString("Content-Type: text/plain\n\n" + inner)
	for i := depth - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "\n--b%d--\n", i)
	}
	return b.String()
}

func cases() []contenttest.Case {
	long := strings.Repeat("Line of the report, SSN 219-09-9999.\n", 3000)
	ambiguous := mail("two boundaries", "Content-Type: multipart/mixed; boundary=one; boundary=two\n\n--one\n\nalpha 219-09-9999\n--one--\n--two\nContent-Transfer-Encoding: base64\n\n"+b64("beta 219-09-9998")+"\n--two--\n",
		nil, "alpha 219-09-9999", "beta 219-09-9998")
	ambiguous.State, ambiguous.Reasons = coverage.PartlyInspected, []coverage.Reason{coverage.Ambiguous}
	twice := mail("duplicate content type", "Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\n"+b64("inside")+"\n--b--\n", nil, "inside")
	twice.State, twice.Reasons = coverage.PartlyInspected, []coverage.Reason{coverage.Ambiguous}
	pgp := mail("pgp", "Content-Type: multipart/encrypted; boundary=b; protocol=\"application/pgp-encrypted\"\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n--b--\n",
		[]string{"message/part-1", "message/part-2", "message"})
	pgp.State = coverage.PartlyInspected
	partial := mail("partial", "Subject: s\nContent-Type: message/partial; id=x; number=2; total=3\n\nSSN 219-09-9999\n", []string{"message/part-1", "message"}, "SSN 219-09-9999")
	partial.State, partial.Reasons = coverage.PartlyInspected, []coverage.Reason{coverage.Format}
	unknown := mail("unknown encoding", "Content-Transfer-Encoding: x-rot13\n\nSSN 219-09-9999\n", nil, "SSN 219-09-9999")
	unknown.State, unknown.Reasons = coverage.PartlyInspected, []coverage.Reason{coverage.Format}
	lying := mail("base64 that is text", "Content-Transfer-Encoding: base64\n\nThe patient's SSN is 219-09-9999, call back.\n", nil, "SSN is 219-09-9999")
	lying.State, lying.Reasons = coverage.PartlyInspected, []coverage.Reason{coverage.Ambiguous}
	deep := mail("200 deep", nest(200, "SSN 219-09-9999"), []string{"message"}, "SSN 219-09-9999")
	deep.State, deep.Reasons = coverage.PartlyInspected, []coverage.Reason{coverage.DepthLimit}
	return []contenttest.Case{
		mail("plain", "From: a@example.org\nSubject: hello\n\nSSN 219-09-9999\n", []string{"message/part-1", "message"}, "text SSN 219-09-9999", "field 2 Subject=hello", "field 3 From=a@example.org"),
		mail("no header", "SSN 219-09-9999 and nothing else\n", []string{"message/part-1", "message"}, "SSN 219-09-9999"),
		mail("header only", "Subject: 219-09-9999", []string{"message/part-1", "message"}, "=219-09-9999"),
		mail("empty", "", []string{"message/part-1", "message"}),
		mail("no blank after the colon, folded", "Subject:one\n two\n\tthree\nX-A :b\n\nbody\n", nil, "Subject=one two\tthree", "X-A=b"),
		mail("multipart", "Content-Type: multipart/mixed; boundary=\"=_x\"\n\nbefore 219-09-9991\n--=_x\nContent-Type: text/plain\n\nfirst\n\n--=_x\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n"+b64("%PDF and so on")+"\n\n--=_x--\nbehind 219-09-9992\n",
			[]string{"message/part-1", "message/a.pdf", "message"}, "before 219-09-9991", "behind 219-09-9992", "text %PDF and so on", "size 7"),
		mail("nested", "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=ab\n\n--ab\n\nplain\n--ab\nContent-Type: text/html\n\n<b>html</b>\n--ab--\n--a\n\nlast\n--a--\n",
			[]string{"message/part-1", "message/part-2", "message/part-3", "message"}, "text plain", "text <b>html</b>", "text last"),
		mail("in the clear behind base64", "Content-Transfer-Encoding: base64\n\n"+b64("Patient Joan Harker")+"\n\n-- \nSSN 219-09-9999 and so on\n"+strings.Repeat("more of it\n", 50)+"end", []string{"message/part-1", "message"},
			"text Patient Joan Harker\n", "size 19 ", "SSN 219-09-9999 and so on", "more of it\r\nend"),
		mail("base64 behind padding", "Content-Transfer-Encoding: base64\n\n"+b64("Patient Joan Harker")+"\n\n"+b64(" SSN")+"\n"+ragged(" 219-09-9999"+strings.Repeat(" and so on", 60), 60), nil, "text Patient Joan Harker SSN 219-09-9999 and so on"),
		mail("base64 in ragged lines", "Content-Transfer-Encoding: base64\n\n"+ragged(long, 76, 50, 41, 73, 60, 39), nil, "text "+long),
		mail("inner not closed", "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--a\n\nlast\n--a--\n",
			[]string{"message/part-1", "message/part-2", "message"}, "text plain", "text last"),
		mail("boundary at once, not closed", "Content-Type: multipart/mixed; boundary=b\n--b\nContent-Type: text/plain\n\nSSN 219-09-9999", []string{"message/part-1", "message"}, "SSN 219-09-9999"),
		mail("no boundary parameter", "Content-Type: multipart/mixed\n\n--xyz\nContent-Transfer-Encoding: base64\n\n"+b64("guessed it")+"\n--xyz--\n", []string{"message/part-1", "message"}, "guessed it"),
		mail("part after the end", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n--b\nContent-Transfer-Encoding: base64\n\n"+b64("resumed")+"\n--b--\n", nil, "resumed"),
		mail("part without header", "Content-Type: multipart/mixed; boundary=b\n\n--b\nSSN 219-09-9999\n--b--\n", []string{"message/part-1", "message"}, "SSN 219-09-9999"),
		mail("message in message", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: inner\nContent-Transfer-Encoding: base64\n\n"+b64("inner text")+"\n--b--\n",
			[]string{"message/part-1/part-1", "message/part-1", "message"}, "Subject=inner", "inner text"),
		mail("message in base64", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"+b64("Subject: inner\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Disposition: attachment; filename=\"x.txt\"\r\n\r\ndeep text\r\n--q--\r\n")+"\n",
			[]string{"message/part-1/x.txt", "message/part-1", "message"}, "deep text"),
		mail("digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\nfirst\n--b--\n", []string{"message/part-1/part-1", "message/part-1", "message"}, "Subject=one"),
		mail("names", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; filename*0*=UTF-8''Gr%C3%BC; filename*1=\"sse.txt\"; filename=\"plain.txt\"\n\na\n--b\nContent-Type: text/plain; name=\"=?iso-8859-1?Q?Z=FCrich.txt?=\"\n\nb\n--b\nContent-Disposition: attachment; filename=C:\\temp\\a report.doc\n\nc\n--b--\n",
			[]string{"message/Gr\u00fcsse.txt", "message/Z\u00fcrich.txt", "message/a report.doc", "message"}),
		mail("words", "Subject: =?utf-8?B?UGF0aWVudCA=?=\n =?utf-8?B?MjE5LTA5?= =?utf-8?Q?-9999?= (=?iso-8859-1*en?q?caf=E9?=) =?broken\n\n.\n", nil, "Subject=Patient 219-09-9999 (caf\u00e9) =?broken"),
		mail("split character", "Subject: =?utf-8?B?w4M=?= =?utf-8?B?wqk=?= =?utf-8?Q?x=C3?= =?utf-8?Q?=A9?=\n\n.\n", nil, "Subject=\u00c3\u00a9x\u00e9"),
		mail("quoted-printable", "Content-Transfer-Encoding: quoted-printable\n\nSSN 219-0=\n9-99=  \n99 =3D =zz =\n", nil, "SSN 219-09-9999 = =zz "),
		mail("base64 damage", "Content-Transfer-Encoding: base64\n\nU1NO*IDIx!\nOS0wOQ==\n\nLTk5 OTk=\nZW5k\nbm8gcGFk\nYQ", nil, "SSN 219-09-9999endno pada"),
		mail("bare line feeds", "", nil),
		mail("long base64", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\n"+b64(long)+"\n--b--\n", nil, long[:2000]),
		mail("long text", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n"+long+"\n--b--\n", nil),
		mail("dashes", "Content-Type: multipart/mixed; boundary=\"--b\"\n\n----b\n\n"+strings.Repeat("-", 5000)+"\n--"+strings.Repeat("\n--", 1000)+"\n----b--\n", []string{"message/part-1", "message"}),
		mail("behind the final boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--SSN 219-09-9999\n", []string{"message/part-1", "message"}, "text one\nend", "SSN 219-09-9999"),
		mail("blanks behind a boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b"+strings.Repeat(" ", 900)+"\n\ntwo\n--b"+strings.Repeat(" ", 9000)+"\n\nthree\n--b--", []string{"message/part-1", "message/part-2", "message"}),
		mail("uuencode in text", "Subject: files\n\nhere it is\n\nbegin 644 ssn.txt\n/4U-.(#(Q.2TP.2TY.3DY\n`\nend\n\nbye\n", []string{"message/part-1/ssn.txt", "message/part-1", "message"}, "SSN 219-09-9999", "here it is", "bye"),
		mail("x-uuencode", "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 ssn.txt\n/4U-.(#(Q.2TP.2TY.3DY\n`\nend\nbehind\n", []string{"message/part-1", "message"}, "SSN 219-09-9999", "behind"),
		ambiguous, twice, pgp, partial, unknown, lying, deep,
	}
}

func formats() []content.Format { return append(Formats(), opaque.Formats()...) }

func TestAccept(t *testing.T) {
	all := cases()
	for i := range all {
		if all[i].Name == "bare line feeds" {
			all[i].Data = []byte("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\r\n\r\ntwo\r\n--b\r\rthree\r--b--\n")
			all[i].Paths = []string{"message/part-1", "message/part-2", "message/part-3", "message"}
			all[i].Contains = []string{"text one\n", "text two\n", "text three"}
		}
	}
	contenttest.Accept(t, formats(), all)
}

func TestForm(t *testing.T) {
	m := object.Meta{Protocol: "http", Kind: object.Request, MediaType: "multipart/form-data", Params: []object.Param{{Key: "boundary", Value: "XX"}}, Size: -1}
	contenttest.Accept(t, formats(), []contenttest.Case{{
		Name: "form", Meta: m, Format: "mime",
		Data:     crlf("--XX\nContent-Disposition: form-data; name=\"ssn\"\n\n219-09-9999\n--XX\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\nContent-Type: text/csv\n\nx,y\n--XX--\n"),
		Paths:    []string{"request/part-1", "request/a.csv", "request"},
		Contains: []string{"field 6 ssn=219-09-9999", "text x,y"},
	}})
}

func TestDigestOfParts(t *testing.T) {
	w := content.NewDriver(formats(), content.DefaultLimits()).NewWorker()
	r := contenttest.Walk(w, &mailMeta, contenttest.Pieces(crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nabc\n--b\nContent-Transfer-Encoding: base64\n\nYWJj\n--b--\n"), 0), t)
	if len(r.Records) != 3 || r.Records[0].SHA256 != r.Records[1].SHA256 || r.Records[0].Size != 3 {
		t.Fatalf("the same three bytes in two encodings: %s", r.Log())
	}
}

func TestMembersLimit(t *testing.T) {
	lim := content.DefaultLimits()
	lim.Members = 5
	w := content.NewDriver(formats(), lim).NewWorker()
	data := "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\npart 219-09-9999\n", 50) + "--b--\n"
	r := contenttest.Walk(w, &mailMeta, contenttest.Pieces([]byte(data), 0), t)
	if len(r.Records) != 6 || strings.Count(r.Log(), "219-09-9999") != 50 || r.Result.State != coverage.PartlyInspected {
		t.Fatalf("%d records, %d texts, %v", len(r.Records), strings.Count(r.Log(), "219-09-9999"), r.Result.State)
	}
}

func FuzzMail(f *testing.F) {
	var seeds [][]byte
	for _, c := range cases() {
		if len(c.Data) < 4096 {
			seeds = append(seeds, c.Data)
		}
	}
	contenttest.Fuzz(f, formats(), mailMeta, seeds...)
}

// TestHoleInBase64: what follows a hole in an attachment is read, wherever the hole begins and ends.
func TestHoleInBase64(t *testing.T) {
	var rows strings.Builder
	for i := range 300 {
		fmt.Fprintf(&rows, "row %d, SSN 219-09-9999\n", i)
	}
	data := crlf("Content-Transfer-Encoding: base64\n\n" + b64(rows.String()) + "\n")
	w := content.NewDriver(formats(), content.DefaultLimits()).NewWorker()
	for from := 2000; from < 2080; from++ {
		for _, length := range []int{1, 50, 77, 401, 1000} {
			r := contenttest.Walk(w, &mailMeta, &hole{data: data, from: from, to: from + length}, t)
			if n := strings.Count(r.Log(), "SSN 219-09-9999"); n < 300-length/30-6 {
				t.Fatalf("hole of %d bytes at %d: %d rows of 300", length, from, n)
			}
			if r.Records[0].Complete || r.Records[0].State != coverage.PartlyInspected {
				t.Fatalf("a part with a hole: %+v", r.Records[0])
			}
		}
	}
}

type hole struct {
	data     []byte
	from, to int
	second   bool
}

func (h *hole) Next() content.Chunk {
	if !h.second {
		h.second = true
		return content.Chunk{Data: h.data[:h.from]}
	}
	return content.Chunk{Data: h.data[h.to:], Gap: int64(h.to - h.from), Why: coverage.Gap, End: true}
}
