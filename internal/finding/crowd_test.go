package finding

import (
	"fmt"
	"testing"
)

// hash is a well mixed number (SplitMix64) that is not firm.
func hash(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return (n ^ n>>31) &^ Firm
}

// person adds somebody with so many numbers.
func person(c *Crowd, id, numbers int) {
	first := -1
	for k := range numbers {
		h := hash(uint64(id)<<8 | uint64(k)) //nolint:gosec // small
		if k == 0 && id%2 == 0 {
			h |= Firm
		}
		i, _ := c.Known.Find(h)
		if i < 0 {
			return
		}
		if first < 0 {
			first = i
		}
		c.Known.Join(first, i)
	}
}

func object(from, to, numbers int) People {
	var c Crowd
	for i := from; i < to; i++ {
		person(&c, i, numbers)
	}
	return c.People()
}

func TestCrowdExact(t *testing.T) {
	for _, numbers := range []int{1, 2, 3} {
		var c Crowd
		for i := range MaxExact {
			person(&c, i, numbers)
			person(&c, i, numbers)
		}
		if got := c.Count(); got != (Individuals{MaxExact, MaxExact}) {
			t.Errorf("%d numbers each: %v", numbers, got)
		}
	}
}

func TestCrowdEstimate(t *testing.T) {
	var c Crowd
	n := 0
	for _, to := range []int{60_000, 200_000, 1_000_000} {
		for ; n < to; n++ {
			person(&c, n, 2)
		}
		if got := c.Count().Low; got < n-n/50 || got > n+n/50 {
			t.Errorf("%d for %d", got, n)
		}
	}
	if c.Size() != 0 {
		t.Errorf("%d hashes are held", c.Size())
	}
	c.Reset()
	if c.Count() != (Individuals{}) {
		t.Error("not empty")
	}
}

// TestCrowdAdd: people of many objects count once each, by whichever of their numbers.
func TestCrowdAdd(t *testing.T) {
	var c Crowd
	for range 2 {
		for i := 0; i < 600; i += 15 {
			p := object(i, i+15, 2)
			c.Add(&p)
		}
	}
	if got := c.Count(); got != (Individuals{600, 600}) {
		t.Errorf("600 people twice: %v", got)
	}
	var one Crowd
	one.Known.Add(hash(7<<8 | 1)) // the second number of a person, alone
	p := one.People()
	if c.Add(&p); c.Count().Low != 600 {
		t.Errorf("somebody by another number: %v", c.Count())
	}
	var loose Crowd
	loose.Loose.Add(hash(7<<8 | 1))
	loose.Loose.Add(hash(1 << 40))
	p = loose.People()
	if c.Add(&p); c.Count() != (Individuals{600, 601}) {
		t.Errorf("with loose ones: %v", c.Count())
	}
	if got := fmt.Sprint(object(0, 0, 1)); got != fmt.Sprint(People{}) {
		t.Errorf("nobody is %s", got)
	}
}

// TestCrowdAddLarge: what is too large to hand out whole has one number a person, or is an estimate, and adds up all the same.
func TestCrowdAddLarge(t *testing.T) {
	var c Crowd
	p := object(0, 40_000, 2)
	if len(p.known) != 40_000 {
		t.Errorf("%d hashes for 40,000 people with two numbers each", len(p.known))
	}
	for range 2 {
		c.Add(&p)
	}
	if got := c.Count(); got != (Individuals{40_000, 40_000}) {
		t.Errorf("exact: %v", got)
	}
	p = object(30_000, 130_000, 1)
	for range 2 {
		c.Add(&p)
	}
	if got := c.Count().Low; got < 127_400 || got > 132_600 {
		t.Errorf("%d of 130,000", got)
	}
	p = object(129_000, 131_000, 2)
	if c.Add(&p); c.Count().Low < 128_380 || c.Count().Low > 133_620 {
		t.Errorf("%d of 131,000", c.Count().Low)
	}
}

func TestDistinct(t *testing.T) {
	var d Distinct
	for range 2 {
		for i := range uint64(1000) {
			d.Add(hash(i))
		}
	}
	if d.Count() != 1000 || !d.Has(hash(5)) || d.Has(hash(5000)) {
		t.Errorf("%d of 1000", d.Count())
	}
	var all, large Distinct
	for i := range uint64(100_000) {
		large.Add(hash(i + 500))
	}
	all.AddAll(&d)
	all.AddAll(&d)
	if all.Count() != 1000 {
		t.Errorf("%d of 1000, added twice", all.Count())
	}
	if all.AddAll(&large); all.Count() < 98_490 || all.Count() > 102_510 {
		t.Errorf("%d of 100,500", all.Count())
	}
	d.Reset()
	if d.Count() != 0 || d.Has(hash(5)) || !d.Add(hash(5)) || d.Add(hash(5)) {
		t.Error("not empty after a reset")
	}
}

// TestFirm: two people with a number each that is theirs alone stay two, whatever others they share; whoever has none is the first.
func TestFirm(t *testing.T) {
	var c Crowd
	tie := func(hs ...uint64) {
		first, _ := c.Known.Find(hs[0])
		for _, h := range hs[1:] {
			i, _ := c.Known.Find(h)
			c.Known.Join(first, i)
		}
	}
	tie(2, 4)      // a record number and another
	tie(1|Firm, 2) // whose the first is
	tie(3|Firm, 2) // somebody else under the same number
	tie(2, 6)
	if got := c.Count(); got != (Individuals{Low: 2, High: 2}) {
		t.Errorf("%v people, want 2", got)
	}
	p := c.People()
	var day Crowd
	day.Add(&p)
	day.Add(&p)
	if got := day.Count(); got != (Individuals{Low: 2, High: 2}) {
		t.Errorf("%v people over two objects, want 2", got)
	}
}
