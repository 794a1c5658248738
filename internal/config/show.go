package config

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// Origin tells where the value of section.key comes from: "default", "FILE:LINE" or "environment".
func (c *Config) Origin(key string) string {
	if o, ok := c.origins[key]; ok {
		return o
	}
	return "default"
}

// Show writes the effective configuration as YAML with the origin of each value. What it writes loads again.
func (c *Config) Show(w io.Writer) error {
	return c.write(w, func(b *bufio.Writer, e *entry) { b.WriteString(" # " + plain(c.Origin(e.name()))) })
}

// plain keeps a file name from leaving its comment.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r == '\ufffd' {
			return '?'
		}
		return r
	}, s)
}

// Init returns a commented file that says what the defaults say.
func Init() string {
	var b strings.Builder
	b.WriteString("# phiwatch configuration. Every value below is the default: delete what you do not change.\n" +
		"# Relative paths start at the directory of this file. An environment variable such as\n" +
		"# PHIWATCH_LOG_LEVEL beats this file, a flag beats both.\n\n")
	c := Default()
	for i, s := range schema() {
		if len(s.entries) == 0 {
			continue
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("# " + s.doc + "\n" + s.name + ":\n")
		for j := range s.entries {
			e := &s.entries[j]
			b.WriteString("  # " + e.doc + "\n  " + e.key + ": " + e.yaml(&c) + "\n")
		}
	}
	return b.String()
}

func (c *Config) write(w io.Writer, after func(*bufio.Writer, *entry)) error {
	b := bufio.NewWriter(w)
	for _, s := range schema() {
		if len(s.entries) == 0 {
			continue
		}
		b.WriteString(s.name + ":\n")
		for j := range s.entries {
			e := &s.entries[j]
			b.WriteString("  " + e.key + ": " + e.yaml(c))
			after(b, e)
			b.WriteByte('\n')
		}
	}
	return b.Flush()
}

// yaml returns the value of a key as YAML on one line.
func (e *entry) yaml(c *Config) string {
	vs, list := e.values(c)
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = scalar(v)
	}
	if list {
		return "[" + strings.Join(out, ", ") + "]"
	}
	return out[0]
}

// scalar quotes what YAML would not read as the same plain text.
func scalar(s string) string {
	ok := s != "" && s[0] != '-' && s[0] != '.'
	for i := 0; ok && i < len(s); i++ {
		ch := s[i]
		ok = letter(ch) || ch >= '0' && ch <= '9' || ch == '.' || ch == '/' || ch == '-' || ch == '_'
	}
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		ok = false
	}
	if ok {
		return s
	}
	q, _ := json.Marshal(s) // a string cannot fail
	return string(q)
}

// Digest returns the hex SHA-256 of everything in the effective configuration that can change a result. State, log,
// names and output are left out, and so are files that have a digest of their own (rules, agreements, geo). The order
// of a list does not count.
func (c *Config) Digest() string {
	h := sha256.New()
	for _, s := range schema() {
		for j := range s.entries {
			e := &s.entries[j]
			if !e.digest {
				continue
			}
			vs, list := e.values(c)
			if list {
				vs = slices.Sorted(slices.Values(vs))
				vs = slices.Compact(vs)
			}
			line, _ := json.Marshal(append([]string{e.name()}, vs...)) // strings cannot fail
			h.Write(append(line, '\n'))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
