package config

import "strings"

// EnvPrefix begins the name of every environment variable that is read.
const EnvPrefix = "PHIWATCH_"

// overlay lays the environment over c. A variable of an unknown key is an error when it begins like a section, for it
// would be ignored silently; others, such as PHIWATCH_CONFIG, are for somebody else.
func (c *Config) overlay(env []string, base string) (errs Errors) {
	ss := schema()
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		rest, ok := strings.CutPrefix(name, EnvPrefix)
		if !ok {
			continue
		}
		e, s := find(ss, strings.ToLower(rest))
		switch {
		case e != nil:
			raw := []string{value}
			if e.list(c) {
				raw = commas(value)
			}
			if f, _ := e.set(c, raw, base); f.what != "" {
				errs = append(errs, &Error{File: name, Key: e.name(), What: f.what, hint: f.hint})
				continue
			}
			c.mark(e.name(), "environment")
		case s != nil:
			errs = append(errs, &Error{File: name, What: "unknown key of the section " + s.name, hint: envHint(s, rest)})
		}
	}
	return errs
}

// find returns the key that a variable names, or the section that it begins like.
func find(ss []section, rest string) (*entry, *section) {
	for i := range ss {
		key, ok := strings.CutPrefix(rest, ss[i].name+"_")
		if !ok {
			continue
		}
		for j := range ss[i].entries {
			if ss[i].entries[j].key == key {
				return &ss[i].entries[j], nil
			}
		}
		return nil, &ss[i]
	}
	return nil, nil
}

func envHint(s *section, rest string) string {
	key := strings.ToLower(rest[len(s.name)+1:])
	if w := nearest(key, keys(s)); w != "" {
		return "did you mean " + EnvPrefix + strings.ToUpper(s.name+"_"+w) + "?"
	}
	return "unset it; phiwatch config show lists every key"
}

// commas splits a list; the empty text is the empty list.
func commas(s string) []string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	out := strings.Split(s, ",")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}
