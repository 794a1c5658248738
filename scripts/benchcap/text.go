package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
)

// writer makes synthetic documents. One table in ten holds patients; the rest is the ordinary traffic of an office.
type writer struct{ r *rand.Rand }

var words = []byte("the of and to in for is on that by this with you it not or be are from at as your all have new more an was we will home can us about if page my has search free but our one other do no information time they site he up may what which their news out use any there see only so his when contact here business who web also now help get view online first been would how were services some these click its like service than find price date back top people had list name just over state year day into email two health world next used go work last most products music buy data make them should product system post her city add policy number such please available copyright support message after best software then good video well where info rights public books high school through each links she review years order very privacy book items company read group need many user said does set under general research university january mail full map reviews program life know games way days management part could great united hotel real item international center ebay must store travel comments made development report off member details line terms before hotels did send right type because local those using results office education national car design take posted internet address community within states area want phone shipping reserved subject between forum family long based code show even black check special prices website index being women much sign file link open today technology south case project same pages version section own found sports house related security both county american photo game members power while care network down computer systems three total place end following download him without per access think north resources current posts big media law control water history pictures size art personal since including guide shop directory board location change white text small rating rate government")

func (g *writer) word() []byte {
	i := g.r.IntN(len(words) - 16)
	for words[i] != ' ' {
		i++
	}
	j := i + 1
	for j < len(words) && words[j] != ' ' {
		j++
	}
	return words[i+1 : j]
}

// prose writes about n bytes of running text.
func (g *writer) prose(n int) []byte {
	var b bytes.Buffer
	line := 0
	for b.Len() < n {
		w := g.word()
		if line += len(w) + 1; line > 72 {
			b.WriteString("\r\n")
			line = len(w)
		}
		b.Write(w)
		switch g.r.IntN(40) {
		case 0:
			b.WriteString(". ")
		case 1:
			fmt.Fprintf(&b, " %d ", g.r.IntN(10000))
		default:
			b.WriteByte(' ')
		}
	}
	return b.Bytes()
}

// table writes about n bytes of CSV.
func (g *writer) table(n int) []byte {
	var b bytes.Buffer
	patients := g.r.IntN(10) == 0
	if patients {
		b.WriteString("patient_name,mrn,dob,ssn,diagnosis\r\n")
	} else {
		b.WriteString("item,sku,date,quantity,price,customer,order\r\n")
	}
	for b.Len() < n {
		if patients {
			fmt.Fprintf(&b, "\"%s, %s\",%08d,%02d/%02d/%d,%03d-%02d-%04d,E11.%d\r\n", g.word(), g.word(), g.r.IntN(1e8), 1+g.r.IntN(12), 1+g.r.IntN(28), 1940+g.r.IntN(80), 1+g.r.IntN(660), 1+g.r.IntN(99), 1+g.r.IntN(9999), g.r.IntN(10))
			continue
		}
		fmt.Fprintf(&b, "%s %s,%c%d,2026-%02d-%02d,%d,%d.%02d,%s,%d\r\n", g.word(), g.word(), 'A'+g.r.IntN(26), g.r.IntN(1e6), 1+g.r.IntN(12), 1+g.r.IntN(28), g.r.IntN(100), g.r.IntN(1000), g.r.IntN(100), g.word(), g.r.IntN(1e9))
	}
	return b.Bytes()
}

// page writes about n bytes of HTML.
func (g *writer) page(n int) []byte {
	var b bytes.Buffer
	b.WriteString("<!DOCTYPE html>\n<html><head><title>Report</title><style>td{padding:2px}</style></head><body>\n")
	for b.Len() < n {
		b.WriteString("<p class=\"text\">")
		b.Write(g.prose(300))
		b.WriteString("</p>\n<table>")
		for range 6 {
			fmt.Fprintf(&b, "<tr><td>%s</td><td><a href=\"/item/%d?ref=%x\">%s</a></td><td>%d.%02d</td></tr>\n", g.word(), g.r.IntN(1e6), g.r.Uint32(), g.word(), g.r.IntN(1000), g.r.IntN(100))
		}
		b.WriteString("</table>\n")
	}
	b.WriteString("</body></html>\n")
	return b.Bytes()
}

// json writes about n bytes of a JSON array of records.
func (g *writer) json(n int) []byte {
	var b bytes.Buffer
	b.WriteString("[")
	for i := 0; b.Len() < n; i++ {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `{"id":%d,"name":"%s %s","created":"2026-%02d-%02dT10:%02d:00Z","tags":["%s","%s"],"amount":%d.%02d,"active":%t,"note":"%s"}`, g.r.IntN(1e6), g.word(), g.word(), 1+g.r.IntN(12), 1+g.r.IntN(28), g.r.IntN(60), g.word(), g.word(), g.r.IntN(1000), g.r.IntN(100), g.r.IntN(2) == 0, bytes.ReplaceAll(g.prose(80), []byte("\r\n"), []byte(" ")))
	}
	b.WriteString("]")
	return b.Bytes()
}

// noise is ciphertext.
func (g *writer) noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(g.r.Uint32())
	}
	return b
}
