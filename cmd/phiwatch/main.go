// Command phiwatch is a passive network sensor that finds protected health information leaving in the clear.
package main

import (
	"os"

	"github.com/phiwatch/phiwatch/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:]))
}
