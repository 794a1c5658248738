package internal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/phiwatch/phiwatch/"

// floors are the packages of the design from the bottom up. An import may only fall: to a lower floor, or, among the
// nouns and within the data floor, to an earlier entry. Stages never import stages; pipeline alone knows their order.
var floors = [][]string{
	{"coverage", "flow", "object", "finding", "alert"},
	{"rule", "agreement", "geo", "ledger", "store", "config"},
	{"capture", "stream", "proto", "content", "detect", "receiver", "policy", "notify"},
	{"pipeline"},
	{"report", "console", "manual"},
	{"app"},
	{"cli"},
}

// helpers are for tests; no product package may import them.
var helpers = []string{"pcaptest", "prototest", "contenttest", "windowtest", "ruletest", "evaltest", "evaltest/stat", "evaltest/truth", "evaltest/measure"}

// apart are helpers that make or read the truth that detection is measured by. They may import each other and nothing
// else of the module: what shares code with the detector shares its mistakes.
var apart = []string{"evaltest", "evaltest/stat", "evaltest/truth"}

func place(pkg string) (floor, index int) {
	top, _, _ := strings.Cut(pkg, "/")
	for f, row := range floors {
		if i := slices.Index(row, top); i >= 0 {
			return f, i
		}
	}
	return -1, -1
}

func sources(t *testing.T, visit func(path, pkg string, f *ast.File)) {
	t.Helper()
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		visit(path, filepath.ToSlash(filepath.Dir(path)), f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func isHelper(pkg string) bool {
	return slices.ContainsFunc(helpers, func(h string) bool { return pkg == h || strings.HasSuffix(pkg, "/"+h) })
}

func TestImportsOnlyFall(t *testing.T) {
	sources(t, func(path, pkg string, f *ast.File) {
		if isHelper(pkg) {
			return
		}
		floor, index := place(pkg)
		if floor < 0 {
			t.Errorf("%s: package %s has no floor", path, pkg)
			return
		}
		for _, im := range f.Imports {
			name, own := strings.CutPrefix(strings.Trim(im.Path.Value, `"`), module)
			if !own || name == "rules" {
				continue
			}
			to, _ := strings.CutPrefix(name, "internal/")
			toFloor, toIndex := place(to)
			switch {
			case isHelper(to):
				t.Errorf("%s imports the test helper %s", path, to)
			case toFloor < floor:
			case toFloor > floor:
				t.Errorf("%s (floor %d) imports %s (floor %d)", path, floor, to, toFloor)
			case floor == 2 && toIndex != index:
				t.Errorf("%s: stage imports stage %s", path, to)
			case toIndex > index:
				t.Errorf("%s imports %s, which stands above it on its floor", path, to)
			}
		}
	})
}

// TestTruthStandsApart also reads the tests of those packages: they must not take their truth from the detector either.
func TestTruthStandsApart(t *testing.T) {
	for _, pkg := range apart {
		files, _ := filepath.Glob(pkg + "/*.go")
		if len(files) == 0 {
			t.Errorf("%s is gone", pkg)
		}
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, im := range f.Imports {
				name, own := strings.CutPrefix(strings.Trim(im.Path.Value, `"`), module)
				if own && !slices.Contains(apart, strings.TrimPrefix(name, "internal/")) {
					t.Errorf("%s imports %s", file, name)
				}
			}
		}
	}
}

// TestPlugins holds the lists complete: a protocol, format or sink is one directory, one line in its list, and a package
// comment that is its page in the manual.
func TestPlugins(t *testing.T) {
	notPlugins := map[string]bool{"proto/list": true, "content/list": true, "notify/list": true}
	for _, kind := range []string{"proto", "content", "notify"} {
		list, err := os.ReadFile(filepath.Join(kind, "list", "list.go"))
		if err != nil {
			t.Fatal(err)
		}
		dirs, _ := filepath.Glob(kind + "/*/*.go")
		seen := map[string]bool{}
		for _, file := range dirs {
			pkg := filepath.ToSlash(filepath.Dir(file))
			if seen[pkg] || notPlugins[pkg] || isHelper(pkg) || !definesPlugin(t, pkg) {
				continue
			}
			seen[pkg] = true
			if !strings.Contains(string(list), module+"internal/"+pkg+`"`) {
				t.Errorf("%s is not in %s/list", pkg, kind)
			}
			if kind != "notify" && !hasFuzz(pkg) {
				t.Errorf("%s has no fuzz target", pkg)
			}
		}
	}
}

// definesPlugin tells whether a directory holds a plug-in rather than code that plug-ins share.
func definesPlugin(t *testing.T, pkg string) bool {
	files, _ := filepath.Glob(pkg + "/*.go")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, sign := range []string{"func Protocol() proto.Protocol", "func Format() content.Format", "func Formats() []content.Format", "Deliver(ctx context.Context"} {
			if strings.Contains(string(b), sign) && !strings.HasSuffix(file, "_test.go") {
				return true
			}
		}
	}
	return false
}

func hasFuzz(pkg string) bool {
	files, _ := filepath.Glob(pkg + "/*_test.go")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil && strings.Contains(string(b), "func Fuzz") {
			return true
		}
	}
	return false
}

// TestCleanStages holds clocks, environment, exits, prints and init functions out of everything below app.
func TestCleanStages(t *testing.T) {
	banned := map[string][]string{"time": {"Now", "Since", "Until", "Sleep", "After"}, "os": {"Getenv", "Exit", "LookupEnv", "Environ"},
		"log": {"Fatal", "Fatalf", "Print", "Printf", "Println"}, "fmt": {"Print", "Printf", "Println"}}
	sources(t, func(path, pkg string, f *ast.File) {
		if top, _, _ := strings.Cut(pkg, "/"); top == "app" || top == "cli" || isHelper(pkg) {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch v := n.(type) {
			case *ast.FuncDecl:
				if v.Name.Name == "init" && v.Recv == nil {
					t.Errorf("%s has an init function", path)
				}
			case *ast.SelectorExpr:
				if x, ok := v.X.(*ast.Ident); ok && x.Obj == nil && slices.Contains(banned[x.Name], v.Sel.Name) {
					t.Errorf("%s uses %s.%s", path, x.Name, v.Sel.Name)
				}
			}
			return true
		})
	})
}

// TestPackageComments wants a first sentence for each package.
func TestPackageComments(t *testing.T) {
	has := map[string]bool{}
	sources(t, func(_, pkg string, f *ast.File) {
		has[pkg] = has[pkg] || f.Doc != nil && strings.HasPrefix(f.Doc.Text(), "Package ")
	})
	for pkg, ok := range has {
		if !ok {
			t.Errorf("package %s has no package comment", pkg)
		}
	}
}

// TestRevealIsRare holds the places that may look at a peer's text.
func TestRevealIsRare(t *testing.T) {
	allowed := []string{"flow", "detect", "pipeline", "content", "proto", "receiver", "object"}
	sources(t, func(path, pkg string, f *ast.File) {
		top, _, _ := strings.Cut(pkg, "/")
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.SelectorExpr); ok && v.Sel.Name == "Reveal" && !slices.Contains(allowed, top) {
				t.Errorf("%s reveals a peer's text", path)
			}
			return true
		})
	})
}
