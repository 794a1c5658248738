// Package detect finds identifiers in units of fields and text, scores them, and gives each unit its verdict.
//
// How it scans. Running text is copied into a window and scanned in segments whose bounds depend on nothing but the
// text, so that the pieces it arrives in make no difference. A bitmap of the digits of a segment gives the anchors (runs
// of two digits, or digit-any-digit); thirteen bits from there are looked up in a table that names the shapes of all
// rules that can lie there: the cost does not grow with the number of rules. A match is then verified byte by byte,
// validated, and the label attached to it is looked for backwards. Only a segment with something that can name a person,
// and its neighbours, are read a second time for words (health terms, labels of names), phones, codes and the like.
// Fields are classified by their label, once for each column.
//
// How it judges. A unit (record, row, message, part) collects candidates and evidence of health. At its end every
// candidate gets its points and the unit its verdict; see score.go. The text itself dies here: what leaves are masks,
// keyed tokens, counts and labels.
//
// What it cannot. Names are found in fields and behind labels only; identifiers without digits are not found; text in
// images is not read; a bare nine-digit number without a label, a plausible column or a role is nothing.
package detect

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/phiwatch/phiwatch/internal/rule"
)

// Options are the parameters of an engine.
type Options struct {
	Key       [32]byte // of the tokens
	MaxTokens int      // per finding; 0: 32, negative: none
}

const defaultTokens = 32

// Engine is immutable and shared by all workers.
type Engine struct {
	set    *rule.Set
	lex    *rule.Lexicon
	rules  []*rule.Rule
	key    [32]byte
	keyID  string
	seed   uint64 // of the hashes that count distinct values
	tokens int
	tests  *testPatients // nil: none

	layout [1 << rule.LayoutBits]uint16 // index into shapes by the digit bitmap
	hot    [1 << rule.LayoutBits]uint8  // classes of the byte before it that a primary shape may have, 0xff any: most runs of digits end here
	bare   [1 << rule.LayoutBits]uint8  // the same for shapes that need no label, wrapped ones among them; 0: none
	shapes []shapeSet
	free   [][]shapeRef    // of each of shapes: those that need no label, primary ones first
	near   [][]*rule.Shape // the same shapes, those that begin nearest before the digits first
	byKind [rule.MaxKinds][]fit
	token  []*rule.Rule // labelled tokens

	keywords   [rule.MaxKinds]*rule.Rule
	composites []composite
	bareSSN    *rule.Rule // numbers of nine digits; nil: none
	dashed     *rule.Rule // numbers of nine digits in three groups
	date       *rule.Rule
	name       *rule.Rule
	address    *rule.Rule
	email      *rule.Rule
	url        *rule.Rule
	phone      *rule.Rule // without a label
	fax        *rule.Rule
	roles      [64]int8 // 1 + kind index of a role, 0 none
}

// shapeSet is the shapes that one layout of digits can be.
type shapeSet struct {
	primary  []shapeRef // of rules that name a person
	sieve    sieve      // of primary
	support  []shapeRef
	labelled [2][]shapeRef // of either, those that begin with the digits and need a label: without one nobody looks at them
	wrapped  bool          // it can be a number whose line was wrapped
	cut      bool          // it can be a telephone number whose line was
}

// fit is a rule as it is tried on a whole value.
type fit struct {
	r    *rule.Rule
	form form
	lens uint32 // lengths of its shapes, as bits
}

// form is a rule's form, which is a text there.
type form uint8

const (
	otherForm form = iota
	shapeForm
	tokenForm
	keywordForm
	urlForm
	dateForm
	nameForm
	addressForm
	emailForm
)

func fitOf(r *rule.Rule) fit {
	f := fit{r: r}
	switch r.Form {
	case rule.FormShape:
		f.form = shapeForm
		for _, c := range r.Compiled() {
			f.lens |= 1 << c.Len
		}
	case rule.FormToken, rule.FormIP:
		f.form = tokenForm
	case rule.FormKeyword:
		f.form = keywordForm
	case rule.FormURL:
		f.form = urlForm
	case rule.FormDate:
		f.form = dateForm
	case rule.FormName:
		f.form = nameForm
	case rule.FormAddress:
		f.form = addressForm
	case rule.FormEmail:
		f.form = emailForm
	}
	return f
}

type shapeRef struct {
	r *rule.Rule
	s *rule.Shape
}

// New compiles the rules.
func New(set *rule.Set, o Options) (*Engine, error) {
	e := &Engine{set: set, lex: set.Lexicon(), rules: set.Rules(), key: o.Key, tokens: o.MaxTokens}
	if e.lex == nil || len(e.rules) == 0 {
		return nil, errors.New("detect: an empty set of rules")
	}
	if e.tokens == 0 {
		e.tokens = defaultTokens
	}
	id := sha256.Sum256(append([]byte("phiwatch token key id\x00"), o.Key[:]...))
	e.keyID = hex.EncodeToString(id[:4])
	sd := sha256.Sum256(append([]byte("phiwatch distinct seed\x00"), o.Key[:]...))
	e.seed = binary.LittleEndian.Uint64(sd[:])
	for _, r := range e.rules {
		e.byKind[r.KindIndex()] = append(e.byKind[r.KindIndex()], fitOf(r))
		for _, name := range r.Roles {
			e.roles[rule.RoleNamed(name)&63] = int8(1 + r.KindIndex()) //nolint:gosec // few kinds
		}
		switch r.Form {
		case rule.FormShape:
			if r.KindIndex() == rule.KSSN && r.Label == rule.NeedNone && e.dashed == nil {
				e.dashed = r
			}
			if r.KindIndex() == rule.KSSN && r.Label == rule.NeedAttached && e.bareSSN == nil {
				e.bareSSN = r
			}
			if r.KindIndex() == rule.KPhone && r.Label == rule.NeedNone {
				e.phone = r
			}
			if r.KindIndex() == rule.KFax {
				e.fax = r
			}
		case rule.FormKeyword:
			e.keywords[r.KindIndex()] = r
		case rule.FormComposite:
			e.composites = append(e.composites, composite{r: r})
		case rule.FormToken, rule.FormIP:
			e.token = append(e.token, r)
		case rule.FormDate:
			e.date = r
		case rule.FormName:
			e.name = r
		case rule.FormAddress:
			e.address = r
		case rule.FormEmail:
			e.email = r
		case rule.FormURL:
			e.url = r
		}
	}
	if err := e.join(); err != nil {
		return nil, err
	}
	e.compile()
	e.tests = e.testPatients(set.Tests())
	return e, nil
}

// compile fills the layout table. Equal sets share an entry.
func (e *Engine) compile() {
	index := map[string]uint16{"": 0}
	e.shapes, e.free, e.near = append(e.shapes, shapeSet{}), append(e.free, nil), append(e.near, nil)
	var sig []byte
	for w := range e.layout {
		var set shapeSet
		sig = sig[:0]
		for _, r := range e.rules {
			if r.Form != rule.FormShape || r.KindIndex() == rule.KZIP {
				continue
			}
			c := r.Compiled()
			for i := range c {
				if !c[i].Layout(uint32(w)) { //nolint:gosec // 13 bits
					continue
				}
				sig = binary.AppendUvarint(sig, uint64(r.Num)<<8|uint64(i)) //nolint:gosec // small
				switch {
				case r.Label == rule.NeedAttached && c[i].Anchor == 0:
					k := 1
					if r.Primary {
						k = 0
					}
					set.labelled[k] = append(set.labelled[k], shapeRef{r, &c[i]})
				case r.Primary:
					set.primary = append(set.primary, shapeRef{r, &c[i]})
				default:
					set.support = append(set.support, shapeRef{r, &c[i]})
				}
			}
		}
		if set.wrapped = wrapped(w); set.wrapped {
			sig = append(sig, "wrapped"...)
		}
		if set.cut = wrappedPhone(w); set.cut {
			sig = append(sig, "cut"...)
		}
		e.hot[w] = set.hot()
		n, ok := index[string(sig)]
		if !ok {
			n = uint16(len(e.shapes)) //nolint:gosec // no more than layouts
			index[string(sig)] = n
			set.sieve = newSieve(set.primary)
			e.shapes = append(e.shapes, set)
			e.free = append(e.free, set.free())
			e.near = append(e.near, nearest(e.free[n]))
		}
		e.layout[w] = n
		if e.bare[w] = bareClasses(e.free[n]); set.wrapped || set.cut {
			e.bare[w] = 0xff // no shape that is wrapped needs a label
		}
	}
}

// hot is the classes of the byte before the digits that a shape of rules that name a person may have, 0xff if any will do.
func (set *shapeSet) hot() (h uint8) {
	if set.wrapped || len(set.labelled[0]) > 0 {
		return 0xff
	}
	for i := range set.primary {
		p := set.primary[i].s.Before()
		if p == 0 {
			return 0xff
		}
		h |= p
	}
	return h
}

// bareClasses is the classes of the byte before the digits that one of the shapes may have, 0xff if any will do, 0 if there is no shape.
func bareClasses(refs []shapeRef) (h uint8) {
	for i := range refs {
		p := refs[i].s.Before()
		if p == 0 {
			return 0xff
		}
		h |= p
	}
	return h
}

// nearest is the shapes in the order of how much of them stands before the digits.
func nearest(refs []shapeRef) []*rule.Shape {
	var out []*rule.Shape
	for i := range refs {
		out = append(out, refs[i].s)
	}
	slices.SortStableFunc(out, func(a, b *rule.Shape) int { return a.Anchor - b.Anchor })
	return out
}

// free is the shapes of the set that need no label.
func (set *shapeSet) free() (out []shapeRef) {
	for _, list := range [...][]shapeRef{set.primary, set.support} {
		for _, ref := range list {
			if ref.r.Label != rule.NeedAttached {
				out = append(out, ref)
			}
		}
	}
	return out
}

// KeyID names the token key without giving it away: eight hex digits.
func (e *Engine) KeyID() string { return e.keyID }

// Digest is the digest of the rules.
func (e *Engine) Digest() string { return e.set.Digest() }
