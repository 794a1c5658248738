package label

import (
	"strings"
	"testing"
)

func TestLike(t *testing.T) {
	for in, want := range map[string]bool{
		"Name": true, "SSN": true, "first_name": true, "Address 1": true, "Date of birth": true, "Größe": true, "ICD10": true,
		"": false, "123": false, "219-09-9999": false, "jane@example.org": false, "1960-01-01": false, "E11.9": false, "a\x01": false,
		strings.Repeat("x", 65): false, "this is a whole sentence about what was seen today": false,
	} {
		if got := Like([]byte(in)); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}
