package text

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content/paste"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/object"
)

// TestPasted demands the rows of a table in a mail's body with their labels, and the text around them, wherever the chunks end.
func TestPasted(t *testing.T) {
	const row = "begin 2\nfield 0 Name=\"Ann Roe\"\nfield 0 SSN=\"401111007\"\nend\n"
	got := windowtest.Same(t, Format(), &object.Meta{}, "Hi, Joe,\n\nthe list:\nName,SSN\nAnn Roe,401111007\nAnn Roe,401111007\n\nThanks,\nJoe, RN")
	want := "text \"Hi, Joe,\\n\\nthe list:\\nName,SSN\\n\"\nstructure table\n" + row + row + "text \"\\nThanks,\\nJoe, RN\"\n"
	if got != want {
		t.Errorf("%s\nwant:\n%s", got, want)
	}
	if got := windowtest.Same(t, Format(), &object.Meta{}, "Name,SSN\nAnn Roe,401111007"); !strings.HasSuffix(got, row) {
		t.Errorf("a last line without an end:\n%s", got)
	}
}

// TestPastedLong demands that lines which are too long for a row pass as text, and that a table behind them is found.
func TestPastedLong(t *testing.T) {
	long := strings.Repeat("x, y", paste.MaxLine)
	got := windowtest.Same(t, Format(), &object.Meta{}, "Name,SSN\n"+long+"\nName,SSN\n1,"+long+"\nName,SSN\nAnn Roe,401111007\n"+long)
	if strings.Count(got, "begin") != 1 || strings.Count(got, "x, y") != 3*paste.MaxLine {
		t.Errorf("%d rows, %d pieces of text", strings.Count(got, "begin"), strings.Count(got, "x, y"))
	}
}
