package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/ledger"
)

func (s *session) audit() *cobra.Command {
	c := &cobra.Command{Use: "audit", Short: "evidence for auditors", Example: "  phiwatch audit verify --state DIR"}
	c.AddCommand(s.auditVerify())
	return c
}

func (s *session) auditVerify() *cobra.Command {
	var o common
	var key string
	c := &cobra.Command{
		Use:   "verify [DIR]",
		Short: "re-walk the ledger: is every record as it was written?",
		Long: `verify reads every record of a ledger again, computes all hashes anew and compares them with the signed checkpoint. It names
the first bad record, and says what it cannot exclude. It needs no private key: a copy of the ledger is enough.`,
		Example: `  phiwatch audit verify --state /var/lib/phiwatch
  phiwatch audit verify /media/copy/ledger
  phiwatch audit verify --public-key "$(cat key.pub)" /media/copy/ledger`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, err := s.ledgerDir(&o, args)
			if err != nil {
				return err
			}
			rep, err := ledger.Verify(dir, ledger.Options{PublicKey: key})
			if err != nil {
				return app.FileError("cannot read", err)
			}
			return s.verified(dir, &rep)
		},
	}
	o.where(c)
	c.Flags().StringVar(&key, "public-key", "", "verifier `KEY` kept elsewhere (default: the one beside the ledger)")
	return c
}

func (s *session) verified(dir string, r *ledger.Report) error {
	w := s.io.Out
	if r.OK() {
		fmt.Fprintf(w, "the ledger is intact: %d records, root %s\n", r.Records, r.Checkpoint.Root)
	} else {
		fmt.Fprintf(w, "the ledger in %s is NOT intact\n", dir)
		for _, f := range r.Faults {
			fmt.Fprintf(w, "  %s\n", f)
		}
	}
	for _, l := range r.Limits() {
		fmt.Fprintf(w, "note: %s\n", l)
	}
	if !r.OK() {
		return answer{exitBad}
	}
	return nil
}

// ledgerDir finds the ledger: an argument (a ledger, or a state directory that holds one), --state, else the
// configuration.
func (s *session) ledgerDir(o *common, args []string) (string, error) {
	if len(args) == 1 {
		if inside := app.LedgerDir(args[0]); exists(inside) {
			return inside, nil
		}
		return args[0], present(args[0])
	}
	c, err := s.load(o)
	if err != nil {
		return "", err
	}
	if c.State.Dir == "" {
		return "", usage{errors.New("which ledger?"), "phiwatch audit verify --state DIR, or the directory of a copy"}
	}
	dir := app.LedgerDir(c.State.Dir)
	return dir, present(dir)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// present tells whether there is anything of a ledger. One that lost some of its files is a case for verify.
func present(dir string) error {
	for _, name := range ledger.Files() {
		if exists(filepath.Join(dir, name)) {
			return nil
		}
	}
	return app.WithHint(fmt.Errorf("no ledger in %s", filepath.Clean(dir)),
		"the state directory of a run (it says where at its end), or a copy of the ledger: phiwatch audit verify --state DIR")
}
