package tls

import "unsafe"

// Held implements proto.Holder.
func (c *conn) Held() int {
	return int(unsafe.Sizeof(*c)) + cap(c.side[0].hold) + cap(c.side[1].hold) + len(c.client.name) + len(c.client.alpn) + len(c.client.ja4)
}
