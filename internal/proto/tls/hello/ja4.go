package hello

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// JA4 returns the fingerprint of a client over a transport: 't' for TCP, 'q' for QUIC. It is "" when the message was
// cut short, for then it would be a fingerprint of nobody.
func (c *Client) JA4(transport byte) string {
	if !c.Whole {
		return ""
	}
	ciphers := sound(c.ciphers)
	extensions := sound(c.extensions)
	first, last := c.alpnEnds()
	name := byte('i')
	if c.hasName {
		name = 'd'
	}
	out := append(make([]byte, 0, 36), transport)
	out = append(out, versionCode(c.highest)...)
	out = append(out, name)
	out = twoDigits(out, len(ciphers))
	out = twoDigits(out, len(extensions))
	out = append(out, first, last, '_')

	slices.Sort(ciphers)
	out = append(digest(out, join(nil, ciphers)), '_')

	extensions = slices.DeleteFunc(extensions, func(v uint16) bool { return v == extServerName || v == extALPN })
	slices.Sort(extensions)
	list := join(nil, extensions)
	if algs := sound(c.sigalgs); len(algs) > 0 {
		list = join(append(list, '_'), algs) // in the order in which they were sent
	}
	return string(digest(out, list))
}

// sound returns a copy without GREASE.
func sound(vs []uint16) []uint16 {
	return slices.DeleteFunc(slices.Clone(vs), Grease)
}

func versionCode(v uint16) string {
	switch v {
	case TLS13:
		return "13"
	case TLS12:
		return "12"
	case TLS11:
		return "11"
	case TLS10:
		return "10"
	case SSL3:
		return "s3"
	case SSL2:
		return "s2"
	}
	return "00"
}

func twoDigits(dst []byte, n int) []byte {
	n = min(n, 99)
	return append(dst, '0'+byte(n/10), '0'+byte(n%10))
}

// join appends values as four hexadecimal digits each, with commas between.
func join(dst []byte, vs []uint16) []byte {
	const digits = "0123456789abcdef"
	for i, v := range vs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15])
	}
	return dst
}

// digest appends the first twelve digits of the SHA-256 of list, zeros if it is empty.
func digest(dst, list []byte) []byte {
	if len(list) == 0 {
		return append(dst, "000000000000"...)
	}
	sum := sha256.Sum256(list)
	return hex.AppendEncode(dst, sum[:6])
}

// alpnEnds returns the first and last character of the first protocol offered, of its hexadecimal form if one of them
// is neither a letter nor a digit, and zeros if there is none.
func (c *Client) alpnEnds() (first, last byte) {
	if len(c.ALPN) == 0 {
		return '0', '0'
	}
	first, last = c.ALPN[0], c.ALPN[len(c.ALPN)-1]
	if alnum(first) && alnum(last) {
		return first, last
	}
	const digits = "0123456789abcdef"
	return digits[first>>4], digits[last&15]
}

func alnum(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
