package capture_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"

	"github.com/phiwatch/phiwatch/internal/capture"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// shared returns the folder of public captures, or skips.
func shared(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("PHIWATCH_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	dir = filepath.Join(dir, "pcaps")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no shared captures: set PHIWATCH_SHARED to their folder")
	}
	return dir
}

// refused are captures that other tools do not read, with what we get. The options of a section are of no interest
// here, so an option that is too long does not stop us before the first packet.
var refused = map[string]struct {
	packets int
	note    string
}{
	"format/libpcap-pcap-invalid-version-1.pcap":  {0, capture.NoteVersion},
	"format/libpcap-pcapng-invalid-vers-1.pcapng": {0, capture.NoteVersion},
	"format/libpcap-shb-option-too-long.pcapng":   {1, capture.NoteBlock},
}

// TestSharedCounts reads every public capture and compares with the packet counts of the manifest.
func TestSharedCounts(t *testing.T) {
	dir := shared(t)
	manifest, err := os.ReadFile(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	files, packets := 0, 0
	for _, line := range strings.Split(string(manifest), "\n")[1:] {
		col := strings.Split(line, "\t")
		if len(col) < 8 {
			continue
		}
		got, st := all(t, filepath.Join(dir, col[0]))
		files++
		packets += len(got)
		if want, ok := refused[col[0]]; ok {
			if st.Files[0].Note != want.note || len(got) != want.packets {
				t.Errorf("%s: %d packets, %q", col[0], len(got), st.Files[0].Note)
			}
			continue
		}
		if want, err := strconv.Atoi(col[7]); err != nil || want != len(got) {
			t.Errorf("%s: %d packets, manifest has %s (%s)", col[0], len(got), col[7], st.Files[0].Note)
		}
		for i := range got {
			if int(got[i].Wire) < len(got[i].Data) {
				t.Fatalf("%s: packet %d is longer than on the wire", col[0], i)
			}
		}
		if st.Files[0].Damage != coverage.None {
			t.Logf("%s: %s", col[0], st.Files[0].Note)
		}
	}
	t.Logf("%d files, %d packets", files, packets)
	if files < 400 {
		t.Errorf("only %d files", files)
	}
}

// TestSharedOracle has gopacket read the same files; where it can, it must see the same packets.
func TestSharedOracle(t *testing.T) {
	dir := shared(t)
	same, refusals := 0, 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".tsv") {
			return err
		}
		want, ok := oracle(t, path)
		if !ok {
			refusals++
			return nil
		}
		got, _ := all(t, path)
		if len(got) != len(want) {
			t.Errorf("%s: %d packets, oracle %d", path, len(got), len(want))
			return nil
		}
		for i := range got {
			g, w := &got[i], &want[i]
			if w.At == unset {
				w.At = g.At // a simple packet: gopacket gives it the zero time
			}
			if w.Link != g.Link && w.Link == flow.LinkSLL2&0xff {
				w.Link = flow.LinkSLL2 // gopacket's link types have eight bits
			}
			if g.At != w.At || !bytes.Equal(g.Data, w.Data) || g.Link != w.Link || g.Wire != max(w.Wire, uint32(len(w.Data))) {
				t.Errorf("%s: packet %d: %v %d %d %d, oracle %v %d %d %d", path, i, g.At, len(g.Data), g.Wire, g.Link, w.At, len(w.Data), w.Wire, w.Link)
				return nil
			}
		}
		same++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files alike, %d that the oracle cannot read", same, refusals)
	if same < 400 {
		t.Errorf("only %d files compared", same)
	}
}

var unset = flow.Time(time.Time{}.UnixNano())

// oracle reads a file with pcapgo; ok is false when it gives up before the end.
func oracle(t *testing.T, path string) (out []flow.Packet, ok bool) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	switch filepath.Ext(path) {
	case ".gz":
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		raw, _ = io.ReadAll(z)
	case ".zst":
		z, err := zstd.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		raw, _ = io.ReadAll(z)
		z.Close()
	}
	var read func() ([]byte, gopacket.CaptureInfo, error)
	var link func(gopacket.CaptureInfo) flow.Link
	if r, err := pcapgo.NewReader(bytes.NewReader(raw)); err == nil {
		read = r.ReadPacketData
		link = func(gopacket.CaptureInfo) flow.Link { return flow.Link(r.LinkType()) }
	} else {
		opts := pcapgo.DefaultNgReaderOptions
		opts.WantMixedLinkType, opts.SkipUnknownVersion = true, true
		r, err := pcapgo.NewNgReader(bytes.NewReader(raw), opts)
		if err != nil {
			return nil, false
		}
		read = r.ReadPacketData
		link = func(ci gopacket.CaptureInfo) flow.Link {
			i, err := r.Interface(ci.InterfaceIndex)
			if err != nil {
				return 0
			}
			return flow.Link(i.LinkType)
		}
	}
	for {
		data, ci, err := read()
		if err == io.EOF {
			return out, true
		}
		if err != nil {
			return nil, false
		}
		out = append(out, flow.Packet{Data: data, At: flow.Time(ci.Timestamp.UnixNano()), Wire: uint32(ci.Length), Link: link(ci)})
	}
}
