package pipeline

import (
	"github.com/phiwatch/phiwatch/internal/flow"
)

// maxResumes bounds how often a flow is recognised anew where a protocol goes on.
const maxResumes = 4

// mayResume tells whether the flow is read raw only because the capture began in its middle: in the body of a mail or of an
// upload, whose beginning says nothing of the protocol.
func (c *conn) mayResume() bool {
	return c.f.Protocol == c.w.p.protocols.Raw.Name && !c.f.Handshake && c.f.Transport == flow.TCP && !c.joined && c.resumes < maxResumes
}

// resume gives a raw flow to the recognition where a protocol sees itself go on, and tells whether it did.
func (c *conn) resume(d flow.Dir, off uint64, at flow.Time, b []byte) bool {
	i := -1
	for _, p := range c.w.p.protocols.List {
		if p.Resume == nil {
			continue
		}
		c.guarded(p.Name, func() {
			if k := p.Resume(b); k >= 0 && (i < 0 || k < i) {
				i = k
			}
		})
	}
	if i < 0 || i == 0 && !c.fed[d] { // what the recognition has just seen
		return false
	}
	c.resumes++
	if i > 0 {
		c.call(func() flow.Want { return c.an.Data(d, off, at, b[:i]) })
	}
	c.call(func() flow.Want { c.an.Close(at, flow.ClosedReuse); return 0 })
	if c.mode != following {
		return true // it failed, and what was not written is booked with the flow
	}
	var rest [2][]byte
	rest[d] = b[i:]
	c.Become("", rest)
	c.become()
	return true
}
