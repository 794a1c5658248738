package capture_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/phiwatch/phiwatch/internal/capture"
	"github.com/phiwatch/phiwatch/internal/flow"
)

func TestCancel(t *testing.T) {
	s, err := capture.Open([]string{write(t, t.TempDir(), "f", datagrams(4, 30, flow.Second).Bytes())})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Next(ctx, &flow.Batch{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestPipe reads a capture that comes in small pieces and cannot be opened twice.
func TestPipe(t *testing.T) {
	c := datagrams(300, 900, flow.Second)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	old := os.Stdin
	os.Stdin = r
	defer func() { os.Stdin = old }()
	go func() {
		defer w.Close()
		data := c.Bytes()
		for len(data) > 0 {
			n := min(len(data), 777)
			if _, err := w.Write(data[:n]); err != nil {
				return
			}
			data = data[n:]
		}
	}()
	got, st := all(t, "-")
	same(t, got, c.Packets())
	if st.Files[0].Path != "-" {
		t.Errorf("%+v", st.Files[0])
	}
}
