package jsonscan

import "bytes"

// Shape tells whether head begins like an object with a quoted key, or an array that goes on like one.
func Shape(head []byte) bool {
	head = skip(head)
	if len(head) == 0 {
		return false
	}
	switch head[0] {
	case '{':
		return objectShape(head[1:])
	case '[':
		return arrayShape(head[1:], 4)
	}
	return false
}

func skip(b []byte) []byte {
	for len(b) > 0 && isSpace[b[0]] {
		b = b[1:]
	}
	return b
}

// objectShape wants a quoted key and a colon, or the end of the object.
func objectShape(b []byte) bool {
	b = skip(b)
	if len(b) == 0 || b[0] == '}' {
		return len(b) > 0
	}
	if b[0] != '"' {
		return false
	}
	i := endOf(b, 1)
	for i < len(b) && b[i] == '\\' {
		i = endOf(b, min(i+2, len(b)))
	}
	if i >= len(b) {
		return true
	}
	b = skip(b[i+1:])
	return len(b) == 0 || b[0] == ':'
}

// arrayShape wants a value and what may follow it.
func arrayShape(b []byte, depth int) bool {
	b = skip(b)
	if len(b) == 0 || depth == 0 {
		return false
	}
	n := 0
	switch c := b[0]; {
	case c == ']':
		return true
	case c == '{':
		return objectShape(b[1:])
	case c == '[':
		return arrayShape(b[1:], depth-1)
	case c == '"':
		i := endOf(b, 1)
		for i < len(b) && b[i] == '\\' {
			i = endOf(b, min(i+2, len(b)))
		}
		n = i + 1
	case c == '-' || c-'0' < 10:
		n = number(b, true)
	default:
		n = literal(b, true)
	}
	if n <= 0 || n >= len(b) {
		return false
	}
	b = skip(b[n:])
	return len(b) > 0 && (b[0] == ',' || b[0] == ']')
}

// IsLines tells whether head begins with a whole object on the first line and another document behind it.
func IsLines(head []byte) bool {
	head = skip(head)
	i := bytes.IndexByte(head, '\n')
	if len(head) == 0 || head[0] != '{' || i < 0 {
		return false
	}
	line := bytes.TrimRight(head[:i], " \t\r")
	rest := skip(head[i:])
	return len(line) > 1 && line[len(line)-1] == '}' && len(rest) > 0 && rest[0] == '{'
}
