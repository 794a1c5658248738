package config

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestTokenKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "token.key")
	var wg sync.WaitGroup
	keys := make([][32]byte, 8)
	made := make([]bool, 8)
	for i := range keys {
		wg.Go(func() {
			k, created, err := ReadTokenKey(path)
			if err != nil {
				t.Error(err)
			}
			keys[i], made[i] = k, created
		})
	}
	wg.Wait()
	n := 0
	for i := range keys {
		if keys[i] != keys[0] || keys[i] == [32]byte{} {
			t.Error("two runs got different keys")
		}
		if made[i] {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d runs say that they made the key", n)
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm() != 0o600 || st.Size() != 65 {
		t.Error(st, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".token*")); len(left) != 0 {
		t.Error("a temporary file is left")
	}
	if TokenKeyExposed(path) {
		t.Error("exposed")
	}
	if err := os.Chmod(path, 0o644); err != nil || !TokenKeyExposed(path) {
		t.Error("not exposed")
	}
}

func TestTokenKeyBad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	hex := strings.Repeat("0123456789abcDEF", 4)
	for text, ok := range map[string]bool{
		hex + "\n": true, hex: true, hex + "\r\n": true,
		"": false, "\n": false, hex[:63]: false, hex + "0": false, hex + "\n\nx": false, hex[:63] + "g": false, hex[:32] + "\n" + hex[32:63]: false,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		k, created, err := ReadTokenKey(path)
		if ok != (err == nil) || created || ok && k[0] != 0x01 {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && strings.Contains(err.Error(), hex[:16]) {
			t.Error("the error shows the key")
		}
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Error("the file was changed")
		}
	}
	if _, _, err := ReadTokenKey(filepath.Join(path, "x")); err == nil {
		t.Error("a file is no directory")
	}
}
