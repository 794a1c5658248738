package config

import (
	"net/netip"
	"reflect"
)

// entry is one key of the schema.
type entry struct {
	section, key string
	doc, check   string
	digest       bool // can change a result
	index        [2]int
}

func (e *entry) name() string { return e.section + "." + e.key }

// section is one section of the schema.
type section struct {
	name, doc string
	entries   []entry
}

// schema reads the tags of Config. It is small and only used when a configuration is read or shown.
func schema() []section {
	t := reflect.TypeFor[Config]()
	var out []section
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("conf")
		if name == "" {
			continue
		}
		s := section{name: name, doc: f.Tag.Get("doc")}
		for j := range f.Type.NumField() {
			g := f.Type.Field(j)
			s.entries = append(s.entries, entry{
				section: name, key: g.Tag.Get("conf"), doc: g.Tag.Get("doc"), check: g.Tag.Get("check"),
				digest: f.Tag.Get("digest") != "-" && g.Tag.Get("digest") != "-",
				index:  [2]int{i, j},
			})
		}
		out = append(out, s)
	}
	return out
}

// at returns the field of c that e describes, settable.
func (e *entry) at(c *Config) reflect.Value {
	return reflect.ValueOf(c).Elem().Field(e.index[0]).Field(e.index[1])
}

// values returns the value of a key as it is written, and whether it is a list.
func (e *entry) values(c *Config) (vs []string, list bool) {
	switch v := e.at(c).Interface().(type) {
	case []string:
		return v, true
	case []netip.Prefix:
		for _, p := range v {
			vs = append(vs, p.String())
		}
		return vs, true
	case string:
		return []string{v}, false
	case int:
		return []string{Size(v).plain()}, false
	case Size:
		return []string{v.String()}, false
	case Duration:
		return []string{v.String()}, false
	}
	panic("config: a field of a type without a text form")
}

func names(ss []section) []string {
	out := make([]string, len(ss))
	for i := range ss {
		out[i] = ss[i].name
	}
	return out
}

func keys(s *section) []string {
	out := make([]string, len(s.entries))
	for i := range s.entries {
		out[i] = s.entries[i].key
	}
	return out
}
