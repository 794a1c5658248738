package rule

// maxVariants bounds how many forms a label is known in.
const maxVariants = 400

// alike are the words that stand for one another in labels. A label of several words that a rule names is known with each of
// them: what medical record number is, med rec no is, and MBR_ID is member id. Words that mean something else in other
// company are left out (acc is accession, sub is a subject, dx a diagnosis).
func alike(word string) []string {
	groups := [...][]string{
		{"no", "num", "nbr", "nr", "number"},
		{"id", "identifier", "identification"},
		{"patient", "pt", "pat"},
		{"member", "mbr", "mem"},
		{"subscriber", "subscr", "subs"},
		{"beneficiary", "bene"},
		{"recipient", "recip"},
		{"insurance", "ins"},
		{"medicare", "mcare"},
		{"medicaid", "mcaid"},
		{"medical", "med"},
		{"record", "rec"},
		{"hospital", "hosp", "hsp"},
		{"account", "acct"},
		{"encounter", "enc"},
		{"claim", "clm"},
		{"policy", "pol"},
		{"birth", "brth"},
		{"date", "dt"},
		{"provider", "prvdr"},
		{"physician", "phys"},
		{"registration", "reg"},
		{"telephone", "phone", "tel", "ph"},
		{"address", "addr"},
		{"name", "nm"},
		{"social", "soc"},
		{"security", "sec"},
	}
	for _, g := range groups {
		for _, w := range g {
			if w == word {
				return g
			}
		}
	}
	return nil
}

// variants enters a label with words from the i-th on replaced by those that stand for them. n counts them.
func (x *Lexicon) variants(words []string, i int, sense Sense, n *int) {
	if i == len(words) {
		x.enter(words, sense, true)
		*n++
		return
	}
	own := words[i]
	x.variants(words, i+1, sense, n)
	for _, w := range alike(own) {
		if w == own || *n >= maxVariants {
			continue
		}
		words[i] = w
		x.variants(words, i+1, sense, n)
	}
	words[i] = own
}
