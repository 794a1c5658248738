package rule

import (
	"fmt"
	"math/rand"
	"testing"
)

func TestCodeValidators(t *testing.T) {
	for _, c := range []struct {
		name, v  string
		ok, test bool
	}{
		{"hicn", "514690360DZ", true, false}, {"hicn", "514690360DE", false, false}, {"hicn", "514690360HB", true, false}, {"hicn", "514690360H", false, false},
		{"hicn", "514690360T", true, false}, {"hicn", "514690360TA", true, false}, {"hicn", "514690360J4", true, false}, {"hicn", "514690360J5", false, false},
		{"hicn", "514690360C", false, false}, {"hicn", "514690360W9", true, false}, {"hicn", "514690360.", false, false}, {"hicn", "WD514690360", true, false},
		{"hicn", "WD000690360", false, false}, {"hicn", "XX123456", false, false}, {"hicn", "T00000000A", true, true}, {"hicn", "JA123456", true, false},
		{"atin", "912935432", true, false}, {"atin", "912925432", false, false}, {"atin", "812935432", false, false},
		{"zip", "83702", true, false}, {"zip", "00012", false, false}, {"number", "0047112", true, false}, {"number", "9999999", false, false}, {"number", "RFC2131", false, false}, {"number", "PEP760454240", true, false},
		{"dea", "NO9625318", true, false}, {"dea", "AO9625310", false, false},
		{"card", "4929381332664295", true, false}, {"card", "4929381332664296", false, false}, {"card", "4111111111111111", true, true}, {"card", "378282246310005", true, true},
		{"card", "5370463888813020", true, false}, {"card", "4444444444444448", false, false}, {"card", "4444333322221111", false, false}, {"card", "9929381332664290", false, false},
		{"card", "4242424242424242", true, true}, {"card", "2221000000000009", false, false}, {"card", "37828224631000", false, false},
		{"vin", "1HGCM82633A004352", true, false}, {"vin", "1HGCM82634A004352", false, false}, {"vin", "1M8GDM9AXKP042788", true, false}, {"vin", "11111111111111111", true, true},
		{"vin", "1HGCM8263OA004352", false, false}, {"vin", "1HGCM82633A00435", false, false},
		{"udi", "(01)00844588003288(21)10987654d321", true, false}, {"udi", "(01)00844588003288", false, false}, {"udi", "(01)00844588003287(21)1", false, false},
		{"udi", "(01)00844588003288(21)", false, false}, {"udi", "(01)00844588003288(21)a(17)141120", true, false}, {"udi", "+h123part0120/$$+lotx", true, false}, {"udi", "+h123", false, false},
		{"udi", "=/a9999xyz100t0944=,000025", true, false}, {"udi", "=/a9999xyz100t0944", false, false}, {"udi", "", false, false},
		{"icd10", "Z3A28", true, false}, {"icd10", "E1A9", false, false}, {"icd10", "C99", false, false}, {"icd10", "F00", false, false}, {"icd10", "T10", false, false}, {"icd10", "U071", true, false},
		{"icd10", "H969", false, false}, {"icd10", "M1A00X0", true, false}, {"icd10", "O9A211", true, false},
		{"icd9", "25000", true, false}, {"icd9", "000", false, false}, {"icd9", "V5867", true, false}, {"icd9", "V92", false, false}, {"icd9", "E8490", true, false}, {"icd9", "E500", false, false}, {"icd9", "E84", false, false},
		{"icdo3", "c50.4", true, false}, {"icdo3", "c504", true, false}, {"icdo3", "c81.0", false, false}, {"icdo3", "8140/3", true, false}, {"icdo3", "8140/5", false, false}, {"icdo3", "9999", false, false},
		{"cpt", "99213", true, false}, {"cpt", "00099", false, false}, {"cpt", "99999", false, false}, {"cpt", "0001", true, false}, {"hcpcs", "j1885", true, false}, {"hcpcs", "n1885", false, false},
		{"ndc", "0093103901", true, false}, {"ndc", "00093103901", true, false}, {"ndc", "0000012345", false, false}, {"ndc", "2222222222", false, false}, {"ndc", "123456789", false, false},
		{"loinc", "4548-4", true, false}, {"loinc", "4548-5", false, false}, {"loinc", "718-7", true, false}, {"loinc", "0718-7", false, false}, {"loinc", "45484", false, false},
		{"snomed", "73211009", true, false}, {"snomed", "73211008", false, false}, {"snomed", "44054006", true, false}, {"snomed", "38341003", true, false}, {"snomed", "07321100", false, false},
		{"snomed", "73211909", false, false}, {"snomed", "900000000000207008", true, false},
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

// TestCheckDigits: of ten last digits exactly one passes, and no change of a single digit does.
func TestCheckDigits(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	for _, test := range []struct {
		name string
		f    func([]byte) bool
	}{{"luhn", luhn}, {"verhoeff", verhoeff}} {
		for range 200 {
			v := fmt.Appendf(nil, "%015d", rnd.Int63n(1e15))
			n, good := 0, byte(0)
			for d := byte('0'); d <= '9'; d++ {
				if v[14] = d; test.f(v) {
					n, good = n+1, d
				}
			}
			if n != 1 {
				t.Fatalf("%s: %d last digits pass", test.name, n)
			}
			v[14] = good
			i := rnd.Intn(14)
			v[i] = '0' + (v[i]-'0'+1+byte(rnd.Intn(9)))%10
			if test.f(v) {
				t.Fatalf("%s: a wrong digit passes", test.name)
			}
		}
	}
}

// TestCardsAreRare: few random numbers of sixteen digits pass for a card.
func TestCardsAreRare(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	n := 0
	for range 100_000 {
		if ok, _ := validCard(fmt.Appendf(nil, "%016d", rnd.Int63n(1e16))); ok {
			n++
		}
	}
	if n < 1000 || n > 3000 {
		t.Errorf("%d of 100,000 pass", n)
	}
}

func TestWeb(t *testing.T) {
	for in, want := range map[string]int{
		"203.0.113.42": 12, "203.0.113.42.": 12, "203.0.113.42:8080": 12, "2001:db8::1 x": 11, "256.1.1.1": 0, "1.2.3": 0, "1.2.3.4.5": 0, "127.0.0.1": 0, "0.0.0.0": 0, "::1": 0,
		"12:30:15": 0, "": 0, "192.0.2.10-x": 0, "10.0.0.7, x": 8,
	} {
		if n := IPAt([]byte(in)); n != want {
			t.Errorf("%q: %d, want %d", in, n, want)
		}
	}
	for in, want := range map[string]string{
		"see https://a.example/r?token=abc123def, and": "https://a.example/r?token=abc123def",
		"https://a.example/r?x=1&patient_id=30101269":  "https://a.example/r?x=1&patient_id=30101269",
		"https://a.example/r#sid=abc123def":            "https://a.example/r#sid=abc123def",
		"https://a.example/r?token=abc":                "", "https://a.example/token=abc123def": "", "gopher://a.example/?token=abc123def": "", "://?token=abc123def": "",
	} {
		b := []byte(in)
		for i := range b {
			if i+3 <= len(b) && string(b[i:i+3]) == "://" {
				s, e := URLAt(b, i)
				if got := string(b[s:e]); got != want {
					t.Errorf("%q: %q", in, got)
				}
			}
		}
	}
}

func FuzzCodes(f *testing.F) {
	f.Add([]byte("(01)00844588003288(21)1"))
	f.Add([]byte("https://a.example/r?token=abc123def"))
	f.Add([]byte("4929381332664295"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, name := range []string{"ssn", "itin", "atin", "zip", "number", "mbi", "hicn", "npi", "dea", "nanp", "card", "vin", "udi", "icd10", "icd9", "icdo3", "cpt", "hcpcs", "ndc", "loinc", "snomed"} {
			v, _ := validatorNamed(name)
			v(b)
		}
		if n := IPAt(b); n > len(b) {
			t.Fatal("beyond the end")
		}
		for i := range b {
			if i+3 <= len(b) && string(b[i:i+3]) == "://" {
				if s, e := URLAt(b, i); s > e || e > len(b) {
					t.Fatal("beyond the end")
				}
			}
		}
	})
}
