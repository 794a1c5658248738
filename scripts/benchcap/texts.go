package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"math"
	"strings"
)

// ranked are the words in the order of their frequency, which English follows.
var ranked = strings.Fields(string(words))

// texts are the kinds of ordinary text, each a piece of some KB at a time.
var texts = map[string]func(g *writer, b *bytes.Buffer){
	"english": func(g *writer, b *bytes.Buffer) { g.paragraph(b, "") },
	"mail":    (*writer).letter,
	"log":     (*writer).logLines,
	"html":    func(g *writer, b *bytes.Buffer) { g.markup(b) },
	"dense":   (*writer).denseRows,
	"csv":     (*writer).orders,
	"base64":  (*writer).base64Lines,
}

// heads and tails stand around a text once.
var heads = map[string]string{
	"mail":  "From: archive@office.example\nTo: b@office.example\nSubject: digest\nMIME-Version: 1.0\nContent-Type: multipart/digest; boundary=\"=_digest\"\n\n",
	"html":  "<!DOCTYPE html>\n<html><head><title>Report</title><style>td{padding:2px}</style></head><body>\n",
	"dense": "row,item,ssn,dob,lot,bin,run,length,weight,seq\n",
	"csv":   "item,sku,date,quantity,price,customer,order\n",
}

var tails = map[string]string{"mail": "--=_digest--\n", "html": "</body></html>\n"}

// hostile are texts made to be slow, each repeated.
var hostile = map[string]string{
	"nines":       "9",
	"near-misses": "111-11-1111 000-12-3456 666-12-3456\n",
	"labels":      "SSN: MRN: DOB: patient name: ",
	"one-line":    "SSN 514-69-0360 ",
	"cards":       "card 4111-1111-1111-1111 ",
	"bad-dates":   "DOB 13/45/1999 ",
	"mbi":         "1S23A45BC67 ",
	"dates":       "DOB: 01/02/1980 ",
	"near-mbi":    "1B23A45BC6 1B23-A45-BC6 ",
	"names":       "Patient Maria Gonzalez ",
	"addresses":   "a@b.c@d.e@",
	"numbers":     "123456789,987654321,111223333,555667777\n",
}

// corpus writes size bytes of one kind of text, a little more where it ends with a whole record.
func (g *writer) corpus(out *bufio.Writer, kind string, size int64) error {
	fill, unit := texts[kind], hostile[kind]
	if fill == nil && unit == "" {
		return fmt.Errorf("no text %q", kind)
	}
	if unit != "" {
		piece := []byte(strings.Repeat(unit, 1<<20/len(unit)))
		fill = func(_ *writer, b *bytes.Buffer) { b.Write(piece) }
	}
	var b bytes.Buffer
	b.WriteString(heads[kind])
	for done := int64(0); done < size; {
		fill(g, &b)
		n, err := out.Write(b.Bytes())
		if err != nil {
			return err
		}
		done += int64(n)
		b.Reset()
	}
	_, err := out.WriteString(tails[kind])
	return err
}

// common is a word, the frequent ones more often: its rank follows Zipf's law.
func (g *writer) common() string {
	return ranked[int(math.Pow(float64(len(ranked)), g.r.Float64()))-1]
}

// paragraph writes some sentences without a digit, in lines of 72 columns that begin with a mark.
func (g *writer) paragraph(b *bytes.Buffer, mark string) {
	column := 0
	for range 3 + g.r.IntN(6) {
		for i, n := 0, 5+g.r.IntN(18); i < n; i++ {
			w := g.common()
			if column += len(w) + 1; column > 72 || column == len(w)+1 {
				if column > 72 {
					b.WriteByte('\n')
				}
				b.WriteString(mark)
				column = len(w) + 1
			}
			at := b.Len()
			b.WriteString(w)
			switch {
			case i == 0:
				b.Bytes()[at] &^= 0x20
			case i == n-1:
				b.WriteByte('.')
			case g.r.IntN(12) == 0:
				b.WriteByte(',')
			}
			b.WriteByte(' ')
		}
	}
	b.WriteString("\n\n")
}

// letter is one mail of a digest, some 7 KB: head lines, paragraphs, quoted replies. There are no patients in it.
func (g *writer) letter(b *bytes.Buffer) {
	n := g.r.IntN
	stamp := func() string {
		return fmt.Sprintf("Mon, %d Sep 2026 %02d:%02d:%02d -0%d00", 1+n(28), n(24), n(60), n(60), 4+n(4))
	}
	b.WriteString("--=_digest\nContent-Type: message/rfc822\n\n")
	for range 6 {
		fmt.Fprintf(b, "Received: from mx%d.office.example (198.51.100.%d) by relay%d.office.example (15.1.%d.%d)\n\tid %08X; %s\n", n(20), n(255), n(9), n(3000), n(99), g.r.Uint32(), stamp())
	}
	fmt.Fprintf(b, "Message-ID: <%d.%d.JavaMail.%s@office.example>\nDate: %s\nFrom: %s.%s@office.example\nTo: %s@office.example, %s@office.example\nSubject: RE: %s %s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n",
		g.r.Uint32(), n(1e13), g.common(), stamp(), g.common(), g.common(), g.common(), g.common(), g.common(), g.common())
	for range 3 {
		for range 2 + n(4) {
			g.paragraph(b, "")
		}
		fmt.Fprintf(b, "We meet on %d/%d/2026 at %d:%02d in room %d, or call %d; the amount is $%d,%03d.%02d.\n\n", 1+n(12), 1+n(28), 8+n(9), n(60), n(400), 10000+n(90000), 1+n(90), n(1000), n(100))
		fmt.Fprintf(b, "-----Original Message-----\nFrom: %s\nSent: Tuesday, September %d, 2026 %d:%02d PM\nSubject: %s\n\n", g.common(), 1+n(28), 1+n(11), n(60), g.common())
		for range 2 {
			g.paragraph(b, "> ")
		}
	}
}

// logLines are lines of a file system, a web server and a system's journal.
func (g *writer) logLines(b *bytes.Buffer) {
	n := g.r.IntN
	for range 32 {
		switch n(3) {
		case 0:
			fmt.Fprintf(b, "2026-11-%02d %02d:%02d:%02d,%03d INFO dfs.DataNode: Receiving block blk_%d of size %d from /10.250.%d.%d\n", 1+n(28), n(24), n(60), n(60), n(1000), g.r.Int64(), n(1e8), n(255), n(255))
		case 1:
			fmt.Fprintf(b, "198.51.100.%d - - [%02d/Nov/2026:%02d:%02d:%02d +0000] \"GET /%s/%s/%d.html HTTP/1.1\" 200 %d \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:128.0)\"\n", n(255), 1+n(28), n(24), n(60), n(60), g.common(), g.common(), n(1e4), n(1e5))
		default:
			fmt.Fprintf(b, "Nov %d %02d:%02d:%02d host%d %s[%d]: %s %s %s: connection from port %d closed\n", 1+n(28), n(24), n(60), n(60), n(50), g.common(), n(65000), g.common(), g.common(), g.common(), n(65000))
		}
	}
}

// markup is a piece of a page: a paragraph and a small table.
func (g *writer) markup(b *bytes.Buffer) {
	b.WriteString("<div class=\"section\">")
	for range 2 {
		b.WriteString("<p class=\"text\">")
		g.paragraph(b, "")
		b.WriteString("</p>\n")
	}
	b.WriteString("<table>")
	for range 4 {
		fmt.Fprintf(b, "<tr><td>%s</td><td><a href=\"/item/%d\">%s %s</a></td><td class=\"num\">%d.%02d</td></tr>\n", g.common(), g.r.IntN(1e6), g.common(), g.common(), g.r.IntN(1000), g.r.IntN(100))
	}
	b.WriteString("</table></div>\n")
}

// denseRows are rows of a table that is nearly all digits: two identifiers in each, and seven columns of other numbers.
func (g *writer) denseRows(b *bytes.Buffer) {
	n := g.r.IntN
	for range 32 {
		fmt.Fprintf(b, "%09d,%s %s %s,%03d-%02d-%04d,%02d/%02d/%d,%09d,%04d,%05d,%04d.%02d,%05d,%04d\n", n(1e9), g.word(), g.word(), g.word(), 100+n(560), 1+n(99), 1+n(9999), 1+n(12), 1+n(28), 1940+n(80),
			n(1e9), n(1e4), n(1e5), n(1e4), n(100), n(1e5), n(1e4))
	}
}

// orders are rows of an ordinary table without identifiers.
func (g *writer) orders(b *bytes.Buffer) {
	n := g.r.IntN
	for range 32 {
		fmt.Fprintf(b, "%s %s,%c%d,2026-%02d-%02d,%d,%d.%02d,%s,%d\n", g.word(), g.word(), 'A'+n(26), n(1e6), 1+n(12), 1+n(28), n(100), n(1000), n(100), g.word(), n(1e9))
	}
}

func (g *writer) base64Lines(b *bytes.Buffer) {
	for range 32 {
		b.WriteString(base64.StdEncoding.EncodeToString(g.noise(57)))
		b.WriteByte('\n')
	}
}
