package finding

import "testing"

func TestSet(t *testing.T) {
	var d Set
	if d.Has(0) || d.Count() != 0 {
		t.Error("the zero value is not empty")
	}
	for range 2 {
		for i := range uint64(1000) {
			d.Add(hash(i))
		}
	}
	if d.Count() != 1000 || !d.Has(hash(5)) || d.Has(hash(5000)) {
		t.Errorf("%d of 1000", d.Count())
	}
	if !d.Add(0) || d.Add(0) || !d.Has(0) || d.Count() != 1001 {
		t.Error("a hash of zero")
	}
	var all, large Set
	for i := range uint64(MaxExact) {
		if !large.Add(hash(i + 500)) {
			t.Fatalf("%d is not new", i)
		}
	}
	if large.Count() != MaxExact {
		t.Errorf("%d, not exact", large.Count())
	}
	all.AddAll(&d)
	all.AddAll(&d)
	if all.Count() != 1001 {
		t.Errorf("%d of 1001, added twice", all.Count())
	}
	for i := range uint64(MaxExact) {
		large.Add(hash(i + 500 + MaxExact))
	}
	if all.AddAll(&large); all.Count() < 98_490 || all.Count() > 102_510 {
		t.Errorf("%d of 100,500", all.Count())
	}
	d.Reset()
	if d.Count() != 0 || d.Has(hash(5)) || !d.Add(hash(5)) || d.Add(hash(5)) {
		t.Error("not empty after a reset")
	}
	large.Reset()
	if large.Count() != 0 || !large.Add(hash(5)) {
		t.Error("not empty after a reset of an estimate")
	}
}
