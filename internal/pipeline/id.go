package pipeline

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// objectID is the deterministic id of an alert on an object (Contract: id). No identifier's bytes enter it, and nothing
// that depends on the token key.
func (s *sequencer) objectID(c *alert.Case, t *task) string {
	place := "udp:" + strconv.FormatUint(t.m.Tx, 10)
	if t.conn.transport == flow.TCP {
		place = strconv.FormatUint(uint64(t.conn.base[t.m.Dir]+uint32(t.m.Off)), 10)
	} else if t.m.Tx == 0 {
		place = "udp:" + strconv.FormatUint(t.m.Off, 10)
	}
	return s.unique(digest("object", flowKey(&t.conn), strconv.Itoa(int(t.m.Dir)), place, keyless(c.Object.Path[0].String()), string(c.Kind), c.Receiver.IP))
}

// maxSeen bounds the ids that are remembered.
const maxSeen = 1 << 20

// unique keeps ids apart within a run: the same 5-tuple with the same sequence numbers can come again in a merged set of
// captures.
func (s *sequencer) unique(id string) string {
	if len(s.seen) >= maxSeen {
		clear(s.seen)
	}
	n := s.seen[id]
	s.seen[id] = n + 1
	if n == 0 {
		return id
	}
	return digest(id, strconv.Itoa(n))
}

func flowKey(i *connInfo) string {
	return i.transport.String() + "|" + i.ends[0].String() + "|" + i.ends[1].String()
}

// digest hashes length-framed parts to 32 hex digits.
func digest(parts ...string) string {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func day(t alert.Time) string { return flow.Time(t).Std().Format(time.DateOnly) }

// incidentOf groups alerts by sender, receiver, kind and day.
func incidentOf(c *alert.Case) string {
	return digest("incident", c.Sender.IP, c.Receiver.IP, string(c.Kind), day(c.Time))
}

// keyless leaves out of a label what depends on the token key: the hashes that stand for words ("w:" and four hex
// digits, fewer where the label was cut). A "w:" of the peer's own is followed by a pseudonym or by nothing that counts.
func keyless(label string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(label, "w:")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte('w')
		n := 0
		for n < min(4, len(after)) && strings.IndexByte("0123456789abcdef", after[n]) >= 0 {
			n++
		}
		label = after[n:]
	}
}
