// Package ledger is an append-only log that shows any change: a Merkle tree over every record (RFC 6962, as
// golang.org/x/mod/sumdb/tlog builds it), whose size and root are signed with Ed25519 in a C2SP checkpoint.
//
// # Files of a ledger
//
//	entries     frames, one for each record: length of the leaf (4 bytes, little endian), CRC-32C of these four bytes
//	            and the leaf (4 bytes, little endian), the leaf
//	hashes      the stored hashes of the tree, 32 bytes each, in the order of tlog.StoredHashIndex
//	checkpoint  signed note of three lines: origin, number of records, base64 of the root (https://c2sp.org/tlog-checkpoint)
//	key         signer key, mode 0600; a copy for an auditor does not need it
//	key.pub     verifier key, one line: NAME+HASH+KEY (https://c2sp.org/signed-note)
//	lock        locked while a writer is at work; empty
//
// # Leaves
//
// A leaf is the line "phiwatch/1 KIND" and the body after it. The body of an alert is its canonical JSON, so the leaf and
// its hash are the same whenever the alert is the same. The wall clock is kept out of it: each batch of records begins
// with a record of kind "batch" whose body is {"recorded_at":TIME,"size":N,"root":BASE64}. All records up to the
// next batch were recorded at that time, which is thus a leaf of the tree like any other and as well protected. Size
// and root are those of the tree before the batch, so that a change is narrowed down even where every stored hash was
// made to fit.
//
// # Writing and crashes
//
// [Log.Commit] writes and syncs the entries, then the hashes, then the checkpoint: to a temporary file that is synced, renamed,
// and its directory synced. A record is recorded when Commit has returned. After a crash [Open] cuts a torn frame off the end, keeps
// whole frames behind the signed size, rebuilds hashes that are short, and says so in a record of kind "recovery" with
// the body {"adopted":RECORDS,"cut_bytes":N,"hashes_rebuilt":BOOL}. Whoever reads it knows that adopted records had no
// signature until then. Anything worse - a record under a signature that does not read - is [ErrDamaged]: the log is
// not continued.
//
// # What a ledger cannot show by itself
//
// Whoever can write the files can put back an older state of all of them, and whoever has the key can sign another tree.
// That is noticed only by comparing with a checkpoint that was kept elsewhere; every sink gets one with every alert.
package ledger

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Kinds of the ledger's own records.
const (
	KindBatch    = "batch"
	KindRecovery = "recovery"
)

// MaxLeaf is the most bytes of a leaf.
const MaxLeaf = 16 << 20

const (
	leafMagic      = "phiwatch/1 "
	entriesName    = "entries"
	hashesName     = "hashes"
	checkpointName = "checkpoint"
	keyName        = "key"
	pubName        = "key.pub"
	lockName       = "lock"
	flushAt        = 1 << 20 // pending bytes that are written before the commit
)

// Files returns the names of the files that every ledger has, a copy for an auditor too.
func Files() []string { return []string{entriesName, hashesName, checkpointName, pubName} }

// Errors of a ledger. They are wrapped with the place; no error quotes a record.
var (
	ErrInUse   = errors.New("ledger: in use by another process")
	ErrDamaged = errors.New("ledger: damaged")
	ErrOrigin  = errors.New("ledger: of another origin")
	ErrClosed  = errors.New("ledger: closed")
	ErrKind    = errors.New("ledger: not a kind of record")
	ErrSize    = errors.New("ledger: record too large")
)

// Hash is an RFC 6962 hash of a leaf or of a tree.
type Hash = tlog.Hash

// Options of a ledger.
type Options struct {
	Origin string           // name in the checkpoints; needed for a new ledger, must agree with an old one when given
	Now    func() time.Time // recorded_at; needed to write
	// PublicKey is the verifier key to trust. Empty: the key beside the ledger, which then proves nothing against
	// whoever could replace both.
	PublicKey string
}

// Checkpoint is a signed state of the ledger.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   Hash
	Note   []byte // as signed
}

// Log is a ledger open for writing. It is used by one goroutine.
type Log struct {
	dir     string
	now     func() time.Time
	signer  note.Signer
	pub     string
	lock    io.Closer
	entries *os.File
	hashes  *os.File
	tree    tree
	last    Checkpoint
	open    bool   // the batch has begun
	frames  []byte // pending
	nodes   []byte // pending
	recover Recovery
	err     error // the first failure to write; the log is to be opened anew
}

// Recovery is what Open had to repair.
type Recovery struct {
	Adopted int64 `json:"adopted"`        // records that were whole but not yet signed
	Cut     int64 `json:"cut_bytes"`      // bytes of a torn frame
	Rebuilt bool  `json:"hashes_rebuilt"` // from the entries
}

// batch is the body of a batch record.
type batch struct {
	RecordedAt time.Time `json:"recorded_at"`
	Size       int64     `json:"size"`
	Root       string    `json:"root"`
}

// Last returns the newest checkpoint.
func (l *Log) Last() Checkpoint { return l.last }

// PublicKey returns the verifier key, to be kept where the ledger is not.
func (l *Log) PublicKey() string { return l.pub }

// Recovered returns what Open had to repair; the zero value: nothing.
func (l *Log) Recovered() Recovery { return l.recover }

// LeafHash returns the hash that a record will have in the tree.
func LeafHash(kind string, body []byte) Hash { return tlog.RecordHash(leaf(nil, kind, body)) }

func leaf(dst []byte, kind string, body []byte) []byte {
	dst = append(append(append(dst, leafMagic...), kind...), '\n')
	return append(dst, body...)
}

func validKind(k string) bool {
	for i := range len(k) {
		if c := k[i]; c != '_' && c != '.' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return k != "" && len(k) <= 32
}

// Append adds a record and returns its index. It is on disk after the next Commit. body is borrowed.
func (l *Log) Append(kind string, body []byte) (int64, error) {
	if !validKind(kind) || kind == KindBatch || kind == KindRecovery {
		return 0, ErrKind
	}
	return l.append(kind, body)
}

func (l *Log) append(kind string, body []byte) (int64, error) {
	if l.err != nil {
		return 0, l.err
	}
	if len(leafMagic)+len(kind)+1+len(body) > MaxLeaf {
		return 0, ErrSize
	}
	if !l.open {
		l.open = true
		root := l.tree.root()
		head, err := json.Marshal(batch{l.now().UTC(), l.tree.size, base64.StdEncoding.EncodeToString(root[:])})
		if err != nil { // a year that JSON cannot tell
			return 0, l.fail(err)
		}
		l.add(KindBatch, head)
	}
	l.add(kind, body)
	if len(l.frames) >= flushAt {
		if err := l.flush(); err != nil {
			return 0, err
		}
	}
	return l.tree.size - 1, nil
}

func (l *Log) add(kind string, body []byte) {
	at := len(l.frames)
	l.frames = append(l.frames, make([]byte, frameHead)...)
	l.frames = leaf(l.frames, kind, body)
	putFrame(l.frames[at:])
	l.nodes = l.tree.add(tlog.RecordHash(l.frames[at+frameHead:]), l.nodes)
}

// flush writes what is pending, without syncing.
func (l *Log) flush() error {
	if l.err != nil {
		return l.err
	}
	if _, err := l.entries.Write(l.frames); err != nil {
		return l.fail(err)
	}
	l.frames = l.frames[:0]
	return nil
}

// fail makes an error stick: after a failed write the state of the files is unknown until they are opened anew.
func (l *Log) fail(err error) error {
	l.err = err
	return err
}

// Commit makes all records durable and signs the new state. Without new records it returns the last one.
func (l *Log) Commit() (Checkpoint, error) {
	if l.err != nil {
		return l.last, l.err
	}
	if l.tree.size == l.last.Size {
		return l.last, nil
	}
	if err := l.flush(); err != nil {
		return l.last, err
	}
	if err := l.entries.Sync(); err != nil {
		return l.last, l.fail(err)
	}
	if _, err := l.hashes.Write(l.nodes); err != nil {
		return l.last, l.fail(err)
	}
	if err := l.hashes.Sync(); err != nil {
		return l.last, l.fail(err)
	}
	c, err := l.sign()
	if err != nil {
		return l.last, l.fail(err)
	}
	l.last, l.nodes, l.open = c, l.nodes[:0], false
	return c, nil
}

func (l *Log) sign() (Checkpoint, error) {
	c := Checkpoint{Origin: l.signer.Name(), Size: l.tree.size, Root: l.tree.root()}
	var err error
	if c.Note, err = note.Sign(&note.Note{Text: c.text()}, l.signer); err != nil {
		return c, err
	}
	return c, replace(filepath.Join(l.dir, checkpointName), c.Note, 0o644)
}

// Close commits what is pending and lets go of the ledger.
func (l *Log) Close() error {
	if errors.Is(l.err, ErrClosed) {
		return nil
	}
	_, err := l.Commit()
	err = errors.Join(err, l.entries.Close(), l.hashes.Close(), l.lock.Close())
	l.err = ErrClosed
	return err
}

// replace writes a file so that after a crash it is the old one or the new one.
func replace(path string, data []byte, mode os.FileMode) error {
	tmp := path + ".tmp"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
