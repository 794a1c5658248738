package evaltest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"
)

func mailSets() []Set {
	return []Set{
		one("mail-plain", func(d *Doc, p *Person, r *rand.Rand) { mailText(d, p, r, "7bit") }),
		one("mail-qp", func(d *Doc, p *Person, r *rand.Rand) { mailText(d, p, r, "quoted-printable") }),
		one("mail-base64", func(d *Doc, p *Person, r *rand.Rand) { mailText(d, p, r, "base64") }),
		one("mail-html", mailHTML),
		many("mail-csv", 20, mailCSV),
	}
}

func head(r *rand.Rand, subject string) string {
	return fmt.Sprintf("From: Front Desk <desk@lakesidehealth.org>\r\nTo: billing@clearmed-partners.com\r\nSubject: %s\r\nDate: Tue, 04 Mar 2025 %02d:%02d:11 -0500\r\nMessage-ID: <%d.%d@lakesidehealth.org>\r\nMIME-Version: 1.0\r\n",
		subject, r.IntN(24), r.IntN(60), r.Int64N(1e12), r.IntN(1e6))
}

func encode(transfer, text string) string {
	switch transfer {
	case "quoted-printable":
		var b bytes.Buffer
		w := quotedprintable.NewWriter(&b)
		w.Write([]byte(text)) //nolint:errcheck // into memory
		w.Close()
		return b.String()
	case "base64":
		return fold76(base64.StdEncoding.EncodeToString([]byte(text)))
	}
	return text
}

func fold76(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s + "\r\n"
}

// mailText is a short mail about a patient in two or three lines.
func mailText(d *Doc, p *Person, r *rand.Rand, transfer string) {
	d.Object = Mail
	var w page
	w.f("Hello,\r\n\r\n%s\r\n\r\n", chatter(r))
	w.f("%s: %s, %s %s, %s %s.\r\n", pick(r, "Patient", "Patient name", "Pt"), d.write(p, Name, r), label(r, DOB), d.write(p, DOB, r), label(r, SSN), d.write(p, SSN, r))
	w.f("%s %s. %s %s, %s %s. %s\r\n", label(r, MRN), d.write(p, MRN, r), label(r, Member), d.write(p, Member, r), label(r, MBI), d.write(p, MBI, r), clinical(p, r))
	w.f("Home address: %s. %s %s, %s %s\r\n\r\nThanks,\r\nFront Desk\r\n", d.write(p, Address, r), label(r, Phone), d.write(p, Phone, r), label(r, Email), d.write(p, Email, r))
	d.Body = []byte(head(r, "referral for "+p.Seen(us)) + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " + transfer + "\r\n\r\n" + encode(transfer, w.String()))
}

// mailHTML has a table of labels and values, as a mail program makes it.
func mailHTML(d *Doc, p *Person, r *rand.Rand) {
	d.Object = Mail
	var w page
	w.f("<html><head><style>td { font-family: Calibri }</style></head><body><p>%s</p>\n<table border=\"1\">\n", chatter(r))
	for _, k := range []string{Name, DOB, SSN, MRN, Member, MBI, Phone, Address, ICD10, Drug} {
		l, v := d.labelled(p, k, r)
		w.f("<tr><td><b>%s</b></td><td><span style=\"color:#1F497D\">%s</span></td></tr>\n", html.EscapeString(l), html.EscapeString(v))
	}
	w.f("</table>\n<p>%s</p></body></html>\n", html.EscapeString(clinical(p, r)))
	plain := "This message has an HTML version."
	d.Body = []byte(head(r, "patient details") + "Content-Type: multipart/alternative; boundary=\"=_b1\"\r\n\r\n--=_b1\r\nContent-Type: text/plain\r\n\r\n" + plain +
		"\r\n--=_b1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + encode("quoted-printable", w.String()) + "\r\n--=_b1--\r\n")
}

// mailCSV attaches a table.
func mailCSV(d *Doc, people []Person, r *rand.Rand) {
	csvTable(d, people, r, ",", true)
	d.Object = Mail
	d.Body = []byte(head(r, "weekly list") + "Content-Type: multipart/mixed; boundary=zz9\r\n\r\n--zz9\r\nContent-Type: text/plain\r\n\r\nList attached.\r\n--zz9\r\nContent-Type: text/csv; name=\"" +
		d.Name + "\"\r\nContent-Disposition: attachment; filename=\"" + d.Name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encode("base64", string(d.Body)) + "--zz9--\r\n")
	d.Name = ""
}
