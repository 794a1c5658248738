package cli

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// table reads a tab-separated file with a header.
func table(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, v := range row {
			if i < len(rows[0]) {
				m[rows[0][i]] = v
			}
		}
		out = append(out, m)
	}
	return out
}

type objectRow struct {
	Protocol string   `json:"protocol"`
	Path     []string `json:"path"`
	Size     int64    `json:"size"`
	SHA256   string   `json:"sha256"`
	Encoded  string   `json:"encoded_sha256"`
	Complete bool     `json:"complete"`
	Coverage string   `json:"coverage"`
}

type streamRow struct {
	Src    string `json:"src"`
	Dst    string `json:"dst"`
	Bytes  uint64 `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// objectDirs are the captures whose objects are compared.
var objectDirs = []string{"smtp", "mime", "ftp", "http", "http-evader", "tcp", "frag", "linktype", "format"}

// TestTruth replays every capture beside the checkout: no failure, no panic, conservation, and the objects and streams that
// two other programs found.
func TestTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("replays hundreds of captures")
	}
	root := shared(t, "pcaps")
	want := truthObjects(t, root)
	streams := map[string][]map[string]string{}
	for _, r := range table(t, filepath.Join(root, "STREAMS.tsv")) {
		streams[r["file"]] = append(streams[r["file"]], r)
	}
	var tally truthTally
	for _, row := range table(t, filepath.Join(root, "MANIFEST.tsv")) {
		file := row["file"]
		r := replayed(t, "-q", filepath.Join(root, file))
		r.conserved(t)
		if n := r.summary(t).Panics; n > 0 {
			t.Errorf("%s: %d panics", file, n)
		}
		if slices.Contains(objectDirs, filepath.Dir(file)) && row["tcp_streams_with_gaps"] == "0" {
			tally.objects(t, file, want[file], lines[objectRow](t, r.file(t, "objects")))
		}
		if filepath.Dir(file) != "encap" && !strings.Contains(row["link_type"], "80211") && !strings.Contains(file, "80211") {
			tally.streams(t, file, streams[file], lines[streamRow](t, r.file(t, "streams")))
		}
	}
	t.Logf("objects %d of %d, %d of the missing explained; streams %d of %d", tally.ok, tally.all, tally.explained, tally.streamOK, tally.streamAll)
	if tally.ok*100 < tally.all*97 {
		t.Errorf("%d of %d objects: less than 97 %%", tally.ok, tally.all)
	}
}

type truthTally struct{ ok, all, explained, streamOK, streamAll int }

// truthObjects returns the distinct objects of each capture, with a word on what each is.
func truthObjects(t *testing.T, root string) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, r := range table(t, filepath.Join(root, "OBJECTS.tsv")) {
		if strings.Contains(r["kind"], "imf") || strings.Contains(r["kind"], "nfs") || strings.Contains(r["kind"], "imap") ||
			strings.Contains(r["name"], "FETCH") || strings.Contains(r["file"], "socks") || strings.Contains(r["file"], "80211") {
			continue
		}
		if out[r["file"]] == nil {
			out[r["file"]] = map[string]string{}
		}
		out[r["file"]][r["sha256"]] = r["kind"]
	}
	return out
}

func (n *truthTally) objects(t *testing.T, file string, want map[string]string, got []objectRow) {
	have := map[string]bool{}
	for _, o := range got {
		have[o.SHA256], have[o.Encoded] = true, true
	}
	for sum, kind := range want {
		n.all++
		switch {
		case have[sum]:
			n.ok++
		case explained[file+" "+sum[:12]] != "":
			n.explained++
		default:
			t.Errorf("%s: %s %s is missing", file, kind, sum[:12])
		}
	}
}

func (n *truthTally) streams(t *testing.T, file string, want []map[string]string, got []streamRow) {
	have := map[string]bool{}
	for _, s := range got {
		have[s.SHA256] = true
	}
	for _, w := range want {
		if w["agreement"] != "tshark+tcpflow" || w["bytes"] == "0" {
			continue
		}
		n.streamAll++
		if have[w["sha256"]] {
			n.streamOK++
		} else {
			t.Errorf("%s: stream %s > %s differs", file, w["src"], w["dst"])
		}
	}
}
