package rule

import (
	"math/rand"
	"os"
	"sort"
	"strings"
	"testing"
	"testing/fstest"
)

func TestValidators(t *testing.T) {
	for _, c := range []struct {
		name, v  string
		ok, test bool
	}{
		{"ssn", "514690360", true, false}, {"ssn", "000120001", false, false}, {"ssn", "666120001", false, false}, {"ssn", "900120001", false, false},
		{"ssn", "899120001", true, false}, {"ssn", "734120001", true, false}, {"ssn", "514000360", false, false}, {"ssn", "514690000", false, false},
		{"ssn", "078051120", true, true}, {"ssn", "078051121", true, false}, {"ssn", "219099999", true, true}, {"ssn", "987654320", true, true},
		{"ssn", "987654329", true, true}, {"ssn", "987654330", false, false}, {"ssn", "123456789", true, true}, {"ssn", "222222222", true, false},
		{"ssn", "555555555", true, false}, {"ssn", "999101000", true, true}, {"ssn", "111002330", true, true}, {"ssn", "51469036", false, false},
		{"itin", "912785432", true, false}, {"itin", "912495432", false, false}, {"itin", "912935432", false, false}, {"itin", "912995432", true, false},
		{"mbi", "2NC5EQ8YU47", true, false}, {"mbi", "1EG4TE5MK73", true, true}, {"mbi", "0NC5EQ8YU47", false, false}, {"mbi", "2SC5EQ8YU47", true, true},
		{"mbi", "2NC5EQ8BU47", false, false}, {"mbi", "2NC5EQ8YU4", false, false},
		{"hicn", "514690360A", true, false}, {"hicn", "514690360C1", true, false}, {"hicn", "514690360X", false, false}, {"hicn", "WCA123456", true, false},
		{"hicn", "WCA12345", false, false}, {"hicn", "000690360A", false, false},
		{"npi", "1234567893", true, true}, {"npi", "2040531776", true, false}, {"npi", "2040531775", false, false}, {"npi", "3040531776", false, false},
		{"dea", "AO9625318", true, false}, {"dea", "AO9625317", false, false}, {"dea", "A99625318", true, false}, {"dea", "ZO9625318", false, false},
		{"nanp", "2082694273", true, false}, {"nanp", "2081694273", false, false}, {"nanp", "9112694273", false, false}, {"nanp", "2085550123", true, true},
		{"icd10", "E119", true, false}, {"icd10", "C4A0", true, false}, {"icd10", "E1", false, false}, {"icd10", "1E19", false, false},
	} {
		f, known := validatorNamed(c.name)
		if !known {
			t.Fatalf("no validator %q", c.name)
		}
		if ok, test := f([]byte(c.v)); ok != c.ok || test != c.test {
			t.Errorf("%s %s: %v %v", c.name, c.v, ok, test)
		}
	}
}

func TestBirth(t *testing.T) {
	today := Date{2026, 11, 24}
	for in, want := range map[string]string{
		"01/19/1991": "1991-01-19", "1/9/58": "1958-01-09", "01-19-1991": "1991-01-19", "1991-01-19": "1991-01-19", "1991/1/9": "1991-01-09",
		"19910119": "1991-01-19", "01191991": "1991-01-19", "19-Jan-1991": "1991-01-19", "January 19, 1991": "1991-01-19", "Jan 19 1991": "1991-01-19",
		"19 January 1991": "1991-01-19", "Sept. 3, 2001": "2001-09-03", "1991-01-19T10:00": "1991-01-19", "01.19.1991": "1991-01-19",
		"23/11/1991": "1991-11-23", "11/24/26": "2026-11-24", "11/25/26": "1926-11-25", "02/29/2000": "2000-02-29", "2nd May 1970": "1970-05-02",
		"01 19 1991": "1991-01-19",
		"":           "", "13/32/1991": "", "02/29/1900": "", "01/19/2027": "", "1991": "", "01/19": "", "01/19-1991": "", "1/19/199": "", "12345678901": "",
		"00/10/1990": "", "Foo 19, 1991": "", "01/19/19911": "", "1850-01-01": "",
	} {
		d, n, ok := ParseBirth([]byte(in), today)
		got := ""
		if ok {
			got = string(d.Append(nil))
			if n < 6 || n > len(in) {
				t.Errorf("%q: length %d", in, n)
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestCanon(t *testing.T) {
	for _, c := range []struct {
		kind     int
		in, want string
	}{
		{KSSN, "514-69-0360", "514690360"}, {KPhone, "+1 (208) 269-4273 ext. 12", "2082694273"}, {KFax, "1-208-269-4273", "2082694273"},
		{KZIP, "83702-1234", "83702"}, {KMBI, "2nc5-eq8-yu47", "2NC5EQ8YU47"}, {KEmail, "A.B@Example.ORG", "a.b@example.org"},
		{KName, "Delacroix, Ingrid K", "DELACROIX INGRID K"}, {KName, "O'Brien-Smith, anna", "ANNA OBRIEN SMITH"}, {KName, "BEAUMONT^EMILY^H", "BEAUMONT EMILY H"},
		{KName, "Müller, Jürgen", "JÜRGEN MÜLLER"}, {KAddress, "406 Cottonwood Ln, Boise, ID 83702-1234", "406COTTONWOODLNBOISEID83702"},
		{KICD10, "s72.001a", "S72001A"}, {KMRN, "a-10 023", "A10023"},
	} {
		if got := string(Canon(nil, c.kind, []byte(c.in))); got != c.want {
			t.Errorf("%v %q: %q, want %q", KindAt(c.kind), c.in, got, c.want)
		}
	}
}

const good = `version: 1
rules:
- id: a
  title: t
  description: d
  kind: ssn
  identifier: G
  form: shape
  shapes: ["ddd-dd-dddd"]
  mask: "ssn:[{d}d]"
  source: s
  examples: {match: ["111-22-3333", "111-22-3334", "111-22-3335"], no_match: ["a", "b", "c"]}
`

func TestLoadRefuses(t *testing.T) {
	if _, err := Load(fstest.MapFS{"a.yaml": {Data: []byte(good)}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][3]string{
		{"title: t", "titel: t", "titel"},
		{"version: 1", "version: 2", "version"},
		{"identifier: G", "identifier: Z", "identifier"},
		{"kind: ssn", "kind: nonsense", "kind"},
		{"ddd-dd-dddd", "d-a-d", "shape"},
		{"111-22-3335", "secret", "example match 3"},
		{`"c"]`, `"111-22-3333"]`, "example no_match 3"},
		{`"a", "b", "c"`, `"a", "b"`, "three examples"},
		{"[{d}d]", "[9d]", "mask"},
		{"form: shape", "form: regexp", "form"},
	} {
		_, err := Load(fstest.MapFS{"a.yaml": {Data: []byte(strings.Replace(good, c[0], c[1], 1))}})
		switch {
		case err == nil:
			t.Errorf("%q loads", c[1])
		case !strings.Contains(err.Error(), "a.yaml") || !strings.Contains(err.Error(), c[2]):
			t.Errorf("%q: %v", c[1], err)
		case strings.Contains(err.Error(), "secret"):
			t.Errorf("the error quotes the example: %v", err)
		}
	}
	_, err := Load(fstest.MapFS{"a.yaml": {Data: []byte(good)}, "b.yaml": {Data: []byte(good)}})
	if err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("two rules with one id: %v", err)
	}
}

// TestLayout: whatever a shape matches has the layout that the scanner looks for at its anchor.
func TestLayout(t *testing.T) {
	rnd := rand.New(rand.NewSource(3))
	for _, text := range []string{"dddsddsdddd", "ddddddddd", "DAmdAmdAAdd", "DAmd-Amd-AAdd", "(ddd) ddd-dddd", "aaddddddd", "add.nnn", "+1 ddd ddd dddd", "ddddddddda"} {
		s, err := compileShape(text, "- .")
		if err != nil {
			t.Fatal(err)
		}
		for range 200 {
			b := make([]byte, len(text))
			sep := "- ."[rnd.Intn(3)]
			for i, c := range []byte(text) {
				switch c {
				case 'd', 'D':
					b[i] = byte('1' + rnd.Intn(9))
				case 'a', 'A':
					b[i] = "ACDEFGHJKMNPQRTUVWXY"[rnd.Intn(20)]
				case 'm', 'n':
					b[i] = "ACDEFGHJK123456789"[rnd.Intn(18)]
				case 's':
					b[i] = sep
				default:
					b[i] = c
				}
			}
			if !s.At(b, 0) {
				t.Fatalf("%s does not match %s", text, b)
			}
			var w uint32
			for j := 0; j < LayoutBits && s.Anchor+j < len(b); j++ {
				if IsDigit(b[s.Anchor+j]) {
					w |= 1 << j
				}
			}
			if !s.Layout(w) {
				t.Fatalf("%s: the layout of %s is not known", text, b)
			}
		}
	}
}

func TestLabels(t *testing.T) {
	x := newLexicon()
	x.addLabel("date of birth", Sense{Kinds: 1 << KDOB})
	x.addLabel("dob", Sense{Kinds: 1 << KDOB})
	x.addLabel("d o b", Sense{Kinds: 1 << KDOB})
	x.addLabel("ssn", Sense{Kinds: 1 << KSSN})
	x.addLabel("social security number", Sense{Kinds: 1 << KSSN})
	x.addLabel("member:", Sense{Kinds: 1 << KName})
	for _, w := range []string{"no", "for", "of", "the", "this"} {
		x.addLabel(w, Sense{Flags: Filler})
	}
	x.addLabel("social security no", Sense{Kinds: 1 << KSSN})
	x.addLabel("number", Sense{Flags: Filler})
	x.addLabel("is", Sense{Flags: Filler})
	x.addLabel("order number", Sense{Flags: Rival})
	x.seal()
	for text, kind := range map[string]int{
		"dob: ": KDOB, "Date_of_Birth=": KDOB, "dateOfBirth\": \"": KDOB, "D.O.B. ": KDOB, "patientDob ": KDOB, "ssn number is ": KSSN, "SocialSecurityNumber>": KSSN,
		"social security number (": KSSN, "ssn": KSSN, "publicdob ": -1, "dob was ": -1, "xssn ": -1, "order number ": -2, "dob: x ": -1, "": -1, "dob            : ": KDOB, "dob ............ ": KDOB, "dob\n              ": -1,
		"dob (mm/dd/yyyy): ": KDOB, "patient [dob]: ": KDOB, "dob (a (b): ": -1, "dob (208) ": -1, "soc sec #          : ": KSSN, "social security nbr: ": KSSN, "date of brth ": KDOB,
		"dob for this member is ": KDOB, "ssn of the younger child is ": KSSN, "ssn, as the child is ": -1, "ssn checks the child is ": -1, "ssn of the child ": -1,
		"ssn of order number is ": -2, "member: ": -3,
	} {
		var h Hit
		got := -1
		if x.Before([]byte(text+"1"), len(text), &h) {
			switch {
			case h.Kinds == 1<<KDOB:
				got = KDOB
			case h.Kinds == 1<<KSSN:
				got = KSSN
			case h.Flags&Rival != 0:
				got = -2
			case h.Kinds == 1<<KName:
				got = -3
			}
		}
		if got != kind {
			t.Errorf("%q: %d, want %d", text, got, kind)
		}
	}
}

func FuzzParsers(f *testing.F) {
	f.Add("January 19, 1991", 3)
	f.Add("406 Cottonwood Ln, Boise, ID 83702", 5)
	f.Add("O'Brien, Anna ^x", 1)
	x := newLexicon()
	x.addLabel("dob", Sense{Kinds: 1 << KDOB})
	x.seal()
	f.Fuzz(func(t *testing.T, s string, i int) {
		b := []byte(s)
		if len(b) == 0 {
			return
		}
		i = int(uint(i) % uint(len(b)))
		if d, n, ok := ParseBirth(b, Date{2026, 1, 1}); ok && (!d.real() || n > len(b)) {
			t.Fatal("no date")
		}
		if n := x.NameAt(b, false); n > len(b) {
			t.Fatal("beyond the end")
		}
		if st, e := AddressAt(b, i); e > len(b) || st > e {
			t.Fatal("beyond the end")
		}
		if st, e := EmailAt(b, i); e > len(b) || st > e {
			t.Fatal("beyond the end")
		}
		var h Hit
		x.Before(b, i, &h)
		x.Classify(b)
		x.Exact(b)
		for w := x.Walk(b, i, len(b)); w.Next(&h); {
			if h.End <= h.Start || h.End > len(b) {
				t.Fatal("no phrase")
			}
		}
		for k := range NumKinds {
			Canon(nil, k, b)
		}
	})
}

// TestASCIIName: the short way to the canonical form of a name is that of every name.
func TestASCIIName(t *testing.T) {
	const bytes = "abXYZ '`,.-^0 é"
	rnd := rand.New(rand.NewSource(9))
	for range 100_000 {
		b := make([]byte, rnd.Intn(30))
		for i := range b {
			b[i] = bytes[rnd.Intn(len(bytes)-2)]
		}
		words := strings.FieldsFunc(strings.ToUpper(strings.NewReplacer("'", "", "`", "").Replace(string(b))), func(r rune) bool { return r < 'A' || r > 'Z' })
		words = words[:min(len(words), maxNameWords)]
		sort.Strings(words)
		if got, want := string(AppendName(nil, b)), strings.Join(words, " "); got != want {
			t.Fatalf("%q: %q, want %q", b, got, want)
		}
		if long := append([]byte(nil), b...); len(words) < maxNameWords {
			if got := string(AppendName(nil, append(long, "  é"...))); got != strings.TrimSpace(strings.Join(words, " ")+" É") {
				t.Fatalf("%q: the long way says %q, the short one %q", b, got, strings.Join(words, " "))
			}
		}
	}
}

// TestInitials holds that a letter with a dot is an initial, also where the letter alone is a word of the lexicon (a, W-2).
func TestInitials(t *testing.T) {
	set, err := Load(os.DirFS("../../rules"))
	if err != nil {
		t.Fatal(err)
	}
	x := set.lex
	for name := range strings.SplitSeq("Yusuf A. Farquhar,Esther W. Montgomery,W. B. Farquhar", ",") {
		if n := x.NameAt([]byte(name+" DOB"), true); n != len(name) {
			t.Errorf("%s: the name ends after %d bytes", name, n)
		}
	}
}
