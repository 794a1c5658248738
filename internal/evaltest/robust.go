package evaltest

import (
	"encoding/base64"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
	"unicode"
)

// Rendering is a way to carry a text that must not change what is found in it.
type Rendering struct {
	Name  string
	apply func(d *Doc, text string)
}

// Renderings carries one text in every rendering; the first is plain. The text has labelled identifiers of a person, so
// the verdict, the level, the people and the tokens of each must be those of the plain one.
func Renderings(p *Person, r *rand.Rand) []Doc {
	base := Doc{Want: PHI, People: 1, Name: "note.txt"}
	text := steady(&base, p, r)
	var out []Doc
	for _, way := range ways() {
		d := base
		d.Title, d.Body = way.Name, []byte(text)
		way.apply(&d, text)
		out = append(out, d)
	}
	return out
}

// RobustDocs renders people in all renderings.
func RobustDocs(people []Person, seed uint64) []Doc {
	r := source(seed, "renderings")
	var out []Doc
	for i := range people {
		out = append(out, Renderings(&people[i], r)...)
	}
	return out
}

func steady(d *Doc, p *Person, r *rand.Rand) string {
	var w page
	w.f("Discharge summary\n\nPatient Name: %s\nDate of Birth: %s\nSSN: %s\n", p.Full(), p.Born(us), split324(p.SSN, "-"))
	w.f("Medical Record Number: %s\nMedicare ID: %s\nMember ID: %s\nPhone: %s-%s-%s\n\n", p.MRN, p.MBI, p.Member, p.Phone[:3], p.Phone[3:6], p.Phone[6:])
	w.f("The patient was admitted with %s (%s) and will continue %s. %s\n", p.Term, p.ICD10, p.Drug, pick(r, "Follow up in two weeks.", "Diet and exercise were discussed."))
	d.plant(p, Name, DOB, SSN, MRN, MBI, Member, Phone, ICD10)
	return w.String()
}

// inNumbers rewrites the words that hold a digit.
func inNumbers(text string, f func(word string) string) string {
	var out strings.Builder
	for text != "" {
		n := strings.IndexFunc(text, unicode.IsSpace)
		if n < 0 {
			n = len(text)
		}
		if w := text[:n]; strings.ContainsAny(w, "0123456789") {
			out.WriteString(f(w))
		} else {
			out.WriteString(w)
		}
		rest := strings.TrimLeftFunc(text[n:], unicode.IsSpace)
		out.WriteString(text[n : len(text)-len(rest)])
		text = rest
	}
	return out.String()
}

func digitsAt(zero rune) func(d *Doc, text string) {
	return func(d *Doc, text string) {
		d.Body = []byte(strings.Map(func(c rune) rune {
			if c >= '0' && c <= '9' {
				return zero + c - '0'
			}
			return c
		}, text))
	}
}

func dash(c string) func(d *Doc, text string) {
	return func(d *Doc, text string) {
		d.Body = []byte(inNumbers(text, func(w string) string { return strings.ReplaceAll(w, "-", c) }))
	}
}

func spread(c string) func(d *Doc, text string) {
	return func(d *Doc, text string) {
		d.Body = []byte(inNumbers(text, func(w string) string {
			var b strings.Builder
			for i, ch := range w {
				if i > 0 {
					b.WriteString(c)
				}
				b.WriteRune(ch)
			}
			return b.String()
		}))
	}
}

func spaces(c string) func(d *Doc, text string) {
	return func(d *Doc, text string) { d.Body = []byte(strings.ReplaceAll(text, " ", c)) }
}

func split(n int) func(d *Doc, _ string) { return func(d *Doc, _ string) { d.Split = n } }

func mailed(transfer, media string) func(d *Doc, text string) {
	return func(d *Doc, text string) {
		d.Object, d.Name = Mail, ""
		if strings.HasPrefix(media, "text/html") {
			text = "<html><body><p>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\n") + "</p></body></html>"
		}
		text = strings.ReplaceAll(text, "\n", "\r\n")
		d.Body = []byte("From: a@lakesidehealth.org\r\nTo: b@clearmed-partners.com\r\nSubject: summary\r\nMIME-Version: 1.0\r\nContent-Type: " + media +
			"\r\nContent-Transfer-Encoding: " + transfer + "\r\n\r\n" + encode(transfer, text))
	}
}

func entities(format string) func(d *Doc, text string) {
	return func(d *Doc, text string) {
		d.Name = "note.html"
		var b strings.Builder
		for _, c := range text {
			switch {
			case c == '\n':
				b.WriteString("<br>\n")
			case c == '-' || c >= '0' && c <= '9':
				fmt.Fprintf(&b, format, c)
			default:
				b.WriteString(html.EscapeString(string(c)))
			}
		}
		d.Body = []byte("<html><body>" + b.String() + "</body></html>")
	}
}

func wrapped(width int) func(d *Doc, text string) {
	return func(d *Doc, text string) {
		var b strings.Builder
		n := 0
		for _, w := range strings.SplitAfter(text, " ") {
			if n > 0 && n+len(w) > width {
				b.WriteString("\n")
				n = 0
			}
			b.WriteString(w)
			if i := strings.LastIndexByte(w, '\n'); i >= 0 {
				n = len(w) - i
			} else {
				n += len(w)
			}
		}
		d.Body = []byte(b.String())
	}
}

func jsonEscaped(all bool) func(d *Doc, text string) {
	return func(d *Doc, text string) {
		d.Name = "note.json"
		s := quoted(text)
		if all {
			var b strings.Builder
			for _, c := range s[1 : len(s)-1] {
				if c == '-' || c >= '0' && c <= '9' {
					fmt.Fprintf(&b, "\\u%04x", c)
				} else {
					b.WriteRune(c)
				}
			}
			s = `"` + b.String() + `"`
		}
		d.Body = []byte(`{"id":7,"note":` + s + `}`)
	}
}

func ways() []Rendering {
	carry := func(name string, f func(b []byte) []byte) func(d *Doc, text string) {
		return func(d *Doc, text string) { d.Name, d.Body = name, f([]byte(text)) }
	}
	list := []Rendering{
		{"plain", func(*Doc, string) {}},
		{"CR LF", func(d *Doc, t string) { d.Body = []byte(strings.ReplaceAll(t, "\n", "\r\n")) }},
		{"pieces of 1 byte", split(1)}, {"pieces of 3 bytes", split(3)}, {"pieces of 37 bytes", split(37)},
		{"UTF-8 with mark", carry("note.txt", func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) })},
		{"UTF-16 LE with mark", carry("note.txt", func(b []byte) []byte { return wide(string(b), true, true) })},
		{"UTF-16 BE with mark", carry("note.txt", func(b []byte) []byte { return wide(string(b), false, true) })},
		{"UTF-16 LE, no mark", carry("note.txt", func(b []byte) []byte { return wide(string(b), true, false) })},
		{"hyphen U+2010", dash("\u2010")}, {"no-break hyphen U+2011", dash("\u2011")}, {"figure dash U+2012", dash("\u2012")},
		{"en dash U+2013", dash("\u2013")}, {"em dash U+2014", dash("\u2014")}, {"minus U+2212", dash("\u2212")}, {"full-width dash U+FF0D", dash("\uff0d")},
		{"no-break space", spaces("\u00a0")}, {"narrow space U+202F", spaces("\u202f")}, {"tab behind labels", func(d *Doc, t string) { d.Body = []byte(strings.ReplaceAll(t, ": ", ":\t")) }}, {"double spaces", spaces("  ")},
		{"zero-width space", spread("\u200b")}, {"word joiner U+2060", spread("\u2060")}, {"soft hyphen", spread("\u00ad")}, {"U+FEFF inside", spread("\ufeff")},
		{"full-width digits", digitsAt('０')}, {"Arabic-Indic digits", digitsAt('٠')},
		{"form field", func(d *Doc, t string) {
			d.Name, d.Object, d.Media = "", Request, "application/x-www-form-urlencoded"
			d.Body = []byte("id=7&note=" + url.QueryEscape(t))
		}},
		{"form, all percent", func(d *Doc, t string) {
			d.Name, d.Object, d.Media = "", Request, "application/x-www-form-urlencoded"
			var b strings.Builder
			for _, c := range []byte(t) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
			d.Body = []byte("id=7&note=" + b.String())
		}},
		{"multipart form", func(d *Doc, t string) {
			d.Name, d.Object, d.Media = "", Request, "multipart/form-data; boundary=q1"
			d.Body = []byte("--q1\r\nContent-Disposition: form-data; name=\"note\"; filename=\"note.txt\"\r\nContent-Type: text/plain\r\n\r\n" + t + "\r\n--q1--\r\n")
		}},
		{"HTML entities, decimal", entities("&#%d;")}, {"HTML entities, hex", entities("&#x%x;")},
		{"HTML runs", func(d *Doc, t string) {
			d.Name = "note.html"
			t = html.EscapeString(inNumbers(t, func(w string) string { // an entity is not cut: no reader knows one that is
				if len(w) < 4 {
					return w
				}
				return w[:3] + "\x01" + w[3:] + "\x02"
			}))
			d.Body = []byte("<html><body>" + strings.NewReplacer("\n", "<br>\n", "\x01", "<span class=\"x\">", "\x02", "</span>").Replace(t) + "</body></html>")
		}},
		{"JSON string", jsonEscaped(false)}, {"JSON \\u escapes", jsonEscaped(true)},
		{"XML text", func(d *Doc, t string) {
			d.Name, d.Body = "note.xml", []byte("<?xml version=\"1.0\"?><doc><note>"+escape(t)+"</note></doc>")
		}},
		{"XML CDATA", func(d *Doc, t string) {
			d.Name, d.Body = "note.xml", []byte("<?xml version=\"1.0\"?><doc><note><![CDATA["+t+"]]></note></doc>")
		}},
	}
	return append(list, carriers()...)
}

func carriers() []Rendering {
	return []Rendering{
		{"mail 7bit", mailed("7bit", "text/plain")}, {"mail quoted-printable", mailed("quoted-printable", "text/plain; charset=utf-8")},
		{"mail base64", mailed("base64", "text/plain; charset=utf-8")}, {"mail HTML", mailed("quoted-printable", "text/html; charset=utf-8")},
		{"mail attachment", func(d *Doc, t string) {
			d.Object, d.Name = Mail, ""
			d.Body = []byte("From: a@lakesidehealth.org\r\nTo: b@clearmed-partners.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=q1\r\n\r\n--q1\r\nContent-Type: text/plain\r\n\r\nSee file.\r\n--q1\r\nContent-Type: application/octet-stream; name=\"note.txt\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encode("base64", t) + "--q1--\r\n")
		}},
		{"quoted reply", func(d *Doc, t string) {
			d.Body = []byte("> " + strings.ReplaceAll(strings.TrimSuffix(t, "\n"), "\n", "\n> ") + "\n")
		}},
		{"lines of 60", wrapped(60)}, {"lines of 30", wrapped(30)},
		{"line break in numbers", func(d *Doc, t string) {
			d.Body = []byte(inNumbers(t, func(w string) string {
				if strings.Count(w, "-") != 2 {
					return w
				}
				i := strings.LastIndexByte(w, '-')
				return w[:i+1] + "\n" + w[i+1:]
			}))
		}},
		{"gzip", func(d *Doc, t string) { d.Name, d.Body = "note.txt.gz", gzipped([]byte(t)) }},
		{"zip", func(d *Doc, t string) { d.Name, d.Body = "note.zip", zipped("note.txt", []byte(t)) }},
		{"zip in zip", func(d *Doc, t string) { d.Name, d.Body = "a.zip", zipped("b.zip", zipped("note.txt", []byte(t))) }},
		{"gzip of UTF-16", func(d *Doc, t string) { d.Name, d.Body = "note.txt.gz", gzipped(wide(t, true, true)) }},
		{"base64 in JSON", func(d *Doc, t string) {
			d.Name, d.Body = "a.json", []byte(`{"contentType":"text/plain","data":"`+base64.StdEncoding.EncodeToString([]byte(t))+`"}`)
		}},
	}
}
