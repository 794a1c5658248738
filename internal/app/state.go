package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/ledger"
)

// State is the directory of a run: its ledger and, if the run has one of its own, its token key.
type State struct {
	Dir string
	Key [32]byte
	Log *ledger.Log
	now func() time.Time
}

// Home is where state lives without configuration: $XDG_STATE_HOME/phiwatch, else ~/.local/state/phiwatch.
func Home(getenv func(string) string) (string, error) {
	if d := getenv("XDG_STATE_HOME"); d != "" {
		return filepath.Join(d, "phiwatch"), nil
	}
	home := getenv("HOME")
	if home == "" {
		return "", WithHint(errors.New("no place for the state: neither XDG_STATE_HOME nor HOME is set"), "give one with --state DIR")
	}
	return filepath.Join(home, ".local", "state", "phiwatch"), nil
}

// KeyFile is where the token key of a configuration is: alerts.token_key_file, else token.key in state.dir, else
// token.key in Home, shared by all runs.
func KeyFile(c *config.Config, getenv func(string) string) (string, error) {
	switch {
	case c.Alerts.TokenKeyFile != "":
		return c.Alerts.TokenKeyFile, nil
	case c.State.Dir != "":
		return filepath.Join(c.State.Dir, "token.key"), nil
	}
	home, err := Home(getenv)
	return filepath.Join(home, "token.key"), err
}

// ReadKey reads the token key of a configuration, and makes it on first use.
func ReadKey(c *config.Config, getenv func(string) string) (key [32]byte, warning string, err error) {
	file, err := KeyFile(c, getenv)
	if err != nil {
		return key, "", err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return key, "", FileError("cannot make the directory", err)
	}
	key, _, err = config.ReadTokenKey(file)
	var bad *config.Error
	if errors.As(err, &bad) && bad.Cause == nil { // the file was read, and holds something else
		err = &ConfigError{err}
	}
	if err == nil && config.TokenKeyExposed(file) {
		warning = fmt.Sprintf("others can read the token key %s: who has it can find identifiers by trying them (chmod 600)", file)
	}
	return key, warning, err
}

// OpenState opens the state directory for writing. A state directory has one writer.
func OpenState(c *config.Config, getenv func(string) string, now func() time.Time) (*State, string, error) {
	dir := c.State.Dir
	if dir == "" {
		home, err := Home(getenv)
		if err != nil {
			return nil, "", err
		}
		dir = filepath.Join(home, "runs", now().UTC().Format("20060102T150405.000000000"))
	}
	key, warning, err := ReadKey(c, getenv)
	if err != nil {
		return nil, "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, "", FileError("cannot make the state directory", err)
	}
	s := &State{Dir: dir, Key: key, now: now}
	s.Log, err = ledger.Open(LedgerDir(dir), ledger.Options{Origin: origin(c), Now: now})
	return s, warning, stateError(dir, err)
}

// stateError says what to do when a ledger does not open.
func stateError(dir string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ledger.ErrInUse):
		return WithHint(fmt.Errorf("the state directory %s is in use by another phiwatch", dir), "one writer at a time; choose another with --state DIR")
	case errors.Is(err, ledger.ErrDamaged):
		return WithHint(fmt.Errorf("the ledger in %s cannot be continued: %w", dir, err),
			fmt.Sprintf("phiwatch audit verify --state %s tells more; keep it as evidence and go on with another --state DIR", dir))
	case errors.Is(err, ledger.ErrOrigin):
		return WithHint(fmt.Errorf("the ledger in %s is of another sensor: %w", dir, err), "the same sensor.id and ledger.origin as before, or another --state DIR")
	}
	return FileError("cannot open the ledger", err)
}

// LedgerDir is the ledger's place in a state directory.
func LedgerDir(state string) string { return filepath.Join(state, "ledger") }

func origin(c *config.Config) string {
	if c.Ledger.Origin != "" {
		return c.Ledger.Origin
	}
	return "phiwatch/" + c.Sensor.ID
}

// Close ends the use of the state directory.
func (s *State) Close() error { return s.Log.Close() }
