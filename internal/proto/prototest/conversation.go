// Package prototest has the test that every protocol analyser must pass, and the fuzz target they share.
//
// [Accept] plays a conversation whole, byte by byte, in random splits, with the two directions interleaved in other
// ways, with a gap at every boundary, from the middle, one side only, and closed at every point. It demands that no
// byte is invented, that no more is written to objects than was delivered, that every object is closed, and that the
// same conversation gives the same objects however it was cut. [Fuzz] plays arbitrary bytes, [Shuffle] random lines of
// a vocabulary. [Bounded] plays endless input and measures what the analyser holds. [Record] reads the flows of a
// capture, to be played to an analyser.
package prototest

import (
	"strconv"
	"strings"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// Turn is what one side says before the other answers.
type Turn struct {
	Dir   flow.Dir
	Bytes []byte
}

// Conversation is the turns in the order they were captured.
type Conversation []Turn

// Client is a turn of the client.
func Client(s string) Turn { return Turn{flow.ToServer, []byte(s)} }

// Server is a turn of the server.
func Server(s string) Turn { return Turn{flow.ToClient, []byte(s)} }

// Parse reads a conversation from text. A line "C: ..." or "S: ..." is a line of the client or server and ends in
// CRLF; `C= "..."` is a quoted Go string, taken as it is. Lines of one side in a row are one turn; an empty line
// parts them. Lines that begin with # are comments. It panics on anything else.
func Parse(text string) Conversation {
	var conv Conversation
	join := false
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if line == "" {
			join = false
			continue
		}
		d, b := parseLine(line)
		if n := len(conv); join && conv[n-1].Dir == d {
			conv[n-1].Bytes = append(conv[n-1].Bytes, b...)
		} else {
			conv = append(conv, Turn{d, b})
		}
		join = true
	}
	return conv
}

func parseLine(line string) (flow.Dir, []byte) {
	d := flow.ToServer
	switch line[0] {
	case 'C':
	case 'S':
		d = flow.ToClient
	default:
		panic("prototest: neither C nor S: " + line)
	}
	switch {
	case strings.HasPrefix(line[1:], ": "):
		return d, []byte(line[3:] + "\r\n")
	case line[1:] == ":":
		return d, []byte("\r\n")
	case strings.HasPrefix(line[1:], "= "):
		s, err := strconv.Unquote(line[3:])
		if err != nil {
			panic("prototest: bad quoted line: " + line)
		}
		return d, []byte(s)
	}
	panic("prototest: neither ': ' nor '= ' after the side: " + line)
}

// Side returns what one side said, joined.
func (c Conversation) Side(d flow.Dir) []byte {
	var b []byte
	for _, t := range c {
		if t.Dir == d {
			b = append(b, t.Bytes...)
		}
	}
	return b
}

// Len returns the number of bytes of both sides.
func (c Conversation) Len() int {
	n := 0
	for _, t := range c {
		n += len(t.Bytes)
	}
	return n
}

// only returns the turns of one side.
func (c Conversation) only(d flow.Dir) Conversation {
	var r Conversation
	for _, t := range c {
		if t.Dir == d {
			r = append(r, t)
		}
	}
	return r
}

// first returns the conversation with all turns of d before those of the other side.
func (c Conversation) first(d flow.Dir) Conversation { return append(c.only(d), c.only(d.Other())...) }

// late returns the conversation with the turns of d put off by n turns of the other side.
func (c Conversation) late(d flow.Dir, n int) Conversation {
	var r, held Conversation
	for _, t := range c {
		if t.Dir == d {
			held = append(held, t)
			continue
		}
		r = append(r, t)
		if len(held) > n {
			r = append(r, held[:len(held)-n]...)
			held = held[len(held)-n:]
		}
	}
	return append(r, held...)
}
