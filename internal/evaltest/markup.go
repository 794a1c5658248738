package evaltest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
)

func markupSets() []Set {
	return []Set{
		one("json", jsonDoc),
		many("ndjson", 40, ndjson),
		many("json-list", 20, jsonList),
		one("xml-element", xmlElements),
		many("xml-attr", 20, xmlAttributes),
		one("form-post", formPost),
		one("form-multipart", formMultipart),
	}
}

// recordKinds are what an application stores about a patient.
func recordKinds() []string {
	return []string{DOB, SSN, MRN, Member, MBI, Medicaid, Phone, Email, Address, ICD10, NPI, Account, License, Card, NDC, Drug}
}

// key makes a column title a name that formats allow.
func key(s string) string {
	return strings.NewReplacer(" ", "_", "#", "no", "(", "", ")", "", "'", "").Replace(s)
}

func pairs(d *Doc, p *Person, r *rand.Rand) (out [][2]string) {
	if r.IntN(2) == 0 {
		out = append(out, [2]string{"lastName", p.Last}, [2]string{"firstName", p.First})
		d.plant(p, Name)
	} else {
		out = append(out, [2]string{"patientName", d.write(p, Name, r)})
	}
	for _, k := range recordKinds() {
		n, title := len(d.Planted), column(r, k)
		out = append(out, [2]string{key(title), d.write(p, k, r)})
		d.tag(n, title)
	}
	return out
}

func quoted(s string) string {
	b, _ := json.Marshal(s) //nolint:errchkjson // a string
	return string(b)
}

func object(list [][2]string, sep string) string {
	var out []string
	for _, kv := range list {
		out = append(out, quoted(kv[0])+":"+sep+quoted(kv[1]))
	}
	return "{" + strings.Join(out, ","+sep) + "}"
}

func jsonDoc(d *Doc, p *Person, r *rand.Rand) {
	d.Name, d.Object, d.Media = "", Request, "application/json"
	d.Body = fmt.Appendf(nil, `{"requestId":"%08x-%04x","patient":%s,"visit":{"reason":%s,"date":"%s"}}`, r.Uint32(), r.IntN(65536),
		object(pairs(d, p, r), pick(r, "", " ", "\n  ")), quoted(p.Term), p.Seen(iso))
}

func ndjson(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "patients.ndjson"
	var w page
	for i := range people {
		w.f("%s\n", object(pairs(d, &people[i], r), ""))
	}
	d.Body = []byte(w.String())
}

func jsonList(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "patients.json"
	var list []string
	for i := range people {
		list = append(list, object(pairs(d, &people[i], r), " "))
	}
	d.Body = []byte(`{"total":` + fmt.Sprint(len(list)) + `,"patients":[` + strings.Join(list, ",\n") + "]}")
}

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) //nolint:errcheck // into memory
	return b.String()
}

func xmlElements(d *Doc, p *Person, r *rand.Rand) {
	d.Name = "patient.xml"
	var w page
	w.f("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PatientRecord>\n")
	for _, kv := range pairs(d, p, r) {
		w.f("  <%s>%s</%s>\n", kv[0], escape(kv[1]), kv[0])
	}
	w.f("  <Reason>%s</Reason>\n</PatientRecord>\n", escape(p.Term))
	d.Body = []byte(w.String())
}

func xmlAttributes(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "patients.xml"
	var w page
	w.f("<patients>\n")
	for i := range people {
		w.f("<patient")
		for _, kv := range pairs(d, &people[i], r) {
			w.f(" %s=\"%s\"", kv[0], escape(kv[1]))
		}
		w.f("/>\n")
	}
	w.f("</patients>\n")
	d.Body = []byte(w.String())
}

func formPost(d *Doc, p *Person, r *rand.Rand) {
	d.Object, d.Media = Request, "application/x-www-form-urlencoded"
	var list []string
	for _, kv := range pairs(d, p, r) {
		list = append(list, url.QueryEscape(kv[0])+"="+url.QueryEscape(kv[1]))
	}
	d.Body = []byte("csrf=9f3ab27c11de&" + strings.Join(list, "&") + "&visitReason=" + url.QueryEscape(p.Term))
}

func formMultipart(d *Doc, p *Person, r *rand.Rand) {
	d.Object, d.Media = Request, "multipart/form-data; boundary=----WebKitFormBoundaryx7T2"
	var w page
	for _, kv := range pairs(d, p, r) {
		w.f("------WebKitFormBoundaryx7T2\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", kv[0], kv[1])
	}
	w.f("------WebKitFormBoundaryx7T2\r\nContent-Disposition: form-data; name=\"diagnosis_text\"\r\n\r\n%s\r\n------WebKitFormBoundaryx7T2--\r\n", p.Term)
	d.Body = []byte(w.String())
}
