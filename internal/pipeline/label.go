package pipeline

import (
	"strings"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/receiver"
)

// facts are a case in the making. Its names are labels already; beside it are the names as the traffic has them, which
// the register is asked with and which die here.
type facts struct {
	*alert.Case
	names  receiver.Names
	sender flow.Text
}

// label makes the labels of the names of hosts and domains. known are the people of the object that the case is about.
func (s *sequencer) label(c *facts, e *detect.Engine, known finding.Words) {
	c.Receiver.Name = s.hosts.label(e, c.names.Receiver, known)
	c.Sender.Name = s.hosts.label(e, c.sender, known)
	for i := range c.Recipients {
		c.Recipients[i].Domain = s.hosts.label(e, c.names.Recipients[i], known)
	}
}

// maxHosts bounds the names that are remembered to name people.
const maxHosts = 1 << 16

// hosts remembers which hosts, and which domains of users, are called like somebody in an object that was seen, so that
// alerts without an object, or about another one, do not give the name away.
type hosts struct{ of map[string]finding.Label }

const ofUser = "user\x00" // before the names of users, which have labels of their own

func (h *hosts) remember(key string, l finding.Label) {
	if h.of == nil || len(h.of) >= maxHosts {
		h.of = map[string]finding.Label{}
	}
	h.of[key] = l
}

// user makes the label of a user name.
func (h *hosts) user(e *detect.Engine, name flow.Text, known finding.Words) finding.Label {
	key := ofUser + strings.ToLower(name.Reveal())
	if l, ok := h.of[key]; ok {
		return l
	}
	plain := e.Label(name.Reveal())
	l := e.Hide(plain, known)
	if l != plain {
		h.remember(key, l)
	}
	return l
}

// relabel hides in a case that was made earlier what is remembered now.
func (h *hosts) relabel(c *facts) {
	again := func(l *finding.Label, kind string, name flow.Text) {
		if v, ok := h.of[kind+strings.ToLower(name.Reveal())]; ok {
			*l = v
		}
	}
	again(&c.Receiver.Name, "", c.names.Receiver)
	again(&c.Sender.Name, "", c.sender)
	again(&c.Sender.User, ofUser, c.names.User)
	for i := range c.Recipients {
		again(&c.Recipients[i].Domain, "", c.names.Recipients[i])
	}
}

func (h *hosts) label(e *detect.Engine, name flow.Text, known finding.Words) finding.Label {
	raw := name.Reveal()
	key := strings.ToLower(raw)
	if l, ok := h.of[key]; ok {
		return l
	}
	plain := e.HostLabel(raw)
	if len(known) == 0 {
		return plain
	}
	l := e.HostLabelOf(raw, known)
	if l == plain {
		return l
	}
	h.remember(key, l)
	return l
}

// nameLabel is the label of an object's name.
func (s *sequencer) nameLabel(t *task) finding.Label {
	e := t.brain.Engine
	return e.Hide(e.Label(t.m.Name.Reveal()), t.find.Words)
}

// recipientsOf lists the recipients of a mail, the better list of the outcome first choice.
// The names beside them are those that the labels stand for.
func recipientsOf(t *task) (out []alert.Recipient, names []flow.Text) {
	list := t.outcome.Recipients
	if list == nil {
		list = t.m.Recipients
	}
	yes, no := true, false
	at := map[string]int{}
	for _, r := range list {
		var a alert.Recipient
		switch r.Accepted {
		case object.AcceptedYes:
			a.Accepted = &yes
		case object.AcceptedNo:
			a.Accepted = &no
		}
		k := strings.ToLower(r.Domain.Reveal()) // two domains can have one mask
		if i, known := at[k]; known {           // one line for each domain: accepted if any recipient there was
			if a.Accepted == nil && out[i].Accepted == &no || a.Accepted == &yes {
				out[i].Accepted = a.Accepted
			}
			continue
		}
		at[k] = len(out)
		out, names = append(out, a), append(names, r.Domain)
	}
	return out, names
}

// topLabel is the first element of an object's path: its name, else what it is.
func (s *sequencer) topLabel(t *task) finding.Label {
	if t.m.Kind == object.Mail {
		return finding.Safe("message")
	}
	if n := t.m.Name.Reveal(); n != "" {
		return s.nameLabel(t)
	}
	return finding.Safe(t.m.Kind.String())
}
