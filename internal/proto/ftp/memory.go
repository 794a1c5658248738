package ftp

import "unsafe"

// Costs in bytes of memory.
const (
	entryCost    = int(unsafe.Sizeof(entry{})) + 64 // with its text
	transferCost = int(unsafe.Sizeof(transfer{})) + 256
)

// Held implements proto.Holder.
func (c *conn) Held() int {
	n := int(unsafe.Sizeof(*c)) + cap(c.hold) + len(c.queue)*entryCost + len(c.open)*transferCost + len(c.cwd) + len(c.sized)
	for d := range c.side {
		n += c.side[d].line.Memory()
	}
	return n
}
