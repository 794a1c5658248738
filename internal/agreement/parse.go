package agreement

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// maxFile bounds a register file.
const maxFile = 64 << 20

// Load reads a register and refuses one that would cover strangers: what [Register.Lint] marks as unsafe.
func Load(path string) (*Register, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("register of agreements: %w", err)
	}
	r, err := Parse(path, data)
	if err != nil {
		return nil, err
	}
	for _, p := range r.unsafe() {
		return nil, &Error{File: path, Line: p.Line, What: p.What, Next: p.Hint}
	}
	return r, nil
}

// Parse reads a register strictly; name stands in errors. It does not lint.
func Parse(name string, data []byte) (*Register, error) {
	if len(data) > maxFile {
		return nil, &Error{File: name, What: "larger than 64 MiB"}
	}
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, &Error{File: name, What: "the register is empty", Next: "write version: 1 and entries: []"}
		}
		return nil, syntaxError(name, err)
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, &Error{File: name, Line: more.Line, What: "more than one document"}
	}
	r := &reader{file: name}
	entries := r.document(&doc)
	if r.err != nil {
		return nil, r.err
	}
	sum := sha256.Sum256(data)
	return build(name, entries, hex.EncodeToString(sum[:])), nil
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): (.*)`)

// syntaxError turns an error of the YAML library into one with file and line.
func syntaxError(name string, err error) error {
	e := &Error{File: name, What: strings.TrimPrefix(err.Error(), "yaml: "), Next: "see the example in: phiwatch help agreements"}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.What = m[2]
	}
	return e
}

func (r *reader) document(doc *yaml.Node) []Entry {
	root := doc
	if doc.Kind == yaml.DocumentNode && len(doc.Content) == 1 {
		root = doc.Content[0]
	}
	s := r.mapping(root, "the register")
	if v := s.text("version"); v != "1" {
		r.fail(root, "write version: 1", "version must be 1")
	}
	var entries []Entry
	seen := map[string]bool{}
	for i, n := range s.list("entries") {
		e := r.entry(n, i)
		if seen[e.ID] && e.ID != "" {
			r.fail(n, "give each entry an id of its own", "the id %s is used twice", quote(e.ID))
		}
		seen[e.ID] = true
		entries = append(entries, e)
	}
	s.close()
	return entries
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// bases and roles of the Contract. Roles are open: one that is not known is a warning of lint.
var (
	bases = []string{string(BAA), string(SubcontractBAA), string(Treatment), string(Payment), string(Patient), string(PublicHealth),
		string(RequiredByLaw), string(Conduit), string(Internal), string(DUA), string(None), string(Refused)}
	roles = []string{"storage", "mail", "backup", "voice", "fax", "ehr", "roi", "registry", "transcription", "coding", "billing", "hosting",
		"datacentre", "esign", "messaging", "cdn", "legal", "ai", "imaging", "laboratory", "research", "pharmacy", "insurance", "voicemail", "other"}
	kinds = strings.Fields(`ssn itin mbi hicn medicaid mrn member_id npi dea dob name address zip phone fax email icd10 icd9 icdo3 cpt hcpcs
		ndc loinc drug vin device_udi credit_card account license ip url index`)
	transports = []string{"any", "tls", "tls12", "tls13"}
)

func (r *reader) entry(n *yaml.Node, i int) Entry {
	path := fmt.Sprintf("entry %d", i+1)
	s := r.mapping(n, path)
	e := Entry{Line: n.Line}
	e.ID = s.text("id")
	if !idForm.MatchString(e.ID) {
		r.fail(n, "use letters, digits, dots, hyphens and underscores", "%s has no usable id", path)
	} else {
		s.path = "entry " + e.ID
	}
	if e.Vendor = s.text("vendor"); e.Vendor == "" {
		r.fail(n, "name the legal entity", "%s has no vendor", s.path)
	}
	e.Role = s.text("role")
	e.Basis = Basis(s.oneOf("basis", bases, n))
	e.Tier = r.tier(s)
	e.Contract = r.contract(s)
	e.Match = r.match(s, n)
	e.Permit = r.permit(s)
	e.Subcontractors = r.subcontractors(s)
	c := r.mapping(orNull(s.get("contact")), s.path+".contact")
	e.Contact = Contact{Name: c.text("name"), Email: c.text("email"), Phone: c.text("phone")}
	c.close()
	e.ReviewBy = s.day("review_by")
	s.close()
	return e
}

func orNull(n *yaml.Node) *yaml.Node {
	if n == nil {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
	}
	return n
}

func (s *section) oneOf(key string, words []string, at *yaml.Node) string {
	n := s.get(key)
	if n == nil {
		s.r.fail(at, "one of: "+strings.Join(words, " "), "%s has no %s", s.path, key)
		return ""
	}
	v := s.text(key)
	for _, w := range words {
		if v == w {
			return v
		}
	}
	s.r.fail(n, hintOf(v, words), "%s.%s is not a known word: %s", s.path, key, quote(v))
	return ""
}

func hintOf(v string, words []string) string {
	known := map[string]bool{}
	for _, w := range words {
		known[w] = true
	}
	if near := nearest(strings.ToLower(v), known); near != "" {
		return "did you mean " + near + "?"
	}
	return "one of: " + strings.Join(words, " ")
}

func (r *reader) tier(s *section) Tier {
	t := r.mapping(orNull(s.get("tier")), s.path+".tier")
	defer t.close()
	return Tier{Product: t.text("product"), Tenants: t.words("tenants"), Accounts: t.words("accounts")}
}

func (r *reader) contract(s *section) Contract {
	c := r.mapping(orNull(s.get("contract")), s.path+".contract")
	defer c.close()
	out := Contract{Ref: c.text("ref"), Signed: c.day("signed"), Effective: c.day("effective"), Expires: c.day("expires"), Terminated: c.day("terminated")}
	if out.Expires != 0 && out.Effective != 0 && out.Expires < out.Effective {
		r.fail(c.vals["expires"], "", "%s expires before it is effective", s.path)
	}
	return out
}

func (s *section) day(key string) Day {
	n := s.get(key)
	if n == nil {
		return 0
	}
	t, err := time.Parse(time.DateOnly, s.text(key))
	if err != nil || t.Year() < 1900 || t.Year() > 2200 {
		s.r.fail(n, "write it as YYYY-MM-DD", "%s.%s is not a date", s.path, key)
		return 0
	}
	return DayOf(flow.Time(t.UnixNano()))
}

// words reads a list of words as written.
func (s *section) words(key string) []string {
	var out []string
	for _, n := range s.list(key) {
		if v := s.r.scalar(n, s.path+"."+key); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// hosts reads a list of domain names; addresses are taken where they make sense.
func (s *section) hosts(key string, addresses bool) []string {
	var out []string
	for _, n := range s.list(key) {
		text := s.r.scalar(n, s.path+"."+key)
		h := Host(text)
		_, err := netip.ParseAddr(h)
		switch {
		case strings.HasPrefix(text, "*.") || strings.HasPrefix(text, "."):
			s.r.fail(n, "write "+strings.TrimLeft(text, "*.")+": suffixes and mail domains include what lies under them", "%s.%s: no wildcards", s.path, key)
		case h == "":
			s.r.fail(n, "", "%s.%s: %s is not a domain name", s.path, key, quote(text))
		case err == nil && !addresses:
			s.r.fail(n, "put addresses into cidrs or exact", "%s.%s: %s is an address", s.path, key, quote(text))
		default:
			out = append(out, h)
		}
	}
	return out
}

func (s *section) prefixes(key string) []netip.Prefix {
	var out []netip.Prefix
	for _, n := range s.list(key) {
		text := s.r.scalar(n, s.path+"."+key)
		p, err := netip.ParsePrefix(text)
		if err != nil {
			a, aerr := netip.ParseAddr(text)
			if aerr != nil || a.Zone() != "" {
				s.r.fail(n, "write it as 192.0.2.0/24", "%s.%s: %s is not a network", s.path, key, quote(text))
				continue
			}
			p = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
		}
		if p.Addr().Is4In6() {
			s.r.fail(n, "write it as an IPv4 network", "%s.%s: %s is an IPv4 network inside IPv6", s.path, key, quote(text))
			continue
		}
		if p != p.Masked() {
			s.r.fail(n, "write "+p.Masked().String(), "%s.%s: %s has bits set behind its length", s.path, key, quote(text))
			continue
		}
		out = append(out, p)
	}
	return out
}

// numbers reads a list of positive whole numbers of at most max; a prefix such as AS is taken off.
func (s *section) numbers(key, prefix string, max uint64) []uint64 {
	var out []uint64
	for _, n := range s.list(key) {
		text := s.r.scalar(n, s.path+"."+key)
		v, err := strconv.ParseUint(strings.TrimPrefix(text, prefix), 10, 64)
		if err != nil || v == 0 || v > max {
			s.r.fail(n, "", "%s.%s: %s is not a number from 1 to %d", s.path, key, quote(text), max)
			continue
		}
		out = append(out, v)
	}
	return out
}

func (r *reader) match(s *section, at *yaml.Node) Match {
	n := s.get("match")
	if n == nil {
		r.fail(at, "say how the vendor is recognised: suffixes, exact, mail_domains, cidrs, sip_domains", "%s has no match", s.path)
	}
	m := r.mapping(orNull(n), s.path+".match")
	defer m.close()
	out := Match{
		Suffixes: m.hosts("suffixes", false), Exact: m.hosts("exact", true), MailDomains: m.hosts("mail_domains", false),
		CIDRs: m.prefixes("cidrs"), SIPDomains: m.hosts("sip_domains", true),
	}
	for _, v := range m.numbers("asns", "AS", 1<<32-1) {
		out.ASNs = append(out.ASNs, uint32(v))
	}
	for _, v := range m.numbers("ports", "", 1<<16-1) {
		out.Ports = append(out.Ports, uint16(v))
	}
	return out
}

func (r *reader) permit(s *section) Permit {
	p := r.mapping(orNull(s.get("permit")), s.path+".permit")
	defer p.close()
	out := Permit{Workflows: p.words("workflows"), Countries: p.countries("countries"), MinTransport: "any"}
	for _, n := range p.list("kinds") {
		k := r.scalar(n, p.path+".kinds")
		if !contains(kinds, k) && !strings.HasPrefix(k, "custom:") {
			r.fail(n, hintOf(k, kinds), "%s.kinds: %s is not a kind of identifier", p.path, quote(k))
			continue
		}
		out.Kinds = append(out.Kinds, finding.Kind(k))
	}
	if p.get("min_transport") != nil {
		out.MinTransport = p.oneOf("min_transport", transports, nil)
	}
	return out
}

func (s *section) countries(key string) []string {
	var out []string
	for _, n := range s.list(key) {
		c := s.r.scalar(n, s.path+"."+key)
		if c != PrivateNetwork && (len(c) != 2 || c[0] < 'A' || c[0] > 'Z' || c[1] < 'A' || c[1] > 'Z') {
			s.r.fail(n, "use two capital letters (ISO 3166-1), or private", "%s.%s: %s is not a country", s.path, key, quote(c))
			continue
		}
		out = append(out, c)
	}
	return out
}

func (r *reader) subcontractors(s *section) []Subcontractor {
	var out []Subcontractor
	for _, n := range s.list("subcontractors") {
		n = follow(n)
		if n.Kind == yaml.ScalarNode {
			out = append(out, Subcontractor{Name: r.scalar(n, s.path+".subcontractors")})
			continue
		}
		m := r.mapping(n, s.path+".subcontractors")
		sub := Subcontractor{Name: m.text("name"), Suffixes: m.hosts("suffixes", false), CIDRs: m.prefixes("cidrs"), Countries: m.countries("countries")}
		if sub.Name == "" {
			r.fail(n, "", "%s.subcontractors: one has no name", s.path)
		}
		m.close()
		out = append(out, sub)
	}
	return out
}

func contains[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}
