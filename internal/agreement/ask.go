package agreement

import (
	"net/netip"
	"strings"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// Checked is the answer for one way to reach somebody.
type Checked struct {
	As        string          `json:"as"` // host name, mail domain, address
	Name      string          `json:"name"`
	Agreement alert.Agreement `json:"agreement"`
	Matched   []Entry         `json:"matched"` // most specific first
}

// Check asks what the register says of a host name, an address, a mail domain (@acme.com) or a mail address at a time.
// A name is asked about as a host and as a mail domain. Country, port, kinds and transport are not judged; tenants and
// accounts are. It returns nil for what is neither a name nor an address.
func (r *Register) Check(who string, at flow.Time) []Checked {
	if i := strings.LastIndexByte(who, '@'); i >= 0 {
		return r.ask(nil, "mail domain", who[i+1:], Query{MailDomain: who[i+1:], At: at})
	}
	name := Host(who)
	if name == "" {
		return nil
	}
	if a, err := netip.ParseAddr(name); err == nil {
		return r.ask(nil, "address", name, Query{Addr: a, At: at})
	}
	out := r.ask(nil, "host name", name, Query{Names: []Name{{Host: name, Source: "dns"}}, At: at})
	return r.ask(out, "mail domain", name, Query{MailDomain: name, At: at})
}

func (r *Register) ask(out []Checked, as, name string, q Query) []Checked {
	if _, literal := Literal(name); Host(name) == "" && !literal {
		return nil
	}
	return append(out, Checked{As: as, Name: name, Agreement: r.Judge(&q), Matched: r.Match(&q)})
}
