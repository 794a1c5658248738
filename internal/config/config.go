// Package config has the configuration: a YAML file (JSON is YAML, so it loads too), an overlay from the environment,
// and a default for every key, so that no file at all is a configuration that works.
//
// The file is read strictly: an unknown or repeated key is an error that names its place and the nearest known key, and
// all errors are reported, not only the first. A list that is given replaces the default list. Sizes are written 64MiB
// or as plain bytes, durations 10s. Relative paths start at the directory of the file, without a file at the working
// directory. A section or key that this version does nothing with is refused rather than ignored.
//
// An environment variable PHIWATCH_SECTION_KEY sets section.key and beats the file; a list is separated by commas.
package config

import (
	"net/netip"
	"time"
)

// MaxFile is the size of the largest configuration file that is read.
const MaxFile = 1 << 20

// Size is a number of bytes.
type Size int64

// Sizes.
const (
	KiB Size = 1 << 10
	MiB Size = 1 << 20
	GiB Size = 1 << 30
)

// Duration is a span of time.
type Duration time.Duration

// Config is the effective configuration. The zero value is not useful: start from [Default], [Load] or [Parse].
//
// The tags are the schema: conf is the key, doc its line in the manual, check a rule of the table checks, and
// digest:"-" marks what cannot change a result or has a digest of its own.
type Config struct {
	Sensor     Sensor     `conf:"sensor" doc:"who speaks in the alerts" digest:"-"`
	Capture    Capture    `conf:"capture" doc:"sources of packets"`
	Network    Network    `conf:"network" doc:"what belongs to the organisation: egress goes from inside to outside"`
	Home       Home       `conf:"home" doc:"where data may be"`
	Limits     Limits     `conf:"limits" doc:"budgets; they count work, so the same limits give the same result"`
	Rules      Rules      `conf:"rules" doc:"detection rules, beside the built-in ones"`
	Index      Index      `conf:"index" doc:"exact-match index of own identifiers"`
	Agreements Agreements `conf:"agreements" doc:"register of business associate agreements and other bases"`
	Geo        Geo        `conf:"geo" doc:"place and operator of addresses"`
	Policy     Policy     `conf:"policy" doc:"severity of alerts"`
	Alerts     Alerts     `conf:"alerts" doc:"what an alert holds"`
	Evidence   Evidence   `conf:"evidence" doc:"sealed excerpts"`
	Ledger     Ledger     `conf:"ledger" doc:"tamper-evident record of every alert" digest:"-"`
	Store      Store      `conf:"store" doc:"database of alerts"`
	Console    Console    `conf:"console" doc:"web console"`
	Metrics    Metrics    `conf:"metrics" doc:"counters for monitoring"`
	State      State      `conf:"state" doc:"files that are kept between runs" digest:"-"`
	Log        Log        `conf:"log" doc:"diagnostics on stderr" digest:"-"`

	origins map[string]string // key -> "file:line" or "environment"; absent: default
}

// Sensor names this sensor.
type Sensor struct {
	ID   string `conf:"id" check:"word" doc:"name of this sensor in alerts and in the ledger"`
	Site string `conf:"site" check:"word" doc:"place of this sensor, for people"`
}

// Capture has no keys yet.
type Capture struct{}

// Network says what is inside.
type Network struct {
	Inside      []netip.Prefix `conf:"inside" doc:"networks of the organisation; default: RFC 1918, CGNAT, ULA, link-local"`
	MailDomains []string       `conf:"mail_domains" check:"domain" doc:"own mail domains, with their subdomains; empty: only addresses decide"`
	NATPools    []netip.Prefix `conf:"nat_pools" doc:"public addresses that inside hosts are translated to; count as inside"`
	Proxies     []netip.Prefix `conf:"proxies" doc:"proxies whose clients are named by what they forward"`
	Partners    []netip.Prefix `conf:"partners" doc:"networks of close partners; outside, but said so"`
}

// Home says what is domestic.
type Home struct {
	Countries []string `conf:"countries" check:"country" doc:"ISO 3166 codes that are domestic; all others are offshore"`
}

// Limits bounds the work on hostile input, and memory.
type Limits struct {
	MIMEDepth       int  `conf:"mime_depth" check:"1..1000" doc:"nesting of mail parts"`
	Depth           int  `conf:"depth" check:"1..64" doc:"other nesting: archives in archives"`
	Members         int  `conf:"members" check:"1.." doc:"members of one archive"`
	Ratio           int  `conf:"ratio" check:"1.." doc:"how many times larger than carried an object may unpack"`
	RatioAfter      Size `conf:"ratio_after" check:"0.." doc:"unpacked bytes before the ratio is looked at"`
	Unpacked        Size `conf:"unpacked" check:"1.." doc:"unpacked bytes of one top-level object; bytes as carried do not count"`
	EncryptedEgress Size `conf:"encrypted_egress" check:"0.." doc:"encrypted bytes a day to a receiver abroad or without agreement before it is more than info"`
	FlowMemory      Size `conf:"flow_memory" check:"4096.." doc:"bytes held for one flow: out of order, or kept to compare retransmissions"`
	TableMemory     Size `conf:"table_memory" check:"16777216.." doc:"bytes held for all flows together, with the objects they are carrying"`
	ShardMemory     Size `conf:"shard_memory" check:"65536.." doc:"bytes held for all flows of one of the 256 shards"`
	ShardFlows      int  `conf:"shard_flows" check:"16..16777216" doc:"flows that one of the 256 shards follows at a time, whatever their memory"`
	ObjectMemory    Size `conf:"object_memory" check:"1048576.." doc:"bytes of objects that wait for the scan"`
	SpoolMemory     Size `conf:"spool_memory" check:"1048576.." doc:"bytes of one object that must be whole before it can be opened"`
}

// Rules says which rules apply.
type Rules struct {
	Dirs    []string `conf:"dirs" check:"path" doc:"directories with more rule files" digest:"-"`
	Disable []string `conf:"disable" check:"word" doc:"ids of rules to leave out"`
}

// Index has no keys yet.
type Index struct{}

// Agreements names the register.
type Agreements struct {
	File string `conf:"file" check:"path" doc:"the register; none: every outside receiver is without an agreement" digest:"-"`
}

// Geo replaces the embedded tables.
type Geo struct {
	Country []string `conf:"country" check:"path" doc:"MaxMind or compatible country files instead of the embedded tables; where they differ a place is disputed" digest:"-"`
	ASN     string   `conf:"asn" check:"path" doc:"MaxMind or compatible ASN file instead of the embedded table" digest:"-"`
}

// Policy has no keys yet.
type Policy struct{}

// Alerts shapes alerts.
type Alerts struct {
	TokenKeyFile string `conf:"token_key_file" check:"path" doc:"key of the tokens: one line of 64 hex digits, created on first use; empty: token.key in the state directory" digest:"-"`
	MaxTokens    int    `conf:"max_tokens" check:"0..10000000" doc:"tokens in an alert for each kind of identifier"`
}

// Evidence has no keys yet.
type Evidence struct{}

// Ledger names the log.
type Ledger struct {
	Origin string `conf:"origin" check:"word" doc:"name of the ledger in its checkpoints; empty: made of sensor.id"`
}

// Store has no keys yet.
type Store struct{}

// Console has no keys yet.
type Console struct{}

// Metrics has no keys yet.
type Metrics struct{}

// State says where files are kept.
type State struct {
	Dir string `conf:"dir" check:"path" doc:"directory of ledger, keys and spool; empty: under $XDG_STATE_HOME"`
}

// Log shapes the diagnostics.
type Log struct {
	Level  string `conf:"level" check:"debug|info|warn|error" doc:"debug, info, warn or error"`
	Format string `conf:"format" check:"text|json" doc:"text or json"`
}

// Default returns the configuration without a file.
func Default() Config {
	return Config{
		Sensor:  Sensor{ID: "phiwatch"},
		Network: Network{Inside: insideDefault()},
		Home:    Home{Countries: []string{"US", "PR", "GU", "VI", "AS", "MP", "UM"}},
		Limits: Limits{
			MIMEDepth: 128, Depth: 8, Members: 10000, Ratio: 200, RatioAfter: 64 * MiB, Unpacked: GiB,
			EncryptedEgress: 10 * MiB, FlowMemory: MiB, TableMemory: 384 * MiB, ShardMemory: 4 * MiB, ShardFlows: 1 << 20,
			ObjectMemory: 16 * MiB, SpoolMemory: 64 * MiB,
		},
		Alerts: Alerts{MaxTokens: 32},
		Log:    Log{Level: "info", Format: "text"},
	}
}

func insideDefault() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"),
		netip.MustParsePrefix("100.64.0.0/10"),
		netip.MustParsePrefix("169.254.0.0/16"),
		netip.MustParsePrefix("fc00::/7"),
		netip.MustParsePrefix("fe80::/10"),
	}
}
