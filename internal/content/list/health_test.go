package list_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
)

// planted is a generated person. Its numbers are made from its ordinal, by the rules of their issuers.
type planted struct{ id, ssn, mbi, mrn, member, last, first, birth string }

func person(i int) planted {
	letters := "ACDEFGHJKMNPQRTUVWXY"
	l := func(n int) string { return letters[n%len(letters):][:1] }
	lasts := []string{"Roe", "Marlow", "Quint", "Abbot", "Farrow", "Denham", "Lister", "Hobbs"}
	firsts := []string{"Jane", "Otis", "Mabel", "Hugo", "Petra", "Silas", "Wanda", "Cyril"}
	return planted{
		id:     fmt.Sprintf("p-%d", i),
		ssn:    fmt.Sprintf("%03d%02d%04d", 401+i%200, 11+i%80, 1000+(i*7919)%9000),
		mbi:    fmt.Sprintf("%d%s%s%d%s%s%d%s%s%02d", 1+i%9, l(i), l(i/20), i%10, l(i/7), l(i/3), i/10%10, l(i/400), l(i/2), i%100),
		mrn:    fmt.Sprintf("%08d", 31_000_000+i*37),
		member: fmt.Sprintf("WQX%09d", 810_000_000+i*53),
		last:   lasts[i%len(lasts)], first: firsts[i/len(lasts)%len(firsts)],
		birth: fmt.Sprintf("%d-%02d-%02d", 1930+i%80, 1+i%12, 1+i%28),
	}
}

// patient is a resource with two record numbers, as a patient of two hospitals has them.
func (p planted) patient() string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":%q,"identifier":[{"system":"http://hl7.org/fhir/sid/us-ssn","value":%q},`+
		`{"system":"http://hl7.org/fhir/sid/us-mbi","value":%q},{"type":{"coding":[{"code":"MR"}]},"value":%q},`+
		`{"type":{"coding":[{"code":"MR"}]},"system":"urn:oid:1.2.3","value":"9%s"}],"name":[{"family":%q,"given":[%q]}],"birthDate":%q}`,
		p.id, p.ssn, p.mbi, p.mrn, p.mrn, p.last, p.first, p.birth)
}

func (p planted) rest() []string {
	ref := fmt.Sprintf(`{"reference":"Patient/%s"}`, p.id)
	return []string{
		`{"resourceType":"Condition","subject":` + ref + `,"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"E11.9","display":"Type 2 diabetes mellitus"}]}}`,
		fmt.Sprintf(`{"resourceType":"Coverage","subscriberId":%q,"beneficiary":%s}`, p.member, ref),
		`{"resourceType":"Observation","subject":` + ref + `,"code":{"coding":[{"system":"http://loinc.org","code":"4548-4","display":"Hemoglobin A1c"}]},"valueQuantity":{"value":7.2}}`,
		`{"resourceType":"ExplanationOfBenefit","patient":` + ref + `,"provider":{"identifier":{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"}}}`,
	}
}

func asBundle(resources []string) string {
	return `{"resourceType":"Bundle","type":"searchset","entry":[{"resource":` + strings.Join(resources, `},{"resource":`) + `}]}`
}

// TestFHIR: everybody in bundles and lines is found in their fields, and counted once.
func TestFHIR(t *testing.T) {
	s := newScanner(t)
	const n = 400
	var ssns, mbis, mrns, members, apart, together []string
	for i := range n {
		p := person(i)
		ssns, mbis, mrns, members = append(ssns, p.ssn), append(mbis, p.mbi), append(mrns, p.mrn), append(members, p.member)
		together = append(append(together, p.patient()), p.rest()...)
		apart = append(apart, p.patient())
	}
	for i := range n {
		apart = append(apart, person(i).rest()...)
	}
	for name, in := range map[string]string{"bundle": asBundle(together), "lines": strings.Join(together, "\n"), "lines by type": strings.Join(apart, "\n")} {
		r, c := s.scan("export", []byte(in))
		if c.Format != "fhir" || r.Verdict != finding.PHI || r.Level != finding.High {
			t.Errorf("%s: %s, %s %s", name, c.Format, r.Verdict, r.Level)
		}
		for k, values := range map[finding.Kind][]string{finding.SSN: ssns, finding.MBI: mbis, finding.MRN: mrns, finding.MemberID: members} {
			if all, placed := found(&r, k, values); all != n || placed != n {
				t.Errorf("%s: %s: %d of %d found, %d in their field", name, k, all, n, placed)
			}
		}
		if name == "lines by type" && r.Individuals.Low <= 2*n {
			continue // a coverage that is apart from its patient is somebody
		}
		if r.Individuals.Low != n {
			t.Errorf("%s: individuals %v, want %d", name, r.Individuals, n)
		}
	}
}

// TestFHIRVerdicts: what is nobody's is no alert, a test is one.
func TestFHIRVerdicts(t *testing.T) {
	s := newScanner(t)
	p := person(3)
	one := asBundle(append([]string{p.patient()}, p.rest()...))
	for name, c := range map[string]struct {
		in   string
		want finding.Verdict
	}{
		"one patient": {one, finding.PHI},
		"test":        {strings.Replace(one, `"type"`, `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST"}]},"type"`, 1), finding.Test},
		"anonymous":   {asBundle(p.rest()[:1]), finding.HealthOnly},
		"value set":   {`{"resourceType":"ValueSet","compose":{"include":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","concept":[{"code":"E11.9","display":"Type 2 diabetes"}]}]}}`, finding.HealthOnly},
		"directory": {asBundle([]string{`{"resourceType":"Practitioner","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"}],"name":[{"family":"Who","given":["Ann"]}],` +
			`"telecom":[{"system":"phone","value":"617-555-1212"}],"birthDate":"1960-02-03","address":[{"line":["1 Main St"],"city":"Boston","state":"MA"}]}`}), finding.HealthOnly},
	} {
		r, f := s.scan("x.json", []byte(c.in))
		if f.Format != "fhir" || r.Verdict != c.want {
			t.Errorf("%s: %s, %q, want %q", name, f.Format, r.Verdict, c.want)
			report(t, name, &r)
		}
	}
}

// TestClaimFeeds: the tables of CMS, by their columns and by their widths.
func TestClaimFeeds(t *testing.T) {
	s := newScanner(t)
	rif := "DML_IND|BENE_ID|STATE_CODE|BENE_COUNTY_CD|BENE_ZIP_CD|BENE_BIRTH_DT|BENE_SEX_IDENT_CD|BENE_CRNT_HIC_NUM|BENE_SRNM_NAME|BENE_GVN_NAME|BENE_MDL_NAME|MBI_NUM\n"
	claims := "DML_IND|BENE_ID|CLM_ID|CLM_FROM_DT|PRNCPAL_DGNS_CD|ICD_DGNS_CD1|PRF_PHYSN_NPI|HCPCS_CD\n"
	var fixed strings.Builder
	var mbis, hics []string
	const n = 200
	months := []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	for i := range n {
		p := person(i)
		mbis, hics = append(mbis, p.mbi), append(hics, p.ssn+"A")
		rif += fmt.Sprintf("INSERT|-5678123%05d|22|160|02139|%s-%s-%s|2|%sA|%s|%s|Q|%s\n", i, p.birth[8:], months[int(p.birth[5]-'0')*10+int(p.birth[6]-'0')-1], p.birth[:4], p.ssn, p.last, p.first, p.mbi)
		claims += fmt.Sprintf("INSERT|-5678123%05d|-99%07d|01-JAN-2015|E119|I10|1234567893|99213\n", i, i)
		fmt.Fprintf(&fixed, "%-11s%-11s%2s%3s%5s%10s%39s%-30s%-15s%-40s\n", p.mbi, "", "25", "017", "02139", p.birth, "", p.first, "Q", p.last)
	}
	for name, in := range map[string]string{"beneficiary.rif": rif, "T.BCD.A0001.ZC8Y24": fixed.String()} {
		r, f := s.scan(name, []byte(in))
		all, _ := found(&r, finding.MBI, mbis)
		if r.Verdict != finding.PHI || r.Level != finding.High || all != n || r.Individuals.Low != n {
			t.Errorf("%s: %s, %s %s, %d of %d MBIs, individuals %v", name, f.Format, r.Verdict, r.Level, all, n, r.Individuals)
			report(t, name, &r)
		}
		if name == "beneficiary.rif" {
			if all, _ = found(&r, finding.HICN, hics); all != n {
				t.Errorf("%s: %d of %d HICNs", name, all, n)
			}
		}
	}
	if r, f := s.scan("carrier.rif", []byte(claims)); f.Format != "table" || r.Verdict == finding.PIIOnly {
		t.Errorf("claims: %s, %s", f.Format, r.Verdict)
		report(t, "claims", &r)
	}
}
