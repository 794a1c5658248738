package rule

import "testing"

// TestForeign: what has the form of something else is no number of a record, and what only resembles it is one.
func TestForeign(t *testing.T) {
	for _, c := range []struct {
		v, rest string
		want    bool
	}{
		{"RFC3993", " a", true}, {"rfc-4580", "", true}, {"RFCX3993", "", false}, {"RFC", "", false}, {"RFC1234567", "", false},
		{"0x8005", "\t", true}, {"0X1F", "", true}, {"0x", "", false}, {"0x80G5", "", false},
		{"0010", ",0020) LO", true}, {"0010", ",0020", true}, {"0010", ", 0020", false}, {"0010", ",00201", false}, {"00101", ",0020", false},
		{"2020-01-18", "  ", true}, {"2020-13-18", "", false}, {"2020-01-1", "", false}, {"1120-01-18", "", false},
		{"2020-01-18T10", ":30:00Z", true}, {"2020-01-18T1030Z", "", true}, {"2020-01-18Tx0", "", false}, {"2020-01-18T10-X", "", false},
		{"N00014-75-C-0661", ".", true}, {"N00014-75-0-0661", "", false}, {"N00014-75-C-06611", "", false},
		{"91947593", "", false}, {"A-10023", "", false}, {"88-12-345", "", false},
	} {
		if got := foreign([]byte(c.v), []byte(c.rest)); got != c.want {
			t.Errorf("%s: %v", c.v, got)
		}
	}
}

func TestListed(t *testing.T) {
	for _, c := range []struct {
		before, v, behind string
		want              bool
	}{
		{"sda3 ", "340 13 2818", " 52 11", true}, {"8 ", "340 13 2818", "\n", true}, {"", "340 13 2818", " 7\n", true}, {"", "340 13 2818", "    4711001", false}, {"4711001    ", "340 13 2818", "", false},
		{"sda3 ", "340 13 2818", "\n", false}, {"SSN ", "340 13 2818", " 01/19/1991", false}, {"SSN ", "340 13 2818", " E11.9", false},
		{"8 ", "340-13-2818", " 52", false}, {"v2 ", "340 13 2818", ".", false},
	} {
		b := []byte(c.before + c.v + c.behind)
		if got := Listed(b, len(c.before), len(c.before)+len(c.v)); got != c.want {
			t.Errorf("%q: %v", b, got)
		}
	}
}
