package prototest

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
)

var _ proto.Host = (*Host)(nil)

// Host is a proto.Host that records what an analyser does and notes its faults.
type Host struct {
	Objects      []*Object
	Facts        []flow.Fact
	Expectations []flow.Expectation
	Became       string    // name given to Become
	Gone         bool      // Become was called
	Rest         [2][]byte // bytes handed over by Become and delivered after it
	Faults       []string  // broken rules of the contract
	Count        bool      // count only: keep no bytes, objects, facts, expectations

	flow      *flow.Flow
	seen      [2][]byte // bytes delivered, gaps left out
	delivered [2]uint64 // bytes delivered, skipped or told as gaps
	written   [2]uint64 // bytes written to objects, or told to them as gaps
	open      int
	inside    bool // a call of the analyser is under way
}

// NewHost returns a host for a flow; nil stands for one between two private addresses.
func NewHost(f *flow.Flow) *Host {
	if f == nil {
		f = DefaultFlow()
	}
	return &Host{flow: f}
}

// DefaultFlow returns a TCP flow from 192.0.2.10:40000 to 198.51.100.20:4242.
func DefaultFlow() *flow.Flow {
	return &flow.Flow{
		Ends: [2]netip.AddrPort{
			netip.MustParseAddrPort("192.0.2.10:40000"), netip.MustParseAddrPort("198.51.100.20:4242"),
		},
		Transport: flow.TCP, Handshake: true,
	}
}

// Object is an object as an analyser wrote it.
type Object struct {
	Meta    object.Meta
	Pieces  []Piece
	Outcome object.Outcome
	Closed  bool

	host    *Host
	written uint64
}

// SecondReading is the Outcome.Evasion of an object that is another reading of bytes which are written to an object
// already. Its bytes are not counted twice.
const SecondReading = "http_framing"

// Piece is a run of bytes or a gap of an object.
type Piece struct {
	At   int64 // offset given to WriteAt, -1: in order
	Data []byte
	Gap  int64
	Why  coverage.Reason
}

// Bytes returns what was written, in the order of the calls, without the gaps.
func (o *Object) Bytes() []byte {
	var b []byte
	for _, p := range o.Pieces {
		b = append(b, p.Data...)
	}
	return b
}

// Missing returns the number of bytes told as gaps.
func (o *Object) Missing() int64 {
	var n int64
	for _, p := range o.Pieces {
		n += p.Gap
	}
	return n
}

// Recipients returns the recipients as known at the end.
func (o *Object) Recipients() []object.Recipient {
	if o.Outcome.Recipients != nil {
		return o.Outcome.Recipients
	}
	return o.Meta.Recipients
}

func (h *Host) fault(format string, args ...any) {
	if len(h.Faults) < 20 {
		h.Faults = append(h.Faults, fmt.Sprintf(format, args...))
	}
}

func (h *Host) use(what string) {
	if h.Gone {
		h.fault("%s after Become", what)
	} else if !h.inside {
		h.fault("%s outside of a call", what)
	}
}

// Flow implements proto.Host.
func (h *Host) Flow() *flow.Flow { return h.flow }

// Open implements proto.Host.
func (h *Host) Open(m object.Meta) object.Writer {
	h.use("Open")
	o := &Object{Meta: m, host: h}
	h.open++
	if !h.Count {
		h.Objects = append(h.Objects, o)
	}
	if m.Protocol == "" {
		h.fault("Open without a protocol")
	}
	return o
}

// Fact implements proto.Host.
func (h *Host) Fact(f flow.Fact) {
	h.use("Fact")
	if !h.Count {
		h.Facts = append(h.Facts, f)
	}
}

// Expect implements proto.Host.
func (h *Host) Expect(e flow.Expectation) {
	h.use("Expect")
	if !h.Count {
		h.Expectations = append(h.Expectations, e)
	}
}

// Become implements proto.Host.
func (h *Host) Become(name string, rest [2][]byte) {
	h.use("Become")
	h.Gone, h.Became = true, name
	if h.open != 0 {
		h.fault("Become with %d open objects", h.open)
	}
	for d := range rest {
		if !h.Count && !bytes.HasSuffix(h.seen[d], rest[d]) {
			h.fault("Become: rest of direction %d is not the end of what was delivered", d)
		}
		h.Rest[d] = bytes.Clone(rest[d])
	}
}

func (o *Object) add(p Piece, n int64) {
	o.host.use("Write")
	if o.Closed {
		o.host.fault("write to a closed object")
	}
	d := o.Meta.Dir
	o.host.written[d] += uint64(n)
	o.written += uint64(n)
	if o.written > o.host.delivered[d] {
		o.host.fault("direction %d: %d bytes written to an object, %d delivered", d, o.written, o.host.delivered[d])
	}
	if o.host.Count {
		return
	}
	last := len(o.Pieces) - 1
	if p.Data != nil && p.At < 0 && last >= 0 && o.Pieces[last].Gap == 0 && o.Pieces[last].At < 0 {
		o.Pieces[last].Data = append(o.Pieces[last].Data, p.Data...)
		return
	}
	if p.Gap != 0 && last >= 0 && o.Pieces[last].Gap != 0 && o.Pieces[last].Why == p.Why {
		o.Pieces[last].Gap += p.Gap
		return
	}
	p.Data = bytes.Clone(p.Data)
	o.Pieces = append(o.Pieces, p)
}

// Write implements object.Writer.
func (o *Object) Write(b []byte) {
	if len(b) > 0 {
		o.add(Piece{At: -1, Data: b}, int64(len(b)))
	}
}

// WriteAt implements object.Writer.
func (o *Object) WriteAt(off int64, b []byte) {
	if off < 0 {
		o.host.fault("WriteAt with a negative offset")
	}
	o.add(Piece{At: off, Data: b}, int64(len(b)))
}

// Gap implements object.Writer.
func (o *Object) Gap(n int64, why coverage.Reason) {
	if n < 0 {
		o.host.fault("negative gap")
		return
	}
	if n > 0 {
		o.add(Piece{At: -1, Gap: n, Why: why}, n)
	}
}

// Close implements object.Writer.
func (o *Object) Close(out object.Outcome) {
	o.host.use("Close of an object")
	if o.Closed {
		o.host.fault("object closed twice")
		return
	}
	o.Closed, o.Outcome = true, out
	o.host.open--
	d := o.Meta.Dir
	if out.Evasion == SecondReading {
		o.host.written[d] -= o.written
	} else if o.host.written[d] > o.host.delivered[d] {
		o.host.fault("direction %d: %d bytes written, %d delivered", d, o.host.written[d], o.host.delivered[d])
	}
}

// verify notes what can only be seen at the end: objects left open, bytes that were never delivered.
func (h *Host) verify() {
	if h.open != 0 {
		h.fault("%d objects left open", h.open)
	}
	for i, o := range h.Objects {
		if !subsequence(o, h.seen[o.Meta.Dir]) {
			h.fault("object %d (%s): bytes that were not delivered", i, o.Meta.Kind)
		}
	}
}

func subsequence(o *Object, in []byte) bool {
	rest := in
	for _, p := range o.Pieces {
		if p.At >= 0 {
			rest = in // out of order: each piece by itself
		}
		for _, c := range p.Data {
			i := bytes.IndexByte(rest, c)
			if i < 0 {
				return false
			}
			rest = rest[i+1:]
		}
	}
	return true
}

// Dump describes objects, facts and expectations as text: equal texts, equal runs. Objects are in the order of their
// direction and offset; of each expectation only the last word counts. Without times, packet times are left out.
func (h *Host) Dump(times bool) string {
	var lines []string
	for _, o := range h.Objects {
		lines = append(lines, o.dump(times))
	}
	slices.Sort(lines)
	var facts []string
	for _, f := range h.Facts {
		s := fmt.Sprintf("fact kind=%d dir=%d name=%q user=%q addr=%v ttl=%d detail=%q extra=%q alpn=%q",
			f.Kind, f.Dir, f.Name.Reveal(), f.User.Reveal(), f.Addr, f.TTL, f.Detail, f.Extra, f.ALPN)
		facts = append(facts, s)
	}
	slices.Sort(facts)
	last := map[uint32]flow.Expectation{}
	for _, e := range h.Expectations {
		last[e.ID] = e
	}
	var exps []string
	for _, e := range last {
		exps = append(exps, fmt.Sprintf("expect %s %v peer=%v alt=%v %s %q user=%q %v off=%d done=%v", e.Protocol, e.Addr,
			e.Peer, e.Alt, e.Verb, e.Name.Reveal(), e.User.Reveal(), e.Outcome, e.Offset, e.Done))
	}
	slices.Sort(exps)
	end := fmt.Sprintf("gone=%v became=%q rest=%q", h.Gone, h.Became, h.Rest)
	return strings.Join(slices.Concat(lines, facts, exps, []string{end}), "\n")
}

func (o *Object) dump(times bool) string {
	m := &o.Meta
	var b strings.Builder
	fmt.Fprintf(&b, "object dir=%d off=%08d tx=%d %s %s name=%q type=%q params=%v enc=%v size=%d user=%q id=%q offset=%d flags=%v%v%v",
		m.Dir, m.Off, m.Tx, m.Protocol, m.Kind, m.Name.Reveal(), m.MediaType, m.Params, m.Encodings, m.Size, m.User.Reveal(),
		m.MessageID.Reveal(), m.Offset, m.Bodyless, m.Endless, m.Unlabelled)
	for _, f := range m.Fields {
		fmt.Fprintf(&b, " field(%d %q=%q)", f.Role, f.Label, f.Value)
	}
	for _, r := range o.Recipients() {
		fmt.Fprintf(&b, " to(%q %q %d)", r.Address.Reveal(), r.Domain.Reveal(), r.Accepted)
	}
	fmt.Fprintf(&b, " %v evasion=%q cut=%v", o.Outcome.Status, o.Outcome.Evasion, o.Outcome.Cut)
	if times {
		fmt.Fprintf(&b, " at=%d..%d", m.At, o.Outcome.At)
	}
	for _, p := range o.Pieces {
		if p.Gap != 0 {
			fmt.Fprintf(&b, " gap(%d %s)", p.Gap, p.Why)
		} else {
			fmt.Fprintf(&b, " data(%d %d %q)", p.At, len(p.Data), p.Data)
		}
	}
	return b.String()
}
