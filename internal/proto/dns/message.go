package dns

import (
	"net/netip"
)

const (
	headerSize = 12
	maxName    = 255 // RFC 1035 section 3.1, as on the wire
	maxHops    = 32  // compression pointers followed for one name
	maxRecords = 256 // answers read of a message
	maxChain   = 16  // CNAMEs
)

// Record types.
const (
	typeA     = 1
	typeCNAME = 5
	typeAAAA  = 28
	typeSVCB  = 64
	typeHTTPS = 65
)

// Parameters of SVCB and HTTPS records.
const (
	hint4 = 4
	hint6 = 6
)

// answer is a name for an address.
type answer struct {
	name string
	addr netip.Addr
	ttl  uint32
}

func u16(b []byte, i int) int { return int(b[i])<<8 | int(b[i+1]) }

// response tells whether m is a response without an error. It needs three bytes to refuse.
func response(m []byte) bool {
	return len(m) >= 3 && m[2]&0x80 != 0 && (len(m) < 4 || m[3]&0x0f == 0)
}

// record is a resource record.
type record struct {
	owner    string
	kind     int
	ttl      uint32
	data     []byte
	dataFrom int // offset of data in the message, for compressed names in it
}

// answers calls emit for each name of an address in the answers of m. It reads a bounded number of records and stops at
// the first that is damaged.
func answers(m []byte, emit func(answer)) {
	if len(m) < headerSize {
		return
	}
	questions, count := u16(m, 4), u16(m, 6)
	asked, at, ok := question(m, questions)
	if !ok {
		return
	}
	var records []record
	for range min(count, maxRecords) {
		r, next, ok := parseRecord(m, at, asked)
		if !ok {
			break
		}
		at = next
		switch r.kind {
		case typeA, typeAAAA, typeCNAME, typeSVCB, typeHTTPS:
			records = append(records, r)
		}
	}
	if len(records) == 0 {
		return
	}
	var chain []string
	least := ^uint32(0) // TTL along the chain
	if questions > 0 {
		chain, least = follow(m, records, asked)
	}
	for i := range records {
		tell(&records[i], chain, least, emit)
	}
}

// question passes over the questions and returns the name of the first.
func question(m []byte, n int) (name string, at int, ok bool) {
	at = headerSize
	for i := range min(n, maxRecords) {
		var next int
		if i == 0 {
			name, next, ok = parseName(m, at)
		} else {
			next, ok = skipName(m, at)
		}
		if !ok || next+4 > len(m) {
			return "", 0, false
		}
		at = next + 4
	}
	return name, at, n <= maxRecords
}

// follow goes from the name that was asked along the CNAMEs, in whatever order they stand.
func follow(m []byte, records []record, asked string) (chain []string, least uint32) {
	least = ^uint32(0)
	chain = append(make([]string, 0, 4), asked)
	for len(chain) <= maxChain {
		next := ""
		for i := range records {
			if r := &records[i]; r.kind == typeCNAME && r.owner == chain[len(chain)-1] {
				next, _, _ = parseName(m, r.dataFrom)
				least = min(least, r.ttl)
				break
			}
		}
		if next == "" {
			break
		}
		chain = append(chain, next)
	}
	return chain, least
}

// tell emits the addresses of a record under its owner and under the first name of the chain. Without a chain (there
// was no question: multicast DNS) every owner counts; else those of the chain.
func tell(r *record, chain []string, least uint32, emit func(answer)) {
	if chain != nil && !contains(chain, r.owner) || r.owner == "" {
		return
	}
	addresses(r, func(a netip.Addr) {
		emit(answer{r.owner, a, r.ttl})
		if chain != nil && chain[0] != r.owner && chain[0] != "" {
			emit(answer{chain[0], a, min(r.ttl, least)})
		}
	})
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// addresses calls f for each address in a record.
func addresses(r *record, f func(netip.Addr)) {
	switch r.kind {
	case typeA:
		if len(r.data) == 4 {
			f(netip.AddrFrom4([4]byte(r.data)))
		}
	case typeAAAA:
		if len(r.data) == 16 {
			f(netip.AddrFrom16([16]byte(r.data)))
		}
	case typeSVCB, typeHTTPS:
		hints(r.data, f)
	}
}

// hints reads the address hints of a record that names no other target: those of another target are that one's.
func hints(b []byte, f func(netip.Addr)) {
	if len(b) < 3 || u16(b, 0) == 0 || b[2] != 0 {
		return
	}
	left := maxRecords // addresses
	for b = b[3:]; len(b) >= 4; {
		key, n := u16(b, 0), u16(b, 2)
		if n > len(b)-4 {
			return
		}
		v := b[4 : 4+n]
		for ; key == hint4 && len(v) >= 4 && left > 0; v = v[4:] {
			f(netip.AddrFrom4([4]byte(v)))
			left--
		}
		for ; key == hint6 && len(v) >= 16 && left > 0; v = v[16:] {
			f(netip.AddrFrom16([16]byte(v)))
			left--
		}
		b = b[4+n:]
	}
}

// parseRecord reads the record at an offset. An owner that is a pointer to the first question is asked.
func parseRecord(m []byte, at int, asked string) (r record, next int, ok bool) {
	if at+2 <= len(m) && u16(m, at) == 0xc000|headerSize && asked != "" {
		r.owner, next = asked, at+2
	} else if r.owner, next, ok = parseName(m, at); !ok {
		return r, 0, false
	}
	if next+10 > len(m) {
		return r, 0, false
	}
	r.kind = u16(m, next)
	r.ttl = uint32(u16(m, next+4))<<16 | uint32(u16(m, next+6))
	r.dataFrom = next + 10
	next = r.dataFrom + u16(m, next+8)
	if next > len(m) {
		return r, 0, false
	}
	r.data = m[r.dataFrom:next]
	return r, next, true
}

// parseName reads a name in lower case, without its final dot; the root is "". Dots and backslashes within a label, and
// what is no printable ASCII, are escaped as in zone files. Pointers may only point backwards, so a name ends.
func parseName(m []byte, at int) (name string, next int, ok bool) {
	var buf [4 * maxName]byte
	out := buf[:0]
	wire, hops, limit := 0, 0, at
	next = -1
	for {
		if at >= len(m) {
			return "", 0, false
		}
		n := int(m[at])
		switch {
		case n == 0:
			if next < 0 {
				next = at + 1
			}
			return string(out), next, true
		case n >= 0xc0:
			if at+2 > len(m) {
				return "", 0, false
			}
			to := u16(m, at) & 0x3fff
			if next < 0 {
				next = at + 2
			}
			if hops++; to >= limit || hops > maxHops {
				return "", 0, false
			}
			at, limit = to, to
		case n > 63 || at+1+n > len(m):
			return "", 0, false
		default:
			if wire += n + 1; wire >= maxName {
				return "", 0, false
			}
			if len(out) > 0 {
				out = append(out, '.')
			}
			out = label(out, m[at+1:at+1+n])
			at += 1 + n
		}
	}
}

func label(out, l []byte) []byte {
	for _, c := range l {
		switch {
		case c >= 'A' && c <= 'Z':
			out = append(out, c|0x20)
		case c == '.' || c == '\\':
			out = append(out, '\\', c)
		case c <= ' ' || c >= 0x7f:
			out = append(out, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
		default:
			out = append(out, c)
		}
	}
	return out
}

// skipName passes over a name.
func skipName(m []byte, at int) (next int, ok bool) {
	for wire := 0; at < len(m) && wire < maxName; {
		n := int(m[at])
		switch {
		case n == 0:
			return at + 1, true
		case n >= 0xc0:
			return at + 2, at+2 <= len(m)
		case n > 63:
			return 0, false
		}
		at += 1 + n
		wire += 1 + n
	}
	return 0, false
}
