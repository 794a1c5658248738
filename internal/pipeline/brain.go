package pipeline

import (
	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/policy"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/receiver"
)

// Brain is everything that a reload can change. It is immutable: a reload builds a new one and swaps the pointer; an
// object in flight finishes under the Brain it began with.
type Brain struct {
	Engine  *detect.Engine
	Driver  *content.Driver
	World   *receiver.World
	Policy  *policy.Policy
	Digests alert.Digests
}

// Protocols are the analysers in the order of their list; Raw takes what none recognises, and TLS is the one that a data
// flow announced by another flow may turn out to be.
type Protocols struct {
	List []proto.Protocol
	Raw  proto.Protocol
}

// byName returns the named protocol.
func (p *Protocols) byName(name string) (proto.Protocol, bool) {
	if name == p.Raw.Name {
		return p.Raw, true
	}
	for _, v := range p.List {
		if v.Name == name {
			return v, true
		}
	}
	return proto.Protocol{}, false
}
