package rule

// How far before its value an attached label may stand.
const (
	MaxBefore = 12 // bytes of gaps of any kind, line ends among them
	maxLeader = 96 // bytes of padding and dot leaders on the same line
	maxAside  = 40 // bytes of a remark in brackets
	maxLinks  = 7  // words between a label and its value
)

// Before finds the label that is attached to the value at b[p:]. Between the two stand only gaps, padding to a column, a
// remark in brackets (mm/dd/yyyy), filler words, whom it is about (MRN of patient), and where the sentence says "is", whatever says
// what the label is of: the subscriber ID of the supplemental plan is.
func (x *Lexicon) Before(b []byte, p int, h *Hit) bool {
	j := p
	h.Marked = false
	for j > 0 && p-j < MaxBefore && classes[b[j-1]]&ClassGap != 0 {
		if c := b[j-1]; c < 64 && marks>>c&1 != 0 || c == '|' {
			h.Marked = true
		}
		j--
	}
	if j == 0 {
		return false
	}
	if c := b[j-1]; IsDigit(c) {
		if j = beforeNumeral(b, j); !IsLetter(b[j-1]) {
			return false
		}
	} else if !IsLetter(c) {
		var found bool
		if j, found = x.gapEnd(b, p, j, h); found || j == 0 {
			return found
		}
	}
	if h.Marked && j < p && (b[j] == '#' || j+1 < p && b[j+1] == '#') && x.signed(b, j, h) {
		return true
	}
	if !x.mayEnd(b, j) {
		return false
	}
	hash, from := wordBack(b, j)
	n := x.ends[hash%wordSlots]
	if n == 0 || !x.filler(b, from, j, n, hash, h) && !x.ending(b, from, j, int(n), hash, h) {
		return false
	}
	if h.Flags&Filler == 0 && !h.somebody() || h.Flags&Rival != 0 || h.Flags&Filler != 0 && h.Kinds != 0 {
		return true
	}
	if i := h.Start; i == 0 || h.Flags&Filler != 0 && !IsLetter(b[i-1]) && classes[b[i-1]]&ClassGap == 0 {
		return h.Flags&Filler == 0
	}
	return x.linked(b, h)
}

// marks are the characters below 64 that make what stands before them a label, as bits; '|' is another.
const marks = 1<<':' | 1<<'=' | 1<<'"' | 1<<'>' | 1<<'#' | 1<<'\t' | 1<<'\n' | 1<<'('

// gapEnd goes back from the gap that begins at j over what may stand between it and the letters of a label: more padding, a remark in
// brackets, a numeral. It returns the end of the letters, 0 if there are none, or finds the label.
func (x *Lexicon) gapEnd(b []byte, p, j int, h *Hit) (end int, found bool) {
	c := b[j-1]
	if p-j == MaxBefore {
		if j = padded(b, p, j, h); j == 0 {
			return 0, false
		}
		c = b[j-1]
	}
	if j > 3 && (c == ')' || c == ']') {
		if j, found = x.aside(b, j, h); found || j == 0 {
			return j, found
		}
	} else if !IsDigit(c) && !IsLetter(c) {
		return 0, false
	}
	if j = beforeNumeral(b, j); j == 0 || !IsLetter(b[j-1]) {
		return 0, false
	}
	return j, false
}

// padded goes back over the padding between a label and the column of its value.
func padded(b []byte, p, j int, h *Hit) int {
	for ; j > 0 && p-j < maxLeader; j-- {
		switch b[j-1] {
		case ' ', '_', '-':
		case '.':
			h.Marked = true
		case ':', '=', '\t', '|', '#':
			h.Marked = true
		default:
			return j
		}
	}
	return j
}

// aside goes back over a remark in brackets that ends at j, and the space before it. If a label of a kind is the remark, or
// its end, that is the one: Patient (MRN).
func (x *Lexicon) aside(b []byte, j int, h *Hit) (start int, found bool) {
	opens := byte('(')
	if b[j-1] == ']' {
		opens = '['
	}
	letter := false
	for i := j - 2; i >= 0 && j-i < maxAside; i-- {
		switch c := b[i]; {
		case c == opens:
			if !letter {
				return j, false
			}
			if IsLetter(b[j-2]) {
				hash, from := wordBack(b, j-1)
				if n := x.ends[hash%wordSlots]; n > 0 && from > i && x.ending(b, from, j-1, int(n), hash, h) && h.Kinds != 0 && h.Start > i {
					return i, true
				}
			}
			for i > 0 && j-i < maxAside+2 && b[i-1] == ' ' {
				i--
			}
			return i, false
		case IsLetter(c):
			letter = true
		case !IsDigit(c) && c != ' ' && !phraseGap(c) && c != ',' && c != '#':
			return j, false
		}
	}
	return j, false
}

// signed finds a label whose last word is a number sign behind b[:end]: Member #. It is looked up as no.
func (x *Lexicon) signed(b []byte, end int, h *Hit) bool {
	hash, from := wordBack(b, end)
	return x.paired(hash, x.sign) && x.ending(b, from, end, withSign, hash, h) && h.Kinds != 0
}

// numberSign is the word that '#' is looked up as.
const numberSign = "no"

// filler finds a word that is a filler and ends no longer phrase, without a look at the dictionary: most words before numbers are
// such or nothing.
func (x *Lexicon) filler(b []byte, from, end int, most uint8, hash uint32, h *Hit) bool {
	f := &x.fillers[hash%uint32(len(x.fillers))]
	if most != 1 || f.hash != hash || len(f.word) != end-from {
		return false
	}
	for i, c := range b[from:end] {
		if c|0x20 != f.word[i] {
			return false
		}
	}
	h.Sense, h.Start, h.End, h.Words = Sense{Flags: Filler}, from, end, 1
	return true
}

// linked finds the label before words that link it to its value; h is the last of them.
func (x *Lexicon) linked(b []byte, h *Hit) bool {
	var first Hit // whom it is about, if no label is found
	says := false // "is" has been seen: what stands before it may be any words
	other := false
	for range maxLinks {
		// h is a word to go back over: a filler, or not.
		link := h.Flags&Filler != 0 && h.Kinds == 0
		switch {
		case link:
			says = says || copula(b[h.Start:h.End])
		case first.End == 0 && !other && h.Words > 0:
			first, other = *h, true
		default:
			other = true
		}
		at := h.Start
		end := beforeLink(b, at, other, h)
		if end > 0 && (b[end] == '#' || end+1 < at && b[end+1] == '#') && x.signed(b, end, h) { // Member # is
			return true
		}
		if end == 0 && says && at > 3 && b[at-1] == ' ' && b[at-2] == ')' { // Taxpayer ID (ITIN) is
			j, found := x.aside(b, at-1, h)
			if found {
				return true
			}
			if j > 0 && IsLetter(b[j-1]) {
				end = j
			}
		}
		if end == 0 || !says && !x.mayEnd(b, end) {
			return first.restore(h)
		}
		hash, from := wordBack(b, end)
		n := x.ends[hash%wordSlots]
		switch {
		case n == 0 || !x.filler(b, from, end, n, hash, h) && !x.ending(b, from, end, int(n), hash, h):
			if !says {
				return first.restore(h)
			}
			h.Sense, h.Start, h.End, h.Words = Sense{}, from, end, 0
		case h.Flags&Rival != 0:
			return true
		case h.Flags&Filler != 0 && h.Kinds == 0, h.somebody(), says && h.Kinds == 0:
		case other && !link:
			return first.restore(h)
		default:
			return true
		}
	}
	return first.restore(h)
}

// restore puts back the nearest hit when nothing better was found before it.
func (f *Hit) restore(h *Hit) bool {
	if f.End == 0 {
		return false
	}
	*h = *f
	return true
}

// somebody tells whether a phrase says only whom something is about: patient, member, insured.
func (h *Hit) somebody() bool {
	return h.Kinds == 1<<KName && h.Flags&Weak != 0 && h.Part == Whole || h.Kinds == 0 && h.Health == 1
}

func copula(w []byte) bool {
	switch len(w) {
	case 2:
		return w[0]|0x20 == 'i' && w[1]|0x20 == 's'
	case 3:
		return w[0]|0x20 == 'w' && w[1]|0x20 == 'a' && w[2]|0x20 == 's' || w[0]|0x20 == 'a' && w[1]|0x20 == 'r' && w[2]|0x20 == 'e'
	}
	return false
}

// beforeLink returns the end of the word before the one that begins at from, 0 if there is none. strict: only spaces and a line
// end may stand between.
func beforeLink(b []byte, from int, strict bool, h *Hit) int {
	j := from
	for j > 0 && from-j < 4 && classes[b[j-1]]&ClassGap != 0 {
		c := b[j-1]
		if strict && classes[c]&ClassSpace == 0 {
			return 0
		}
		if c == ':' || c == '=' {
			h.Marked = true
		}
		j--
	}
	j = beforeNumeral(b, j) // icd9_code
	if j == 0 || !IsLetter(b[j-1]) {
		return 0
	}
	return j
}

// mayEnd tells by its last three letters whether a word that ends at end may end a phrase. In capitals it may: a word of
// camel case may begin anywhere among them.
func (x *Lexicon) mayEnd(b []byte, end int) bool {
	if end < 3 || b[end-1] < 'a' || b[end-2] < 'a' || !IsLetter(b[end-2]) || !IsLetter(b[end-3]) {
		return true
	}
	h := labelHash(b[end-3 : end])
	return x.tails[h/64]>>(h%64)&1 != 0
}

// beforeNumeral skips a numeral that belongs to the label: ICD-10, phone2.
func beforeNumeral(b []byte, j int) int {
	k := j
	for k > 0 && j-k < 2 && IsDigit(b[k-1]) {
		k--
	}
	if k == j {
		return j
	}
	if k > 1 && b[k-1] == '-' {
		k--
	}
	if k > 0 && IsLetter(b[k-1]) {
		return k
	}
	return j
}

// MayLabelIn tells quickly whether a word of b may end the label of a kind for what stands behind b: if not, [Lexicon.Before] finds
// none there.
func (x *Lexicon) MayLabelIn(b []byte) bool {
	for end := len(b); end > 0; {
		if !IsLetter(b[end-1]) {
			if b[end-1] == '#' {
				return true
			}
			end--
			continue
		}
		if x.mayEnd(b, end) {
			if h, _ := wordBack(b, end); x.namers[h%wordSlots/64]>>(h%64)&1 != 0 {
				return true
			}
		}
		for end--; end > 0 && IsLetter(b[end-1]) && !camel(b, end); { // memberIs: the label ends within the letters
			end--
		}
	}
	return false
}
