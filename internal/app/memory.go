package app

import (
	"math"
	"runtime/debug"

	"github.com/phiwatch/phiwatch/internal/config"
)

// restMemory is what the process needs beside flows and waiting objects, with room for garbage: tables of countries and
// operators, rules, batches of packets, decoders at work.
const restMemory = 256 << 20

// limitMemory tells the garbage collector what the budgets allow, so that it works harder instead of letting the heap
// grow to twice of it. GOMEMLIMIT, if somebody has set it, wins.
func limitMemory(c *config.Config) {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		flows := int64(c.Limits.TableMemory)
		debug.SetMemoryLimit(flows + flows/4 + int64(c.Limits.ObjectMemory) + restMemory)
	}
}
