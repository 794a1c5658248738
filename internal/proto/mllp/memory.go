package mllp

import "unsafe"

// Held implements proto.Holder.
func (c *conn) Held() int { return int(unsafe.Sizeof(*c)) + cap(c.side[0].head) + cap(c.side[1].head) }
