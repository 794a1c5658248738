package quic

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
)

// Versions.
const (
	version1  = 0x00000001
	version2  = 0x6b3343cf
	draft29   = 0xff00001d
	draft32   = 0xff000020
	draftMask = 0xffffff00
	drafts    = 0xff000000
)

// kind of a long header packet, as of version 1.
type kind uint8

const (
	initial kind = iota
	zeroRTT
	handshake
	retry
)

const maxID = 20

// header is a long header. Slices point into the packet.
type header struct {
	version uint32
	kind    kind
	dcid    []byte
	payload int // offset of the packet number, or of what cannot be read further
}

// varint reads a variable-length integer (RFC 9000 section 16).
func varint(b []byte) (v uint64, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	n = 1 << (b[0] >> 6)
	if len(b) < n {
		return 0, 0
	}
	v = uint64(b[0] & 0x3f)
	for _, c := range b[1:n] {
		v = v<<8 | uint64(c)
	}
	return v, n
}

// known tells whether the layout behind the identifiers is known.
func known(v uint32) bool { return v == version1 || v == version2 || v&draftMask == drafts }

// parse reads the header at the beginning of b and returns the length of its packet. Of a version that is not known,
// of a Retry and of a version negotiation that is all of b.
func (h *header) parse(b []byte) (n int, ok bool) {
	if len(b) < 7 || b[0]&0x80 == 0 {
		return 0, false
	}
	h.version = binary.BigEndian.Uint32(b[1:])
	at := 5
	ids := [2][]byte{}
	for i := range ids {
		if at >= len(b) {
			return 0, false
		}
		size := int(b[at])
		if size > maxID || at+1+size > len(b) {
			return 0, false
		}
		ids[i] = b[at+1 : at+1+size]
		at += 1 + size
	}
	h.dcid, h.payload = ids[0], at
	h.kind = kind(b[0] >> 4 & 3)
	if h.version == version2 {
		h.kind = (h.kind - 1) & 3 // version 2 numbers them from 1
	}
	if !known(h.version) {
		h.kind = retry
		return len(b), h.version != 0 || len(b) > at
	}
	if b[0]&0x40 == 0 {
		return 0, false
	}
	if h.kind == retry {
		return len(b), true
	}
	return h.length(b, at)
}

// length reads the token and the length of a packet.
func (h *header) length(b []byte, at int) (n int, ok bool) {
	if h.kind == initial {
		token, k := varint(b[at:])
		if k == 0 || token > uint64(len(b)-at-k) {
			return 0, false
		}
		at += k + int(token)
	}
	size, k := varint(b[at:])
	if k == 0 || size < 20 || size > uint64(len(b)-at-k) { // packet number, sample and tag
		return 0, false
	}
	h.payload = at + k
	return h.payload + int(size), true
}

// name names the version in a fixed vocabulary.
func (h *header) name() string {
	switch {
	case h.version == version1:
		return "QUIC v1"
	case h.version == version2:
		return "QUIC v2"
	case h.version&draftMask == drafts:
		return "QUIC draft"
	}
	return "QUIC"
}

// Salts of the Initial secrets: RFC 9001 section 5.2, RFC 9369 section 3.3.1, draft-ietf-quic-tls-29 section 5.2.
const (
	salt1  = "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a"
	salt2  = "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9"
	salt29 = "\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99"
)

// salt returns the salt of the version, nil if it is not known.
func (h *header) salt() []byte {
	switch {
	case h.version == version1:
		return []byte(salt1)
	case h.version == version2:
		return []byte(salt2)
	case h.version >= draft29 && h.version <= draft32:
		return []byte(salt29)
	}
	return nil
}

// keys protect the Initial packets of a client.
type keys struct {
	aead cipher.AEAD
	iv   [12]byte
	hp   cipher.Block
}

// deriveKeys makes the keys from the destination of the client's first packet.
func deriveKeys(h *header, salt []byte) *keys {
	prefix := "quic "
	if h.version == version2 {
		prefix = "quicv2 "
	}
	secret, err := hkdf.Extract(sha256.New, h.dcid, salt)
	if err != nil {
		return nil
	}
	secret = expand(secret, "client in", 32)
	k := &keys{}
	key, iv, hp := expand(secret, prefix+"key", 16), expand(secret, prefix+"iv", 12), expand(secret, prefix+"hp", 16)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	if k.aead, err = cipher.NewGCM(block); err != nil {
		return nil
	}
	if k.hp, err = aes.NewCipher(hp); err != nil {
		return nil
	}
	copy(k.iv[:], iv)
	return k
}

// expand is HKDF-Expand-Label of TLS 1.3 with an empty context.
func expand(secret []byte, label string, n int) []byte {
	info := append([]byte{0, byte(n), byte(6 + len(label))}, "tls13 "+label+"\x00"...)
	out, err := hkdf.Expand(sha256.New, secret, string(info), n)
	if err != nil {
		return make([]byte, n) // keys of nothing: what is opened with them does not open
	}
	return out
}

// open removes the protection of a packet, whose header is h. It appends the plain text to scratch[:0] and leaves the
// packet as it is.
func (k *keys) open(scratch, p []byte, h *header) (plain []byte, ok bool) {
	const sample = 4 // where the sample begins, as if the packet number had four bytes
	if k == nil || len(p) < h.payload+sample+16 {
		return nil, false
	}
	var mask [aes.BlockSize]byte
	k.hp.Encrypt(mask[:], p[h.payload+sample:h.payload+sample+16])
	first := p[0] ^ mask[0]&0x0f
	size := int(first&3) + 1
	var number uint32
	head := append(make([]byte, 0, 1500), p[:h.payload+size]...)
	head[0] = first
	for i := range size {
		head[h.payload+i] ^= mask[1+i]
		number = number<<8 | uint32(head[h.payload+i])
	}
	nonce := k.iv
	for i := range 4 {
		nonce[11-i] ^= byte(number >> (8 * i))
	}
	plain, err := k.aead.Open(scratch[:0], nonce[:], p[h.payload+size:], head)
	return plain, err == nil
}
