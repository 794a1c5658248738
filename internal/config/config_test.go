package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func same(a, b Config) bool {
	a.origins, b.origins = nil, nil
	for _, s := range schema() {
		for j := range s.entries {
			x, _ := s.entries[j].values(&a)
			y, _ := s.entries[j].values(&b)
			if strings.Join(x, "\x00") != strings.Join(y, "\x00") {
				return false
			}
		}
	}
	return true
}

func TestInitEqualsDefaults(t *testing.T) {
	c, err := Parse("init", []byte(Init()), "")
	if err != nil {
		t.Fatal(err)
	}
	if !same(c, Default()) {
		t.Fatalf("the commented file is not the defaults:\n%s", Init())
	}
	for _, s := range schema() {
		for j := range s.entries {
			if k := s.entries[j].name(); c.Origin(k) == "default" {
				t.Errorf("%s is not in the commented file", k)
			}
		}
	}
}

// Every key must come from somewhere else than zero values of its type by accident, have a line of documentation and a
// unique name.
func TestSchema(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range schema() {
		if s.name == "" || s.doc == "" {
			t.Errorf("section %q has no documentation", s.name)
		}
		for j := range s.entries {
			e := &s.entries[j]
			if e.key == "" || e.doc == "" || seen[e.name()] {
				t.Errorf("key %q: no documentation, or twice", e.name())
			}
			seen[e.name()] = true
		}
	}
	want := "sensor capture network home limits rules index agreements geo policy alerts evidence ledger store console metrics state log"
	if got := strings.Join(names(schema()), " "); got != want {
		t.Errorf("sections are %s", got)
	}
}

func TestParse(t *testing.T) {
	text := `
sensor: {id: icu-1, site: north}
network:
  inside: [10.0.0.0/8, 2001:db8::/32, 192.0.2.7]
  mail_domains: [Hospital.ORG., "@clinic.example"]
home: {countries: [us, NO]}
limits: {mime_depth: 5, ratio_after: 64MiB, unpacked: 5, encrypted_egress: 0}
agreements: {file: agreements.yaml}
geo: {country: [a.mmdb, /abs/b.mmdb], asn: c.mmdb}
alerts: {token_key_file: token.key, max_tokens: 100000}
log: {level: DEBUG}
state: {dir: state}
index:
policy: {}
`
	c, err := Parse("p.yaml", []byte(text), "/etc/phiwatch")
	if err != nil {
		t.Fatal(err)
	}
	show := func() string {
		var b bytes.Buffer
		if err := c.Show(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}()
	for _, want := range []string{
		"  id: icu-1 # p.yaml:2", "  inside: [10.0.0.0/8, \"2001:db8::/32\", 192.0.2.7/32] # p.yaml:4",
		"  mail_domains: [hospital.org, clinic.example]", "  countries: [US, \"NO\"]", "  mime_depth: 5 ", "  unpacked: 5 ",
		"  file: /etc/phiwatch/agreements.yaml", "  country: [/etc/phiwatch/a.mmdb, /abs/b.mmdb]", "  asn: /etc/phiwatch/c.mmdb",
		"  level: debug", "  format: text # default", "  dir: /etc/phiwatch/state", "  members: 10000 # default",
	} {
		if !strings.Contains(show, want) {
			t.Errorf("%q is not in\n%s", want, show)
		}
	}
	back, err := Parse("shown", []byte(show), "")
	if err != nil || !same(back, c) {
		t.Errorf("what Show writes does not load: %v", err)
	}
	if back.Digest() != c.Digest() {
		t.Error("the digest depends on how it was written")
	}
}

func TestJSON(t *testing.T) {
	c, err := Parse("p.json", []byte("{\n\t\"network\": {\"inside\": [\"10.1.0.0/16\"]},\n\t\"log\": {\"level\": \"warn\"}\n}\n"), "")
	if err != nil || c.Log.Level != "warn" || len(c.Network.Inside) != 1 {
		t.Fatal(c.Log, c.Network.Inside, err)
	}
}

func TestErrors(t *testing.T) {
	for _, x := range []struct{ text, want, hint string }{
		{"netwrk: {}", `f:1:1: netwrk: unknown section`, `did you mean "network"?`},
		{"inside: []", `f:1:1: inside: unknown section`, `"inside" belongs into the section "network"`},
		{"network: {insid: []}", `f:1:11: network.insid: unknown key`, `did you mean "inside"?`},
		{"network: {level: x}", `unknown key`, `"level" belongs into the section "log"`},
		{"capture: {interface: eth0}", `capture.interface: unknown key`, "the section capture has no keys in this version"},
		{"log: {level: info}\nlog: {format: json}", `f:2:1: log: given twice, first in line 1`, "keep one of them"},
		{"log: {level: info, level: warn}", `log.level: given twice`, ""},
		{"log: {level: inof}", `log.level: not known: "inof"`, `did you mean "info"?`},
		{"network: {inside: [10.0.0.1/8]}", `host bits`, "write 10.0.0.0/8"},
		{"network: {inside: 10.0.0.0/8}", `network.inside: expected a list`, "write it like [a, b]"},
		{"network: {inside: }", `no value`, "leave the key out"},
		{"network: {inside: [[a]]}", `not a word`, ""},
		{"network: {inside: [\"::ffff:1.2.3.0/120\"]}", `IPv4 network in IPv6`, ""},
		{"network: {mail_domains: ['a b']}", `not a domain`, ""},
		{"network: {mail_domains: ['']}", `not a domain`, ""},
		{"rules: {dirs: ['']}", `empty entry`, ""},
		{"home: {countries: [USA]}", `not a country code`, "ISO 3166"},
		{"limits: {depth: 0}", `limits.depth: too small`, "the least is 1"},
		{"limits: {depth: 1e3}", `not a whole number`, ""},
		{"limits: {unpacked: 1.5GiB}", `not a size`, "64MiB"},
		{"limits: {unpacked: 99999999TiB}", `not a size`, ""},
		{"limits: {unpacked: -1}", `not a size`, ""},
		{"sensor: {id: a b}", `spaces`, ""},
		{"sensor: {id: \"a\\nb\"}", `control characters`, ""},
		{"[1, 2]", `not a configuration`, ""},
		{"log: [1]", `expected keys`, ""},
		{"log:\n  level: [a]", `f:2:10: log.level: expected a single value`, ""},
		{"log: {level: info", `f:1: not YAML`, ""},
		{"log: {level: info}\n---\nlog: {}", `second document`, ""},
		{"<<: {log: {}}", `unknown section`, ""},
		{"a: &a {network: *a}", `a: unknown section`, ""},
		{"? [x]\n: y", `a key that is not a word`, ""},
	} {
		_, err := Parse("f", []byte(x.text), "")
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q loads", x.text)
			continue
		}
		if !strings.Contains(err.Error(), x.want) || !strings.Contains(e.Hint(), x.hint) {
			t.Errorf("%q: %v (hint %q)", x.text, err, e.Hint())
		}
	}
}

func TestAllErrors(t *testing.T) {
	_, err := Parse("f", []byte("nope: 1\nlog: {levl: x, format: y}\nlimits: {depth: x}\n"), "")
	var errs Errors
	if !errors.As(err, &errs) || len(errs) != 4 {
		t.Fatalf("%v", err)
	}
	if errs.Hint() == "" {
		t.Error("no hint")
	}
}

func TestEnvironment(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "c.yaml")
	if err := os.WriteFile(file, []byte("log: {level: warn}\nnetwork: {mail_domains: [a.org]}\nagreements: {file: a.yaml}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(file, []string{"PHIWATCH_LOG_LEVEL=debug", "PHIWATCH_NETWORK_MAIL_DOMAINS=b.org, c.org", "PHIWATCH_SHARED=/x", "HOME=/", "PHIWATCH_NETWORK_INSIDE=", "broken"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Log.Level != "debug" || !reflect.DeepEqual(c.Network.MailDomains, []string{"b.org", "c.org"}) || len(c.Network.Inside) != 0 ||
		c.Agreements.File != filepath.Join(dir, "a.yaml") || c.Origin("log.level") != "environment" || c.Origin("agreements.file") != file+":3" {
		t.Errorf("%+v", c)
	}
	_, err = Load("", []string{"PHIWATCH_LOG_LEVLE=debug"})
	var e *Error
	if !errors.As(err, &e) || e.Hint() != "did you mean PHIWATCH_LOG_LEVEL?" {
		t.Errorf("%v", err)
	}
	if _, err = Load("", []string{"PHIWATCH_LIMITS_DEPTH=x"}); err == nil || !strings.Contains(err.Error(), "PHIWATCH_LIMITS_DEPTH: limits.depth") {
		t.Errorf("%v", err)
	}
	if c, err = Load("", nil); err != nil || !same(c, Default()) {
		t.Errorf("no file: %v", err)
	}
	if _, err = Load(filepath.Join(dir, "none.yaml"), nil); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("%v", err)
	}
	if _, err = Load(dir, nil); err == nil {
		t.Error("a directory loads")
	}
	if _, err = Parse("big", make([]byte, MaxFile+1), ""); err == nil || !strings.Contains(err.Error(), "larger") {
		t.Errorf("%v", err)
	}
}

func TestDigest(t *testing.T) {
	parse := func(s string) string {
		c, err := Parse("f", []byte(s), "")
		if err != nil {
			t.Fatal(err)
		}
		return c.Digest()
	}
	base := parse("")
	if len(base) != 64 {
		t.Fatal(base)
	}
	for _, s := range []string{"log: {level: debug}", "state: {dir: x}", "sensor: {id: x}", "agreements: {file: x}", "alerts: {token_key_file: x}",
		"geo: {asn: x}", "ledger: {origin: x}", "home: {countries: [UM, US, PR, GU, VI, AS, MP, MP]}"} {
		if parse(s) != base {
			t.Errorf("%s changes the digest", s)
		}
	}
	for _, s := range []string{"network: {inside: []}", "network: {partners: [192.0.2.0/24]}", "network: {nat_pools: [192.0.2.0/24]}", "limits: {depth: 7}",
		"rules: {disable: [x]}", "home: {countries: [US]}", "alerts: {max_tokens: 1}"} {
		if parse(s) == base {
			t.Errorf("%s does not change the digest", s)
		}
	}
}

func TestSize(t *testing.T) {
	for s, want := range map[string]Size{"0": 0, "1": 1, "64MiB": 64 * MiB, "64 mib": 64 * MiB, "1KB": 1000, "2k": 2048, "3B": 3, "1GiB": GiB, "8388607TiB": 8388607 << 40} {
		if n, ok := ParseSize(s); !ok || n != want {
			t.Errorf("%q is %d", s, n)
		}
		if n, ok := ParseSize(want.String()); !ok || n != want {
			t.Errorf("%v does not read back", want)
		}
	}
	for _, s := range []string{"", "x", "1x", "8388608TiB", "9223372036854775808", "1.5M", "MiB"} {
		if _, ok := ParseSize(s); ok {
			t.Errorf("%q is a size", s)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(Init()))
	f.Add([]byte("a: &a [*a]\nlog: *a"))
	f.Add([]byte("{\"network\":{\"inside\":[\"10.0.0.0/8\"]}}"))
	f.Add([]byte("log:\n  level: !!binary aW5mbw==\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("f", data, "/base")
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || strings.ContainsAny(strings.ReplaceAll(e.Error(), "\n", " "), "\x00\x1b") {
				t.Fatalf("%q", err)
			}
			return
		}
		var b bytes.Buffer
		if err := c.Show(&b); err != nil {
			t.Fatal(err)
		}
		back, err := Parse("shown", b.Bytes(), "")
		if err != nil || !same(back, c) || back.Digest() != c.Digest() {
			t.Fatalf("%v\n%s", err, b.Bytes())
		}
	})
}
