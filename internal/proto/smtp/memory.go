package smtp

import "unsafe"

// Costs in bytes of memory.
const (
	entryCost     = int(unsafe.Sizeof(entry{}))
	mailCost      = int(unsafe.Sizeof(mail{})) + int(unsafe.Sizeof(envelope{}))
	recipientCost = int(unsafe.Sizeof(recipient{})) + 8 + 48 // with its address
)

// Held implements proto.Holder.
func (c *conn) Held() int {
	n := int(unsafe.Sizeof(*c)) + c.line.Memory() + c.answer.Memory() + cap(c.outer) + cap(c.first) + cap(c.hold) + cap(c.queue.list)*entryCost +
		cap(c.early)*int(unsafe.Sizeof(early{})) + c.env.held()
	if c.mail != nil {
		n += mailCost + c.mail.env.held()
	}
	for _, m := range c.waiting {
		n += mailCost + m.env.held()
	}
	return n
}

// held is the memory of an envelope. Envelopes that two mails share count twice.
func (e *envelope) held() (n int) {
	for ; e != nil; e = e.before {
		n += len(e.from) + len(e.to)*recipientCost
	}
	return n
}
