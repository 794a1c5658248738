package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
)

// slow tells whether the long versions of the tests were asked for.
func slow() bool { return os.Getenv("PHIWATCH_SLOW") != "" }

// sampled returns some captures of every folder beside the checkout, all labelled ones, and the demo's.
func sampled(t testing.TB, each int, maxSize int64) []string {
	t.Helper()
	byFolder := map[string][]string{}
	for _, p := range allCaptures(t) {
		if info, err := os.Stat(p); err == nil && info.Size() <= maxSize {
			byFolder[filepath.Dir(p)] = append(byFolder[filepath.Dir(p)], p)
		}
	}
	var out []string
	for _, dir := range slices.Sorted(maps.Keys(byFolder)) {
		l := byFolder[dir]
		rand.New(rand.NewPCG(1, uint64(len(l)))).Shuffle(len(l), func(i, j int) { l[i], l[j] = l[j], l[i] })
		if n := each; strings.Contains(dir, "traffic") {
			out = append(out, l[:min(4*n, len(l))]...)
		} else {
			out = append(out, l[:min(n, len(l))]...)
		}
	}
	return out
}

// allCaptures are the captures beside the checkout and the demo's.
func allCaptures(t testing.TB) []string {
	t.Helper()
	demo, err := filepath.Abs("../../scripts/demo/demo.pcap")
	if err != nil {
		t.Fatal(err)
	}
	out := []string{demo}
	for _, root := range []string{shared(t, "pcaps"), shared(t, "traffic", "pcaps")} {
		err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() && filepath.Ext(path) != ".tsv" {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// keyed writes a configuration with a fixed token key, and returns its options.
func keyed(t testing.TB, dir string) []string {
	t.Helper()
	write(t, filepath.Join(dir, "token.key"), []byte(strings.Repeat("0123456789abcdef", 4)+"\n"))
	write(t, filepath.Join(dir, "c.yaml"), []byte("alerts: {token_key_file: token.key}\n"))
	return []string{"-q", "-c", filepath.Join(dir, "c.yaml")}
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// outputs are what two runs must agree on.
type outputs struct{ alerts, objects, streams, summary []byte }

func (r ran) outputs(t testing.TB) outputs {
	return outputs{r.out, r.file(t, "objects"), r.file(t, "streams"), r.file(t, "summary")}
}

// differs names the first line in which two outputs differ, "" if none does.
func differs(a, b []byte) string {
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range max(len(x), len(y)) {
		switch {
		case i >= len(x):
			return "line " + strconv.Itoa(i+1) + " is new: " + y[i]
		case i >= len(y):
			return "line " + strconv.Itoa(i+1) + " is missing: " + x[i]
		case x[i] != y[i]:
			return "line " + strconv.Itoa(i+1) + ":\n" + x[i] + "\n" + y[i]
		}
	}
	return ""
}

func (o *outputs) same(t *testing.T, what string, p outputs) {
	t.Helper()
	for name, v := range map[string][2][]byte{"alerts": {o.alerts, p.alerts}, "objects": {o.objects, p.objects},
		"streams": {o.streams, p.streams}, "summary": {o.summary, p.summary}} {
		if d := differs(v[0], v[1]); d != "" {
			t.Errorf("%s: other %s: %s", what, name, d)
		}
	}
}

// without leaves fields out of JSON lines, at any depth.
func without(t testing.TB, b []byte, fields ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	var prune func(v any)
	prune = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, f := range fields {
				delete(v, f)
			}
			for _, e := range v {
				prune(e)
			}
		case []any:
			for _, e := range v {
				prune(e)
			}
		}
	}
	for _, v := range lines[map[string]any](t, b) {
		prune(v)
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(line, '\n'))
	}
	return out.Bytes()
}

// TestWorkers holds that neither workers nor processors change a byte of any output.
func TestWorkers(t *testing.T) {
	each, size := 2, int64(200<<10)
	if testing.Short() {
		each, size = 1, 40<<10
	} else if slow() {
		each, size = 1000, 1<<30
	}
	captures := sampled(t, each, size)
	opts := keyed(t, t.TempDir())
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want outputs
	for _, procs := range []int{1, 2} {
		runtime.GOMAXPROCS(procs)
		for _, workers := range []string{"1", "2", "4", "8"} {
			args := slices.Concat(opts, []string{"--each", "--workers", workers}, captures)
			got := replayed(t, args...).outputs(t)
			if want.summary == nil {
				want = got
				t.Logf("%d captures, %d alerts, %d objects", len(captures), bytes.Count(got.alerts, []byte{'\n'}), bytes.Count(got.objects, []byte{'\n'}))
				continue
			}
			want.same(t, workers+" workers, "+strconv.Itoa(procs)+" processors", got)
		}
	}
}

// TestTogether holds the same for many captures on one timeline, where flows of all of them mix.
func TestTogether(t *testing.T) {
	captures := sampled(t, 1, 100<<10)
	opts := keyed(t, t.TempDir())
	want := replayed(t, slices.Concat(opts, []string{"--workers", "1"}, captures)...).outputs(t)
	for _, workers := range []string{"2", "7"} {
		got := replayed(t, slices.Concat(opts, []string{"--workers", workers}, captures)...).outputs(t)
		want.same(t, workers+" workers", got)
	}
}

// packetsOf reads an Ethernet pcap file in memory.
func packetsOf(t testing.TB, path string) []flow.Packet {
	t.Helper()
	return packetsIn(t, []string{path})
}

// TestCut holds that a capture in two files is the capture.
func TestCut(t *testing.T) {
	names := []string{"smtp-zip-csv", "ftp-passive-stor", "http-get-offshore-gzip", "syslog-udp", "tls-s_client", "smtp-bdat-chunking"}
	opts := keyed(t, t.TempDir())
	r := rand.New(rand.NewPCG(5, 5))
	for _, name := range names {
		pkts := packetsOf(t, shared(t, "traffic", "pcaps", name+".pcap"))
		dir := t.TempDir()
		whole := filepath.Join(dir, "whole.pcap")
		write(t, whole, pcaptest.Pcap(pkts[0].Link, pkts))
		want := comparable(t, replayed(t, append(slices.Clone(opts), whole)...))
		cuts := []int{1, len(pkts) / 2, len(pkts) - 1, 1 + r.IntN(len(pkts)-1)}
		if testing.Short() {
			cuts = cuts[1:2]
		}
		for _, n := range cuts {
			a, b := filepath.Join(dir, "a.pcap"), filepath.Join(dir, "b.pcap")
			write(t, a, pcaptest.Pcap(pkts[0].Link, pkts[:n]))
			write(t, b, pcaptest.Pcap(pkts[0].Link, pkts[n:]))
			got := comparable(t, replayed(t, append(slices.Clone(opts), b, a)...))
			got.same(t, name+" cut behind packet "+strconv.Itoa(n), want)
		}
	}
}

// comparable are the outputs without what tells where they come from.
func comparable(t testing.TB, r ran) outputs {
	volatile := []string{"capture", "captures", "frames", "interface", "sensor", "version"}
	o := r.outputs(t)
	return outputs{without(t, o.alerts, volatile...), without(t, o.objects, volatile...), without(t, o.streams, volatile...), without(t, o.summary, volatile...)}
}

// TestResegmented holds that other segments, in another order and some of them twice, carry the same findings and objects.
func TestResegmented(t *testing.T) {
	names := []string{"smtp-zip-csv", "smtp-plain-body", "smtp-bdat-chunking", "smtp-mixed-recipients", "smtp-text-attachment-mutt", "ftp-passive-stor",
		"ftp-retr-offshore", "http-get-offshore-gzip", "http-multipart", "http-fhir-bundle", "http-query-string", "net-vlan-smtp", "neg-order-confirmation"}
	rounds := 2
	if testing.Short() {
		names, rounds = names[:4], 1
	} else if slow() {
		rounds = 20
	}
	opts := keyed(t, t.TempDir())
	for _, name := range names {
		resegmented(t, opts, shared(t, "traffic", "pcaps", name+".pcap"), rounds)
	}
}

// TestResegmentedOthers does the same with captures of other people, where nothing is repeated or missing.
func TestResegmentedOthers(t *testing.T) {
	var all []string
	for _, dir := range []string{"smtp", "ftp", "http", "mime", "pop3", "imap"} {
		files, err := filepath.Glob(filepath.Join(shared(t, "pcaps", dir), "*.pcap"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, files...)
	}
	rand.New(rand.NewPCG(8, 8)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if !slow() {
		all = all[:amount(16)]
	}
	opts := keyed(t, t.TempDir())
	for _, path := range all {
		if info, err := os.Stat(path); err != nil || info.Size() > 200<<10 {
			continue
		}
		resegmented(t, opts, path, 1)
	}
}

func resegmented(t *testing.T, opts []string, path string, rounds int) {
	t.Helper()
	pkts := packetsOf(t, path)
	first := replayed(t, append(slices.Clone(opts), path)...)
	if !first.orderly(t) || len(pkts) == 0 {
		return
	}
	want := findings(t, first)
	for round := range rounds {
		file := filepath.Join(t.TempDir(), "again.pcap")
		again := resegment(rand.New(rand.NewPCG(uint64(round), 77)), pkts)
		write(t, file, pcaptest.Pcap(pkts[0].Link, again))
		r := replayed(t, append(slices.Clone(opts), file)...)
		r.conserved(t)
		if d := differs(want, findings(t, r)); d != "" {
			t.Errorf("%s, round %d, %d packets: %s", path, round, len(again), d)
		}
	}
}

// orderly tells whether nothing is repeated in other words, or missing, in the capture itself.
func (r ran) orderly(t *testing.T) bool {
	t.Helper()
	var s struct {
		Stream struct{ Conflicts, Gaps, OutOfOrder, Retransmits, Reused uint64 }
	}
	if err := json.Unmarshal(r.file(t, "summary"), &s); err != nil {
		t.Fatal(err)
	}
	return s.Stream.Conflicts+s.Stream.Gaps+s.Stream.OutOfOrder+s.Stream.Retransmits+s.Stream.Reused == 0
}

// findings are the alerts and objects of a run without times and places, in an order of their own.
func findings(t testing.TB, r ran) []byte {
	b := without(t, slices.Concat(r.out, r.file(t, "objects")), "capture", "frames", "sensor", "version", "time", "first", "last")
	l := slices.SortedFunc(bytes.Lines(b), func(a, b []byte) int { return cmp.Compare(string(a), string(b)) })
	return bytes.Join(l, nil)
}
