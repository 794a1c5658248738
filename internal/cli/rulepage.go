package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/phiwatch/phiwatch/internal/rule"
)

// pageWidth is the width of a rule's page in characters.
const pageWidth = 78

// identifiers are the names of the identifiers of 45 CFR 164.514(b)(2)(i).
var identifiers = map[string]string{
	"A": "names", "B": "geographic subdivisions smaller than a state", "C": "dates related to an individual", "D": "telephone numbers", "E": "fax numbers",
	"F": "electronic mail addresses", "G": "Social Security numbers", "H": "medical record numbers", "I": "health plan beneficiary numbers",
	"J": "account numbers", "K": "certificate and license numbers", "L": "vehicle identifiers", "M": "device identifiers and serial numbers", "N": "URLs",
	"O": "IP address numbers", "P": "biometric identifiers", "Q": "full-face photographs", "R": "any other unique identifying number",
}

// rulePage prints a rule as a page of the manual.
func rulePage(w io.Writer, r *rule.Rule) {
	fmt.Fprintf(w, "%s - %s\n\n", r.ID, r.Title)
	paragraph(w, "  ", "  ", r.Description)
	fmt.Fprintln(w)
	p := page{w}
	p.item("kind", string(r.Kind)+", in alerts "+r.Mask)
	if name, ok := identifiers[r.Identifier]; ok {
		p.item("HIPAA", "45 CFR 164.514(b)(2)(i)("+r.Identifier+"), "+name)
	} else {
		p.item("HIPAA", "no identifier of a patient by itself")
	}
	p.item("form", formOf(r))
	p.item("validator", r.Validator)
	p.item("label", labelNeed(r))
	p.item("points", points(r))
	p.item("labels", strings.Join(r.Labels, ", "))
	parts := make([]string, 0, len(r.Parts))
	for k := range r.Parts {
		parts = append(parts, k)
	}
	slices.Sort(parts)
	for _, k := range parts {
		p.item(k, strings.Join(r.Parts[k], ", "))
	}
	p.item("fields", strings.Join(r.Roles, ", "))
	p.item("health", strings.Join(r.Context, ", "))
	p.item("rivals", strings.Join(r.Negatives, ", "))
	p.item("words", strings.Join(r.Words, ", "))
	if len(r.AllOf) > 0 {
		within := "anywhere in the unit"
		if r.Within > 0 {
			within = fmt.Sprintf("within %d bytes", r.Within)
		}
		p.item("all of", strings.Join(r.AllOf, ", ")+", "+within)
	}
	p.item("source", r.Source)
	p.item("file", r.File)
	examples(w, "Matches", r.Examples.Match)
	examples(w, "Does not match", r.Examples.NoMatch)
}

func labelNeed(r *rule.Rule) string {
	if r.Label == rule.NeedTerm {
		return "a term of health must stand before the value, in the same sentence"
	}
	if r.Label == rule.NeedAttached {
		return "needed: attached to the value, over its column, or a field of a schema"
	}
	return "not needed; it adds points"
}

// formOf says how the rule matches.
func formOf(r *rule.Rule) string {
	s := string(r.Form)
	if len(r.Shapes) > 0 {
		s += " " + strings.Join(r.Shapes, "  ")
	}
	if r.Separators != "" {
		s += fmt.Sprintf(", s is one of %q, the same throughout", r.Separators)
	}
	if len(r.Length) == 2 {
		s += fmt.Sprintf(" of %d to %d characters, %d digits at least", r.Length[0], r.Length[1], r.Digits)
	}
	return s
}

func points(r *rule.Rule) string {
	s := fmt.Sprintf("%d for the match", r.Base)
	if r.Validity > 0 {
		s += fmt.Sprintf(", %d for passing the validator", r.Validity)
	}
	switch {
	case r.Base == 0:
		s += "; evidence of health or of a provider, not of a person"
	case r.Primary:
		s += "; it names a person by itself"
	default:
		s += "; it supports what names a person"
	}
	if r.Enrols {
		s += ", and having one means being a patient or a member"
	}
	return s
}

// page prints items: a name, and text that hangs behind it.
type page struct{ w io.Writer }

func (p page) item(name, text string) {
	if text != "" {
		paragraph(p.w, fmt.Sprintf("  %-10s ", name), strings.Repeat(" ", 13), text)
	}
}

func paragraph(w io.Writer, first, rest, text string) {
	line, begun := first, false
	for _, word := range strings.Fields(text) {
		if begun && len([]rune(line))+1+len([]rune(word)) > pageWidth {
			fmt.Fprintln(w, line)
			line, begun = rest, false
		}
		if begun {
			line += " "
		}
		line += word
		begun = true
	}
	fmt.Fprintln(w, line)
}

func examples(w io.Writer, title string, list []string) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(w, "\n  %s\n", title)
	for _, e := range list {
		fmt.Fprintf(w, "    %s\n", strings.ReplaceAll(e, "\n", "\n    "))
	}
}
