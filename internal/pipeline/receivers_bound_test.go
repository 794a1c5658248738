package pipeline

import (
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
)

func addr(i int) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(0x0a000000+i)) //nolint:gosec // small
	return netip.AddrFrom4(b)
}

func crowd(from, to int) finding.People {
	var c finding.Crowd
	for i := from; i < to; i++ {
		h := sha256.Sum256(binary.BigEndian.AppendUint32(nil, uint32(i))) //nolint:gosec // small
		c.Known.Add(binary.BigEndian.Uint64(h[:]))
	}
	return c.People()
}

// TestReceiversBound: many receivers and many people are held within bounds, and every alert is told.
func TestReceiversBound(t *testing.T) {
	r := newReceivers()
	p := crowd(0, 3)
	for i := range 3 * maxReceivers {
		r.add(addr(i), 0, &p)
	}
	if len(r.of) > maxReceivers || len(r.order) > maxReceivers {
		t.Errorf("%d receivers are held", len(r.of))
	}
	lines := r.all()
	if len(lines) != 3*maxReceivers || lines[1] != (ReceiverDay{"10.0.0.1", "1970-01-01", 1, finding.Individuals{Low: 3, High: 3}}) {
		t.Errorf("%d lines, %+v", len(lines), lines[1])
	}
	r = newReceivers()
	for i := range 30 {
		p = crowd(0, 45_000)
		r.add(addr(i), 0, &p)
		if r.held > maxPeopleHeld {
			t.Fatalf("%d hashes are held", r.held)
		}
	}
	for _, l := range r.all() {
		if n := l.Individuals.Low; n < 44_100 || n > 45_900 {
			t.Errorf("%d of 45,000", n)
		}
	}
	if r.held != 0 {
		t.Errorf("%d hashes are left", r.held)
	}
}

// TestReceiversRoll: days before yesterday are finished, and a late object of one makes a range.
func TestReceiversRoll(t *testing.T) {
	r := newReceivers()
	p := crowd(0, 3)
	for day := range 3 {
		r.add(addr(1), flow.Time(day)*dayLength, &p)
		r.roll(flow.Time(day) * dayLength)
	}
	if len(r.of) != 2 || len(r.lines) != 1 {
		t.Errorf("%d days are held, %d told", len(r.of), len(r.lines))
	}
	r.add(addr(1), 5, &p)
	lines := r.all()
	if len(lines) != 3 || lines[0] != (ReceiverDay{"10.0.0.1", "1970-01-01", 2, finding.Individuals{Low: 3, High: 6}}) {
		t.Errorf("%+v", lines)
	}
}

// TestReceiversOthers: there is an end to the number of lines.
func TestReceiversOthers(t *testing.T) {
	r := newReceivers()
	p := crowd(0, 1)
	for i := range 3 * maxReceiverDays {
		r.add(addr(i), 0, &p)
	}
	lines := r.all()
	alerts := 0
	for _, l := range lines {
		alerts += l.Alerts
	}
	if n := len(lines); n > maxReceiverDays+1 || lines[n-1].Receiver != others || alerts != 3*maxReceiverDays {
		t.Errorf("%d lines, %d alerts", n, alerts)
	}
}
