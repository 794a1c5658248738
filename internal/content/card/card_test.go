package card

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

const vcard = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Roe;Jane;Q;;\r\nFN:Jane Q. Roe\r\nitem1.TEL;TYPE=HOME:(217) 555-0100\r\nADR;TYPE=HOME:;;12 Main St;Springfield;IL;62701;USA\r\n" +
	"BDAY:1960-01-02\r\nNOTE:MRN 40210\r\n 037\\, SSN 401-\r\n\t11-1007\\nseen\r\nEND:VCARD\r\n" +
	"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gr=C3=B6=\n=C3=9Fe;Zo=C3=AB\nPHOTO;ENCODING=b:AAAA\nEND:VCARD\n"

const event = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Visit of Jane Roe\r\nATTENDEE;CN=\"Roe; Jane\";ROLE=X:mailto:jane@example.org\r\n" +
	"DESCRIPTION:SSN 401-11-1007\\; DOB 1960-01-02\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

func TestDecode(t *testing.T) {
	f := func(kv ...string) string {
		s := "begin 1\n"
		for i := 0; i < len(kv); i += 2 {
			s += fmt.Sprintf("field 0 %s=%q\n", kv[i], kv[i+1])
		}
		return s
	}
	for _, c := range []struct{ name, in, want string }{
		{"vcard", vcard, f("version", "3.0", "last name", "Roe", "first name", "Jane", "middle name", "Q", "full name", "Jane Q. Roe", "phone", "(217) 555-0100",
			"street", "12 Main St", "city", "Springfield", "state", "IL", "zip", "62701", "country", "USA", "birth date", "1960-01-02",
			"note", "MRN 40210037, SSN 401-11-1007\nseen") + "end\n" + f("version", "2.1", "last name", "Größe", "first name", "Zoë") + "text \"AAAA\\n\"\nend\n"},
		{"event", event, "field 0 version=\"2.0\"\n" + f("summary", "Visit of Jane Roe", "name", "Roe; Jane", "attendee", "mailto:jane@example.org",
			"description", "SSN 401-11-1007; DOB 1960-01-02", "action", "DISPLAY") + "end\n"},
		{"broken", "BEGIN:VCARD\nSSN 401111007\nFN:Jane Roe", f() + "text \"SSN 401111007\\n\"\nfield 0 full name=\"Jane Roe\"\nend\n"},
	} {
		if got := windowtest.Same(t, Format(), &object.Meta{}, c.in); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
	long := "BEGIN:VCARD\nNOTE:" + strings.Repeat("x ", window.Max) + "401-11-1007\nFN:Jane Roe\nEND:VCARD\n"
	if got := windowtest.Same(t, Format(), &object.Meta{}, long); !strings.Contains(got, "401-11-1007") || !strings.Contains(got, "full name=") {
		t.Error("a long note was lost")
	}
}

func TestSniff(t *testing.T) {
	for in, want := range map[string]content.Score{
		vcard: content.Sure, event: content.Sure, "begin:vcard\n": content.Sure, "BEGIN:VCARDS\n": content.No, "BEGIN": content.No, "x BEGIN:VCARD\n": content.No,
	} {
		if got := sniff([]byte(in), nil); got != want {
			t.Errorf("%.20q: %d, want %d", in, got, want)
		}
	}
}

func TestAccept(t *testing.T) {
	contenttest.Accept(t, []content.Format{Format()}, []contenttest.Case{
		{Name: "vcard", Data: []byte(vcard), Meta: contenttest.Named("a.vcf"), Contains: []string{"401-11-1007", "Größe"}, Format: "card", State: coverage.Inspected},
		{Name: "event", Data: []byte(event), Meta: contenttest.Named("a.ics"), Contains: []string{"401-11-1007"}, Format: "card", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{}) }

func FuzzDecode(f *testing.F) {
	fm := Format()
	fm.Sniff = func([]byte, *object.Meta) content.Score { return content.Sure }
	contenttest.Fuzz(f, []content.Format{fm}, contenttest.Named("a.vcf"), []byte(vcard), []byte(event))
}

func BenchmarkDecode(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{}, []byte(strings.Repeat(vcard, 2000)))
}
