package ledger

import (
	"bytes"
	"errors"
	"io"

	"golang.org/x/mod/sumdb/tlog"
)

// tail judges what lies behind the signed records. A writer that is at work, or was killed, leaves whole records, then at
// most a part of one, and of their hashes a beginning: that is counted. Anything else is no tail of a writer.
func (v *verifier) tail(fr *frames) error {
	if v.size < 0 {
		return nil // without a signature all records were walked
	}
	for {
		leaf, err := fr.next()
		index := v.tree.size
		switch {
		case errors.Is(err, io.EOF):
			return v.hashTail(nil)
		case errors.Is(err, errTorn), errors.Is(err, errFrame) && fr.zeros():
			v.r.TailBytes = fr.size - fr.off
			return v.hashTail(nil)
		case errors.Is(err, errFrame):
			v.r.TailBytes = fr.size - fr.off
			v.r.fault(entriesName, index, "not signed yet: "+err.Error())
			return v.hashTail(nil)
		case err != nil:
			return err
		}
		if _, _, ok := split(leaf); !ok {
			v.r.fault(entriesName, index, "not signed yet, and not a record")
		}
		v.r.Unsigned++
		if err := v.hashTail(v.tree.add(tlog.RecordHash(leaf), nil)); err != nil {
			return err
		}
	}
}

// hashTail compares what is stored behind the hashes of the signed records with the hashes of a record that is not signed
// yet; it may end anywhere. nil: there are no more such records, so nothing may be left.
func (v *verifier) hashTail(nodes []byte) error {
	if v.hashes == nil || v.hashBad >= 0 {
		return nil // told already
	}
	if nodes == nil {
		if _, err := v.hashes.ReadByte(); !errors.Is(err, io.EOF) {
			v.r.fault(hashesName, -1, "bytes behind the hashes of all records")
			return ioError(err)
		}
		return nil
	}
	got := make([]byte, len(nodes))
	n, err := io.ReadFull(v.hashes, got)
	v.r.HashTail += int64(n)
	if !bytes.Equal(got[:n], nodes[:n]) {
		v.hashBad = v.tree.size - 1
		v.r.fault(hashesName, v.hashBad, "a stored hash is not that of the record, which is not signed yet")
		return nil
	}
	return ioError(err)
}

// ioError leaves out the ends of a file.
func ioError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
