package inflate

// slow decodes a literal, the end of the block or a match, as there may be too few bits or bytes for fast. False: it
// needs more input.
func (d *Decoder) slow(in *input) bool {
	d.refill(in)
	e := d.lit[d.bits&(1<<litBits-1)]
	n := uint(e & dropMask) // with extra bits
	var above uint
	if e&isSub != 0 {
		above = litBits
		e = d.lit[(uint64(e>>baseShift)+d.bits>>litBits&(1<<(e>>codeShift&codeMask)-1))&litMask]
		n = above + uint(e&dropMask)
	}
	code := above + uint(e>>codeShift&codeMask)
	switch {
	case e&isBad != 0:
		return n <= d.count && d.corrupt(n)
	case n > d.count:
		return false
	case e&isLiteral != 0:
		d.buf[d.to] = byte(e >> baseShift)
		d.to++
		d.drop(n)
		return true
	case e&isEnd != 0:
		d.state = stateBlock
		d.drop(n)
		return true
	}
	length := int(e>>baseShift&lengthMask) + int(d.bits>>code&uint64(e>>lengthExtra&lengthExtraMask)) //nolint:gosec // small
	return d.slowMatch(n, length)
}

// slowMatch decodes the distance of a match, n bits away, and copies it.
func (d *Decoder) slowMatch(n uint, length int) bool {
	b := d.bits >> n
	e := d.dist[b&(1<<distBits-1)]
	above := n
	if e&isSub != 0 {
		b >>= distBits
		above += distBits
		e = d.dist[(e>>baseShift+b&(1<<(e>>codeShift&codeMask)-1))&distMask]
	}
	n = above + uint(e&dropMask)
	switch {
	case n > d.count:
		return false
	case e&isBad != 0:
		return d.corrupt(n)
	}
	distance := int(e>>baseShift&distanceMask) + int(b>>(e>>codeShift&codeMask)&(e>>distanceExtra)) //nolint:gosec // small
	d.drop(n)
	if distance > d.to-d.begin {
		return d.corrupt(0)
	}
	for range length {
		d.buf[d.to] = d.buf[d.to-distance]
		d.to++
	}
	return true
}
