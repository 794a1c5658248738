package config

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ReadTokenKey returns the key of the tokens from a file of one line of 64 hex digits. A file that does not exist is
// created with a random key and mode 0600, atomically: of two runs that start at once both get the same key.
func ReadTokenKey(path string) (key [32]byte, created bool, err error) {
	key, err = readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, false, err
	}
	if err := createKey(path); err != nil {
		if !errors.Is(err, fs.ErrExist) {
			return key, false, Errors{{File: path, Key: "alerts.token_key_file", What: "cannot create the token key: " + reason(err), Cause: err,
				hint: "create the directory, or name another file"}}
		}
		key, err = readKey(path)
		return key, false, err
	}
	key, err = readKey(path)
	return key, err == nil, err
}

// TokenKeyExposed tells whether others than its owner can read or change the key file: worth a warning, because who
// has the key can find identifiers by trying them.
func TokenKeyExposed(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().Perm()&0o077 != 0
}

func readKey(path string) (key [32]byte, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	bad := func(what string, cause error) error {
		return Errors{{File: path, Key: "alerts.token_key_file", What: what, Cause: cause,
			hint: "the file holds one line of 64 hex digits; if it is gone for good, remove it: a new key is made, old tokens will not match"}}
	}
	if err != nil {
		return key, bad("cannot read the token key: "+reason(err), err)
	}
	defer func() { _ = f.Close() }() // read only
	var buf [80]byte
	n, err := f.Read(buf[:])
	if err != nil && n == 0 {
		return key, bad("the token key is empty or cannot be read", nil)
	}
	// Never the text itself in an error: it may be most of a key.
	text := strings.TrimRight(string(buf[:n]), "\r\n")
	if len(text) != 64 {
		return key, bad("the token key is not 64 hex digits", nil)
	}
	if _, err := hex.Decode(key[:], []byte(text)); err != nil {
		return [32]byte{}, bad("the token key is not 64 hex digits", nil)
	}
	return key, nil
}

// createKey writes a new key beside path and links it into place, which fails when path has come to be meanwhile.
func createKey(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var key [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".token-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // its other name stays
	_, err = f.WriteString(hex.EncodeToString(key[:]) + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
		return err
	} else if err != nil { // a file system without links: the last of two writers wins, both read what is there
		if err := os.Rename(f.Name(), path); err != nil {
			return err
		}
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		return le.Err.Error()
	}
	return err.Error()
}
