package list_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/list"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

func wide(s string, order binary.AppendByteOrder) []byte {
	out := order.AppendUint16(nil, 0xFEFF)
	for _, u := range utf16.Encode([]rune(s)) {
		out = order.AppendUint16(out, u)
	}
	return out
}

func wrapped(b []byte) string {
	e, out := base64.StdEncoding.EncodeToString(b), ""
	for ; len(e) > 76; e = e[76:] {
		out += e[:76] + "\r\n"
	}
	return out + e + "\r\n"
}

// noisy puts a byte of junk behind every 20th character.
func noisy(s string) string {
	var out strings.Builder
	for i := range len(s) {
		out.WriteByte(s[i])
		if i%20 == 19 {
			out.WriteByte("!*\t \x00"[i/20%5])
		}
	}
	return out.String()
}

// streamed is an archive of stored members whose sizes stand behind their data.
func streamed(members ...member) []byte {
	var out []byte
	var headers []string
	for _, m := range members {
		h := []byte(localHeader(m.name, 0, 0))
		h[6], h[8] = 8, 0
		headers = append(headers, string(h))
		out = append(append(out, h...), m.data...)
		out = append(out, "PK\x07\x08"...)
		out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(m.data))
		out = binary.LittleEndian.AppendUint32(out, uint32(len(m.data))) //nolint:gosec // short
		out = binary.LittleEndian.AppendUint32(out, uint32(len(m.data))) //nolint:gosec // short
	}
	return append(out, directory(headers)...)
}

func inMail(header, body string) []byte {
	return []byte("From: a@example.org\r\nMIME-Version: 1.0\r\n" + header + "\r\n\r\n" + body)
}

type odd struct {
	name, file string
	kind       object.Kind
	data       []byte
	tells      string // in the log
	path       string // of the part that has it
}

func odds() []odd {
	const csv = "Name,SSN\r\nJoan Harker,219-09-9999\r\n"
	const field = "ssn=219-09-9999"
	attached := "Content-Type: multipart/mixed; boundary=b"
	inner := string(inMail("Content-Type: text/plain", said))
	return []odd{
		{"UTF-16 in gzip in mail", "", object.Mail, inMail(attached, "--b\r\nContent-Type: application/gzip; name=list.csv.gz\r\nContent-Transfer-Encoding: base64\r\n\r\n"+wrapped(gz(wide(csv, binary.LittleEndian)))+"--b--\r\n"), "SSN=219-09-9999", "message/list.csv.gz/list.csv"},
		{"the other UTF-16", "l.csv.gz", object.File, gz(wide(csv, binary.BigEndian)), "SSN=219-09-9999", "l.csv.gz/l.csv"},
		{"soft line break in a number", "", object.Mail, inMail("Content-Transfer-Encoding: quoted-printable", "Patient SSN 219-=\r\n09=2D99=  \r\n99"), said, "message/part-1"},
		{"inline elements in a number", "a.html", object.File, []byte("<html><p>Patient SSN <i>219</i><b>-09</b><!-- x -->-99&#57;9</p>"), said, "a.html"},
		{"no final boundary", "", object.Mail, inMail(attached, "--b\r\n\r\nhello\r\n--b\r\nContent-Type: text/csv; name=p.csv\r\n\r\n"+csv), "SSN=219-09-9999", "message/p.csv"},
		{"base64 with junk", "", object.Mail, inMail("Content-Transfer-Encoding: base64", noisy(wrapped([]byte(strings.Repeat("Lorem ipsum. ", 20)+said)))), said, "message/part-1"},
		{"RFC 2231", "", object.Mail, inMail(`Content-Type: multipart/mixed; boundary*0="bou"; boundary*1="nd"`, "--bound\r\nContent-Disposition: attachment; filename*0*=utf-8''pati%65nt; filename*1*=%20list; filename*2=\".txt\"\r\n\r\n"+said+"\r\n--bound--\r\n"), said, "message/patient list.txt"},
		{"mails in mails", "", object.Mail, inMail("Content-Type: message/rfc822", string(inMail("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64", wrapped([]byte(inner))))), said, "message/part-1/part-1/part-1"},
		{"sizes behind stored members", "s.zip", object.File, streamed(file("a.txt", []byte("PK\x03 and PK are no headers")), file("b.csv", []byte(csv))), "SSN=219-09-9999", "s.zip/b.csv"},
		{"line ends in quoted cells", "t.tsv", object.File, []byte("Name\tAddress\tSSN\n\"Joan \"\"J\"\"\"\t\"12 Elm\nRear\tflat\"\t219-09-9999\n"), "SSN=219-09-9999", "t.tsv"},
		{"escapes in keys and values", "u.json", object.File, []byte(`{"\u0073sn":"\u0032\u00319-09-\u0039999"}`), field, "u.json"},
		{"a document a line", "n.ndjson", object.File, []byte("{\"id\":1}\n{\"ssn\":\"219-09-9999\"}\n"), field, "n.ndjson"},
		{"a document in JSON", "b.json", object.File, []byte(`{"type":"text/csv","doc":"` + base64.StdEncoding.EncodeToString([]byte("name,ssn\r\nAnna Example,219-09-9999\r\nBerta Example,219-09-9998\r\n")) + `"}`), field, "b.json/doc"},
		{"a large one", "l.json", object.File, []byte(`{"doc":"data:text/plain;base64,` + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("Nothing to see here, 1 2 3.\n", 4000)+"ssn: 219-09-9999\n")) + `"}`), "219-09-9999", "l.json/doc"},
		{"JSON in JSON", "j.json", object.File, []byte(`{"payload":"{\"ssn\":\"219-09-9999\"}"}`), `"ssn":"219-09-9999"`, "j.json"},
		{"JSON in a form", "form", object.File, []byte("id=4&data=%7B%22ssn%22%3A%22219-09-9999%22%7D"), `"ssn":"219-09-9999"`, "form"},
		{"CDATA in a number", "c.xml", object.File, []byte(`<?xml version="1.0"?><!DOCTYPE r [<!ELEMENT r ANY>]><r><ssn>219-<![CDATA[09-9]]>999</ssn></r>`), field, "c.xml"},
		{"an attribute", "a.xml", object.File, []byte(`<r><patient ssn="219&#45;09-9999"/></r>`), "ssn=219-09-9999", "a.xml"},
		{"uuencode", "", object.Mail, inMail("Content-Type: text/plain", "See\r\n\r\nbegin 644 p.txt\r\n7"+uu(said)+"\r\n`\r\nend\r\n"), said, "message/part-1/p.txt"},
		{"format=flowed", "", object.Mail, inMail("Content-Type: text/plain; format=flowed; delsp=yes", "Patient  \r\nSSN 219- \r\n09-9999\r\n"), said, "message/part-1"},
		{"text in a sparse file", "s.zip", object.File, zipOf(packed("s.img", slices.Concat(make([]byte, 100_001), []byte(said), make([]byte, 10_000)))), said, "s.zip/s.img"},
	}
}

// uu is one line of uuencode without its length, which is 23.
func uu(s string) string {
	var out []byte
	b := append([]byte(s), 0, 0)
	for ; len(b) >= 3; b = b[3:] {
		v := uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
		for shift := 18; shift >= 0; shift -= 6 {
			out = append(out, byte(v>>shift&0x3F)+' ')
		}
	}
	return string(bytes.ReplaceAll(out, []byte(" "), []byte("`")))
}

// TestOdd: documents as the world makes them are read to their value, in the part that has it, and nothing is left out.
func TestOdd(t *testing.T) {
	w := content.NewDriver(list.Formats(), content.DefaultLimits()).NewWorker()
	for _, c := range odds() {
		t.Run(c.name, func(t *testing.T) {
			m := contenttest.Named(c.file)
			m.Kind = c.kind
			r := contenttest.Walk(w, &m, contenttest.Pieces(c.data, 100), t)
			if !strings.Contains(r.Log(), c.tells) {
				t.Errorf("%q was not told:\n%.3000s", c.tells, r.Log())
			}
			if !slices.Contains(r.Paths, c.path) {
				t.Errorf("paths %q, want %q", r.Paths, c.path)
			}
			if r.Result.State != coverage.Inspected {
				t.Error(fmt.Sprint(r.Result.State, r.Result.Reasons))
			}
		})
	}
}
