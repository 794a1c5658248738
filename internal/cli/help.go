package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/phiwatch/phiwatch/internal/manual"
)

// help shows a verb's help or a page of the manual.
func (s *session) help() *cobra.Command {
	return &cobra.Command{
		Use:     "help [VERB|TOPIC]",
		Short:   "help on a verb, or a page of the manual",
		Example: "  phiwatch help replay\n  phiwatch help exit-codes",
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			if len(args) == 0 {
				if err := root.Help(); err != nil {
					return err
				}
				fmt.Fprintln(s.io.Out, "\nPages of the manual (phiwatch help TOPIC):")
				for _, t := range manual.Topics() {
					fmt.Fprintf(s.io.Out, "  %-16s %s\n", t[0], t[1])
				}
				return nil
			}
			if v, rest, err := root.Find(args); err == nil && v != root && len(rest) == 0 {
				if err := v.Help(); err != nil {
					return err
				}
				if page, ok := manual.Page(v.Name()); ok && v.Parent() == root { // the verb's page of the manual
					fmt.Fprintf(s.io.Out, "\n%s", page)
				}
				return nil
			}
			if page, ok := manual.Page(args[0]); ok && len(args) == 1 {
				fmt.Fprint(s.io.Out, page)
				return nil
			}
			return usage{fmt.Errorf("no help on %s", strings.Join(args, " ")), "phiwatch help lists the verbs and the pages"}
		},
	}
}
