package inflate

// reference decodes bit by bit, as RFC 1951 is written. It tells how many bytes it looked at.
func reference(src []byte) (out []byte, used int, s Status) {
	r := &refReader{src: src}
	defer func() {
		out, used = r.out, (r.pos+7)/8
		if e := recover(); e != nil {
			s = e.(Status) // anything else is a mistake
		}
	}()
	for final := false; !final; {
		final = r.bits(1) == 1
		switch r.bits(2) {
		case 0:
			r.stored()
		case 1:
			lit := make([]int, 288)
			for i := range lit {
				lit[i] = []int{8, 9, 7, 8}[btoi(i >= 144)+btoi(i >= 256)+btoi(i >= 280)]
			}
			dist := make([]int, 32)
			for i := range dist {
				dist[i] = 5
			}
			r.symbols(newRefCode(lit), newRefCode(dist))
		case 2:
			r.dynamic()
		case 3:
			panic(Corrupt)
		}
	}
	return nil, 0, Done
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

type refReader struct {
	src, out []byte
	pos      int // in bits
}

func (r *refReader) bit() int {
	if r.pos == 8*len(r.src) {
		panic(NeedInput)
	}
	r.pos++
	return int(r.src[(r.pos-1)/8]) >> ((r.pos - 1) % 8) & 1
}

// bits takes n bits, or none: all bytes are used then.
func (r *refReader) bits(n int) (v int) {
	for i := range n {
		v |= r.bit() << i
	}
	return v
}

func (r *refReader) stored() {
	r.pos = (r.pos + 7) / 8 * 8
	n, inverse := r.bits(16), r.bits(16)
	if n != inverse^0xFFFF {
		panic(Corrupt)
	}
	for range n {
		r.out = append(r.out, byte(r.bits(8)))
	}
}

func (r *refReader) dynamic() {
	lit, dist, metas := r.bits(5)+257, r.bits(5)+1, r.bits(4)+4
	if lit > 286 || dist > 30 {
		panic(Corrupt)
	}
	meta := make([]int, 19)
	for _, i := range []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}[:metas] {
		meta[i] = r.bits(3)
	}
	code := newRefCode(meta)
	var lengths []int
	for len(lengths) < lit+dist {
		symbol := r.symbol(code)
		times, value := 1, symbol
		switch symbol {
		case 16:
			if len(lengths) == 0 {
				panic(Corrupt)
			}
			value = lengths[len(lengths)-1]
			times = 3 + r.bits(2)
		case 17:
			times, value = 3+r.bits(3), 0
		case 18:
			times, value = 11+r.bits(7), 0
		}
		for range times {
			lengths = append(lengths, value)
		}
	}
	if len(lengths) > lit+dist {
		panic(Corrupt)
	}
	r.symbols(newRefCode(lengths[:lit]), newRefCode(lengths[lit:]))
}

func (r *refReader) symbols(lit, dist refCode) {
	for {
		symbol := r.symbol(lit)
		switch {
		case symbol < 256:
			r.out = append(r.out, byte(symbol))
			continue
		case symbol == 256:
			return
		case symbol > 285:
			panic(Corrupt)
		}
		length := 258
		if symbol < 285 {
			extra := max(0, (symbol-261)/4)
			length = r.bits(extra) + 3
			if symbol < 265 {
				length += symbol - 257
			} else {
				length += (4 + (symbol-265)%4) << extra
			}
		}
		distance := r.symbol(dist)
		if distance > 29 {
			panic(Corrupt)
		}
		if distance > 3 {
			extra := distance/2 - 1
			distance = (2+distance%2)<<extra + r.bits(extra)
		}
		distance++
		if distance > len(r.out) {
			panic(Corrupt)
		}
		for range length {
			r.out = append(r.out, r.out[len(r.out)-distance])
		}
	}
}

// refCode maps a code, with a one before its first bit, to its symbol.
type refCode struct {
	symbols map[int]int
	longest int
}

func newRefCode(lengths []int) refCode {
	c := refCode{symbols: map[int]int{}}
	code, sum := 0, 0
	for n := 1; n <= 15; n++ {
		code <<= 1
		for i, l := range lengths {
			if l == n {
				c.symbols[1<<n|code] = i
				c.longest = n
				code++
				sum += 1 << (15 - n)
			}
		}
	}
	if sum != 1<<15 && len(c.symbols) != 0 && (len(c.symbols) != 1 || c.longest != 1) {
		panic(Corrupt)
	}
	return c
}

func (r *refReader) symbol(c refCode) int {
	code := 1
	for range c.longest {
		code = code<<1 | r.bit()
		if s, ok := c.symbols[code]; ok {
			return s
		}
	}
	panic(Corrupt)
}
