package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"mime/quotedprintable"
	"net/netip"
)

func c(s string) turn { return turn{data: []byte(s)} }
func s(s string) turn { return turn{server: true, data: []byte(s)} }

func addr(a string) netip.AddrPort { return netip.MustParseAddrPort(a) }

func zipped(name string, b []byte) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	f, _ := z.Create(name)
	_, _ = f.Write(b)
	_ = z.Close()
	return out.Bytes()
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}

func lines64(b []byte) []byte {
	e := base64.StdEncoding.EncodeToString(b)
	var out bytes.Buffer
	for len(e) > 76 {
		out.WriteString(e[:76] + "\r\n")
		e = e[76:]
	}
	out.WriteString(e + "\r\n")
	return out.Bytes()
}

func printable(b []byte) []byte {
	var out bytes.Buffer
	w := quotedprintable.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// mail is a mail with one attachment of changing kind.
func (m *maker) mail() []*session {
	g := m.g
	n := 20_000 + g.r.IntN(400_000)
	var head string
	var body []byte
	switch g.r.IntN(4) {
	case 0:
		head, body = "Content-Type: text/csv; name=list.csv\r\nContent-Transfer-Encoding: base64\r\n", lines64(g.table(n))
	case 1:
		head, body = "Content-Type: application/zip; name=list.zip\r\nContent-Transfer-Encoding: base64\r\n", lines64(zipped("list.csv", g.table(n)))
	case 2:
		head, body = "Content-Type: application/gzip; name=notes.txt.gz\r\nContent-Transfer-Encoding: base64\r\n", lines64(gzipped(g.prose(n)))
	default:
		head, body = "Content-Type: text/html; name=page.html\r\nContent-Transfer-Encoding: quoted-printable\r\n", printable(g.page(n))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: a@hospital.example\r\nTo: b@office.example\r\nSubject: %s %s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_part\"\r\n\r\n--=_part\r\nContent-Type: text/plain\r\n\r\n", g.word(), g.word())
	b.Write(g.prose(800))
	b.WriteString("\r\n--=_part\r\n" + head + "Content-Disposition: attachment\r\n\r\n")
	b.Write(body)
	b.WriteString("\r\n--=_part--\r\n.\r\n")
	return []*session{m.w.session(addr("203.0.113.25:25"), []turn{s("220 mx ESMTP\r\n"), c("EHLO a\r\n"), s("250-mx\r\n250 SIZE 99999999\r\n"),
		c("MAIL FROM:<a@hospital.example>\r\n"), s("250 ok\r\n"), c("RCPT TO:<b@office.example>\r\n"), s("250 ok\r\n"), c("DATA\r\n"), s("354 go\r\n"),
		{data: b.Bytes()}, s("250 queued\r\n"), c("QUIT\r\n"), s("221 bye\r\n")})}
}

// web is a connection with a few requests.
func (m *maker) web() []*session {
	g := m.g
	var ts []turn
	for range 1 + g.r.IntN(4) {
		n := 10_000 + g.r.IntN(200_000)
		switch g.r.IntN(4) {
		case 0:
			ts = append(ts, post("application/json", g.json(n)), s("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
		case 1:
			var f bytes.Buffer
			for i := 0; f.Len() < n/4; i++ {
				fmt.Fprintf(&f, "field%d=%s+%s&amount=%d%%2E%02d&", i, g.word(), g.word(), g.r.IntN(1000), g.r.IntN(100))
			}
			ts = append(ts, post("application/x-www-form-urlencoded", f.Bytes()), s("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"))
		case 2:
			var f bytes.Buffer
			f.WriteString("--bnd\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--bnd\r\nContent-Disposition: form-data; name=\"file\"; filename=\"t.csv\"\r\nContent-Type: text/csv\r\n\r\n")
			f.Write(g.table(n))
			f.WriteString("\r\n--bnd--\r\n")
			ts = append(ts, post("multipart/form-data; boundary=bnd", f.Bytes()), s("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"))
		default:
			b := gzipped(g.page(2 * n))
			ts = append(ts, c("GET /report HTTP/1.1\r\nHost: web.example\r\nAccept-Encoding: gzip\r\n\r\n"),
				s(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(b), b)))
		}
	}
	return []*session{m.w.session(addr("203.0.113.80:80"), ts)}
}

func post(media string, b []byte) turn {
	return turn{data: append(fmt.Appendf(nil, "POST /in HTTP/1.1\r\nHost: web.example\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", media, len(b)), b...)}
}

// file is an FTP upload: the control connection up to the transfer, the data, and the end of the control connection.
func (m *maker) file() []*session {
	g := m.g
	n := 50_000 + g.r.IntN(2_000_000)
	name, b := "list.csv", []byte(nil)
	switch g.r.IntN(3) {
	case 0:
		b = g.table(n)
	case 1:
		name, b = "list.zip", zipped("list.csv", g.table(n))
	default:
		name, b = "notes.txt", g.prose(n)
	}
	port := 30000 + g.r.IntN(30000)
	control := m.w.session(addr("203.0.113.21:21"), []turn{s("220 ready\r\n"), c("USER a\r\n"), s("331 password\r\n"), c("PASS b\r\n"), s("230 in\r\n"), c("TYPE I\r\n"), s("200 ok\r\n"),
		c("PASV\r\n"), s(fmt.Sprintf("227 Entering Passive Mode (203,0,113,21,%d,%d)\r\n", port>>8, port&255)), c("STOR " + name + "\r\n"), s("150 go\r\n"), s("226 done\r\n"), c("QUIT\r\n"), s("221 bye\r\n")})
	data := m.w.session(addr(fmt.Sprintf("203.0.113.21:%d", port)), []turn{{data: b}})
	data.ends[0] = netip.AddrPortFrom(control.ends[0].Addr(), data.ends[0].Port())
	return []*session{control, data}
}

// tls is a TLS 1.2 session with an upload of random records.
func (m *maker) tls() []*session {
	g := m.g
	hello := clientHello()
	up := make([]byte, 0, 1<<20)
	for len(up) < 100_000+g.r.IntN(900_000) {
		up = append(up, 23, 3, 3, 0x40, 0)
		up = append(up, g.noise(0x4000)...)
	}
	server := []byte{22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3}
	server = append(server, g.noise(32)...)
	server = append(server, 0, 0xc0, 0x2f, 0)
	return []*session{m.w.session(addr("203.0.113.44:443"), []turn{{data: hello}, {server: true, data: server[:47]}, {data: up}})}
}

// clientHello is a TLS 1.2 ClientHello for share.example.
func clientHello() []byte {
	name := "share.example"
	sni := append([]byte{0, 0, 0, byte(len(name) + 5), 0, byte(len(name) + 3), 0, 0, byte(len(name))}, name...)
	body := append([]byte{3, 3}, make([]byte, 32)...)
	body = append(body, 0, 0, 2, 0xc0, 0x2f, 1, 0, 0, byte(len(sni)))
	body = append(body, sni...)
	hs := append([]byte{1, 0, 0, byte(len(body))}, body...)
	return append([]byte{22, 3, 1, 0, byte(len(hs))}, hs...)
}
