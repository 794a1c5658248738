package rule

import (
	"math/bits"
	"sort"
	"strings"
)

// Flags of a sense.
const (
	Rival      uint16 = 1 << iota // speaks against an identifier: order, invoice, tracking ...
	Provider                      // what it labels belongs to a provider or an organisation
	Employment                    // payroll, human resources
	Filler                        // may stand between a label and its value: number, no, is ...
	Weak                          // a label only when a mark (: =) or a quote follows
	Qualifier                     // a label only for values of type, system or code fields: MR, SS
	Payroll                       // the pay of employees: what stands beside it of health plans is a benefit
	Numbered                      // a word only with a number behind it: W-2
	Vague                         // things of other trades have such a number, too: it makes no patient or member
)

// Part is the part of a value that a label names.
type Part uint8

// Parts.
const (
	Whole Part = iota
	First
	Last
	Middle
	Street
	City
	State
	ZIPCode
	Value // "value", "extension": what it is was said by a sibling
	Key   // "type", "system", "code": says what a sibling is
	Patient
)

// Sense is what a word or phrase means.
type Sense struct {
	Kinds      uint64 // bit set of kind indices that it labels
	Flags      uint16
	Part       Part
	Health     uint8 // 1 + index of a category, 0 none
	Heightened bool
	Custom     uint8 // index of the custom kind that it labels, 0 none
	Word       uint8 // index of the custom kind that it is a keyword of, 0 none
}

// labels tells whether it may stand before a value and say what that is: a term of health says nothing of it.
func (s Sense) labels() bool { return s.Kinds != 0 || s.Flags != 0 || s.Part != Whole }

// tells tells whether it says what a text is about, or names somebody in it.
func (s Sense) tells() bool {
	return s.Health != 0 || s.Word != 0 || s.Flags&(Employment|Provider) != 0 || s.Kinds>>KName&1 != 0
}

func (s Sense) merge(t Sense) Sense {
	const narrow = Weak | Qualifier | Vague // lost when another rule has the label without it
	switch {
	case s.Kinds == 0:
		s.Flags |= t.Flags
	case t.Kinds == 0:
		s.Flags |= t.Flags &^ narrow
	default:
		s.Flags = (s.Flags|t.Flags)&^narrow | s.Flags&t.Flags&narrow
	}
	s.Kinds |= t.Kinds
	if s.Part == Whole {
		s.Part = t.Part
	}
	if s.Custom == 0 {
		s.Custom = t.Custom
	}
	if s.Word == 0 {
		s.Word = t.Word
	}
	if s.Health == 0 || t.Heightened && !s.Heightened { // what is protected more than others names the category
		s.Health = t.Health
	}
	s.Heightened = s.Heightened || t.Heightened
	return s
}

// Categories of health evidence, a fixed vocabulary.
var categories = [...]string{"patient", "diagnosis", "medication", "procedure", "laboratory", "encounter", "coverage",
	"provider", "identifier", "mental_health", "substance_use", "hiv", "reproductive", "genetic", "demographics"}

// NumCategories is the number of health categories.
const NumCategories = len(categories)

// Category names a health category by its index.
func Category(i int) string { return categories[i] }

// CategoryIndex returns the index of a category, -1 if it is unknown.
func CategoryIndex(name string) int {
	for i := range categories {
		if categories[i] == name {
			return i
		}
	}
	return -1
}

const (
	maxPhrase      = 48 // letters
	maxPhraseWords = 6
	wordSlots      = 1 << 15
	pairBits       = 1 << 16
	labelBits      = 26 * 26 * 26
	cellBits       = 1 << 17
	phraseBits     = 1 << 18 // 8 lengths, next to each other
	cellNameBits   = 16
)

// Lexicon is the dictionary of labels and terms. A phrase is kept as its words in lower case without anything between
// them, so that "date of birth", "date_of_birth", "dateOfBirth" and "DateOfBirth" are the same. Matching is of whole
// words; small tables say quickly that a word, or two neighbours, begin or end nothing.
type Lexicon struct {
	phrases map[string]Sense
	starts  [wordSlots]uint8               // by first word: most words of a phrase, 0 none
	tells   [wordSlots]uint8               // starts without single words that say nothing of what a text is about
	ends    [wordSlots]uint8               // by last word
	namers  [wordSlots / 64]uint64         // last words of phrases that label a kind
	pairs   [pairBits / 64]uint64          // first two and last two words of phrases
	labels  [cellBits/64 + 1]uint64        // first three and last letters of phrases that label a kind, see cellHash
	known   [phraseBits / 64]uint64        // of all phrases, with their length
	cells   [1 << cellNameBits / 64]uint64 // of phrases that label a kind, by three letters and length
	letters uint32                         // single letters that label a kind
	tails   [labelBits/64 + 1]uint64       // last three letters of words that end a phrase
	fillers [256]fillerWord                // words that are fillers and nothing else, where two do not meet
	sign    uint32                         // hash of what a number sign is looked up as
	builder map[string]Sense               // spaced phrases, while loading
	lasts   map[string][]uint32            // hashes of the words that phrases end with, while loading
}

type fillerWord struct {
	word string
	hash uint32
}

func newLexicon() *Lexicon {
	return &Lexicon{phrases: map[string]Sense{}, builder: map[string]Sense{}, lasts: map[string][]uint32{}}
}

// add notes a phrase as written in a rule file.
func (x *Lexicon) add(phrase string, s Sense) {
	x.builder[phrase] = x.builder[phrase].merge(s)
}

// seal builds the tables.
func (x *Lexicon) seal() {
	keys := make([]string, 0, len(x.builder))
	for k := range x.builder {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		x.enter(splitPhrase(k), x.builder[k], false)
	}
	for _, k := range keys { // behind all that the rules say themselves
		if words := splitPhrase(k); len(words) > 1 && x.builder[k].Kinds != 0 {
			x.variants(words, 0, x.builder[k], new(int))
		}
	}
	for i, n := range x.starts {
		if n > 1 {
			x.tells[i] = n
		}
	}
	for w, sense := range x.phrases {
		if sense.Kinds != 0 {
			for _, h := range x.lasts[w] {
				x.namers[h%wordSlots/64] |= 1 << (h % 64)
			}
			if len(w) == 1 {
				x.letters |= 1 << (w[0] & 31)
			}
		}
		if sense.tells() {
			mark(&x.tells, w, x.starts[hashString(w)%wordSlots])
		}
		if h := hashString(w); sense == (Sense{Flags: Filler}) {
			if f := &x.fillers[h%uint32(len(x.fillers))]; f.word == "" || f.word > w {
				*f = fillerWord{w, h}
			}
		}
	}
	x.sign = hashString(numberSign)
	x.labels[cellBits/64] |= 1 << (cellBits % 64)
	x.builder, x.lasts = nil, nil
}

// enter puts a phrase into the tables; a variant only where nothing is there.
func (x *Lexicon) enter(words []string, sense Sense, variant bool) {
	joined := strings.Join(words, "")
	if _, ok := x.phrases[joined]; joined == "" || ok && variant {
		return
	}
	if len(words) > 1 && sense.Health == 0 && (words[0] == "patient" || words[0] == "patients" || words[0] == "pt") {
		sense.Health = 1 // the longer phrase must not hide that it is a patient's
	}
	x.phrases[joined] = x.phrases[joined].merge(sense)
	h := cellHash(joined)
	k := phraseHash(joined)
	x.known[k/64] |= 1 << (k % 64)
	if x.phrases[joined].Kinds != 0 {
		x.labels[h/64] |= 1 << (h % 64)
		if len(joined) > 1 {
			c := cellName(joined[0], joined[1], joined[len(joined)-1], len(joined))
			x.cells[c/64] |= 1 << (c % 64)
		}
	}
	x.lasts[joined] = append(x.lasts[joined], hashString(words[len(words)-1]), hashString(joined))
	n := uint8(min(len(words), maxPhraseWords)) //nolint:gosec // small
	mark(&x.starts, words[0], n)
	mark(&x.ends, words[len(words)-1], n)
	if x.phrases[joined].labels() {
		x.tail(words[len(words)-1])
		x.tail(joined)
	}
	mark(&x.starts, joined, 1) // run together: dateofbirth
	mark(&x.ends, joined, 1)
	if n > 1 {
		x.pair(words[0], words[1])
		x.pair(words[len(words)-2], words[len(words)-1])
	}
}

// labelHash is an index for the first two letters and the last of a phrase, beyond all others where one is none.
func labelHash[T []byte | string](w T) uint32 {
	if len(w) < 2 {
		return labelBits
	}
	a, b, c := w[0]|0x20-'a', w[1]|0x20-'a', w[len(w)-1]|0x20-'a'
	if max(a, b, c) > 25 {
		return labelBits
	}
	return (uint32(a)*26+uint32(b))*26 + uint32(c)
}

// cellHash spreads the first three letters and the last of a phrase over cellBits; beyond them where one of these is no letter, as
// where a gap stands among them.
func cellHash[T []byte | string](w T) uint32 {
	h := labelHash(w)
	if h == labelBits || len(w) < 3 {
		return cellBits
	}
	c := w[2] | 0x20 - 'a'
	if c > 25 {
		return cellBits
	}
	return (h*26 + uint32(c)) * 0x9e3779b1 >> 15
}

// phraseHash is labelHash and the length of a phrase modulo 8.
func phraseHash[T []byte | string](w T) uint32 { return labelHash(w)<<3 | uint32(len(w)&7) } //nolint:gosec // three bits

// cellName is an index for the first two letters and the last of a phrase and its length.
func cellName(first, second, last byte, n int) uint32 {
	k := uint32(first&31)<<15 | uint32(second&31)<<10 | uint32(last&31)<<5 | uint32(n&31) //nolint:gosec // five bits
	return k * 0x9e3779b1 >> (32 - cellNameBits)
}

// MayBe tells whether [Lexicon.Exact] is worth asking about a text of at most 64 bytes without digits and number signs, by a bitmap of its letters.
func (x *Lexicon) MayBe(b []byte, letters uint64) bool {
	if letters == 0 {
		return false
	}
	rest := letters & (letters - 1)
	if rest == 0 {
		return x.LabelLetter(b[bits.TrailingZeros64(letters)])
	}
	c := cellName(b[bits.TrailingZeros64(letters)], b[bits.TrailingZeros64(rest)], b[63-bits.LeadingZeros64(letters)], bits.OnesCount64(letters))
	return x.cells[c/64]>>(c%64)&1 != 0
}

// LabelLetter tells whether a letter may label a kind by itself.
func (x *Lexicon) LabelLetter(c byte) bool { return x.letters>>(c&31)&1 != 0 }

func (x *Lexicon) tail(w string) {
	if n := len(w); n > 2 {
		h := labelHash(w[n-3:])
		x.tails[h/64] |= 1 << (h % 64)
	}
}

func mark(t *[wordSlots]uint8, w string, n uint8) {
	h := hashString(w) % wordSlots
	t[h] = max(t[h], n)
}

func (x *Lexicon) pair(a, b string) {
	h := pairHash(hashString(a), hashString(b))
	x.pairs[h/64] |= 1 << (h % 64)
}

func (x *Lexicon) paired(a, b uint32) bool {
	h := pairHash(a, b)
	return x.pairs[h/64]>>(h%64)&1 != 0
}

func pairHash(a, b uint32) uint32 { return (a*0x9e3779b1 ^ b*0x85ebca6b) >> 16 % pairBits }

func hashString(w string) uint32 { return wordHash([]byte(w)) }

// splitPhrase returns the words of letters in lower case.
func splitPhrase(s string) []string {
	var out []string
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && IsLetter(s[j]) {
			j++
		}
		if j == i {
			i++
			continue
		}
		w := []byte(s[i:j])
		for k := range w {
			w[k] = lower(w[k])
		}
		out = append(out, string(w))
		i = j
	}
	return out
}

// Word looks up a single word.
func (x *Lexicon) Word(w []byte) (Sense, bool) {
	if len(w) > maxPhrase {
		return Sense{}, false
	}
	var buf [maxPhrase]byte
	for i, c := range w {
		buf[i] = lower(c)
	}
	if x.ends[wordHash(w)%wordSlots] == 0 {
		return Sense{}, false
	}
	s, ok := x.phrases[string(buf[:len(w)])]
	return s, ok
}
