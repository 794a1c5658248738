package cli

import (
	"reflect"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/agreement"
	"github.com/phiwatch/phiwatch/internal/manual"
)

// TestRegisterManual holds that a register can be written from the manual: every key, every basis.
func TestRegisterManual(t *testing.T) {
	page, _ := manual.Page("agreements")
	words := registerKeys(reflect.TypeFor[agreement.Entry]())
	for _, b := range []agreement.Basis{agreement.BAA, agreement.SubcontractBAA, agreement.Treatment, agreement.Payment, agreement.Patient, agreement.PublicHealth,
		agreement.RequiredByLaw, agreement.Conduit, agreement.Internal, agreement.DUA, agreement.None, agreement.Refused} {
		words = append(words, string(b))
	}
	if len(words) < 35 {
		t.Fatalf("%d words", len(words))
	}
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page on agreements does not tell of %s", w)
		}
	}
}

// registerKeys returns the keys of a mapping and of those in it.
func registerKeys(t reflect.Type) (out []string) {
	for t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		if key := f.Tag.Get("json"); key != "" && key != "-" {
			out = append(append(out, key), registerKeys(f.Type)...)
		}
	}
	return out
}
