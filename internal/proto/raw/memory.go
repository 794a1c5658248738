package raw

import "unsafe"

// Held implements proto.Holder.
func (c *conn) Held() int { return int(unsafe.Sizeof(*c)) }
