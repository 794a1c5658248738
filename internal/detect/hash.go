package detect

import (
	"encoding/binary"
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// hash is a keyed hash of a canonical value: equal values have equal hashes, and nobody without the key can make others
// collide. That of a Social Security number is firm: nobody has two.
func (e *Engine) hash(kind uint8, v []byte) uint64 {
	const m = 0xa0761d6478bd642f
	h := e.seed ^ uint64(kind)*0x9e3779b97f4a7c15 ^ uint64(len(v))
	for len(v) >= 8 {
		h = mix(h^binary.LittleEndian.Uint64(v), m)
		v = v[8:]
	}
	if len(v) > 0 {
		var t uint64
		for i, c := range v {
			t |= uint64(c) << (8 * i)
		}
		h = mix(h^t, m^e.seed)
	}
	h = mix(h, 0xe7037ed1a0b428db) &^ finding.Firm
	if kind == rule.KSSN {
		h |= finding.Firm
	}
	return h
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
