package cli

import (
	"archive/zip"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/phiwatch/phiwatch/internal/pcaptest"
)

// patient is a made-up person.
type patient struct{ ssn, bare, mbi, mrn, phone, dob, iso, local, last, first string }

// invent makes a person by chance. The names are no words of any language.
func invent(r *rand.Rand) patient {
	digits := func(n int) string {
		b := []byte{byte('1' + r.IntN(9))}
		for len(b) < n {
			b = append(b, byte('0'+r.IntN(10)))
		}
		return string(b)
	}
	word := func() string {
		b := []byte{byte('A' + r.IntN(26))}
		for len(b) < 9 {
			b = append(b, "aeiou"[r.IntN(5)], "bdfgklmnprstvz"[r.IntN(14)])
		}
		return string(b)
	}
	letter := func() byte { return "ACDEFGHJKMNPQRTUVWXY"[r.IntN(20)] }
	y, m, d := 1930+r.IntN(60), 1+r.IntN(12), 1+r.IntN(28)
	p := patient{ssn: fmt.Sprintf("%03d-%02d-%04d", 100+r.IntN(500), 11+r.IntN(80), 1000+r.IntN(8999)), bare: fmt.Sprintf("%03d%02d%04d", 100+r.IntN(500), 11+r.IntN(80), 1000+r.IntN(8999)),
		mrn: digits(8), phone: fmt.Sprintf("(%d) %d-%s", 200+r.IntN(700), 220+r.IntN(700), digits(4)), dob: fmt.Sprintf("%02d/%02d/%d", m, d, y), iso: fmt.Sprintf("%d-%02d-%02d", y, m, d), last: word(), first: word()}
	p.mbi = fmt.Sprintf("%d%c%c%d-%c%c%d-%c%c%s", 1+r.IntN(9), letter(), letter(), r.IntN(10), letter(), letter(), r.IntN(10), letter(), letter(), digits(2))
	p.local = strings.ToLower(p.first + p.last)
	return p
}

// text is a report on the person.
func (p *patient) text() string {
	return "Patient: " + p.last + ", " + p.first + "   MRN: " + p.mrn + "   DOB: " + p.dob + "\r\nSSN: " + p.ssn + "  (SSN " + p.bare + ")  Medicare ID: " + p.mbi +
		"\r\nPhone: " + p.phone + "  E-mail: " + p.local + "@patients.example\r\nDiagnosis: Type 2 diabetes (E11.9)\r\n"
}

func (p *patient) csv() string {
	return "last_name,first_name,ssn,mrn,dob,mbi,phone,email,diagnosis\r\n" + strings.Join([]string{p.last, p.first, p.ssn, p.mrn, p.iso, p.mbi, p.phone, p.local + "@patients.example", "E11.9"}, ",") + "\r\n"
}

// fileName holds the person's name and numbers.
func (p *patient) fileName(ext string) string {
	return p.last + "_" + p.first + "_" + p.ssn + "_" + p.mrn + "_" + p.mbi + ext
}

// host is a host name that holds the person's numbers and name.
func (p *patient) host() string {
	return "ssn-" + p.ssn + "." + p.bare + ".mrn" + p.mrn + "." + strings.ToLower(p.mbi) + "." + strings.ToLower(p.last+"-"+p.first) + "." + p.local + ".example.net"
}

func (p *patient) archive(t *testing.T) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("records/" + p.fileName(".csv"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte(p.csv()))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// needles are the forms in which nothing of the person may come out.
func (p *patient) needles() map[string]string {
	out := map[string]string{}
	put := func(what, v string) { out[strings.ToLower(v)] = what }
	for _, v := range []string{p.ssn, p.bare, p.mbi, strings.ReplaceAll(p.mbi, "-", ""), p.mrn, p.phone, p.dob, p.iso, p.local, p.last, p.first} {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, v)
		forms := []string{v, strings.ToLower(v), strings.ToUpper(v)}
		if len(digits) >= 8 && digits != v {
			forms = append(forms, digits)
		}
		for _, f := range forms {
			put("text", f)
			b := []byte(f)
			slices.Reverse(b)
			put("reversed", string(b))
			put("hex", hex.EncodeToString([]byte(f)))
			put("percent", url.QueryEscape(f))
			put("percent, all", "%"+strings.TrimSuffix(strings.Join(pairs(hex.EncodeToString([]byte(f))), "%"), "%"))
			for k, skip := range []int{0, 2, 3} {
				e := base64.StdEncoding.EncodeToString(append(make([]byte, k), f...))
				out[e[skip:(k+len(f))*8/6]] = "base64" // letters of both cases count
			}
			put("utf-16", utf16le(f))
			put("utf-16", utf16be(f))
		}
	}
	return out
}

func pairs(s string) (out []string) {
	for i := 0; i+1 < len(s); i += 2 {
		out = append(out, s[i:i+2])
	}
	return out
}

func utf16le(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b[:len(b)-1])
}

func utf16be(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return string(b[1:])
}

// leaks tells what of the person is in b.
func leaks(b []byte, needles map[string]string) (out []string) {
	low := bytes.ToLower(b)
	for v, what := range needles {
		hay := low
		if what == "base64" {
			hay = b
		}
		if i := bytes.Index(hay, []byte(v)); i >= 0 {
			out = append(out, fmt.Sprintf("%s %q in %q", what, v, b[max(0, i-80):min(len(b), i+len(v)+80)]))
		}
	}
	return out
}

// planted is a capture in which the person is in every place that a peer writes.
func (p *patient) planted(t *testing.T) []byte {
	c := pcaptest.New()
	d := c.UDP("10.1.1.5:5353", "10.1.1.2:53")
	for _, a := range []string{"14.139.60.10", "14.139.60.11", "14.139.60.12"} {
		d.Client(nameQuery(p.host(), false, a))
		d.Server(nameQuery(p.host(), true, a))
	}
	p.mail(t, c)
	p.ftp(c)
	p.http(t, c)
	p.others(t, c)
	return c.Bytes()
}

// nameQuery is a DNS query for an address, or its answer.
func nameQuery(name string, answer bool, addr string) string {
	b := []byte{0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	if answer {
		b[2], b[7] = 0x81, 1
	}
	for l := range strings.SplitSeq(name, ".") {
		b = append(append(b, byte(len(l))), l...)
	}
	b = append(b, 0, 0, 1, 0, 1)
	if answer {
		b = append(b, 0xc0, 12, 0, 1, 0, 1, 0, 0, 3, 0, 0, 4)
		b = append(b, net.ParseIP(addr).To4()...)
	}
	return string(b)
}

func (p *patient) mail(t *testing.T, c *pcaptest.Capture) {
	s := c.TCP("10.1.1.5:40000", "14.139.60.10:25")
	s.Open()
	s.Server("220 " + p.host() + " ESMTP " + p.ssn + "\r\n")
	s.Client("EHLO " + p.host() + "\r\n")
	s.Server("250-" + p.host() + "\r\n250 AUTH PLAIN LOGIN\r\n")
	s.Client("AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00"+p.local+p.ssn+"@"+p.host()+"\x00"+p.mrn)) + "\r\n")
	s.Server("235 welcome " + p.first + "\r\n")
	s.Client("MAIL FROM:<" + p.local + "." + p.mrn + "@" + p.host() + ">\r\n")
	s.Server("250 ok\r\n")
	s.Client("RCPT TO:<" + p.local + "@" + p.host() + ">\r\n")
	s.Server("250 ok\r\n")
	s.Client("RCPT TO:<\"" + p.ssn + " " + p.last + "\"@" + p.bare + ".example>\r\n")
	s.Server("550 no such user " + p.last + "\r\n")
	s.Client("DATA\r\n")
	s.Server("354 go\r\n")
	b64 := func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) }
	s.Client("Subject: Results of " + p.first + " " + p.last + " " + p.ssn + "\r\nFrom: \"" + p.last + "\" <" + p.local + "@patients.example>\r\nMessage-ID: <" + p.bare + "." + p.local + "@" + p.host() +
		">\r\nX-Patient: " + p.mrn + "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"" + p.mbi + "\"\r\n\r\n--" + p.mbi + "\r\nContent-Type: text/" + p.last + "; name*=utf-8''" + url.PathEscape(p.fileName(".txt")) + "\r\n\r\n" + p.text() +
		"--" + p.mbi + "\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"=?utf-8?B?" + b64(p.fileName(".zip")) + "?=\"\r\n\r\n" + b64(p.archive(t)) +
		"\r\n--" + p.mbi + "\r\nContent-Type: text/csv; name=\"" + p.fileName(".csv") + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(utf16le(p.csv())+"\x00") + "\r\n--" + p.mbi + "--\r\n.\r\n")
	s.Server("250 queued as " + p.mrn + "\r\n")
	s.Client("QUIT\r\n")
	s.Close()
}

func (p *patient) ftp(c *pcaptest.Capture) {
	s := c.TCP("10.1.1.6:40001", "14.139.60.11:21")
	s.Open()
	for _, l := range [][2]string{{"", "220 " + p.host()}, {"USER " + p.local + p.bare, "331 password for " + p.local}, {"PASS " + p.ssn, "230 hello " + p.last},
		{"CWD /" + p.last + "/" + p.ssn, "250 ok"}, {"TYPE I", "200 ok"}, {"PASV", "227 Entering (14,139,60,11,200,10)"}} {
		if l[0] != "" {
			s.Client(l[0] + "\r\n")
		}
		s.Server(l[1] + "\r\n")
	}
	s.Client("STOR " + p.fileName(".csv") + "\r\n")
	s.Server("150 " + p.fileName(".csv") + "\r\n")
	d := c.TCP("10.1.1.6:40002", "14.139.60.11:51210")
	d.Open()
	d.Client(p.csv())
	d.Close()
	s.Server("226 " + p.fileName(".csv") + "\r\n")
	s.Client("QUIT\r\n")
	s.Close()
}

func (p *patient) http(t *testing.T, c *pcaptest.Capture) {
	s := c.TCP("10.1.1.7:40003", "14.139.60.12:80")
	s.Open()
	post := func(path, kind, body string) {
		s.Client("POST " + path + " HTTP/1.1\r\nHost: " + p.host() + "\r\nUser-Agent: " + p.ssn + "\r\nReferer: http://" + p.host() + "/" + p.last + "\r\nCookie: patient=" + p.mrn + "; ssn=" + p.ssn +
			"\r\nAuthorization: Basic " + base64.StdEncoding.EncodeToString([]byte(p.local+p.mrn+":"+p.ssn)) + "\r\nX-Ssn: " + p.bare + "\r\nContent-Type: " + kind + "\r\nContent-Length: " + fmt.Sprint(len(body)) + "\r\n\r\n" + body)
		s.Server("HTTP/1.1 200 " + p.last + "\r\nServer: " + p.ssn + "\r\nSet-Cookie: p=" + p.mrn + "\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=\"" + p.fileName(".html") + "\"\r\nContent-Length: " +
			fmt.Sprint(len(p.text())+7) + "\r\n\r\n<p>" + p.text() + "</p>")
	}
	q := "ssn=" + p.ssn + "&dob=" + url.QueryEscape(p.dob) + "&name=" + p.first + "+" + p.last + "&mrn=" + p.mrn + "&phone=" + url.QueryEscape(p.phone) + "&mbi=" + p.mbi
	post("/patients/"+p.last+"/"+p.ssn+"/"+p.bare+"?"+q, "application/x-www-form-urlencoded", q+"&diagnosis=E11.9")
	post("/"+url.PathEscape(p.dob)+";"+p.mrn, "application/json; profile="+p.mbi, `{"patient":{"ssn":"`+p.ssn+`","mrn":"`+p.mrn+`","birthDate":"`+p.iso+`","name":"`+p.first+" "+p.last+`","email":"`+p.local+`@patients.example","mbi":"`+p.mbi+`","diagnosis":"E11.9"}}`)
	post("/u", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\""+p.ssn+"\"; filename=\""+p.fileName(".zip")+"\"\r\n\r\n"+p.archive(t)+"\r\n--b--\r\n")
	s.Close()
}

func (p *patient) others(t *testing.T, c *pcaptest.Capture) {
	s := c.TCP("10.1.1.8:40004", "14.139.60.13:443")
	s.Open()
	s.Client(hello(t, p.host(), p.ssn))
	s.Server("\x16\x03\x03\x00\x02\x02\x00")
	s.Client("\x17\x03\x03\x40\x00" + strings.Repeat("x", 16384))
	s.Close()
	s = c.TCP("10.1.1.9:40005", "14.139.60.14:9999")
	s.Open()
	s.Client("\x01\x02" + p.text())
	s.Server(p.csv())
	s.Client("IDENT " + p.local + " " + p.host() + "\n")
	s.Close()
	s = c.TCP("10.1.1.9:40006", "14.139.60.14:22")
	s.Open()
	s.Client("SSH-2.0-" + p.ssn + " " + p.last + "\r\n")
	s.Server("SSH-2.0-" + p.mrn + "\r\n")
	s.Close()
	c.UDP("10.1.1.9:514", "14.139.60.15:514").Client("<14>Jan  2 03:04:05 " + p.host() + " app: " + p.text())
	o := c.TCP("10.1.1.9:40007", "14.139.60.16:9998") // two versions of the same bytes
	o.Open()
	o.At(0, 0, "first version "+p.text(), 0)
	o.At(0, 0, "other version "+p.text()+"x", 0)
	o.Client("first version " + p.text() + "x\n")
	o.Close()
}

// hello is a ClientHello with a server name and a protocol name.
func hello(t *testing.T, name, alpn string) string {
	a, b := net.Pipe()
	defer b.Close()
	go func() {
		_ = tls.Client(a, &tls.Config{ServerName: name, NextProtos: []string{alpn}}).Handshake() //nolint:gosec // nothing is sent
		a.Close()
	}()
	buf := make([]byte, 16<<10)
	n, err := b.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

// TestNothingComesOut holds that no identifier of the traffic is in anything that a run writes.
func TestNothingComesOut(t *testing.T) {
	base := t.TempDir()
	temp := filepath.Join(base, "tmp")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temp)
	rounds := 3
	if slow() {
		rounds = 30
	}
	for round := range rounds {
		p := invent(rand.New(rand.NewPCG(uint64(round), 4)))
		needles := p.needles()
		capture := filepath.Join(base, "planted.pcap")
		write(t, capture, p.planted(t))
		for _, format := range []string{"jsonl", "json", "csv", "table"} {
			dir := filepath.Join(base, fmt.Sprint(format, round))
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			r := phiwatchIn(t, dir, "replay", "--log-level", "debug", "--format", format, "--state", "$DIR/state", "--objects", "$DIR/objects", "--streams", "$DIR/streams", "--summary", "$DIR/summary", capture)
			if r.code != 0 {
				t.Fatalf("exit %d: %s", r.code, r.err)
			}
			if format == "jsonl" {
				found(t, r)
			}
			check(t, format+" stdout", r.out, needles)
			check(t, format+" stderr", r.err, needles)
			everyFile(t, dir, needles)
			v := phiwatchIn(t, dir, "audit", "verify", "--state", "$DIR/state")
			check(t, "audit verify", append(v.out, v.err...), needles)
		}
	}
	everyFile(t, temp, nil)
}

// found makes sure that the traffic was read: silence would leak nothing either.
func found(t *testing.T, r ran) {
	kinds, channels := map[string]bool{}, map[string]bool{}
	for _, a := range lines[struct {
		Channel     string `json:"channel"`
		Identifiers []struct {
			Kind string `json:"kind"`
		} `json:"identifiers"`
	}](t, r.out) {
		channels[a.Channel] = true
		for _, i := range a.Identifiers {
			kinds[i.Kind] = true
		}
	}
	for _, k := range []string{"ssn", "mrn", "dob", "phone", "email", "name"} {
		if !kinds[k] {
			t.Errorf("no %s was found", k)
		}
	}
	for _, c := range []string{"smtp", "ftp", "http", "raw", "tls"} {
		if !channels[c] {
			t.Errorf("no alert on %s: %v", c, channels)
		}
	}
}

func check(t *testing.T, where string, b []byte, needles map[string]string) {
	t.Helper()
	for _, l := range leaks(b, needles) {
		t.Errorf("%s: %s", where, l)
	}
}

// everyFile looks into all files of a tree, and at their names. Without needles there must be none.
func everyFile(t *testing.T, root string, needles map[string]string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if needles == nil {
			t.Errorf("a temporary file stays: %s", filepath.Base(path))
			return nil
		}
		b, err := os.ReadFile(path)
		check(t, filepath.Base(path), append(b, path...), needles)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLeakFinder holds that the search above would find what it looks for.
func TestLeakFinder(t *testing.T) {
	p := invent(rand.New(rand.NewPCG(1, 1)))
	n := p.needles()
	for _, s := range []string{p.ssn, "x" + strings.ToUpper(p.last), hex.EncodeToString([]byte(p.mrn)), base64.StdEncoding.EncodeToString([]byte("a" + p.bare + "zz")), base64.StdEncoding.EncodeToString([]byte("ab" + p.local)), utf16le(p.mbi), url.QueryEscape(p.dob)} {
		if len(leaks([]byte("... "+s+" ..."), n)) == 0 {
			t.Errorf("%q is not found", s)
		}
	}
}
