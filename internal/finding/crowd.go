package finding

import "github.com/axiomhq/hyperloglog"

// Crowd counts people. The zero value is empty.
type Crowd struct {
	Known Distinct // by what names them; several hashes of a person are joined
	Loose Distinct // of identifiers that belong to nobody in particular
}

// Reset empties the crowd.
func (c *Crowd) Reset() {
	c.Known.Reset()
	c.Loose.Reset()
}

// Count returns the range: those known, and with them those who may be others.
func (c *Crowd) Count() Individuals {
	low := c.Known.Count()
	if !c.Known.Exact() || !c.Loose.Exact() {
		return Individuals{Low: low, High: low + c.Loose.Count()}
	}
	extra := 0
	for i := range c.Loose.list {
		if !c.Known.Has(c.Loose.list[i].hash) {
			extra++
		}
	}
	high := low + extra
	if low == 0 && extra > 0 {
		low = 1
	}
	return Individuals{Low: low, High: high}
}

// Size is how many hashes the crowd holds, 0 once it estimates.
func (c *Crowd) Size() int { return len(c.Known.list) + len(c.Loose.list) }

// Estimate gives up the hashes of a crowd for sketches.
func (c *Crowd) Estimate() {
	c.Known.Estimate()
	if len(c.Loose.list) > 0 {
		c.Loose.Estimate()
	}
}

// People are the people of an object as keyed hashes, to be counted with those of others. They are never written. A list has at most
// [MaxExact] hashes; beyond that there is one hash for each person, or a sketch.
type People struct {
	known  []member
	loose  []uint64
	sketch [2]*hyperloglog.Sketch // of either, nil: the list
}

// member is a hash of a person; of is the index of the one that the person is known by.
type member struct {
	hash uint64
	of   int32
}

// People copies what a crowd holds.
func (c *Crowd) People() People {
	p := People{known: c.Known.members()}
	if !c.Known.Exact() {
		p.sketch[0] = c.Known.sketch.Clone()
	}
	if !c.Loose.Exact() {
		p.sketch[1] = c.Loose.sketch.Clone()
	}
	for i := range c.Loose.list {
		p.loose = append(p.loose, c.Loose.list[i].hash)
	}
	return p
}

func (t *Distinct) members() []member {
	if len(t.list) == 0 {
		return nil
	}
	all := len(t.list) <= MaxExact
	out := make([]member, 0, min(len(t.list), MaxExact))
	for i := range t.list {
		switch r := t.Root(i); {
		case all:
			out = append(out, member{t.list[i].hash, int32(r)}) //nolint:gosec // an index
		case r == i:
			out = append(out, member{t.list[i].hash, int32(len(out))}) //nolint:gosec // an index
		}
	}
	return out
}

// Add counts the people of an object among the crowd.
func (c *Crowd) Add(p *People) {
	for i, s := range p.sketch {
		if s != nil && i == 0 {
			c.Known.merge(s)
		} else if s != nil {
			c.Loose.merge(s)
		}
	}
	for i, m := range p.known {
		switch {
		case int(m.of) == i:
			c.Known.Add(m.hash)
		case c.Known.Exact():
			a, _ := c.Known.Find(p.known[m.of].hash)
			if a < 0 {
				continue
			}
			if b, _ := c.Known.Find(m.hash); b >= 0 {
				c.Known.Join(a, b)
			}
		}
	}
	for _, h := range p.loose {
		c.Loose.Add(h)
	}
}
