// Package app puts the parts together: configuration, Brain, capture, pipeline, ledger and sinks. It alone names
// implementations, through the lists; every part gets what it needs as an argument.
package app

import (
	"github.com/phiwatch/phiwatch/internal/agreement"
	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/content"
	contentlist "github.com/phiwatch/phiwatch/internal/content/list"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/geo"
	"github.com/phiwatch/phiwatch/internal/pipeline"
	"github.com/phiwatch/phiwatch/internal/policy"
	protolist "github.com/phiwatch/phiwatch/internal/proto/list"
	"github.com/phiwatch/phiwatch/internal/receiver"
	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/internal/stream"
	"github.com/phiwatch/phiwatch/rules"
)

// Parts are the things a Brain is made of, for the verbs that need one alone.
type Parts struct {
	Config   config.Config
	Rules    *rule.Set
	Engine   *detect.Engine
	Geo      *geo.Set
	Register *agreement.Register
}

// LoadRules loads the built-in rules and those of the configured directories.
func LoadRules(c *config.Config) (*rule.Set, error) {
	set, err := rule.LoadDirs(rules.FS, c.Rules.Dirs...)
	if err != nil {
		return nil, err
	}
	return set.Without(c.Rules.Disable...)
}

// LoadRegister loads the register of agreements; without a file it is empty.
func LoadRegister(c *config.Config) (*agreement.Register, error) {
	if c.Agreements.File == "" {
		return agreement.Empty(), nil
	}
	return agreement.Load(c.Agreements.File)
}

// BuildBrain loads everything that judges. Nothing that can fail is left for later.
func BuildBrain(c *config.Config, key [32]byte) (*pipeline.Brain, *Parts, error) {
	p := &Parts{Config: *c}
	var err error
	if p.Rules, err = LoadRules(c); err != nil {
		return nil, nil, err
	}
	tokens := c.Alerts.MaxTokens
	if tokens == 0 {
		tokens = -1 // none; to detect zero is its default
	}
	if p.Engine, err = detect.New(p.Rules, detect.Options{Key: key, MaxTokens: tokens}); err != nil {
		return nil, nil, err
	}
	if p.Geo, err = geo.Load(geo.Options{Country: c.Geo.Country, ASN: c.Geo.ASN}); err != nil {
		return nil, nil, err
	}
	if p.Register, err = LoadRegister(c); err != nil {
		return nil, nil, err
	}
	n := c.Network
	world := &receiver.World{Geo: p.Geo, Register: p.Register, Home: c.Home.Countries, Inside: n.Inside, NATPools: n.NATPools, Partners: n.Partners,
		MailDomains: n.MailDomains}
	pol := policy.Default()
	pol.EncryptedEgress = int64(c.Limits.EncryptedEgress)
	b := &pipeline.Brain{Engine: p.Engine, Driver: content.NewDriver(contentlist.Formats(), limits(c)), World: world, Policy: pol,
		Digests: alert.Digests{Config: c.Digest(), Rules: p.Rules.Digest(), Agreements: p.Register.Digest(), Geo: p.Geo.Digest()}}
	return b, p, nil
}

func limits(c *config.Config) content.Limits {
	l := content.DefaultLimits()
	l.MIMEDepth, l.Depth, l.Members = c.Limits.MIMEDepth, c.Limits.Depth, c.Limits.Members
	l.Ratio, l.RatioAfter, l.Unpacked = int64(c.Limits.Ratio), int64(c.Limits.RatioAfter), int64(c.Limits.Unpacked)
	l.Whole = int64(c.Limits.SpoolMemory)
	return l
}

// protocols names the analysers.
func protocols() pipeline.Protocols {
	return pipeline.Protocols{List: protolist.Protocols(), Raw: protolist.Raw()}
}

// streamConfig maps the limits of the configuration.
func streamConfig(c *config.Config) stream.Config {
	s := stream.DefaultConfig()
	s.FlowBytes, s.ShardBytes, s.Flows = int(c.Limits.FlowMemory), int(c.Limits.ShardMemory), c.Limits.ShardFlows
	return s
}
