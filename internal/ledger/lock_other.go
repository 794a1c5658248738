//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package ledger

import (
	"io"
	"os"
)

// lockFile opens the lock file. This system has no lock that ends with its process: the operator keeps writers apart.
func lockFile(path string) (io.Closer, error) { return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) }
