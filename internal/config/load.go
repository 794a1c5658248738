package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Load reads the file, lays the environment over it and returns the effective configuration. path "" is no file: the
// defaults and the environment. env is as of os.Environ. The error is an [Errors] with every fault found.
func Load(path string, env []string) (Config, error) {
	c, base := Default(), ""
	var errs Errors
	if path != "" {
		data, err := read(path)
		if err != nil {
			return c, err
		}
		base = filepath.Dir(path)
		errs = c.parse(path, data, base)
	}
	errs = append(errs, c.overlay(env, base)...)
	return c, errs.err()
}

// Parse reads a configuration from memory. name stands for the file in errors, base is where relative paths start.
func Parse(name string, data []byte, base string) (Config, error) {
	c := Default()
	return c, c.parse(name, data, base).err()
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		hint := "phiwatch config init writes a file to start from"
		if errors.Is(err, os.ErrPermission) {
			hint = "let the user of phiwatch read the file"
		}
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, Errors{{File: path, What: "cannot read the configuration: " + err.Error(), hint: hint}}
	}
	defer func() { _ = f.Close() }() // read only
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, Errors{{File: path, What: "cannot read the configuration", hint: "is it a file?"}}
	}
	return data, nil
}

// parse lays a file over c.
func (c *Config) parse(name string, data []byte, base string) Errors {
	if len(data) > MaxFile {
		return Errors{{File: name, What: "larger than 1 MiB", hint: "is it a configuration file?"}}
	}
	root, errs := tree(name, data)
	if root == nil || errs != nil {
		return errs
	}
	p := parser{name: name, base: base, c: c, schema: schema()}
	p.root(root)
	return p.errs
}

// tree parses YAML into its nodes; nil for an empty document.
func tree(name string, data []byte) (*yaml.Node, Errors) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, Errors{syntax(name, err)}
	}
	switch err := dec.Decode(&more); {
	case err == nil:
		return nil, Errors{{File: name, Line: more.Line, What: "a second document", hint: "leave out the line ---"}}
	case !errors.Is(err, io.EOF):
		return nil, Errors{syntax(name, err)}
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	return doc.Content[0], nil
}

// syntax turns "yaml: line 3: what" into an Error. The library leaves the line out when it is the first.
func syntax(name string, err error) *Error {
	what := strings.TrimPrefix(err.Error(), "yaml: ")
	e := &Error{File: name, Line: 1, hint: "check indentation and quotes around this line"}
	if rest, ok := strings.CutPrefix(what, "line "); ok {
		if n, text, ok := strings.Cut(rest, ": "); ok {
			if line, err := strconv.Atoi(n); err == nil {
				e.Line, what = line, text
			}
		}
	}
	e.What = "not YAML: " + what
	return e
}

type parser struct {
	name, base string
	c          *Config
	schema     []section
	errs       Errors
}

func (p *parser) fail(n *yaml.Node, key string, f fault) {
	p.errs = append(p.errs, &Error{File: p.name, Line: n.Line, Col: n.Column, Key: key, What: f.what, hint: f.hint})
}

// deref follows an alias. The schema bounds the depth, so an alias cannot multiply.
func deref(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

func null(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// pairs calls f for each key of a mapping once, and fails keys that come again.
func (p *parser) pairs(n *yaml.Node, prefix string, f func(key, value *yaml.Node)) {
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], deref(n.Content[i+1])
		if k.Kind != yaml.ScalarNode {
			p.fail(k, strings.TrimSuffix(prefix, "."), fault{"a key that is not a word", ""})
			continue
		}
		if line, again := seen[k.Value]; again {
			p.fail(k, prefix+short(k.Value), fault{fmt.Sprintf("given twice, first in line %d", line), "keep one of them"})
			continue
		}
		seen[k.Value] = k.Line
		f(k, v)
	}
}

// short cuts a key for an error.
func short(s string) string {
	q := quote(s)
	return q[1 : len(q)-1]
}

func (p *parser) root(n *yaml.Node) {
	if null(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		p.fail(n, "", fault{"not a configuration: expected sections such as network:", "phiwatch config init writes a file to start from"})
		return
	}
	p.pairs(n, "", func(k, v *yaml.Node) {
		for i := range p.schema {
			if p.schema[i].name == k.Value {
				p.section(&p.schema[i], v)
				return
			}
		}
		hint := "sections are " + strings.Join(names(p.schema), ", ")
		if s := p.home(k.Value); s != "" {
			hint = quote(k.Value) + " belongs into the section " + quote(s)
		} else if s := nearest(k.Value, names(p.schema)); s != "" {
			hint = "did you mean " + quote(s) + "?"
		}
		p.fail(k, short(k.Value), fault{"unknown section", hint})
	})
}

// home returns the section that has a key.
func (p *parser) home(key string) string {
	for i := range p.schema {
		for _, k := range keys(&p.schema[i]) {
			if k == key {
				return p.schema[i].name
			}
		}
	}
	return ""
}

func (p *parser) section(s *section, n *yaml.Node) {
	if null(n) { // all of its keys are commented out
		return
	}
	if n.Kind != yaml.MappingNode {
		p.fail(n, s.name, fault{"expected keys, found a value", ""})
		return
	}
	p.pairs(n, s.name+".", func(k, v *yaml.Node) {
		for i := range s.entries {
			if s.entries[i].key == k.Value {
				p.entry(&s.entries[i], v)
				return
			}
		}
		p.fail(k, s.name+"."+short(k.Value), fault{"unknown key", p.suggest(s, k.Value)})
	})
}

func (p *parser) suggest(s *section, key string) string {
	if h := p.home(key); h != "" {
		return quote(key) + " belongs into the section " + quote(h)
	}
	if w := nearest(key, keys(s)); w != "" {
		return "did you mean " + quote(w) + "?"
	}
	if len(s.entries) == 0 {
		return "the section " + s.name + " has no keys in this version"
	}
	return "keys are " + strings.Join(keys(s), ", ")
}

func (p *parser) entry(e *entry, n *yaml.Node) {
	if null(n) {
		p.fail(n, e.name(), fault{"no value", "leave the key out to get its default, or use \"\" or []"})
		return
	}
	nodes, ok := []*yaml.Node{n}, n.Kind == yaml.ScalarNode
	if e.list(p.c) {
		nodes, ok = n.Content, n.Kind == yaml.SequenceNode
		if !ok {
			p.fail(n, e.name(), fault{"expected a list", "write it like [a, b]"})
			return
		}
	}
	if !ok {
		p.fail(n, e.name(), fault{"expected a single value", ""})
		return
	}
	raw := make([]string, len(nodes))
	for i, m := range nodes {
		m = deref(m)
		if m.Kind != yaml.ScalarNode || null(m) {
			p.fail(m, e.name(), fault{"a list entry that is not a word", ""})
			return
		}
		raw[i] = m.Value
	}
	if f, item := e.set(p.c, raw, p.base); f.what != "" {
		p.fail(nodes[item], e.name(), f)
		return
	}
	p.c.mark(e.name(), p.name+":"+strconv.Itoa(n.Line))
}

// put stores a value that has the type of the field.
func (e *entry) put(c *Config, v any) { e.at(c).Set(reflect.ValueOf(v)) }

func (c *Config) mark(key, origin string) {
	if c.origins == nil {
		c.origins = make(map[string]string)
	}
	c.origins[key] = origin
}
