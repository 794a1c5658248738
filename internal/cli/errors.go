package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/notify"
)

// exit says what went wrong and returns the code: a line for each fault, then the next step.
func (s *session) exit(err error) int {
	var a answer
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &a):
		return a.code
	}
	told := map[string]bool{} // a full disk fails the work, its record and its end alike
	for line := range strings.Lines(strings.TrimRight(err.Error(), "\n")) {
		line = strings.TrimRight(line, "\n")
		if told[line] {
			continue
		}
		told[line] = true
		fmt.Fprintf(s.io.Err, "phiwatch: error: %s\n", notify.Plain(line))
	}
	fmt.Fprintf(s.io.Err, "hint: %s\n", hintOf(err))
	var u usage
	var bad *app.ConfigError
	if errors.As(err, &u) || errors.As(err, &bad) {
		return exitUsage
	}
	return exitWork
}

// hintOf is the next step: what the error itself names, else what is usual for its kind.
func hintOf(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) && h.Hint() != "" {
		return h.Hint()
	}
	var bad *app.ConfigError
	switch {
	case errors.As(err, &bad) && errors.Is(err, fs.ErrNotExist):
		return "is the path right? relative paths start at the configuration file"
	case errors.As(err, &bad):
		return "mend the file; phiwatch config check -c FILE looks at the configuration with the rules and the register it names"
	case errors.Is(err, fs.ErrNotExist):
		return "is the path right?"
	case errors.Is(err, syscall.ENOSPC):
		return "make room, or name another place with --state DIR; the next run goes on with the record as far as it was written"
	case errors.Is(err, fs.ErrPermission):
		return "run as a user who may, or name another place"
	}
	return "phiwatch help exit-codes tells what an exit code means, phiwatch help lists the pages of the manual"
}

// strict makes errors in the arguments of every verb errors of usage.
func strict(c *cobra.Command) {
	c.DisableFlagsInUseLine = true
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			err := check(c, args)
			var u usage
			if err == nil || errors.As(err, &u) {
				return err
			}
			return usage{fmt.Errorf("%s cannot take %s", c.CommandPath(), quoted(args)), c.CommandPath() + " --help shows what it takes"}
		}
	}
	for _, sub := range c.Commands() {
		strict(sub)
	}
}

func quoted(args []string) string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = fmt.Sprintf("%q", a)
	}
	return strings.Join(out, " ")
}

// known refuses a word that is no verb, where one is expected: the library shows the help instead.
func known(root *cobra.Command, args []string) error {
	c, rest, err := root.Find(args)
	if err != nil {
		c, rest = root, args
	}
	if c.Runnable() || !c.HasSubCommands() {
		return nil
	}
	for _, word := range rest {
		if strings.HasPrefix(word, "-") {
			if err == nil {
				return nil // an option that is not known here is told as one
			}
			continue
		}
		return usage{fmt.Errorf("unknown verb %q of %s", word, c.CommandPath()), nearestVerb(c, word)}
	}
	return nil
}

// nearestVerb is the hint for a word that is no verb of c.
func nearestVerb(c *cobra.Command, word string) string {
	best, distance := "", len(word)/3+2
	for _, sub := range c.Commands() {
		if d := editDistance(word, sub.Name()); d < distance {
			best, distance = sub.Name(), d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %s %s?", c.CommandPath(), best)
	}
	return c.CommandPath() + " --help lists the verbs"
}
