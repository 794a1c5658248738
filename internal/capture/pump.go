package capture

import (
	"errors"
	"io"
)

// errInterrupted ends a read that waited for somebody to write.
var errInterrupted = errors.New("interrupted")

// pump reads standard input or a pipe on a goroutine of its own: nothing else ends a read that waits for a writer who
// says nothing. The goroutine ends with the pipe, or with the process.
type pump struct {
	under io.Closer
	full  chan []byte
	free  chan []byte
	stop  <-chan struct{} // closed: what waits is given up
	err   error           // valid when full is closed
	cur   []byte
	rest  []byte
}

func newPump(r io.ReadCloser, stop <-chan struct{}) *pump {
	p := &pump{under: r, full: make(chan []byte, 1), free: make(chan []byte, 2), stop: stop}
	p.free <- make([]byte, ownSize)
	p.free <- make([]byte, ownSize)
	go p.run(r)
	return p
}

// run hands on what each read returned, however little: packets must not wait for others.
func (p *pump) run(r io.Reader) {
	defer close(p.full)
	for b := range p.free {
		n, err := r.Read(b[:cap(b)])
		if n > 0 {
			p.full <- b[:n]
		} else {
			p.free <- b
		}
		if err != nil {
			p.err = err
			return
		}
	}
}

// Read waits for the pipe or for stop.
func (p *pump) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		if p.cur != nil {
			p.free <- p.cur
			p.cur = nil
		}
		select {
		case full, ok := <-p.full:
			if !ok {
				return 0, p.err
			}
			p.cur, p.rest = full, full
		case <-p.stop:
			return 0, errInterrupted
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// Close closes the pipe, which is not ours if it is standard input.
func (p *pump) Close() error { return p.under.Close() }
