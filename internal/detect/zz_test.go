package detect
import ("testing";"github.com/phiwatch/phiwatch/internal/object")
func TestZZ(t *testing.T){
 e := newEngine(t)
 run := func(name string, f func(c *Scan)) { s := e.NewScratch(); c := e.Scan(s,&object.Meta{At: testTime}); f(c); r := c.Finish(); t.Log(name, r.Verdict, r.Score); for _, x := range r.Findings { t.Log("   ", x.Kind, x.Rule, x.Masked) } }
 for _, code := range []string{"E11.9","E119","S72001A"} { for _, sys := range []string{"http://hl7.org/fhir/sid/icd-10-cm","http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.840.1.113883.6.90", "ICD-10-CM", "icd10", "http://snomed.info/sct"} {
 run(sys+" "+code, func(c *Scan){ c.Begin(object.UnitRecord); c.Field(object.RoleNone, []byte("ssn"), []byte("512-34-8812")); c.Begin(object.UnitRecord)
  c.Field(object.RoleNone, []byte("system"), []byte(sys)); c.Field(object.RoleNone, []byte("code"), []byte(code)); c.End(); c.End() })
 }
 for _, l := range []string{"icd-10-cm code","icd10 code","ICD10CM_CODE","icd_10_code","diagnosis_code","dx code", "icd 10", "Diagnosis Code (ICD-10-CM)", "icd10cm"} {
 run(l+" = "+code, func(c *Scan){ c.Begin(object.UnitRecord); c.Field(object.RoleNone, []byte("ssn"), []byte("512-34-8812")); c.Field(object.RoleNone, []byte(l), []byte(code)); c.End() })
 } }
 for _, x := range []string{"SSN: 512-34-\r\n8812 x", "patient ssn 512-34-\n8812", "patient diabetes 512-\r\n34-8812 insulin hypertension", "pre 512-34-\n88123 diabetes"} { run(x, func(c *Scan){ c.Text([]byte(x)) }) }
}
