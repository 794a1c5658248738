package pipeline

import "strings"

// stackOnly keeps the function names and places of a stack trace and drops the line with the panic's text and the
// arguments, which may hold traffic.
func stackOnly(stack []byte) string {
	var b strings.Builder
	for line := range strings.SplitSeq(string(stack), "\n") {
		switch {
		case strings.HasPrefix(line, "\t"):
			b.WriteString(line + "\n")
		case strings.HasPrefix(line, "goroutine "), strings.HasPrefix(line, "panic("):
		default:
			if i := strings.LastIndexByte(line, '('); i > 0 {
				b.WriteString(line[:i] + "\n")
			}
		}
	}
	return b.String()
}
