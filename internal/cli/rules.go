package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/rules"
)

func (s *session) rules() *cobra.Command {
	c := &cobra.Command{Use: "rules", Short: "the catalogue of detection rules", Example: `  phiwatch rules list
  phiwatch rules show ssn-delimited
  phiwatch rules test site-rules/
  phiwatch rules explain letter.txt`}
	c.AddCommand(s.rulesList(), s.rulesShow(), s.rulesTest(), s.rulesExplain())
	return c
}

// catalogue loads the rules; a rule that fails its examples does not load.
func (s *session) catalogue(o *common) (*rule.Set, error) {
	c, err := s.load(o)
	if err != nil {
		return nil, err
	}
	set, err := app.LoadRules(&c)
	if err != nil {
		return nil, &app.ConfigError{Err: err}
	}
	return set, nil
}

func (s *session) rulesList() *cobra.Command {
	var o common
	c := &cobra.Command{Use: "list", Short: "every rule, a line each", Args: cobra.NoArgs, Example: "  phiwatch rules list",
		RunE: func(*cobra.Command, []string) error {
			set, err := s.catalogue(&o)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(s.io.Out, 0, 8, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tKIND\tHIPAA\tTITLE")
			for _, r := range set.Rules() {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.ID, r.Kind, r.Identifier, r.Title)
			}
			return w.Flush()
		}}
	o.where(c)
	return c
}

func (s *session) rulesShow() *cobra.Command {
	var o common
	var source bool
	c := &cobra.Command{Use: "show ID", Short: "one rule: what it matches, how it is weighed, where it comes from",
		Example: "  phiwatch rules show ssn-delimited\n  phiwatch rules show mrn --yaml > site-rules/our-mrn.yaml   # a start for a rule of your own\n" +
			"  phiwatch rules show site/medicaid.yaml > site-rules/medicaid.yaml   # a file of rules to choose from",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage{errors.New("rules show needs the id of a rule"), "phiwatch rules list shows them"}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if file, err := rules.Site.ReadFile(args[0]); err == nil {
				_, err = s.io.Out.Write(file)
				return err
			}
			set, err := s.catalogue(&o)
			if err != nil {
				return err
			}
			r := set.Rule(args[0])
			if r == nil {
				return usage{fmt.Errorf("no rule %s", args[0]), "phiwatch rules list shows them"}
			}
			if !source {
				rulePage(s.io.Out, r)
				return nil
			}
			e := yaml.NewEncoder(s.io.Out)
			e.SetIndent(2)
			return errors.Join(e.Encode(struct {
				Version int          `yaml:"version"`
				Family  string       `yaml:"family"`
				Rules   []*rule.Rule `yaml:"rules"`
			}{1, "rules of the site", []*rule.Rule{r}}), e.Close())
		}}
	c.Flags().BoolVar(&source, "yaml", false, "as a rule file")
	o.where(c)
	return c
}

func (s *session) rulesTest() *cobra.Command {
	var o common
	c := &cobra.Command{Use: "test [DIR]", Short: "run the rules' own examples and measure their cost; exit 1 if one fails", Args: cobra.MaximumNArgs(1),
		Example: "  phiwatch rules test\n  phiwatch rules test site-rules/",
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := s.load(&o)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				if _, err := os.ReadDir(args[0]); err != nil {
					return app.FileError("cannot read", err)
				}
				c.Rules.Dirs = append(c.Rules.Dirs, args[0])
			}
			set, err := app.LoadRules(&c)
			if err != nil {
				fmt.Fprintln(s.io.Out, err)
				return answer{exitBad}
			}
			yes, no := 0, 0
			for _, r := range set.Rules() {
				yes += len(r.Examples.Match)
				no += len(r.Examples.NoMatch)
			}
			fmt.Fprintf(s.io.Out, "%d rules pass their examples (%d that match, %d that do not), digest %s\n", len(set.Rules()), yes, no, set.Digest())
			if err := s.cost(set, &c); err != nil {
				return err
			}
			return s.toChoose()
		}}
	o.where(c)
	return c
}

// toChoose names the rule files that are there to choose from, and are not loaded.
func (s *session) toChoose() error {
	names, err := fs.Glob(rules.Site, "site/*.yaml")
	for _, n := range names {
		fmt.Fprintf(s.io.Out, "\nNot loaded, to choose from: phiwatch rules show %s > site-rules/%s\n", n, path.Base(n))
	}
	return err
}

// cost prints what the rules cost, and what those of a site add.
func (s *session) cost(set *rule.Set, c *config.Config) error {
	all, err := app.Cost(set, time.Now)
	if err != nil {
		fmt.Fprintln(s.io.Out, err)
		return answer{exitBad}
	}
	fmt.Fprintf(s.io.Out, "cost: %.2f ns/byte on the standard text", all)
	if len(c.Rules.Dirs) > 0 {
		base, err := rule.Load(rules.FS)
		if err != nil {
			return err
		}
		own, err := app.Cost(base, time.Now)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.io.Out, "; the built-in rules alone %.2f", own)
	}
	fmt.Fprintln(s.io.Out)
	costs, err := app.RuleCosts(set, time.Now)
	if err != nil {
		return err
	}
	return ruleCosts(s.io.Out, costs)
}

// ruleCosts prints what each rule adds, the dearest first.
func ruleCosts(out io.Writer, costs []detect.RuleCost) error {
	fmt.Fprintln(out, "\nWhat each rule adds, in ns/byte: everywhere, and beside people only. The walk over digits, words and labels is the same for all.")
	slices.SortStableFunc(costs, func(a, b detect.RuleCost) int {
		return cmp.Or(cmp.Compare(hundredths(b.Plain), hundredths(a.Plain)), cmp.Compare(hundredths(b.Near), hundredths(a.Near)), cmp.Compare(a.Rule.ID, b.Rule.ID))
	})
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "EVERYWHERE\tBESIDE PEOPLE\tRULE\tFILE")
	for i := range costs {
		c := &costs[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", perByte(c.Plain), perByte(c.Near), c.Rule.ID, c.Rule.File)
	}
	return w.Flush()
}

// hundredths is a load as it is printed, in hundredths of a nanosecond for each byte: what is less is noise.
func hundredths(l detect.Load) int { return int(100*l.PerByte + 0.5) }

func perByte(l detect.Load) string {
	if hundredths(l) == 0 {
		return "< 0.01"
	}
	return fmt.Sprintf("%.2f", l.PerByte)
}
