package cli

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
)

// victims are the captures that are damaged.
func victims(t testing.TB) []string {
	demo, err := filepath.Abs("../../scripts/demo/demo.pcap")
	if err != nil {
		t.Fatal(err)
	}
	out := []string{demo}
	for _, n := range []string{"smtp-zip-csv", "smtp-bdat-chunking", "ftp-passive-stor", "http-multipart", "http-get-offshore-gzip", "smtp-pdf", "net-ipfrag-syslog", "net-vlan-smtp"} {
		out = append(out, shared(t, "traffic", "pcaps", n+".pcap"))
	}
	return append(out, shared(t, "pcaps", "format", "pcapplusplus-many_interfaces-1.pcapng"))
}

// hostile replays damaged captures, each as a timeline of its own, and holds that each ends, accounts for every byte and
// makes nothing panic. If one of many fails, each is tried alone.
func hostile(t *testing.T, opts []string, name string, made [][]byte) {
	t.Helper()
	const batch = 100
	for part := range slices.Chunk(made, batch) {
		if fault := tried(t, opts, part); fault != "" {
			for i, b := range part {
				if alone := tried(t, opts, [][]byte{b}); alone != "" {
					keep := filepath.Join(os.TempDir(), "phiwatch-"+t.Name()+"-"+filepath.Base(name)+"-"+strconv.Itoa(i)+".pcap")
					write(t, keep, b)
					t.Fatalf("%s: %s (%s)", name, alone, keep)
				}
			}
			t.Fatalf("%s: %s, though none of %d fails alone", name, fault, len(part))
		}
	}
}

// tried replays captures and says what is wrong, "" if nothing is.
func tried(t testing.TB, opts []string, made [][]byte) string {
	dir := t.TempDir()
	args := slices.Concat([]string{"replay", "--format", "jsonl", "--each", "--state", dir + "/state", "--objects", dir + "/objects", "--streams", dir + "/streams", "--summary", dir + "/summary"}, opts)
	for i, b := range made {
		p := filepath.Join(dir, strconv.Itoa(i)+".pcap")
		write(t, p, b)
		args = append(args, p)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(20+len(made))*time.Second)
	defer cancel()
	var errs bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- Run(ctx, args, Streams{In: strings.NewReader(""), Out: io.Discard, Err: &errs}, []string{"XDG_STATE_HOME=" + dir, "HOME=" + dir})
	}()
	select {
	case code := <-done:
		if code != 0 && (code != exitWork || len(made) > 1) {
			return "exit " + strconv.Itoa(code) + ": " + errs.String()
		}
		if code != 0 { // a file that is no capture any more
			return ""
		}
	case <-ctx.Done():
		time.Sleep(time.Second)
		if len(done) == 0 {
			return "it hangs"
		}
		return "it takes too long"
	}
	r := ran{dir: dir}
	s := r.summary(t)
	var sum uint64
	for _, n := range s.States {
		sum += n
	}
	switch {
	case s.Panics > 0 || strings.Contains(errs.String(), "panic"):
		return strconv.FormatUint(s.Panics, 10) + " panics: " + errs.String()
	case sum != s.Bytes:
		return "bytes_by_state adds up to " + strconv.FormatUint(sum, 10) + " of " + strconv.FormatUint(s.Bytes, 10)
	}
	return ""
}

// amount scales the work of the tests here.
func amount(n int) int {
	switch {
	case testing.Short():
		return n/10 + 1
	case slow():
		return n * 20
	}
	return n
}

func TestHostile(t *testing.T) {
	opts := keyed(t, t.TempDir())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for n, path := range victims(t) {
		r := rand.New(rand.NewPCG(uint64(n), 6))
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		hostile(t, opts, path, append(flipped(r, whole, amount(40)), truncated(r, whole, amount(60))...))
		pkts := packetsOf(t, path)
		var made [][]byte
		for range amount(60) {
			made = append(made, pcaptest.Pcap(pkts[0].Link, mutated(r, pkts)))
		}
		hostile(t, opts, path, made)
	}
	runtime.ReadMemStats(&after)
	if after.Sys > before.Sys+1<<30 {
		t.Errorf("memory grew by %d MiB", (after.Sys-before.Sys)>>20)
	}
}

// flipped makes copies with one to eight bytes changed. The first of the file header stay: other files are no captures.
func flipped(r *rand.Rand, b []byte, n int) (out [][]byte) {
	for range n {
		c := bytes.Clone(b)
		for range 1 << r.IntN(4) {
			c[24+r.IntN(len(c)-24)] ^= byte(1 + r.IntN(255))
		}
		out = append(out, c)
	}
	return out
}

// truncated makes copies that end early, at random bytes, those of small captures at each byte when there is time.
func truncated(r *rand.Rand, b []byte, n int) (out [][]byte) {
	if slow() && len(b) < 6000 {
		for i := 24; i < len(b); i++ {
			out = append(out, b[:i])
		}
		return out
	}
	for range n {
		out = append(out, b[:24+r.IntN(len(b)-24)])
	}
	return out
}

// mutated drops, repeats, swaps, shortens and damages packets.
func mutated(r *rand.Rand, pkts []flow.Packet) []flow.Packet {
	out := slices.Clone(pkts)
	for range 1 + r.IntN(2+len(pkts)/8) {
		if len(out) < 2 {
			break
		}
		i, j := r.IntN(len(out)), r.IntN(len(out))
		p := &out[i]
		switch r.IntN(8) {
		case 0:
			out = slices.Delete(out, i, i+1)
		case 1:
			out = slices.Insert(out, j, *p)
		case 2:
			out[i], out[j] = out[j], out[i]
		case 3: // cut in the capture
			p.Data = p.Data[:r.IntN(len(p.Data)+1)]
		case 4: // cut, and the header says so
			p.Data = p.Data[:r.IntN(len(p.Data)+1)]
			p.Wire = uint32(len(p.Data))
		case 5: // a damaged header
			damage(r, p, min(len(p.Data), 66))
		case 6: // a damaged payload
			damage(r, p, len(p.Data))
		case 7: // a bogus time
			p.At += flow.Time(r.Int64N(int64(2*86400*flow.Second))) - 86400*flow.Second
		}
	}
	return out
}

func damage(r *rand.Rand, p *flow.Packet, n int) {
	if n == 0 {
		return
	}
	p.Data = bytes.Clone(p.Data)
	for range 1 + r.IntN(4) {
		p.Data[r.IntN(n)] = byte(r.Uint32())
	}
}

// TestRandomPayloads feeds noise behind the first words of each protocol.
func TestRandomPayloads(t *testing.T) {
	opts := keyed(t, t.TempDir())
	r := rand.New(rand.NewPCG(9, 9))
	starts := [][2]string{{"EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n", "220 x ESMTP\r\n250 a\r\n250 a\r\n250 a\r\n354 go\r\n"},
		{"POST /a HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"},
		{"USER a\r\nPASS b\r\nPASV\r\nSTOR c\r\n", "220 FTP\r\n331 a\r\n230 b\r\n227 (198,51,100,7,4,1)\r\n"},
		{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "\x16\x03\x03\x00\x40\x02"}, {"SSH-2.0-a\r\n", "SSH-2.0-b\r\n"}, {"", ""}}
	words := []string{"\r\n", "\r\n.\r\n", "--a--\r\n", "Content-Type: text/html\r\n\r\n", "BDAT 99999999999 LAST\r\n", "PK\x03\x04", "\x1f\x8b\x08", "%PDF-1.7", "<a>", "{\"ssn\":", "0\r\n\r\n", "QUIT\r\n", "ffffffffffff\r\n"}
	var made [][]byte
	for i := range amount(120) {
		c := pcaptest.New()
		s := c.TCP("10.1.1.5:40000", "198.51.100.7:"+strconv.Itoa(1+i))
		s.Open()
		start := starts[i%len(starts)]
		s.Server(start[1])
		s.Client(start[0])
		for range 1 + r.IntN(20) {
			b := make([]byte, r.IntN(400))
			for k := range b {
				b[k] = byte(r.Uint32())
			}
			s.Send(flow.Dir(r.IntN(2)), append(b, words[r.IntN(len(words))]...))
			if r.IntN(6) == 0 {
				s.Skip(flow.Dir(r.IntN(2)), r.IntN(1<<20))
			}
		}
		made = append(made, c.Bytes())
	}
	hostile(t, opts, "noise", made)
}

// TestLedgerChanges holds that the verb notices a change of any byte of a real ledger.
func TestLedgerChanges(t *testing.T) {
	dir := t.TempDir()
	demo := "../../scripts/demo/"
	if r := phiwatchIn(t, dir, "replay", "-q", "-c", demo+"phiwatch.yaml", "--state", "$DIR/state", "--format", "jsonl", demo+"demo.pcap"); r.code != 0 {
		t.Fatalf("exit %d: %s", r.code, r.err)
	}
	verify := func() ran { return phiwatchIn(t, dir, "audit", "verify", "--state", "$DIR/state") }
	if r := verify(); r.code != 0 {
		t.Fatalf("the untouched ledger: exit %d: %s%s", r.code, r.out, r.err)
	}
	rnd := rand.New(rand.NewPCG(3, 3))
	ledger := filepath.Join(dir, "state", "ledger")
	for _, name := range []string{"entries", "checkpoint"} {
		path := filepath.Join(ledger, name)
		whole, err := os.ReadFile(path)
		if err != nil {
			files, _ := filepath.Glob(filepath.Join(ledger, "*"))
			t.Fatalf("%v; there are %v", err, files)
		}
		for range amount(60) {
			changed := bytes.Clone(whole)
			at := rnd.IntN(len(changed))
			changed[at] ^= byte(1 + rnd.IntN(255))
			write(t, path, changed)
			r := verify()
			if r.code != exitBad && r.code != exitWork {
				t.Errorf("%s, byte %d of %d: exit %d: %s%s", name, at, len(whole), r.code, r.out, r.err)
			}
			if name == "entries" && !bytes.Contains(r.out, []byte("record")) {
				t.Errorf("byte %d: no record is named: %s%s", at, r.out, r.err)
			}
		}
		write(t, path, whole)
	}
	if r := verify(); r.code != 0 {
		t.Errorf("the restored ledger: exit %d: %s", r.code, r.out)
	}
}

// FuzzReplay replays any bytes as a capture.
func FuzzReplay(f *testing.F) {
	c := pcaptest.New()
	s := c.TCP("10.1.1.5:40000", "198.51.100.7:25")
	s.Open()
	s.Server("220 mail\r\n")
	s.Client("EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
	s.Server("250 x\r\n250 x\r\n250 x\r\n354 x\r\n")
	s.Client("Subject: x\r\n\r\nSSN: 219-09-9999\r\n.\r\n")
	s.Close()
	f.Add(c.Bytes())
	f.Add(pcaptest.Pcap(flow.LinkRaw, nil))
	opts := keyed(f, f.TempDir())
	f.Fuzz(func(t *testing.T, b []byte) {
		if fault := tried(t, opts, [][]byte{b}); fault != "" {
			t.Fatal(fault)
		}
	})
}
