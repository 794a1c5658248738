package stream

import (
	"encoding/binary"
	"strings"
	"syscall"
	"testing"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// sink counts and keeps nothing.
type sink struct{ n uint64 }

func (s *sink) Open(*flow.Flow) flow.Consumer         { return s }
func (s *sink) Evasion(*flow.Flow, string, flow.Time) {}
func (s *sink) Data(_ flow.Dir, _ uint64, _ flow.Time, b []byte) flow.Want {
	s.n += uint64(len(b))
	return 0
}
func (s *sink) Skip(flow.Dir, uint64, uint64)                                      {}
func (s *sink) Gap(flow.Dir, uint64, uint64, flow.Time, coverage.Reason) flow.Want { return 0 }
func (s *sink) Alt(flow.Dir, uint64, []byte)                                       {}
func (s *sink) Close(flow.Time, flow.CloseReason)                                  {}

// bulk is a transfer whose packets are patched in place for each step.
type bulk struct {
	data, ack flow.Packet
	seq       uint32
	n         int
}

func newBulk(client byte, size int) *bulk {
	d := tcpPacket{seq: 1, ack: 1, flags: "A", data: strings.Repeat("z", size)}.raw()
	a := tcpPacket{fromServer: true, seq: 1, ack: 1, flags: "A"}.raw()
	d[15], a[19] = client, client
	frame := func(b []byte) []byte { return append([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 8, 0}, b...) }
	q := &bulk{n: size, seq: 1}
	q.data = flow.Packet{Data: frame(d), Link: flow.LinkEthernet, Wire: uint32(len(d) + 14), At: 1}
	q.ack = flow.Packet{Data: frame(a), Link: flow.LinkEthernet, Wire: uint32(len(a) + 14), At: 1}
	return q
}

// sumAgain makes the checksums right.
func (q *bulk) sumAgain(b []byte) {
	ip := b[14:]
	ip[10], ip[11] = 0, 0
	binary.BigEndian.PutUint16(ip[10:], checksum(ip[:20], 0))
	ip[36], ip[37] = 0, 0
	binary.BigEndian.PutUint16(ip[36:], checksum(ip[20:], pseudo(ip, 6, len(ip)-20)))
}

func patch(b []byte, at int, v uint32) {
	ip := b[14:]
	old := binary.BigEndian.Uint32(ip[at:])
	s := uint32(^binary.BigEndian.Uint16(ip[36:])) + uint32(^uint16(old>>16)) + uint32(^uint16(old)) + v>>16 + v&0xffff
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	binary.BigEndian.PutUint32(ip[at:], v)
	binary.BigEndian.PutUint16(ip[36:], ^uint16(s))
}

func (q *bulk) next() {
	patch(q.data.Data, 24, q.seq)
	q.seq += uint32(q.n)
	patch(q.ack.Data, 28, q.seq)
}

func newShardBench() (*Shard, *coverage.Account, *sink) {
	acc, k := new(coverage.Account), new(sink)
	return NewShard(Config{}, k, acc), acc, k
}

// cpu reports the processor time per operation: on a shared machine the wall clock says little.
func cpu(b *testing.B) func() {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	before := u.Utime.Nano() + u.Stime.Nano()
	return func() {
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
		b.ReportMetric(float64(u.Utime.Nano()+u.Stime.Nano()-before)/float64(b.N), "cpu-ns/op")
	}
}

func (q *bulk) start(s *Shard, acc *coverage.Account) {
	q.sumAgain(q.data.Data)
	q.sumAgain(q.ack.Data)
	for range 8 {
		q.run(s, acc)
	}
}

func (q *bulk) run(s *Shard, acc *coverage.Account) {
	q.next()
	q.feed(s, acc, q.data)
	q.feed(s, acc, q.ack)
}

func (q *bulk) feed(s *Shard, acc *coverage.Account, p flow.Packet) {
	if _, ok := Route(&p, acc); ok {
		s.Packet(&p)
	}
}

func TestInOrderAllocatesNothing(t *testing.T) {
	s, acc, k := newShardBench()
	q := newBulk(1, 1448)
	q.start(s, acc)
	before := k.n
	if n := testing.AllocsPerRun(1000, func() { q.run(s, acc) }); n != 0 {
		t.Errorf("%v allocations per segment and acknowledgement", n)
	}
	if st := s.Stats(); k.n-before < 1000*1448 || st.BadChecksum > 0 || st.Conflicts > 0 {
		t.Errorf("%d bytes, %+v", k.n-before, st)
	}
}

// deaf wants nothing.
type deaf struct{ sink }

func (s *deaf) Open(*flow.Flow) flow.Consumer                      { return s }
func (s *deaf) Data(flow.Dir, uint64, flow.Time, []byte) flow.Want { return flow.Bypass }
func (s *deaf) Skip(_ flow.Dir, _, n uint64)                       { s.n += n }

func TestBypassAllocatesNothing(t *testing.T) {
	acc, k := new(coverage.Account), new(deaf)
	s := NewShard(Config{}, k, acc)
	q := newBulk(1, 1448)
	q.start(s, acc)
	before := k.n
	if n := testing.AllocsPerRun(1000, func() { q.run(s, acc) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if k.n-before < 1000*1448 || s.Stats().Buffered != 0 {
		t.Errorf("%d bytes skipped, %d buffered", k.n-before, s.Stats().Buffered)
	}
}

func BenchmarkBypass(b *testing.B) {
	acc, k := new(coverage.Account), new(deaf)
	s := NewShard(Config{}, k, acc)
	q := newBulk(1, 1448)
	q.start(s, acc)
	b.ReportAllocs()
	defer cpu(b)()
	for b.Loop() {
		q.next()
		q.feed(s, acc, q.data)
	}
}

func BenchmarkInOrder(b *testing.B) {
	for _, v := range []struct {
		name  string
		flows int
	}{{"1flow", 1}, {"1000flows", 1000}, {"4000flows", 4000}} {
		b.Run(v.name, func(b *testing.B) {
			s, acc, _ := newShardBench()
			var qs []*bulk
			for i := range v.flows {
				q := newBulk(byte(i), 1448)
				binary.BigEndian.PutUint16(q.data.Data[34:], uint16(i/250)+1024)
				binary.BigEndian.PutUint16(q.ack.Data[36:], uint16(i/250)+1024)
				q.start(s, acc)
				qs = append(qs, q)
			}
			b.SetBytes(1448 + 54)
			b.ReportAllocs()
			defer cpu(b)()
			i := 0
			for b.Loop() {
				q := qs[i]
				q.next()
				q.feed(s, acc, q.data)
				if i++; i == len(qs) {
					i = 0
				}
			}
		})
	}
}

func BenchmarkAck(b *testing.B) {
	s, acc, _ := newShardBench()
	q := newBulk(1, 1448)
	q.start(s, acc)
	defer cpu(b)()
	for b.Loop() {
		q.feed(s, acc, q.ack)
	}
}

func BenchmarkOutOfOrder(b *testing.B) {
	s, acc, _ := newShardBench()
	q := newBulk(1, 1448)
	q.start(s, acc)
	b.SetBytes(2 * (1448 + 54))
	b.ReportAllocs()
	defer cpu(b)()
	for b.Loop() {
		patch(q.data.Data, 24, q.seq+1448)
		q.feed(s, acc, q.data)
		patch(q.data.Data, 24, q.seq)
		q.feed(s, acc, q.data)
		q.seq += 2 * 1448
	}
}

func BenchmarkNewFlow(b *testing.B) {
	s, acc, _ := newShardBench()
	q := newBulk(1, 100)
	q.sumAgain(q.data.Data)
	b.ReportAllocs()
	defer cpu(b)()
	for i := 0; b.Loop(); i++ {
		binary.BigEndian.PutUint32(q.data.Data[14+12:], uint32(i))
		q.feed(s, acc, q.data)
	}
}
