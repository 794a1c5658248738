package app

import (
	"fmt"
	"strings"

	"github.com/phiwatch/phiwatch/internal/coverage"
)

// Sentence says in one line what was seen, what was read, and what was not.
func (s *Summary) Sentence() string {
	var alerts uint64
	for _, n := range s.Alerts {
		alerts += n
	}
	out := fmt.Sprintf("%s, %s, %s, %s, %s", count(s.Packets, "packet"), bytesText(s.Bytes), count(s.Flows, "flow"), count(s.Objects, "object"), count(alerts, "alert"))
	b := &s.account.Bytes
	var parts []string
	for _, v := range []struct {
		n    uint64
		what string
	}{
		{b[coverage.Inspected], "inspected"}, {b[coverage.PartlyInspected], "partly inspected"}, {b[coverage.Encrypted], "encrypted"},
		{b[coverage.Uninspected], "not readable"}, {b[coverage.Dropped], "dropped"},
	} {
		if v.n > 0 {
			parts = append(parts, bytesText(v.n)+" "+v.what)
		}
	}
	if n := s.account.Reasons[coverage.Gap]; n > 0 {
		parts = append(parts, bytesText(n)+" never captured")
	}
	if len(parts) > 0 {
		out += "; " + strings.Join(parts, ", ")
	}
	return out
}

func count(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func bytesText(n uint64) string {
	switch {
	case n < 10<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 10<<20:
		return fmt.Sprintf("%d KiB", n>>10)
	case n < 10<<30:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d GiB", n>>30)
}
