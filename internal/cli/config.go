package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/config"
)

func (s *session) config() *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "check, show or make a configuration", Example: `  phiwatch config init > phiwatch.yaml
  phiwatch config check -c phiwatch.yaml
  phiwatch config show -c phiwatch.yaml`}
	var check, show common
	checkCmd := &cobra.Command{
		Use: "check", Short: "check a configuration with the rules and the register it names", Args: cobra.NoArgs,
		Example: "  phiwatch config check -c phiwatch.yaml",
		RunE: func(*cobra.Command, []string) error {
			cfg, err := s.load(&check)
			if err != nil {
				return err
			}
			if _, _, err := app.BuildBrain(&cfg, [32]byte{}); err != nil {
				return &app.ConfigError{Err: err}
			}
			for _, w := range app.Unused(&cfg) {
				s.warn(w)
			}
			fmt.Fprintln(s.io.Out, "the configuration is good, digest", cfg.Digest())
			return nil
		},
	}
	check.where(checkCmd)
	showCmd := &cobra.Command{
		Use: "show", Short: "print the effective configuration, each value with its origin", Args: cobra.NoArgs,
		Example: "  phiwatch config show -c phiwatch.yaml",
		RunE: func(*cobra.Command, []string) error {
			cfg, err := s.load(&show)
			if err != nil {
				return err
			}
			return cfg.Show(s.io.Out)
		},
	}
	show.where(showCmd)
	initCmd := &cobra.Command{
		Use: "init", Short: "print a commented configuration that equals the defaults", Args: cobra.NoArgs,
		Example: "  phiwatch config init > phiwatch.yaml",
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(s.io.Out, config.Init())
			return err
		},
	}
	c.AddCommand(checkCmd, showCmd, initCmd)
	return c
}
