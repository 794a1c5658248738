// Package proto is the contract of the protocol analysers: they recognise a conversation by the bytes of both sides on
// any port, follow it, open the objects it carries, and state facts. An analyser is a small state machine that is
// called and returns; it never blocks, never starts a goroutine, and holds a bounded number of bytes.
package proto

import (
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Peek is the beginning of one direction as far as it was seen.
type Peek struct {
	Data []byte // first bytes, at most PeekMax
	Gap  bool   // the beginning is missing: Data starts in mid-stream
	End  bool   // no more will come
}

// PeekMax is the number of bytes that are held for recognition, per direction.
const PeekMax = 2048

// Score is how sure a probe is. The best score wins; equal scores go to the earlier entry of the list.
type Score int

const (
	No     Score = 0   // it is not
	More   Score = -1  // cannot tell yet: show more
	Weak   Score = 20  // nothing speaks against it, and the port speaks for it
	Likely Score = 60  // one side reads like it
	Sure   Score = 100 // the grammar leaves no doubt
)

// Protocol is one analyser.
type Protocol struct {
	Name string
	// Probe looks at the first bytes of both sides. It is called for both guesses of who is the client. A port is a
	// hint only. It must not allocate and must stay linear in the bytes shown.
	Probe func(client, server Peek, f *flow.Flow) Score
	New   func(Host) flow.Consumer
	// Resume returns where in b, bytes of one direction of a flow whose beginning is not in the capture, the protocol goes on
	// beyond doubt: at a command or the head of a message. It returns -1 if nowhere; nil: it cannot tell.
	Resume func(b []byte) int
}

// Host is what an analyser may ask for. It is used on the flow's goroutine only.
type Host interface {
	Flow() *flow.Flow
	// Open begins an object. The bytes written to it are booked under the state that its scan ends in; bytes that an
	// analyser got and wrote to no object are booked as control.
	Open(object.Meta) object.Writer
	Fact(flow.Fact)
	Expect(flow.Expectation)
	// Become ends this analyser and starts the recognition anew (STARTTLS, CONNECT, Upgrade), or the named protocol
	// if name is not empty. rest are the bytes of each direction, at the end of what was delivered, that belong to the
	// new protocol. The host closes nothing: the analyser has closed its objects before. It gets no more calls.
	Become(name string, rest [2][]byte)
}

// Holder is implemented by analysers whose memory differs from flow to flow. Held returns the bytes of memory that the
// analyser takes now, itself included; it is asked after every call. An analyser without it is charged a flat kilobyte.
type Holder interface{ Held() int }
