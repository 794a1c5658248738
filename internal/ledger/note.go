package ledger

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	algEd25519   = 1
	maxNote      = 64 << 10
	signerPrefix = "PRIVATE+KEY+"
)

// text returns the body of a checkpoint.
func (c *Checkpoint) text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root[:]) + "\n"
}

// parseCheckpoint checks the signature of a checkpoint and reads it. There is one way to write a checkpoint, and any
// other is refused: the base64 of a signature has bits that do not count, and they must not change either.
func parseCheckpoint(data []byte, pub string) (Checkpoint, error) {
	c := Checkpoint{Note: data}
	v, err := note.NewVerifier(pub)
	if err != nil {
		return c, errors.New("the public key is not a verifier key")
	}
	n, err := note.Open(data, note.VerifierList(v))
	if err != nil {
		return c, errors.New("the signature is wrong")
	}
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return c, errors.New("more than one signature")
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64)
	if err != nil || len(sig) != 4+ed25519.SignatureSize ||
		string(data) != n.Text+"\n— "+v.Name()+" "+base64.StdEncoding.EncodeToString(sig)+"\n" {
		return c, errors.New("the signature is not written as it was signed")
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 {
		return c, errors.New("not three lines")
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 62); err != nil || c.Size < 0 {
		return c, errors.New("the size is not a number")
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return c, errors.New("the root is not a hash")
	}
	if c.Origin != v.Name() || c.text() != n.Text {
		return c, errors.New("not in canonical form")
	}
	return c, nil
}

// publicKey reads a verifier key strictly: NAME+HASH+KEY, lower-case hash, one line end.
func publicKey(data []byte) (string, error) {
	bad := errors.New("not a verifier key")
	text, ok := strings.CutSuffix(string(data), "\n")
	if !ok {
		return "", bad
	}
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return "", bad
	}
	key, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != algEd25519 {
		return "", bad
	}
	if again, err := note.NewEd25519VerifierKey(parts[0], key[1:]); err != nil || again != text {
		return "", bad
	}
	return text, nil
}

// publicOf derives the verifier key of a signer key, which is read as strictly.
func publicOf(data []byte) (signer, pub string, err error) {
	bad := errors.New("not a signer key")
	text, ok := strings.CutSuffix(string(data), "\n")
	rest, ok2 := strings.CutPrefix(text, signerPrefix)
	parts := strings.SplitN(rest, "+", 3)
	if !ok || !ok2 || len(parts) != 3 {
		return "", "", bad
	}
	key, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.SeedSize || key[0] != algEd25519 ||
		base64.StdEncoding.EncodeToString(key) != parts[2] { // decoding skips line ends
		return "", "", bad
	}
	private := ed25519.NewKeyFromSeed(key[1:])
	pub, err = note.NewEd25519VerifierKey(parts[0], private.Public().(ed25519.PublicKey))
	if err != nil || !strings.HasPrefix(pub, parts[0]+"+"+parts[1]+"+") {
		return "", "", bad
	}
	return text, pub, nil
}

// loadKey reads or makes the keys of a ledger.
func loadKey(dir, origin string) (note.Signer, string, error) {
	path := filepath.Join(dir, keyName)
	data, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		if data, err = makeKey(dir, origin); err != nil {
			return nil, "", err
		}
	}
	if err != nil {
		return nil, "", err
	}
	text, pub, err := publicOf(data)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %s: %w", ErrDamaged, keyName, err)
	}
	signer, err := note.NewSigner(text)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %s", ErrDamaged, keyName)
	}
	if origin != "" && signer.Name() != origin {
		return nil, "", ErrOrigin
	}
	beside, err := readSmall(filepath.Join(dir, pubName))
	if errors.Is(err, fs.ErrNotExist) {
		return signer, pub, replace(filepath.Join(dir, pubName), []byte(pub+"\n"), 0o644)
	}
	if err != nil {
		return nil, "", err
	}
	if !bytes.Equal(beside, []byte(pub+"\n")) {
		return nil, "", fmt.Errorf("%w: %s is not of %s", ErrDamaged, pubName, keyName)
	}
	return signer, pub, nil
}

// makeKey makes the keys of a new ledger. Files of a ledger without its key are not continued under a new one.
func makeKey(dir, origin string) ([]byte, error) {
	for _, name := range []string{entriesName, hashesName, checkpointName, pubName} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return nil, fmt.Errorf("%w: %s is missing", ErrDamaged, keyName)
		}
	}
	if origin == "" || !utf8.ValidString(origin) || strings.ContainsFunc(origin, func(r rune) bool { return unicode.IsSpace(r) || r == '+' }) {
		return nil, ErrOrigin
	}
	signer, _, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return nil, ErrOrigin
	}
	data := []byte(signer + "\n")
	return data, replace(filepath.Join(dir, keyName), data, 0o600)
}

// readSmall reads a file that cannot be large.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	return io.ReadAll(io.LimitReader(f, maxNote))
}
