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

// late is a context that ends just after it was asked whether it has.
type late struct {
	context.Context
	cancel func()
}

func (c *late) Err() error {
	err := c.Context.Err()
	go c.cancel()
	return err
}

// TestCancelWaiting ends a read of a pipe whose writer says nothing more, and tells of no damage.
func TestCancelWaiting(t *testing.T) {
	const packets = 40
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	old := os.Stdin
	os.Stdin = r
	defer func() { os.Stdin = old }()
	data := datagrams(packets+1, 300, flow.Second).Bytes()
	if _, err := w.Write(data[:len(data)-100]); err != nil { // less than a pipe holds
		t.Fatal(err)
	}
	s, err := capture.Open([]string{"-"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := &late{}
	ctx.Context, ctx.cancel = context.WithCancel(t.Context())
	defer ctx.cancel()
	var b flow.Batch
	n := 0
	for err == nil {
		err = s.Next(ctx, &b)
		n += len(b.Packets)
	}
	if !errors.Is(err, context.Canceled) || n != packets {
		t.Errorf("%d packets, %v", n, err)
	}
	if f := s.Stats().Files[0]; f.Note != "" {
		t.Errorf("note %q", f.Note)
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
