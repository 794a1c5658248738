package ftp

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
)

// expectString writes an expectation: "address<peer alt verb name user offset outcome".
func expectString(e flow.Expectation) string {
	s := fmt.Sprintf("%v<%v", e.Addr, e.Peer)
	if e.Alt.IsValid() {
		s += " alt " + e.Alt.String()
	}
	s += fmt.Sprintf(" %s %s %s", e.Verb, e.Name.Reveal(), e.User.Reveal())
	if e.Offset != 0 {
		s += fmt.Sprintf(" @%d", e.Offset)
	}
	if e.Done {
		s += " " + e.Outcome.String()
	}
	return s
}

// last returns the last word on each expectation, in the order of their announcement.
func last(h *prototest.Host) []string {
	var ids []uint32
	m := map[uint32]flow.Expectation{}
	for _, e := range h.Expectations {
		if _, ok := m[e.ID]; !ok {
			ids = append(ids, e.ID)
		} else if m[e.ID].Done {
			h.Faults = append(h.Faults, "expectation after its last word")
		}
		m[e.ID] = e
	}
	var list []string
	for _, id := range ids {
		list = append(list, expectString(m[id]))
	}
	return list
}

func facts(h *prototest.Host) []string {
	var list []string
	for _, f := range h.Facts {
		switch f.Kind {
		case flow.FactCredential:
			list = append(list, strings.TrimSpace("login "+f.User.Reveal()+" "+f.Extra))
		case flow.FactStartTLS:
			list = append(list, "tls "+f.Detail)
		case flow.FactServerName:
			list = append(list, "name "+f.Name.Reveal())
		default:
			list = append(list, f.Detail)
		}
	}
	return list
}

const begin = "S: 220 ftp.example.org FTP server\nC: USER jane\nS: 331 password\nC: PASS secret\nS: 230-Welcome\nS:  220 is no reply\nS: 230 ok\n"

type table struct {
	name, text string
	expect     []string
	facts      []string // beside the greeting and the login
	strays     string
	gone       bool
	rest       string
	ordered    bool
}

func accept(t *testing.T, list []table) {
	t.Helper()
	var cases []prototest.Case
	for _, c := range list {
		want := append([]string{"name ftp.example.org", "login jane"}, c.facts...)
		cases = append(cases, prototest.Case{
			Name: c.name, Conv: prototest.Parse(begin + c.text + "C: QUIT\nS: 221 bye\n"), Ordered: c.ordered,
			Check: func(t *testing.T, h *prototest.Host) {
				if got := last(h); strings.Join(got, "\n") != strings.Join(c.expect, "\n") {
					t.Errorf("expectations\n got %q\nwant %q", got, c.expect)
				}
				if got := facts(h); strings.Join(got, "\n") != strings.Join(want, "\n") {
					t.Errorf("facts\n got %q\nwant %q", got, want)
				}
				strays := ""
				for _, o := range h.Objects {
					strays += string(o.Bytes())
				}
				if strays != c.strays || h.Gone != c.gone || string(h.Rest[0]) != c.rest || len(h.Faults) > 0 {
					t.Errorf("strays %q gone %v rest %q faults %q", strays, h.Gone, h.Rest, h.Faults)
				}
				if strings.Contains(h.Dump(true), "secret") {
					t.Error("the password is kept")
				}
			},
		})
	}
	prototest.Accept(t, Protocol(), cases)
}

func TestTransfers(t *testing.T) {
	accept(t, []table{{
		name: "passive upload", text: "C: PWD\nS: 257 \"/home/\"\"x\" is it\nC: CWD in\nS: 250 ok\nC: TYPE I\nS: 200 ok\n" +
			"C: PASV\nS: 227 Entering Passive Mode (198,51,100,20,4,1).\nC: STOR a b.csv\nS: 150 go\nS: 226 done\n",
		expect: []string{`198.51.100.20:1025<192.0.2.10 STOR /home/"x/in/a b.csv jane delivered`}, ordered: true,
	}, {
		name: "active download with an offset", text: "C: PORT 192,0,2,10,200,21\nS: 200 ok\nC: REST 100\nS: 350 ok\nC: RETR /a/b\nS: 150 go\nS: 426 broken\n",
		expect: []string{"192.0.2.10:51221<198.51.100.20 RETR /a/b jane @100 refused"},
	}, {
		name: "pipelined", text: "C: CWD /d\nC: EPSV\nC: RETR a\nC: EPSV\nC: RETR b\nS: 250 ok\nS: 229 ok (|||1025|)\nS: 150 go\nS: 226 done\nS: 229 ok (|||1026|)\nS: 550 no\n",
		expect: []string{"198.51.100.20:1025<192.0.2.10 RETR /d/a jane delivered", "198.51.100.20:1026<192.0.2.10 RETR /d/b jane refused"},
	}, {
		name: "address behind NAT", text: "C: PASV\nS: 227 =10,1,2,3,4,1\nC: LIST -a\nS: 125 go\nS: 226 done\n",
		expect: []string{"10.1.2.3:1025<192.0.2.10 alt 198.51.100.20:1025 LIST  jane delivered"},
	}, {
		name: "no address", text: "C: PASV\nS: 227 ok (0,0,0,0,4,1)\nC: LIST dir\nS: 425 no\n",
		expect: []string{"198.51.100.20:1025<192.0.2.10 LIST dir jane refused"},
	}, {
		name: "extended active", text: "C: EPRT |1|192.0.2.10|1025|\nS: 200 ok\nC: STOR f\nS: 150 go\nS: 250 done\nC: EPRT |2|2001:db8::1|1025|\nS: 522 no\n",
		expect: []string{
			"192.0.2.10:1025<198.51.100.20 STOR f jane delivered",
			"[2001:db8::1]:1025<198.51.100.20 alt 192.0.2.10:1025   jane refused",
		},
		facts: []string{"ftp_bounce"},
	}, {
		name: "long", text: "C: LPRT 4,4,192,0,2,10,2,4,1\nS: 200 ok\nC: RETR f\nS: 150 go\nS: 226 done\nC: LPSV\nS: 228 Entering (4,4,198,51,100,20,2,4,2)\nC: NLST\nS: 226 done\n",
		expect: []string{"192.0.2.10:1025<198.51.100.20 RETR f jane delivered", "198.51.100.20:1026<192.0.2.10 NLST  jane delivered"},
	}, {
		name: "bounce", text: "C: PORT 203,0,113,9,0,80\nS: 200 ok\nC: RETR f\nS: 150 go\n",
		expect: []string{"203.0.113.9:80<198.51.100.20 alt 192.0.2.10:80 RETR f jane unknown"}, facts: []string{"ftp_bounce"},
	}, {
		name: "command before PORT", text: "C: RETR f\nC: PORT 192,0,2,10,4,1\nS: 150 go\nS: 226 done\nS: 200 ok\n", ordered: true,
		expect: []string{"192.0.2.10:1025<198.51.100.20 RETR f jane delivered"},
	}, {
		name: "same port twice", text: "C: PORT 192,0,2,10,4,1\nS: 200 ok\nC: RETR a\nS: 150 go\nS: 226 done\nC: RETR b\nS: 150 go\nS: 226 done\n",
		expect: []string{"192.0.2.10:1025<198.51.100.20 RETR a jane delivered", "192.0.2.10:1025<198.51.100.20 RETR b jane delivered"},
	}, {
		name: "unique name", text: "C: PASV\nS: 227 (198,51,100,20,4,1)\nC: STOU\nS: 150 FILE: x.7\nS: 226 done\nC: PASV\nS: 227 (198,51,100,20,4,2)\nC: STOU y\nS: 150 go\n" +
			"S: 226 Transfer complete (unique file name:y.1).\n",
		expect: []string{"198.51.100.20:1025<192.0.2.10 STOU x.7 jane delivered", "198.51.100.20:1026<192.0.2.10 STOU y.1 jane delivered"},
	}, {
		name: "append after size", text: "C: SIZE f\nS: 213 77\nC: PASV\nS: 227 (198,51,100,20,4,1)\nC: APPE f\nS: 150 go\nS: 226 done\n",
		expect: []string{"198.51.100.20:1025<192.0.2.10 APPE f jane @77 delivered"}, ordered: true,
	}, {
		name: "refused directory", text: "C: CWD /a\nS: 250 ok\nC: CWD b\nS: 550 no\nC: CDUP\nS: 250 ok\nC: CWD c\nS: 250 ok\nC: PASV\nS: 227 (198,51,100,20,4,1)\nC: STOR f\nS: 452 full\n",
		expect: []string{"198.51.100.20:1025<192.0.2.10 STOR /c/f jane refused"}, ordered: true,
	}, {
		name: "abort", text: "C: PASV\nS: 227 (198,51,100,20,4,1)\nC: RETR f\nS: 150 go\nC= \"\\xff\\xf4\\xff\\xf2ABOR\\r\\n\"\nS: 426 cut\nS: 226 ok\n",
		expect: []string{"198.51.100.20:1025<192.0.2.10 RETR f jane refused"},
	}, {
		name: "modes", text: "C: MODE C\nS: 200 ok\nC: MODE B\nS: 504 no\nC: TYPE E\nS: 200 ok\nC: STRU F\nS: 200 ok\nC: MODE S\nS: 200 ok\n",
		facts: []string{"ftp_mode_c", "ftp_type_e"},
	}, {
		name: "extended only", text: "C: EPSV ALL\nS: 200 ok\nC: EPSV 1\nS: 229 ok (|||7|)\n", expect: []string{"198.51.100.20:7<192.0.2.10   jane unknown"},
	}})
}

func TestTLS(t *testing.T) {
	accept(t, []table{{
		name: "accepted", text: "C: FEAT\nS: 211-Features\nS:  AUTH TLS\nS: 211 End\nC: AUTH TLS\nS: 234 go\nC= \"\\x16\\x03\\x01\"\nC: x\n", ordered: true,
		facts: []string{"tls offered", "tls accepted"}, gone: true, rest: "\x16\x03\x01x\r\nQUIT\r\n",
	}, {
		name: "hello before the answer", text: "C: AUTH SSL\nC= \"\\x16\\x03\\x01\"\nS: 234 go\n", ordered: true,
		facts: []string{"tls accepted"}, gone: true, rest: "\x16\x03\x01QUIT\r\n",
	}, {
		name: "refused", text: "C: AUTH TLS\nS: 530 no\nC: PASV\nS: 227 (198,51,100,20,4,1)\nC: STOR f\nS: 226 done\n",
		facts: []string{"tls refused"}, expect: []string{"198.51.100.20:1025<192.0.2.10 STOR f jane delivered"},
	}, {
		name: "unused", text: "C: FEAT\nS: 211-Features\nS:  AUTH TLS\nS: 211 End\nC: PASV\nS: 227 (198,51,100,20,4,1)\nC: STOR f\nS: 226 done\n", ordered: true,
		facts: []string{"tls offered", "tls unused"}, expect: []string{"198.51.100.20:1025<192.0.2.10 STOR f jane delivered"},
	}})
}

func TestStrays(t *testing.T) {
	long := strings.Repeat("123-45-6789 ", 400)
	accept(t, []table{{
		name: "no command", text: "C: John Doe 123-45-6789\nS: 500 what\nC: SITE " + long + "\nS: 500 what\n",
		strays: "John Doe 123-45-6789\r\nSITE " + long + "\r\n",
	}, {
		name: "long password", text: "C: PASS " + strings.Repeat("secret", 1000) + "\nS: 530 no\nC: ACCT " + strings.Repeat("secret", 1000) + "\nS: 530 no\n",
	}})
}

func TestNames(t *testing.T) {
	for text, want := range map[string]string{
		"FILE: a b.txt": "a b.txt", "Transfer complete (unique file name:x.1).": "x.1", `"q""x" created`: `q"x`, "done": "",
		"Opening; file: y.": "y",
	} {
		if got, ok := uniqueName(text); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v", text, got, ok)
		}
	}
	for _, c := range []struct{ dir, arg, want string }{
		{"", "a", "a"}, {"/x", "../y", "/y"}, {"/x", "/z", "/z"}, {"/x", `C:\y`, `C:\y`}, {"/x", "", "/x"}, {"/", "..", "/"}, {"/x", "~u/f", "~u/f"},
	} {
		if got := join(c.dir, []byte(c.arg), false); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestParseHost(t *testing.T) {
	for _, c := range []struct {
		k    kind
		in   string
		want string
	}{
		{port, "1,2,3,4,5,6", "1.2.3.4:1286"}, {port, "1, 2, 3, 4, 5, 6", "1.2.3.4:1286"}, {port, "1,2,3,4,5", ""}, {port, "256,2,3,4,5,6", ""},
		{port, "1,2,3,4,5,999", ""}, {pasv, "ok 3 files. (1,2,3,4,5,6)", "1.2.3.4:1286"}, {pasv, "", ""}, {pasv, "99999999999,1,2,3,4,5,6", "1.2.3.4:1286"},
		{eprt, "|1|1.2.3.4|80|", "1.2.3.4:80"}, {eprt, "!2!::1!80!", "[::1]:80"}, {eprt, "|2|fe80::1%eth0|80|", ""}, {eprt, "|1|1.2.3.4|65536|", ""},
		{eprt, "|1|x|80|", ""}, {epsv, "x (|||80|)", "invalid AddrPort"}, {epsv, "x |||", ""}, {epsv, "(|||0|)", ""},
		{lprt, "6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1,2,4,1", "[2001:db8::1]:1025"}, {lprt, "6,16,1,2", ""}, {lprt, "4,5,1,2,3,4,5,2,4,1", ""},
	} {
		got, ok := parseHost(c.k, []byte(c.in))
		if ok != (c.want != "") || ok && got.Addr().IsValid() && got != netip.MustParseAddrPort(c.want) {
			t.Errorf("%q: %v %v", c.in, got, ok)
		}
	}
}

func TestBounds(t *testing.T) {
	for name, text := range map[string]string{
		"endless line": "C= \"" + strings.Repeat("x", 4000) + "\"\n", "ports": "C: PORT 192,0,2,10,4,1\nS: 200 ok\n",
		"announced": "C: PASV\nC: STOR " + strings.Repeat("f", 1000) + "\nS: 227 (1,2,3,4,5,6)\n", "replies": strings.Repeat("S: 200 ok\n", 50),
		"lines of a reply": "S: 211-x\n", "directories": "C: CWD " + strings.Repeat("d", 500) + "\n", "tls": "C: AUTH TLS\nC= \"\\x16\"\n",
		"names": "C: USER " + strings.Repeat("u", 500) + "\n", "transfers": "C: RETR x\nS: 150 go\n",
	} {
		t.Run(name, func(t *testing.T) { prototest.Bounded(t, Protocol(), 1<<20, 4<<20, prototest.Parse(text)) })
	}
}

func TestMailIsNoFTP(t *testing.T) {
	for _, c := range []string{"EHLO a.b\r\n", "MAIL FROM:<a@b>\r\n", "GET / HTTP/1.1\r\n", "NICK x\r\n", "\x16\x03\x01", "CAPA\r\n"} {
		if s := Protocol().Probe(proto.Peek{Data: []byte(c)}, proto.Peek{Data: []byte("220 hi\r\n")}, prototest.DefaultFlow()); s > proto.No {
			t.Errorf("%q: %d", c, s)
		}
	}
	if s := Protocol().Probe(proto.Peek{Data: []byte("USER x\r\n")}, proto.Peek{Data: []byte("+OK POP3\r\n")}, prototest.DefaultFlow()); s != proto.No {
		t.Error(s)
	}
}

// TestRecorded demands that each data connection of the shared captures was announced, and each control connection
// recognised.
func TestRecorded(t *testing.T) {
	shared := prototest.Shared(t)
	files, _ := filepath.Glob(filepath.Join(shared, "pcaps", "ftp", "*.pcap"))
	if len(files) < 10 {
		t.Fatal(len(files))
	}
	for _, file := range files {
		announced := map[netip.AddrPort]bool{}
		controls := 0
		var ends [][2]netip.AddrPort
		for _, r := range prototest.Record(t, file) {
			if r.Flow.Transport != flow.TCP {
				continue
			}
			if r.Recognise(Protocol()) < proto.Weak {
				ends = append(ends, r.Flow.Ends)
				continue
			}
			controls++
			h := r.Run(Protocol(), nil)
			if split := r.Run(Protocol(), func() int { return 3 }); len(h.Faults) > 0 || split.Dump(false) != h.Dump(false) {
				t.Errorf("%s: %v, or another split, other expectations", file, h.Faults)
			}
			for _, e := range h.Expectations {
				announced[e.Addr] = true
				announced[e.Alt] = true
			}
			t.Log(filepath.Base(file), last(h), facts(h), len(h.Objects))
		}
		if controls == 0 {
			t.Errorf("%s: no control connection", file)
		}
		for _, e := range ends {
			if !announced[e[0]] && !announced[e[1]] {
				t.Errorf("%s: %v was not announced", file, e)
			}
		}
	}
}

func TestShuffled(t *testing.T) {
	prototest.Shuffle(t, Protocol(), 2000, [2][]string{
		{
			"USER a\r\n", "PASS b\r\n", "PASV\r\n", "EPSV\r\n", "PORT 192,0,2,10,4,1\r\n", "PORT 1,2,3,4,5,6\r\n", "EPRT |2|::1|80|\r\n", "RETR f\r\n", "STOR g\n",
			"STOU\r\n", "APPE f\r\n", "LIST\r\n", "REST 5\r\n", "SIZE f\r\n", "CWD d\r\n", "CDUP\r\n", "PWD\r\n", "TYPE E\r\n", "ABOR\r\n", "AUTH TLS\r\n", "REIN\r\n",
			"QUIT\r\n", "junk 5\r\n", "\r\n", "\x16\x03", "\xff\xf4", "US", "SITE " + strings.Repeat("z", 2100) + "\r\n", "PASS " + strings.Repeat("z", 2100) + "\r\n",
		},
		{
			"220 a.bc\r\n", "331 x\r\n", "230-a\r\n b\r\n230 c\r\n", "227 (1,2,3,4,5,6)\r\n", "229 (|||9|)\r\n", "200 ok\r\n", "150 FILE: h\r\n", "226 ok\r\n", "250 ok\r\n",
			"257 \"/x\"\r\n", "213 7\r\n", "350 ok\r\n", "550 no\r\n", "426 no\r\n", "234 ok\r\n", "211-x\r\n AUTH TLS\r\n211 y\r\n", "junk\r\n", "15", "\x16\x03",
		},
	})
}

func FuzzFTP(f *testing.F) {
	prototest.Fuzz(f, Protocol(),
		prototest.Parse(begin+"C: PASV\nS: 227 (198,51,100,20,4,1)\nC: REST 5\nS: 350 ok\nC: STOU\nS: 150 FILE: x\nS: 226 done\n"),
		prototest.Parse(begin+"C: EPRT |2|::1|80|\nC: RETR x\nC: LPRT 4,4,1,2,3,4,2,5,6\nS: 200 ok\nS: 150 a\nS: 226 b\n"),
		prototest.Parse(begin+"C: AUTH TLS\nS: 234 ok\n"),
	)
}
