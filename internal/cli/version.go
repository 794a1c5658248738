package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/config"
)

// release is the version of a release build; a build from a checkout says its revision.
const release = "0.1.0-dev"

// Version returns the version of this binary.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release
	}
	for _, v := range info.Settings {
		if v.Key == "vcs.revision" && len(v.Value) >= 12 {
			return release + "+" + v.Value[:12]
		}
	}
	return release
}

func (s *session) version() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "version, and what is built in",
		Example: "  phiwatch version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			c := config.Default()
			_, parts, err := app.BuildBrain(&c, [32]byte{})
			if err != nil {
				return err
			}
			fmt.Fprintf(s.io.Out, "phiwatch %s (%s, %s/%s)\nrules %s\n%s\n", Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, parts.Rules.Digest(), strings.Join(parts.Geo.Describe(), "\n"))
			return nil
		},
	}
}
