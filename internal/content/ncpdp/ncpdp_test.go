package ncpdp

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

const (
	head  = "610066D0B1PCN       1011234567893     20260401VENDOR    "
	reply = "D0B11A011234567893     20260401"
)

var claim = strings.NewReplacer("<", "\x1e", "|", "\x1c", ">", "\x1d").Replace(head + "<|AM01|CX01|CY219099999|C419620615|C51|CAJANE|CBROE" +
	"|CM12 OAK ST|CNSALEM|COOR|CP97301|CQ5035551212|HNjane@example.org<|AM04|C2A99887766|CCJOHN|CDROE|C1GRP1" +
	"><|AM07|EM1|D2123456|E103|D700071015523<|AM03|EZ01|DB1234567893|DRWELBY<|AM13|VE1|WE02|DOE1165")

func TestDecode(t *testing.T) {
	if len(head) != request || len(reply) != response {
		t.Fatal(len(head), len(reply))
	}
	got := windowtest.Same(t, Format(), nil, claim+"\r\n"+claim)
	f := func(r object.Role, label, v string) string { return fmt.Sprintf("field %d %s=%q\n", r, label, v) }
	for _, want := range []string{
		"begin 1\ntext " + fmt.Sprintf("%q", head+"\n"), f(object.RoleSSN, "CY", "219099999"), f(object.RoleBirthDate, "C4", "19620615"),
		f(object.RolePersonName, "patient name", "ROE, JANE"), f(object.RoleStreet, "patient address", "12 OAK ST, SALEM, OR 97301"),
		f(object.RolePhone, "CQ", "5035551212"), f(object.RoleEmail, "HN", "jane@example.org"), f(object.RoleMemberID, "C2", "A99887766"),
		f(object.RolePersonName, "cardholder name", "ROE, JOHN"), f(object.RoleNone, "ndc", "00071015523"), f(object.RoleNPI, "DB", "1234567893"),
		f(object.RoleDiagnosis, "DO", "E1165"), f(0, "AM", "13"), f(0, "prescriber name", "WELBY"),
	} {
		if strings.Count(got, want) != 2 {
			t.Errorf("not twice:\n%sin:\n%s", want, got)
		}
	}
	long := windowtest.Same(t, Format(), nil, claim+"\x1cFQ"+strings.Repeat("x 219-09-9998 ", window.Max/4)+"\x1cCQ5035551213")
	if !strings.Contains(long, "219-09-9998") || !strings.Contains(long, f(object.RolePhone, "CQ", "5035551213")) {
		t.Error("a long field was lost")
	}
}

func TestSniff(t *testing.T) {
	for in, want := range map[string]content.Score{
		claim: content.Sure, "\r\n" + claim: content.Sure, reply + "\x1e\x1cAM20": content.Sure, reply + "\x1d\x1e\x1cAM21": content.Sure,
		head: content.No, "": content.No, head + "\x1e": content.No, reply + "\x1d\x1e": content.No,
		strings.Replace(claim, "D0", "51", 1): content.No, strings.Replace(claim, "PCN", "P\x00N", 1): content.No,
	} {
		if got := sniff([]byte(in), nil); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}

func TestAccept(t *testing.T) {
	contenttest.Accept(t, []content.Format{Format()}, []contenttest.Case{
		{Name: "claim", Data: []byte(claim), Meta: contenttest.Named("a"), Contains: []string{"ROE, JANE"}, Format: "ncpdp", State: coverage.Inspected},
		{Name: "large", Data: []byte(strings.Repeat(claim+"\n", 150)), Meta: contenttest.Named("a"), Contains: []string{"ROE, JANE"}, Format: "ncpdp",
			State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{}) }

func FuzzDecode(f *testing.F) {
	contenttest.Fuzz(f, []content.Format{Format()}, contenttest.Named("a"), []byte(claim), []byte(reply+"\x1e\x1cAM20\x1cF4x"))
}

func BenchmarkDecode(b *testing.B) {
	windowtest.Bench(b, Format(), nil, []byte(strings.Repeat(claim+"\n", 4000)))
}
