package lines

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/label"
	"github.com/phiwatch/phiwatch/internal/object"
)

// maxPairs is the number of pairs that a line of a log may have.
const maxPairs = 64

// pair is a label and its value, in a line.
type pair struct {
	label, value span
	odd          bool // the label is in brackets or stands before dots
}

// keyed takes a line of pairs, or a label that stands above its value.
func (p *parser) keyed(b []byte) bool {
	if len(p.pending) > 0 && label.Known(b) == label.Unknown && cutPair(b).label.to == 0 { // the value of the label above
		l := p.pending
		p.pending = p.pending[:0]
		if len(b) <= 80 {
			p.odd++
			p.field(l, trim(b))
			return true
		}
	}
	p.pending = p.pending[:0]
	if n := logPairs(b, &p.pairs); n >= 3 {
		p.log(b, n)
		return true
	}
	if p.expanded {
		if l, v, ok := bytes.Cut(b, bar); ok && len(l) > 0 {
			p.flush()
			p.field(trim(l), trim(v))
			return true
		}
	}
	var s [16]span
	n := chunks(b, s[:])
	if n == 0 {
		return false
	}
	if n == 1 && label.Known(b[s[0].from:s[0].to]) != label.Unknown {
		p.flush()
		p.pending = append(p.pending[:0], trim(b)...)
		p.text(b)
		return true
	}
	if !isPair(b, s[:n]) {
		return false
	}
	p.flush()
	p.mixed(b, s[:n])
	return true
}

// isPair tells whether one of the chunks is a pair or a label that ends with a colon.
func isPair(b []byte, s []span) bool {
	for _, x := range s {
		if c := cutPair(b[x.from:x.to]); c.label.to > 0 {
			return true
		}
	}
	return false
}

// mixed emits the chunks of a line with pairs.
func (p *parser) mixed(b []byte, s []span) {
	var open []byte // a label that waits for the next chunk
	for _, x := range s {
		c := b[x.from:x.to]
		q := cutPair(c)
		switch {
		case q.label.to == 0 && len(open) > 0:
			p.more(open, c)
			open = nil
		case q.label.to == 0, sentence(c[q.value.from:]) && !bytes.Contains(c[q.value.from:], colon):
			p.prose(c)
		case q.value.to == q.value.from:
			open = c[q.label.from:q.label.to]
		default:
			if q.odd {
				p.odd++
			}
			p.more(c[q.label.from:q.label.to], c[q.value.from:q.value.to])
			open = nil
		}
	}
	if len(open) > 0 {
		p.pending = append(p.pending[:0], open...)
	}
}

// prose passes what reads like a sentence in a record as a field without a label: it belongs to the record, and is read for
// all that it says, which a piece of text between fields is not.
func (p *parser) prose(b []byte) {
	if p.record && sentence(b) {
		p.e.Field(object.RoleNone, nil, trim(b))
		return
	}
	p.text(b)
}

// proseLen and proseWords are what a sentence has at least.
const (
	proseLen   = 40
	proseWords = 7
)

func sentence(b []byte) bool {
	if len(b) < proseLen {
		return false
	}
	words := 1
	for i := 1; i < len(b); i++ {
		if b[i] == ' ' && b[i-1] > ' ' {
			words++
		}
	}
	return words >= proseWords
}

// more emits a pair whose value may hold further ones, behind single blanks.
func (p *parser) more(l, v []byte) {
	for from := 0; ; {
		k := bytes.Index(v[from:], colon)
		if k < 0 {
			break
		}
		k += from
		at := labelBefore(v, k)
		if at < 0 {
			from = k + 2
			continue
		}
		if c := trim(v[:at]); len(c) > 0 {
			p.field(l, c)
		}
		l, v, from = v[at:k], v[k+2:], 0
	}
	if v = trim(v); len(v) > 0 {
		p.field(l, v)
	}
}

var colon = []byte(": ")

// labelBefore returns where a well-known label of up to four words begins that ends at v[to], -1 if none.
func labelBefore(v []byte, to int) int {
	best, words := -1, 0
	for i := to; i >= 0 && words < 4 && to-i <= 24; i-- {
		if i > 0 && v[i-1] != ' ' {
			continue
		}
		words++
		if i < to && label.Known(v[i:to]) != label.Unknown {
			best = i
		}
	}
	return best
}

// cutPair cuts "label: value", "label = value", "label ..... value" or "[label] value". label.to is 0 if c is none.
func cutPair(c []byte) (q pair) {
	if c[0] == '[' {
		k := bytes.IndexByte(c, ']')
		if k > 1 && k+1 < len(c) && label.Like(c[1:k]) && c[k+1] == ' ' {
			return pair{span{1, k}, span{skip(c, k+1), len(c)}, true}
		}
		return q
	}
	for i, b := range c[:min(len(c), maxLabel)] {
		switch b {
		case ':', '=':
			l := trim(c[:i])
			if !named(l) || b == ':' && i+1 < len(c) && c[i+1] != ' ' && c[i+1] != '\t' && label.Known(l) == label.Unknown {
				return q
			}
			if b == '=' && i+1 < len(c) && c[i+1] == '=' {
				return q
			}
			return pair{span{0, len(l)}, span{skip(c, i+1), len(c)}, false}
		case '.', '_':
			n := i
			for n < len(c) && (c[n] == b || c[n] == ' ' && n+1 < len(c) && c[n+1] == b) {
				n++
			}
			if n-i >= 3 && i > 0 {
				l := trim(c[:i])
				for n < len(c) && (c[n] == ':' || c[n] == ' ') {
					n++
				}
				if !named(l) || n == len(c) {
					return q
				}
				return pair{span{0, len(l)}, span{n, len(c)}, true}
			}
		case ',', ';', '"', '<', '>', '{', '}', '!', '?', '@', '$', '%', '*', '\\':
			return q
		}
	}
	return q
}

// named tells whether l reads like the label of a value: a few words that begin with a letter.
func named(l []byte) bool {
	if len(l) < 2 || l[0]|0x20-'a' >= 26 && l[0] < 0x80 || !label.Like(l) {
		return false
	}
	words := 1
	for _, c := range l {
		if c == ' ' {
			words++
		}
	}
	return words <= 5
}

func skip(c []byte, i int) int {
	for i < len(c) && (c[i] == ' ' || c[i] == '\t') {
		i++
	}
	return i
}

// field emits a pair. A label that begins a record, or is of a person, comes again with the next record. A number of the patient
// under another label (Patient ID, MRN) is a second one of the same.
func (p *parser) field(l, v []byte) {
	c := label.Known(l)
	again := c >= label.Name && p.seen[c] && (c != label.Record || bytes.EqualFold(l, p.number))
	if p.record && (again || bytes.EqualFold(l, p.first)) {
		p.endRecord()
	}
	if !p.record {
		p.record = true
		p.first = append(p.first[:0], l...)
		p.seen = [len(p.seen)]bool{}
		p.e.Begin(object.UnitRecord)
	}
	if c == label.Record && !p.seen[c] {
		p.number = append(p.number[:0], l...)
	}
	p.seen[c] = true
	if len(v) > 1 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] {
		if v = v[1 : len(v)-1]; bytes.Contains(v, doubled) { // O''Brien, as YAML writes it
			v = bytes.ReplaceAll(v, doubled, doubled[1:])
		}
	}
	if v = trim(v); len(v) > 0 {
		p.e.Field(object.RoleNone, l, v)
	}
}

var doubled = []byte("''")

func (p *parser) endRecord() {
	if p.record {
		p.record = false
		p.e.End()
	}
}

// recordMark tells whether a line separates records: psql -x and mysql \G.
func recordMark(b []byte) bool {
	return bytes.HasPrefix(b, []byte("-[ RECORD ")) || bytes.HasPrefix(b, []byte("******")) && bytes.Contains(b, []byte(". row **"))
}

// logPairs finds the pairs key=value of a line of a log.
func logPairs(b []byte, pairs *[maxPairs]pair) int {
	n := 0
	for from := 0; n < maxPairs; {
		k := bytes.IndexByte(b[from:], '=')
		if k < 0 {
			break
		}
		k += from
		i := k
		for i > from && word[b[i-1]] {
			i--
		}
		if i == k || b[i]|0x20-'a' >= 26 || i > 0 && b[i-1] != ' ' && b[i-1] != '\t' && b[i-1] != ',' && b[i-1] != ';' && b[i-1] != '[' && b[i-1] != '(' ||
			k+1 == len(b) || b[k+1] == '=' || b[k+1] == ' ' {
			from = k + 1
			continue
		}
		v := span{k + 1, k + 1}
		if q := b[k+1]; q == '"' || q == '\'' {
			v.from++
			for v.to = v.from; v.to < len(b) && b[v.to] != q; v.to++ {
				if b[v.to] == '\\' {
					v.to++
				}
			}
			v.to = min(v.to, len(b))
			from = min(v.to+1, len(b))
		} else {
			for v.to < len(b) && b[v.to] != ' ' && b[v.to] != '\t' && b[v.to] != ',' && b[v.to] != ';' {
				v.to++
			}
			from = v.to
		}
		pairs[n] = pair{label: span{i, k}, value: v}
		n++
	}
	return n
}

var word = func() (t [256]bool) {
	for c := range t {
		t[c] = c-'0' >= 0 && c <= '9' && c >= '0' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '.' || c == '-'
	}
	return t
}()

// log emits a line of a log: its pairs are a row, what stands between them is text.
func (p *parser) log(b []byte, n int) {
	p.flush()
	p.endRecord()
	p.e.Begin(object.UnitRow)
	at := 0
	for _, q := range p.pairs[:n] {
		if t := trim(b[at:q.label.from]); len(t) > 1 {
			p.text(t)
		}
		if v := trim(b[q.value.from:q.value.to]); len(v) > 0 {
			p.e.Field(object.RoleNone, b[q.label.from:q.label.to], v)
		}
		at = q.value.to
	}
	if t := trim(b[at:]); len(t) > 1 {
		p.text(t)
	}
	p.e.End()
}
