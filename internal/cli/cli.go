// Package cli has the verbs of phiwatch: stdout is data, stderr is talk, the exit code is the answer, help is examples.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes of the Contract.
const (
	exitDone       = 0
	exitBad        = 1 // the answer is bad
	exitUsage      = 2 // usage or configuration
	exitWork       = 3 // the work could not be done
	exitIncomplete = 4 // done, but coverage is incomplete and --strict was given
)

// Main runs the command line of this process and returns its exit code.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() { // the first interrupt ends the work in order, a second one ends the process
		<-ctx.Done()
		stop()
	}()
	return Run(ctx, args, Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.Environ())
}

// Streams are the standard streams of a run.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// answer is an error that only carries an exit code: everything was said already.
type answer struct{ code int }

func (a answer) Error() string { return fmt.Sprintf("exit %d", a.code) }

// usage is an error of usage or configuration.
type usage struct {
	err  error
	hint string
}

func (u usage) Error() string { return u.err.Error() }
func (u usage) Unwrap() error { return u.err }
func (u usage) Hint() string  { return u.hint }

// Run runs one command line.
func Run(ctx context.Context, args []string, io Streams, env []string) int {
	s := &session{io: io, env: env}
	root := s.root()
	root.SetArgs(args)
	root.SetIn(io.In)
	root.SetOut(io.Out)
	root.SetErr(io.Err)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(args...)
	strict(root)
	err := known(root, args)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	return s.exit(err)
}

// session is what the verbs share.
type session struct {
	io  Streams
	env []string
}

func (s *session) root() *cobra.Command {
	c := &cobra.Command{
		Use:   "phiwatch",
		Short: "find patient data that leaves in the clear, and who receives it",
		Long: `phiwatch replays what was captured at a span port, and raises an alert when protected health information leaves the
organisation in the clear to a receiver that is abroad or has no business associate agreement.`,
		Example: `  phiwatch replay monday.pcap                           alerts of a capture, as a table
  phiwatch replay -c phiwatch.yaml --format jsonl /captures > alerts.jsonl
  zstd -dc big.pcap.zst | phiwatch replay -             a capture from a pipe
  phiwatch scan report.csv                              what would be found in a file
  phiwatch audit verify --state DIR                     is the record of alerts intact?
  phiwatch baa check upload.example.com --at 2026-03-01 which agreement covers a host
  phiwatch help exit-codes                              a page of the manual`,
		Version:       Version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	c.Flags().BoolP("version", "V", false, "print the version")
	c.SetVersionTemplate("phiwatch {{.Version}}\n")
	c.SetFlagErrorFunc(flagError)
	c.SetHelpCommand(s.help())
	c.AddCommand(s.replay(), s.scan(), s.rules(), s.baa(), s.audit(), s.config(), s.version())
	return c
}

// flagError names the nearest flag.
func flagError(c *cobra.Command, err error) error {
	msg := err.Error()
	_, name, found := strings.Cut(msg, "unknown flag: --")
	if !found {
		return usage{err: err, hint: c.CommandPath() + " --help shows the options"}
	}
	best, distance := "", 4
	c.Flags().VisitAll(func(f *flagOf) {
		if d := editDistance(name, f.Name); d < distance {
			best, distance = f.Name, d
		}
	})
	if best != "" {
		return usage{err: err, hint: "did you mean --" + best + "?"}
	}
	return usage{err: err, hint: c.CommandPath() + " --help shows the options"}
}
