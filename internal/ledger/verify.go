package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Fault is something that is not as it was written.
type Fault struct {
	File  string `json:"file"`
	Index int64  `json:"index"` // of the first record concerned, -1: none in particular
	What  string `json:"what"`
}

// String returns the fault as a line.
func (f Fault) String() string {
	if f.Index < 0 {
		return f.File + ": " + f.What
	}
	return fmt.Sprintf("%s: record %d: %s", f.File, f.Index, f.What)
}

// Report is what Verify found.
type Report struct {
	Checkpoint Checkpoint `json:"-"`
	Records    int64      `json:"records"`   // under the signature
	FirstBad   int64      `json:"first_bad"` // index of the first bad record, -1: none
	Faults     []Fault    `json:"faults"`
	Unsigned   int64      `json:"unsigned"`    // whole records behind the signed size: a writer is at work or crashed
	TailBytes  int64      `json:"tail_bytes"`  // behind these, a torn frame
	HashTail   int64      `json:"hash_tail"`   // bytes of their stored hashes
	Recoveries int64      `json:"recoveries"`  // records that say so
	Adopted    int64      `json:"adopted"`     // records that were signed only after a crash
	ClockBack  int64      `json:"clock_back"`  // batches whose time lies before that of the one before
	First      time.Time  `json:"first"`       // recorded_at of the first batch
	Last       time.Time  `json:"last"`        // of the last batch
	Trusted    bool       `json:"trusted_key"` // the key was given, not taken from beside the ledger
	PublicKey  string     `json:"public_key"`
}

// OK tells whether nothing was found to be changed.
func (r *Report) OK() bool { return len(r.Faults) == 0 }

// Limits returns, as sentences, what the verification cannot exclude.
func (r *Report) Limits() []string {
	out := []string{fmt.Sprintf("cannot exclude that records after checkpoint %d were cut off together with their checkpoint, "+
		"unless a later one was kept elsewhere", r.Checkpoint.Size)}
	if !r.Trusted {
		out = append(out, "the key was taken from beside the ledger: whoever can replace both can have written another ledger; give the key to exclude it")
	}
	if r.Unsigned > 0 || r.TailBytes > 0 {
		out = append(out, fmt.Sprintf("%d records and %d bytes after the checkpoint have no signature yet", r.Unsigned, r.TailBytes))
	}
	if r.HashTail > 0 {
		out = append(out, fmt.Sprintf("%d bytes of stored hashes are of these records", r.HashTail))
	}
	return out
}

func (r *Report) fault(file string, index int64, what string) {
	r.Faults = append(r.Faults, Fault{file, index, what})
	if file == entriesName && index >= 0 && (r.FirstBad < 0 || index < r.FirstBad) {
		r.FirstBad = index
	}
}

// Verify reads everything again: frames, leaves, hashes, root, signature, keys. It takes no lock and may be used on a
// copy. The error is about reading only; what is wrong with the ledger is in the report.
func Verify(dir string, o Options) (Report, error) {
	r := Report{FirstBad: -1}
	// The checkpoint first: what a writer adds after that is behind it.
	data, err := readSmall(filepath.Join(dir, checkpointName))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(dir); err != nil {
			return r, err
		}
		r.fault(checkpointName, -1, "missing")
	} else if err != nil {
		return r, err
	}
	r.keys(dir, o.PublicKey)
	signed := false
	if data != nil && r.PublicKey != "" {
		if r.Checkpoint, err = parseCheckpoint(data, r.PublicKey); err != nil {
			r.fault(checkpointName, -1, err.Error())
		} else {
			signed = true
			if o.Origin != "" && o.Origin != r.Checkpoint.Origin {
				r.fault(checkpointName, -1, "of another origin")
			}
		}
	}
	v := verifier{r: &r, size: -1, hashBad: -1}
	if signed {
		v.size = r.Checkpoint.Size
	}
	return r, v.run(dir)
}

// keys checks the keys beside the ledger and chooses the one to trust.
func (r *Report) keys(dir, given string) {
	data, err := readSmall(filepath.Join(dir, pubName))
	beside := ""
	switch {
	case err != nil && given != "" && errors.Is(err, fs.ErrNotExist):
	case err != nil:
		r.fault(pubName, -1, "missing or not readable")
	default:
		if beside, err = publicKey(data); err != nil {
			r.fault(pubName, -1, err.Error())
		}
	}
	r.PublicKey = beside
	if given = strings.TrimSpace(given); given != "" {
		r.PublicKey, r.Trusted = given, true
		if beside != "" && beside != given {
			r.fault(pubName, -1, "not the key that was given")
		}
	}
	if data, err = readSmall(filepath.Join(dir, keyName)); err == nil {
		_, pub, err := publicOf(data)
		if err != nil {
			r.fault(keyName, -1, err.Error())
		} else if r.PublicKey != "" && pub != r.PublicKey {
			r.fault(keyName, -1, "not of the public key")
		}
	}
}
