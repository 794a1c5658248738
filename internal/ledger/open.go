package ledger

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

// Open opens a ledger for writing, or makes one. It repairs what a crash can leave (see the package comment), and only
// that. The directory has one writer: a second one gets ErrInUse.
func Open(dir string, o Options) (*Log, error) {
	if o.Now == nil {
		return nil, errors.New("ledger: no clock")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(dir, lockName))
	if err != nil {
		return nil, err
	}
	l := &Log{dir: dir, now: o.Now, lock: lock}
	if err := l.start(o.Origin); err != nil {
		for _, f := range []*os.File{l.entries, l.hashes} {
			if f != nil {
				_ = f.Close() // nothing was written that counts
			}
		}
		_ = lock.Close()
		return nil, err
	}
	return l, nil
}

func (l *Log) start(origin string) error {
	var err error
	if l.signer, l.pub, err = loadKey(l.dir, origin); err != nil {
		return err
	}
	if err = l.begin(); err != nil {
		return err
	}
	const mode = os.O_RDWR | os.O_CREATE | os.O_APPEND
	if l.entries, err = os.OpenFile(filepath.Join(l.dir, entriesName), mode, 0o600); err != nil {
		return err
	}
	if l.hashes, err = os.OpenFile(filepath.Join(l.dir, hashesName), mode, 0o600); err != nil {
		return err
	}
	if err := syncDir(l.dir); err != nil {
		return err
	}
	if err := l.repairHashes(); err != nil {
		return err
	}
	if err := l.adopt(); err != nil {
		return err
	}
	if l.recover == (Recovery{}) {
		return nil
	}
	body, err := json.Marshal(l.recover)
	if err != nil {
		return err
	}
	if _, err := l.append(KindRecovery, body); err != nil {
		return err
	}
	_, err = l.Commit()
	return err
}

// begin reads the checkpoint. A new ledger gets one of size 0 before its first record, so a ledger without one has
// lost it.
func (l *Log) begin() error {
	data, err := readSmall(filepath.Join(l.dir, checkpointName))
	if errors.Is(err, fs.ErrNotExist) {
		for _, name := range []string{entriesName, hashesName} {
			if st, err := os.Stat(filepath.Join(l.dir, name)); err == nil && st.Size() > 0 {
				return fmt.Errorf("%w: %s is missing", ErrDamaged, checkpointName)
			}
		}
		l.last, err = l.sign()
		return err
	}
	if err != nil {
		return err
	}
	if l.last, err = parseCheckpoint(data, l.pub); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDamaged, checkpointName, err)
	}
	return nil
}

// repairHashes loads the edge of the signed tree and makes the file end there. Hashes that are short or wrong are made
// anew from the entries, if these give the signed root.
func (l *Log) repairHashes() error {
	want := tlog.StoredHashCount(l.last.Size) * tlog.HashSize
	st, err := l.hashes.Stat()
	if err != nil {
		return err
	}
	if st.Size() >= want && l.tree.load(l.last.Size, hashFile{l.hashes}) == nil && l.tree.root() == l.last.Root {
		if st.Size() > want {
			return l.hashes.Truncate(want)
		}
		return nil
	}
	return l.rebuild()
}

func (l *Log) rebuild() error {
	path := filepath.Join(l.dir, hashesName)
	f, err := os.OpenFile(path+".tmp", os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if err := l.rehash(f); err != nil {
		_ = f.Close() // given up
		_ = os.Remove(path + ".tmp")
		return err
	}
	old := l.hashes
	l.hashes = f
	l.recover.Rebuilt = true
	return errors.Join(old.Close(), f.Sync(), os.Rename(path+".tmp", path), syncDir(l.dir))
}

// rehash writes the stored hashes of the signed entries to w and checks their root.
func (l *Log) rehash(w io.Writer) error {
	size, err := fileSize(l.entries)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, 256<<10)
	fr := readFrames(l.entries, size)
	l.tree = tree{}
	var nodes []byte
	for l.tree.size < l.last.Size {
		leaf, err := fr.next()
		if err != nil {
			return damaged(l.tree.size, err)
		}
		nodes = l.tree.add(tlog.RecordHash(leaf), nodes[:0])
		if _, err := b.Write(nodes); err != nil {
			return err
		}
	}
	if l.tree.root() != l.last.Root {
		return fmt.Errorf("%w: entries and %s do not fit together", ErrDamaged, checkpointName)
	}
	return b.Flush()
}

// adopt checks the frames of the signed entries, takes whole frames behind them and cuts the rest off.
func (l *Log) adopt() error {
	size, err := fileSize(l.entries)
	if err != nil {
		return err
	}
	fr := readFrames(l.entries, size)
	for i := range l.last.Size {
		if _, err := fr.next(); err != nil {
			return damaged(i, err)
		}
	}
	for {
		leaf, err := fr.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			if _, _, ok := split(leaf); ok {
				l.nodes = l.tree.add(tlog.RecordHash(leaf), l.nodes)
				l.recover.Adopted++
				continue
			}
			fr.off -= frameHead + int64(len(leaf)) // a frame that is no record is cut off too
		}
		l.recover.Cut = size - fr.off
		return l.entries.Truncate(fr.off)
	}
	return nil
}

func damaged(index int64, err error) error {
	if errors.Is(err, io.EOF) {
		err = errTorn
	}
	return fmt.Errorf("%w: record %d: %w", ErrDamaged, index, err)
}

func fileSize(f *os.File) (int64, error) {
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}
