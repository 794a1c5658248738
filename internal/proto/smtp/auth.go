package smtp

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"unicode/utf16"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto/reply"
)

// Mechanisms of AUTH, in the vocabulary of FactCredential.
const (
	mechPlain  = "plain"
	mechLogin  = "login"
	mechXOAuth = "xoauth2"
	mechBearer = "oauthbearer"
	mechCRAM   = "cram-md5"
	mechDigest = "digest-md5"
	mechSCRAM  = "scram"
	mechNTLM   = "ntlm"
	mechGSSAPI = "gssapi"
	mechExtern = "external"
	mechOther  = "other"
)

// mechanism returns the name of a mechanism in that vocabulary.
func mechanism(word []byte) string {
	switch {
	case bytes.EqualFold(word, []byte("PLAIN")):
		return mechPlain
	case bytes.EqualFold(word, []byte("LOGIN")):
		return mechLogin
	case bytes.EqualFold(word, []byte("XOAUTH2")):
		return mechXOAuth
	case bytes.EqualFold(word, []byte("OAUTHBEARER")):
		return mechBearer
	case bytes.EqualFold(word, []byte("CRAM-MD5")):
		return mechCRAM
	case bytes.EqualFold(word, []byte("DIGEST-MD5")):
		return mechDigest
	case hasFold(word, "SCRAM-"):
		return mechSCRAM
	case bytes.EqualFold(word, []byte("NTLM")):
		return mechNTLM
	case bytes.EqualFold(word, []byte("GSSAPI")):
		return mechGSSAPI
	case bytes.EqualFold(word, []byte("EXTERNAL")):
		return mechExtern
	}
	return mechOther
}

// maxSteps is how many responses one AUTH may have. Lines after that are no secrets.
const maxSteps = 8

// auth is an AUTH that is under way.
type auth struct {
	mech      string
	on        bool
	challenge bool // the server asked: the next line is a response
	stated    bool // the fact was stated
	step      int
}

func (a *auth) stop() { *a = auth{} }

// expectsResponse tells whether the next line of the client is a response, which is a secret. While the server's
// answer is not known, a line that reads like a command is one.
func (c *conn) expectsResponse(line []byte) bool {
	if !c.auth.on || c.auth.step >= maxSteps {
		return false
	}
	return c.auth.challenge || !isCommand(line)
}

func (c *conn) authCommand(arg []byte) {
	word, initial, _ := bytes.Cut(arg, []byte(" "))
	c.auth = auth{mech: mechanism(word), on: true}
	if len(initial) > 0 {
		c.response(bytes.TrimSpace(initial))
	} else if c.auth.mech == mechGSSAPI || c.auth.mech == mechOther {
		c.credential("")
	}
	c.push(entry{kind: authenticate})
}

// authAnswer takes the answer to AUTH or a response. When the client has gone on already, it asks for nothing.
func (c *conn) authAnswer(code int) {
	if n := c.queue.len(); n > 0 && c.queue.list[c.queue.head+n-1].kind == authenticate {
		return
	}
	switch {
	case code == 334:
		c.lossy, c.auth.challenge = false, true
	case code == 235:
		c.lossy = false
		c.auth.stop()
	default:
		c.auth.stop()
		c.user = nil
	}
}

// credential states a login.
func (c *conn) credential(user string) {
	if c.auth.stated {
		return
	}
	c.auth.stated = true
	c.user = flow.NewText(user)
	c.host.Fact(flow.Fact{Kind: flow.FactCredential, At: c.at, Dir: flow.ToServer, User: c.user, Detail: c.auth.mech})
}

// response takes one response. It looks for the user's name; the rest is a secret and is overwritten.
func (c *conn) response(line []byte) {
	step := c.auth.step
	c.auth.step++
	if c.auth.stated || string(line) == "*" {
		return
	}
	var buf [maxLine]byte
	b := decode(buf[:], line)
	switch c.auth.mech {
	case mechPlain:
		c.credential(plainUser(b))
	case mechLogin, mechExtern:
		c.credential(string(b))
	case mechXOAuth:
		c.credential(between(b, "user=", '\x01'))
	case mechBearer:
		c.credential(between(b, "a=", ','))
	case mechCRAM:
		if i := bytes.LastIndexByte(b, ' '); i >= 0 {
			b = b[:i]
		}
		c.credential(string(b))
	case mechDigest:
		if step == 0 {
			c.credential(between(b, `username="`, '"'))
		}
	case mechSCRAM:
		c.credential(between(b, ",n=", ','))
	case mechNTLM:
		if user, ok := ntlmUser(b); ok {
			c.credential(user)
		}
	default:
		c.credential("")
	}
	clear(buf[:])
}

// decode undoes base64 as far as it goes.
func decode(buf, line []byte) []byte {
	line = bytes.TrimRight(reply.Trim(line), "= ")
	line = line[:min(len(line), base64.RawStdEncoding.EncodedLen(len(buf)))]
	n, _ := base64.RawStdEncoding.Decode(buf, line)
	return buf[:n]
}

// plainUser returns the user of a PLAIN response: authorisation NUL authentication NUL password.
func plainUser(b []byte) string {
	authz, rest, ok := bytes.Cut(b, []byte{0})
	if !ok {
		return ""
	}
	if user, _, _ := bytes.Cut(rest, []byte{0}); len(user) > 0 {
		return string(user)
	}
	return string(authz)
}

// between returns what stands between a key and the next stop.
func between(b []byte, key string, stop byte) string {
	i := bytes.Index(b, []byte(key))
	if i < 0 {
		return ""
	}
	b = b[i+len(key):]
	if i = bytes.IndexByte(b, stop); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// ntlmUser returns the user of an NTLM authenticate message (MS-NLMP 2.2.1.3).
func ntlmUser(b []byte) (string, bool) {
	if len(b) < 64 || string(b[:8]) != "NTLMSSP\x00" || b[8] != 3 {
		return "", false
	}
	n, off := int(binary.LittleEndian.Uint16(b[36:])), int64(binary.LittleEndian.Uint32(b[40:]))
	if off+int64(n) > int64(len(b)) {
		return "", true
	}
	name := b[off : off+int64(n)]
	if b[60]&1 == 0 {
		return string(name), true
	}
	units := make([]uint16, 0, n/2)
	for i := 0; i+1 < len(name); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(name[i:]))
	}
	return string(utf16.Decode(units)), true
}
