package measure

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/evaltest"
)

var raise = flag.Bool("raise", false, "write floors that are lower than what is measured, and new ones, to testdata/floors.tsv")

const (
	floorFile   = "testdata/floors.tsv"
	floorPeople = 50
	floorSeed   = 7
)

// floorHead heads the file.
const floorHead = `# Least shares, in thousandths rounded down, that 50 people of seed 7 must reach in each format: recall by token for each kind,
# documents with the expected verdict, objects with the right number of people, precision of each kind over all formats, and
# renderings and pieces equal to the plain whole. go test ./internal/evaltest/measure -raise raises them; only a hand lowers one.
# When the renderer changes, its values do: delete this file and write it anew with -raise.
`

// measured are the shares that have a floor, by name.
func measured(e *Engine) map[string]int {
	out := map[string]int{}
	put := func(k, n int, name ...string) {
		if n > 0 {
			out[strings.Join(name, "\t")] = 1000 * k / n
		}
	}
	people := evaltest.People(floorPeople, floorSeed)
	sets := e.Measure(evaltest.Sets(), people, floorSeed)
	for _, t := range append(sets, e.Measure(evaltest.VerdictSets(), people, floorSeed)...) {
		for k, c := range t.Counts {
			put(c.At(0), c.N, t.Name, k.String())
		}
		put(t.Right, t.Judged, t.Name, "verdict")
		if len(t.Counts) > 0 {
			put(t.People, t.Peopled, t.Name, "people")
		}
	}
	all := Sum(sets)
	for k, n := range all.Reported {
		put(n-all.Wrong[k], n, "all", "precision of "+k)
	}
	for _, s := range e.Pieces(evaltest.Sets(), people[:5], floorSeed) {
		put(s.Same, s.N, s.Name, "in pieces")
	}
	for _, s := range e.Robust(people[:10], floorSeed) {
		put(s.Same, s.N, "rendering", s.Name)
	}
	return out
}

// below lists what fell under its floor or is measured no more.
func below(floors, got map[string]int) (out []string) {
	for name, floor := range floors {
		if v, ok := got[name]; !ok {
			out = append(out, name+": measured no more")
		} else if v < floor {
			out = append(out, fmt.Sprintf("%s: %d, floor %d", name, v, floor))
		}
	}
	sort.Strings(out)
	return out
}

func readFloors(t *testing.T) map[string]int {
	t.Helper()
	b, err := os.ReadFile(floorFile)
	if os.IsNotExist(err) && *raise {
		return map[string]int{}
	}
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		i := strings.LastIndexByte(line, '\t')
		v, err := strconv.Atoi(line[i+1:])
		if i < 0 || err != nil {
			t.Fatalf("%s: a line that is no floor", floorFile)
		}
		out[line[:i]] = v
	}
	return out
}

func writeFloors(t *testing.T, floors map[string]int) {
	t.Helper()
	names := make([]string, 0, len(floors))
	for name := range floors {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	b.WriteString(floorHead)
	for _, name := range names {
		fmt.Fprintf(&b, "%s\t%d\n", name, floors[name])
	}
	if err := os.WriteFile(floorFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestFloors holds what detection has reached, kind by kind and format by format.
func TestFloors(t *testing.T) {
	e, err := New()
	if err != nil {
		t.Fatal(err)
	}
	floors, got := readFloors(t), measured(e)
	for _, line := range below(floors, got) {
		t.Error(strings.ReplaceAll(line, "\t", " "))
	}
	for name := range got {
		if _, ok := floors[name]; !ok && !*raise {
			t.Errorf("%s has no floor: run with -raise", strings.ReplaceAll(name, "\t", " "))
		}
	}
	if *raise {
		for name, v := range got {
			floors[name] = max(floors[name], v)
		}
		writeFloors(t, floors)
	}
}

// TestFloorsBite makes sure that one value less is noticed.
func TestFloorsBite(t *testing.T) {
	floors := map[string]int{"a\tssn": 1000, "a\tmrn": 900, "b\tssn": 0}
	if l := below(floors, map[string]int{"a\tssn": 1000, "a\tmrn": 901, "b\tssn": 0}); len(l) != 0 {
		t.Errorf("nothing fell: %v", l)
	}
	if l := below(floors, map[string]int{"a\tssn": 999, "b\tssn": 0}); len(l) != 2 {
		t.Errorf("one fell and one is gone: %v", l)
	}
}
