package paste

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/object"
)

// rows is an emitter that writes each row on a line.
type rows struct {
	windowtest.Sink
	out strings.Builder
}

func (r *rows) Begin(object.UnitKind) { r.out.WriteString("|") }
func (r *rows) End()                  { r.out.WriteString("\n") }
func (r *rows) Field(_ object.Role, l, v []byte) {
	fmt.Fprintf(&r.out, "%s=%s|", l, v)
}

// read returns the rows found in doc. Each header must be among the lines that a Seeker points at.
func read(t *testing.T, doc string) string {
	t.Helper()
	var r rows
	var table Table
	seeker, at := Seek([]byte(doc)), 0
	for line := range strings.SplitSeq(doc, "\n") {
		b := []byte(line)
		in := table.In()
		if table.Row(b) {
			table.Emit(b, &r)
		}
		if !in && table.In() {
			if got := seeker.Line(at); got != at {
				t.Errorf("%q: the seeker passes over it, to %d", line, got)
			}
		}
		at += len(line) + 1
	}
	return r.out.String()
}

func TestRows(t *testing.T) {
	const roe = "|Name=Ann Roe|SSN=401111007|MRN=40210000|\n"
	for name, c := range map[string]struct{ doc, want string }{
		"mail":        {"Hi Joe,\n\nthe list:\n\nName,SSN,MRN\nAnn Roe,401111007,40210000\n\nThanks, Joe\n", roe},
		"marks":       {"> > Name,SSN,MRN\r\n> > Ann Roe,401111007,40210000\r\n", roe},
		"tabs":        {"the list\nName\tSSN\tMRN\nAnn Roe\t401111007\t40210000\nbye\n", roe},
		"semicolons":  {"Name;SSN;MRN\nAnn Roe;401111007;40210000", roe},
		"bars":        {"| Name | SSN | MRN |\n|------|-----|-----|\n| Ann Roe | 401111007 | 40210000 |\n", roe},
		"blanks":      {"Name, SSN, MRN\nAnn Roe, 401111007, 40210000\n", roe},
		"quotes":      {"\"Name\",\"SSN\",\"MRN\"\n\"Ann Roe\",\"401111007\",\"40210000\"\n", roe},
		"doubled":     {"Name,SSN,MRN\n\nAnn Roe,401111007,40210000\n\nAnn Roe,401111007,40210000\n", roe + roe},
		"family name": {"Name,SSN,MRN\nRoe, Ann,401111007,40210000\nRoe,Ann,401111007,40210000\n", "|Name=Roe, Ann|SSN=401111007|MRN=40210000|\n|Name=Roe,Ann|SSN=401111007|MRN=40210000|\n"},
		"last cell":   {"SSN,Plan\n401111007,Gold, with dental\n", "|SSN=401111007|Plan=Gold, with dental|\n"},
		"short":       {"Name,SSN,Dx\nAnn Roe,401111007\n", "|Name=Ann Roe|SSN=401111007|\n"},
		"longer":      {"Name,SSN,Dx\nAnn Roe,401111007,I10,x1\nAnn Roe,401111007,I10,,,\n", "|Name=Ann Roe|SSN=401111007|Dx=I10|=x1|\n|Name=Ann Roe|SSN=401111007|Dx=I10|\n"},
		"suffix":      {"Client,Employee SSN,Patient DOB\nx,401111007,1971-03-04\n", "|Client=x|Employee SSN=401111007|Patient DOB=1971-03-04|\n"},
		"two":         {"Name,SSN\nAnn Roe,401111007\ntext\nMRN\tDOB\n40210000\t1971-03-04\n", "|Name=Ann Roe|SSN=401111007|\n|MRN=40210000|DOB=1971-03-04|\n"},
	} {
		if got := read(t, c.doc); got != c.want {
			t.Errorf("%s: %s\nwant %s", name, got, c.want)
		}
	}
}

// TestNone holds lines with delimiters that head nothing.
func TestNone(t *testing.T) {
	for _, doc := range []string{
		"Dear Ms. Roe, thank you, Ann, for the call\nYour number, 401111007, is known, too\n",
		"Name, address and phone number\nwere given, the number is 401111007\n",
		"we need the name, the SSN, and a date of birth\nof Roe, 401111007, and the rest\n",
		"Name | Ann Roe\nSSN | 401111007\nDOB | 1971-03-04\n",
		"Name,Ann,Roe\nSSN,401111007,x\n",
		"Name: Ann, SSN: 401111007, MRN: 40210000\nName: Bob, SSN: 401111008, MRN: 40210001\n",
		"Red,Green,Blue\n1,2,3\n",
		"Name,SSN,MRN\n\n\nAnn Roe,401111007,40210000\n",
		"Name,SSN,MRN\nno row\nAnn Roe,401111007,40210000\n",
		"Name,SSN,MRN\nplease, send, them\n",
		"Name,SSN,MRN\nName,SSN,MRN\n",
		"Name,SSN,MRN\nit came to us, on the 3rd of May and by the hands of the one whom we had asked for it, so\n",
		strings.Repeat("a,", 2000) + "SSN\n" + strings.Repeat("1,", 2001),
	} {
		if got := read(t, doc); got != "" {
			t.Errorf("%.60q: %s", doc, got)
		}
	}
}

// TestSeek demands that sentences are passed over.
func TestSeek(t *testing.T) {
	prose := "It rains here, and it will not stop before the spring.\nNo, really.\nWe all of us here have seen that, and more of it than we wanted.\n" +
		"That is all that there is to say about the weather.\n"
	doc := []byte(prose + prose + "Name,SSN\n" + prose)
	s := Seek(doc)
	if got, want := s.Line(0), bytes.Index(doc, []byte("Name")); got != want {
		t.Errorf("Line = %d, want %d", got, want)
	}
	if got := s.Line(bytes.Index(doc, []byte("SSN")) + 4); got != len(doc) {
		t.Errorf("Line = %d behind the table, want %d", got, len(doc))
	}
}
