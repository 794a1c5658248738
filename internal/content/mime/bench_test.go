package mime

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// mute is a visitor that reads nothing.
type mute struct{}

func (mute) Enter(*object.Meta)                {}
func (mute) Leave()                            {}
func (mute) Begin(object.UnitKind)             {}
func (mute) End()                              {}
func (mute) Field(object.Role, []byte, []byte) {}
func (mute) Text([]byte)                       {}
func (mute) Structure(object.Structure)        {}

// blob takes a part as it is.
var blob = content.Format{Name: "blob", Sniff: func([]byte, *object.Meta) content.Score { return 1 },
	Decode: func(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
		for b := r.Fill(); len(b) > 0; b = r.Fill() {
			e.Text(b)
			r.Discard(len(b))
		}
		return coverage.None
	}}

const benchHeader = "Received: from a.example.org by b.example.org; Mon, 2 Jun 2025 10:00:00 +0000\r\nFrom: \"A\" <a@example.org>\r\nTo: b@example.org\r\nSubject: =?utf-8?Q?Report_of_the_day?=\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_0\"\r\n\r\n"

func benchMail(encoding, body string) []byte {
	return []byte(benchHeader + "--=_0\r\nContent-Type: application/octet-stream; name=a.bin\r\nContent-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" + body + "\r\n--=_0--\r\n")
}

// source yields data in pieces without making memory.
type source struct {
	data []byte
	n    int
}

func (s *source) Next() content.Chunk {
	n := min(s.n, len(s.data))
	c := content.Chunk{Data: s.data[:n]}
	s.data = s.data[n:]
	c.End = len(s.data) == 0
	return c
}

func benchmarks() map[string][]byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 600_000)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	var lines strings.Builder
	enc := base64.StdEncoding.EncodeToString(noise)
	for len(enc) > 76 {
		lines.WriteString(enc[:76] + "\r\n")
		enc = enc[76:]
	}
	var text, table strings.Builder
	for i := range 8000 {
		fmt.Fprintf(&text, "Dear colleague, the patient of bed %d was seen today and feels better than yesterday - no pain.\r\n", i)
		fmt.Fprintf(&table, "<tr class=\"x\"><td>%d</td><td align=\"right\">caf\u00e9</td></tr>\r\n", i)
	}
	qp := func(s string) string {
		var b bytes.Buffer
		w := quotedprintable.NewWriter(&b)
		_, _ = w.Write([]byte(s))
		_ = w.Close()
		return b.String()
	}
	return map[string][]byte{
		"base64": benchMail("base64", lines.String()), "quoted text": benchMail("quoted-printable", qp(text.String())),
		"quoted html": benchMail("quoted-printable", qp(table.String())), "7bit": benchMail("7bit", text.String()),
		"small": benchMail("7bit", "hello\r\n"),
	}
}

func BenchmarkMail(b *testing.B) {
	w := content.NewDriver([]content.Format{Format(), blob}, content.DefaultLimits()).NewWorker()
	for name, data := range benchmarks() {
		for _, n := range []int{1 << 20, 16 << 10} {
			if n > len(data) && n != 1<<20 {
				continue
			}
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					w.Walk(&mailMeta, &source{data, n}, mute{}, content.Options{Scan: true})
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(data)), "ns/byte")
			})
		}
	}
}
