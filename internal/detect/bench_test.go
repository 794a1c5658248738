package detect

import (
	"encoding/base64"
	"fmt"
	"math/rand"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/phiwatch/phiwatch/internal/object"
)

func corpus(kind string, size int) []byte {
	rnd := rand.New(rand.NewSource(7))
	words := strings.Fields(`the quick meeting report for Monday is attached please see schedule below and send your comments to all people who
		work on it with version 2 of March 12 2024 at 10:30 room 4 call about budget office project team list next week regards thanks question`)
	var b strings.Builder
	for b.Len() < size {
		switch kind {
		case "english":
			b.WriteString(strings.TrimRight(words[rnd.Intn(len(words))], "0123456789:") + " ")
		case "mail":
			for range 10 + rnd.Intn(6) {
				b.WriteString(words[rnd.Intn(len(words))])
				b.WriteByte(' ')
			}
			b.WriteByte('\n')
		case "html":
			fmt.Fprintf(&b, `<td class="c%d" style="width:%dpx"><a href="/item?id=%d">`, rnd.Intn(9), rnd.Intn(400), rnd.Intn(99999))
			for range 4 + rnd.Intn(6) {
				b.WriteString(words[rnd.Intn(len(words))])
				b.WriteByte(' ')
			}
			b.WriteString("</a></td>\n")
		case "log":
			fmt.Fprintf(&b, "2026-11-%02d %02d:%02d:%02d,%03d INFO dfs.DataNode: block blk_%d of size %d from /10.250.%d.%d\n", 1+rnd.Intn(28), rnd.Intn(24), rnd.Intn(60),
				rnd.Intn(60), rnd.Intn(1000), rnd.Int63(), rnd.Intn(99999999), rnd.Intn(255), rnd.Intn(255))
		case "base64":
			var raw [57]byte
			rnd.Read(raw[:])
			b.WriteString(base64.StdEncoding.EncodeToString(raw[:]))
			b.WriteByte('\n')
		}
	}
	return []byte(b.String())
}

// cpu is the processor time of the process: the machine may be shared.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func perCPU(b *testing.B, from time.Duration, size int) {
	b.ReportMetric(float64(size)*float64(b.N)/1e6/(cpu()-from).Seconds(), "MB/cpu-s")
}

func BenchmarkText(b *testing.B) {
	e := newEngine(b)
	for _, kind := range []string{"mail", "html", "log", "base64"} {
		text := corpus(kind, 1<<20)
		b.Run(kind, func(b *testing.B) {
			s := e.NewScratch()
			b.ReportAllocs()
			t := cpu()
			for b.Loop() {
				c := e.Scan(s, &object.Meta{At: testTime})
				for i := 0; i < len(text); i += 16 << 10 {
					c.Text(text[i:min(len(text), i+16<<10)])
				}
				c.Finish()
			}
			perCPU(b, t, len(text))
		})
	}
	text := []byte(strings.Repeat(summary, 1000))
	b.Run("phi", func(b *testing.B) {
		s := e.NewScratch()
		b.ReportAllocs()
		t := cpu()
		for b.Loop() {
			c := e.Scan(s, &object.Meta{At: testTime})
			c.Text(text)
			c.Finish()
		}
		perCPU(b, t, len(text))
	})
}

func BenchmarkTable(b *testing.B) {
	set := newEngine(b)
	set.tokens = 32
	rnd := rand.New(rand.NewSource(7))
	for _, kind := range []string{"patients", "numbers"} {
		head := []string{"mrn", "name", "dob", "ssn", "icd10"}
		if kind == "numbers" {
			head = []string{"x", "y", "value", "ratio", "n"}
		}
		var rows [][][]byte
		size := 0
		for range 5000 {
			var r [][]byte
			if kind == "patients" {
				r = [][]byte{fmt.Appendf(nil, "%08d", rnd.Intn(99999999)), []byte("Tomasz Ferreira"), fmt.Appendf(nil, "%02d/%02d/%d", 1+rnd.Intn(12), 1+rnd.Intn(28), 1930+rnd.Intn(80)),
					fmt.Appendf(nil, "%03d-%02d-%04d", 100+rnd.Intn(500), 1+rnd.Intn(99), 1+rnd.Intn(9999)), []byte("S72.001A")}
			} else {
				for range 5 {
					r = append(r, fmt.Appendf(nil, "%.6f", rnd.Float64()*1000))
				}
			}
			for _, v := range r {
				size += len(v) + 1
			}
			rows = append(rows, r)
		}
		labels := make([][]byte, len(head))
		for i := range head {
			labels[i] = []byte(head[i])
		}
		b.Run(kind, func(b *testing.B) {
			s := set.NewScratch()
			b.ReportAllocs()
			t := cpu()
			for b.Loop() {
				c := set.Scan(s, &object.Meta{At: testTime})
				for _, r := range rows {
					c.Begin(object.UnitRow)
					for i, v := range r {
						c.Field(object.RoleNone, labels[i], v)
					}
					c.End()
				}
				c.Finish()
			}
			b.ReportMetric(float64((cpu()-t).Nanoseconds())/float64(b.N*len(rows)*5), "cpu-ns/field")
			perCPU(b, t, size)
		})
	}
}
