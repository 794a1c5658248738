package dicom

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
)

// TestRecorded reads the shared captures, whatever the split. Of one there is only an association request.
func TestRecorded(t *testing.T) {
	shared := prototest.Shared(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	for file, want := range map[string]int{
		"pcaps/dicom/tapirx-dicom_arq_1_find_testclient.pcap": 0, "pcaps/dicom/tapirx-dicom_arq_2_get_testclient.pcap": 0, "traffic/pcaps/dicom-implicit-vr.pcap": 1,
	} {
		n := 0
		for _, r := range prototest.Record(t, filepath.Join(shared, file)) {
			if s := r.Recognise(Protocol()); s != proto.Sure {
				t.Errorf("%s: score %d", file, s)
				continue
			}
			h := r.Run(Protocol(), nil)
			if other := r.Run(Protocol(), func() int { return 1 + rnd.IntN(100) }); other.Dump(false) != h.Dump(false) || len(h.Faults) > 0 {
				t.Errorf("%s: another split, other objects; %v", file, h.Faults)
			}
			for _, o := range h.Objects {
				n++
				if o.Meta.Kind != object.File || o.Outcome.Status != flow.Delivered || o.Meta.Param("transfer-syntax") != implicit || o.Meta.Dir != flow.ToServer {
					t.Errorf("%s: %+v %s", file, o.Meta, o.Outcome.Status)
				}
				referee(t, filepath.Join(shared, file), o.Bytes())
			}
		}
		if n != want {
			t.Errorf("%s: %d objects, want %d", file, n, want)
		}
	}
}

// referee holds a data set against what tshark extracts, behind the file header that tshark makes up.
func referee(t *testing.T, file string, data []byte) {
	t.Helper()
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Log("no tshark here: the data set is held against nothing")
		return
	}
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), tshark, "-q", "-r", file, "-d", "tcp.port==104,dicom", "--export-objects", "dicom,"+dir).CombinedOutput(); err != nil {
		t.Logf("tshark: %v\n%s", err, out)
		return
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasSuffix(b, data) && len(b)-len(data) < 1000 {
			return
		}
	}
	t.Errorf("%d data sets of tshark, none of them like this one of %d bytes", len(files), len(data))
}

func BenchmarkStore(b *testing.B) {
	rq, ac := associated()
	body := make([]byte, 1<<20)
	var pieces []string
	for i := 0; i < len(body); i += 16 << 10 {
		pieces = append(pieces, string(body[i:i+16<<10]))
	}
	all := []byte(store(1, 1, pieces...))
	h := prototest.NewHost(nil)
	h.Count = true
	b.SetBytes(int64(len(all)))
	b.ReportAllocs()
	for b.Loop() {
		p := prototest.Play(Protocol(), h)
		p.Data(flow.ToServer, []byte(rq))
		p.Data(flow.ToClient, []byte(ac))
		for rest := all; len(rest) > 0; {
			n := min(1460, len(rest))
			p.Data(flow.ToServer, rest[:n])
			rest = rest[n:]
		}
		p.Close(flow.ClosedEnd)
	}
}
