package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/phiwatch/phiwatch/internal/agreement"
	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/flow"
)

func (s *session) baa() *cobra.Command {
	c := &cobra.Command{Use: "baa", Short: "the register of business associate agreements", Example: `  phiwatch baa list -c phiwatch.yaml
  phiwatch baa check upload.example.com -c phiwatch.yaml --at 2026-03-01
  phiwatch baa expiring -c phiwatch.yaml --within 60d
  phiwatch baa lint -c phiwatch.yaml`}
	c.AddCommand(s.baaList(), s.baaCheck(), s.baaExpiring(), s.baaLint())
	return c
}

// register loads the register that the configuration names.
func (s *session) register(o *common) (*agreement.Register, config.Config, error) {
	c, err := s.load(o)
	if err != nil {
		return nil, c, err
	}
	if c.Agreements.File == "" {
		return nil, c, usage{errors.New("no register of agreements is configured"), "agreements: {file: agreements.yaml} in the file given with -c"}
	}
	r, err := app.LoadRegister(&c)
	if err != nil {
		return nil, c, &app.ConfigError{Err: err}
	}
	return r, c, nil
}

func (s *session) baaList() *cobra.Command {
	var o common
	var format string
	c := &cobra.Command{Use: "list", Short: "every agreement and its state today", Args: cobra.NoArgs, Example: "  phiwatch baa list -c phiwatch.yaml",
		RunE: func(*cobra.Command, []string) error {
			r, _, err := s.register(&o)
			if err != nil {
				return err
			}
			return s.entries(r.List(), flow.Time(time.Now().UnixNano()), format)
		}}
	o.where(c)
	c.Flags().StringVar(&format, "format", "table", "table or json")
	return c
}

func (s *session) entries(es []agreement.Entry, at flow.Time, format string) error {
	if format == "json" {
		e := json.NewEncoder(s.io.Out)
		e.SetIndent("", "  ")
		return e.Encode(es)
	}
	if format != "table" {
		return usage{fmt.Errorf("--format %s is not known here", format), "table or json"}
	}
	w := tabwriter.NewWriter(s.io.Out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tVENDOR\tROLE\tBASIS\tSTATE\tEXPIRES")
	for i := range es {
		e := &es[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", e.ID, e.Vendor, e.Role, e.Basis, e.State(at), orDash(e.Contract.Expires.String()))
	}
	return w.Flush()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (s *session) baaCheck() *cobra.Command {
	var o common
	var at string
	var asJSON bool
	c := &cobra.Command{Use: "check HOST[:PORT]|ADDRESS[:PORT]|@MAIL-DOMAIN", Short: "which agreement covers a receiver, and why; exit 1 if none does",
		Example: `  phiwatch baa check upload.example.com -c phiwatch.yaml
  phiwatch baa check 203.0.113.7 -c phiwatch.yaml --at 2026-03-01
  phiwatch baa check referrals@clinic.example -c phiwatch.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage{errors.New("baa check needs one receiver"), receivers}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			when, err := parseAt(at)
			if err != nil {
				return err
			}
			r, cfg, err := s.register(&o)
			if err != nil {
				return err
			}
			q, err := question(args[0], when, &cfg)
			if err != nil {
				return err
			}
			a := r.Judge(q)
			if asJSON {
				if err := json.NewEncoder(s.io.Out).Encode(a); err != nil {
					return err
				}
			} else {
				s.explain(args[0], &a)
				s.asMail(r, q)
			}
			if !a.Covered() {
				return answer{exitBad}
			}
			return nil
		}}
	o.where(c)
	c.Flags().StringVar(&at, "at", "", "judge at this `TIME` (2026-03-01 or RFC 3339) instead of now")
	c.Flags().BoolVar(&asJSON, "json", false, "print the verdict as JSON")
	return c
}

func (s *session) explain(who string, a *alert.Agreement) {
	fmt.Fprintf(s.io.Out, "%s: %s\n", who, a.Verdict)
	if a.ID != "" {
		fmt.Fprintf(s.io.Out, "  entry   %s (%s, basis %s)\n", a.ID, a.Vendor, a.Basis)
	}
	if a.Reason != "" {
		fmt.Fprintf(s.io.Out, "  because %s\n", a.Reason)
	}
}

// asMail says what the register has for a name as the domain of mail addresses, if nothing was found for the host.
func (s *session) asMail(r *agreement.Register, q *agreement.Query) {
	if len(q.Names) == 0 || len(r.Match(q)) > 0 {
		return
	}
	m := agreement.Query{At: q.At, Home: q.Home, Port: 25, Mail: true, MailDomain: q.Names[0].Host}
	if a := r.Judge(&m); a.ID != "" {
		fmt.Fprintf(s.io.Out, "  note    as the domain of mail addresses: %s, by entry %s; ask for @%s\n", a.Verdict, a.ID, m.MailDomain)
	}
}

const receivers = "a host name or an IP address, with its :port if that matters, or for mail an address or @domain"

// question makes a query of what the operator typed. The country is not judged: a name has none.
func question(who string, at flow.Time, c *config.Config) (*agreement.Query, error) {
	q := &agreement.Query{At: at, Home: c.Home.Countries, Port: 443}
	if i := strings.LastIndexByte(who, '@'); i >= 0 { // a mail address is asked as its domain
		q.MailDomain, q.Mail, q.Port = who[i+1:], true, 25
		who = who[i+1:]
	}
	if who == "" || strings.ContainsAny(who, "/ \t<>") {
		return nil, usage{errors.New("baa check asks for a receiver, and this is none"), receivers}
	}
	if q.Mail {
		return q, nil
	}
	if host, port, err := net.SplitHostPort(who); err == nil { // entries may be for some ports
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return nil, usage{errors.New("baa check asks for a port from 0 to 65535 behind the colon"), receivers}
		}
		who, q.Port = host, uint16(n)
	}
	if a, err := netip.ParseAddr(strings.Trim(who, "[]")); err == nil {
		q.Addr = a
		return q, nil
	}
	if agreement.Host(who) == "" {
		return nil, usage{errors.New("baa check asks for a receiver, and this is none"), receivers}
	}
	q.Names = []agreement.Name{{Host: who, Source: "dns"}}
	return q, nil
}

func parseAt(at string) (flow.Time, error) {
	if at == "" {
		return flow.Time(time.Now().UnixNano()), nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano} {
		if t, err := time.Parse(layout, at); err == nil {
			return flow.Time(t.UnixNano()), nil
		}
	}
	return 0, usage{fmt.Errorf("--at %s is no time", at), "2026-03-01, or 2026-03-01T12:00:00Z"}
}

func (s *session) baaExpiring() *cobra.Command {
	var o common
	var within, format string
	c := &cobra.Command{Use: "expiring", Short: "agreements that end soon; exit 1 if there are any", Args: cobra.NoArgs,
		Example: "  phiwatch baa expiring -c phiwatch.yaml --within 60d",
		RunE: func(*cobra.Command, []string) error {
			span, err := parseSpan(within)
			if err != nil {
				return err
			}
			r, _, err := s.register(&o)
			if err != nil {
				return err
			}
			now := flow.Time(time.Now().UnixNano())
			es := r.Expiring(now, span)
			if err := s.entries(es, now, format); err != nil {
				return err
			}
			if len(es) > 0 {
				return answer{exitBad}
			}
			return nil
		}}
	o.where(c)
	c.Flags().StringVar(&within, "within", "60d", "look this `SPAN` ahead (60d, 12h)")
	c.Flags().StringVar(&format, "format", "table", "table or json")
	return c
}

// parseSpan reads a duration that may be in days.
func parseSpan(v string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(v, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n <= 36500 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		return 0, usage{fmt.Errorf("--within %s is no span of time", v), "60d or 12h"}
	}
	return d, nil
}

func (s *session) baaLint() *cobra.Command {
	var o common
	c := &cobra.Command{Use: "lint", Short: "what is wrong or doubtful in the register; exit 1 on an error", Args: cobra.NoArgs,
		Example: "  phiwatch baa lint -c phiwatch.yaml",
		RunE: func(*cobra.Command, []string) error {
			r, cfg, err := s.register(&o)
			if err != nil {
				return err
			}
			bad := false
			for _, p := range r.Lint(flow.Time(time.Now().UnixNano())) {
				kind := "warning"
				if p.Error {
					kind, bad = "error", true
				}
				fmt.Fprintf(s.io.Out, "%s:%d: %s: %s\n", cfg.Agreements.File, p.Line, kind, p.What)
				if p.Hint != "" {
					fmt.Fprintf(s.io.Out, "  hint: %s\n", p.Hint)
				}
			}
			if bad {
				return answer{exitBad}
			}
			return nil
		}}
	o.where(c)
	return c
}
