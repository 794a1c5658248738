package cclf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// record makes a line by the widths of CMS' table.
func record(mbi, hic, dob, first, last, street, city string) string {
	return fmt.Sprintf("%-11s%-11s%2s%3s%-5s%10s%1s%1s%3s%2s%2s%10s%10s%10s%-30s%-15s%-40s%1s%1s%10s%10s%-45s%-45s%-40s%-40s%-40s%-40s%-100s%2s%5s%4s",
		mbi, hic, "25", "017", "02139", dob, "2", "1", "064", "10", "00", "", "2024-01-01", "2024-12-31", first, "Q", last, "0", "3", "2020-01-01", "2020-01-01",
		street, "Apt 2", "", "", "", "", city, "MA", "02139", "1234")
}

var row = record("1EG4TE5MK74", "536228145A", "1960-02-03", "Jane", "Roe", "1 Main St", "Boston")

func TestDecode(t *testing.T) {
	got := windowtest.Same(t, Format(), &object.Meta{}, row+"\r\n"+row+"\nTRAILER 536-22-8145\n")
	for _, want := range []string{
		fmt.Sprintf("field %d BENE_MBI_ID=\"1EG4TE5MK74\"\n", object.RoleMBI), fmt.Sprintf("field %d BENE_HIC_NUM=\"536228145A\"\n", object.RoleHICN),
		fmt.Sprintf("field %d BENE_DOB=\"1960-02-03\"\n", object.RoleBirthDate), fmt.Sprintf("field %d BENE_NAME=\"Roe, Jane Q\"\n", object.RolePersonName),
		fmt.Sprintf("field %d address=\"1 Main St\"\nfield 0 address line 2=\"Apt 2\"\nfield 0 city=\"Boston\"\nfield 0 state=\"MA\"\nfield 0 zip=\"021391234\"\n", object.RoleStreet),
	} {
		if strings.Count(got, want) != 2 {
			t.Errorf("not twice %s in\n%s", want, got)
		}
	}
	if strings.Count(got, "begin 2\n") != 2 || !strings.Contains(got, "TRAILER 536-22-8145") {
		t.Errorf("rows:\n%s", got)
	}
}

func TestSniff(t *testing.T) {
	named := contenttest.Named("T.BCD.A0001.ZC8Y18.D181120.T1000009")
	short := "1S00E00AA00                   xxxxxxx\n1S00E00AA02                   xxxxxxx\n"
	for _, c := range []struct {
		in   string
		m    *object.Meta
		want bool
	}{
		{row, nil, true}, {row + "\n" + row + "\n", nil, true}, {row + "\n" + row[:100], nil, true}, {short, &named, true}, {short, nil, false},
		{"1EG4TE5MK74,x\n", nil, false}, {"1EG4TE5MK74\n", &named, false}, {"", nil, false}, {row + "\nx\n", nil, false}, {row[:20], nil, false},
	} {
		if got := sniff([]byte(c.in), c.m) > content.No; got != c.want {
			t.Errorf("%.60q: %v", c.in, got)
		}
	}
}

func TestAccept(t *testing.T) {
	contenttest.Accept(t, []content.Format{Format()}, []contenttest.Case{
		{Name: "rows", Data: []byte(strings.Repeat(row+"\n", 5)), Meta: contenttest.Named("a.txt"), Contains: []string{"1EG4TE5MK74", "Roe, Jane Q"}, Format: "cclf", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{}) }

func FuzzDecode(f *testing.F) {
	contenttest.Fuzz(f, []content.Format{Format()}, contenttest.Named("ZC8"), []byte(row+"\n"+row), []byte("1S00E00AA00                   xxxxxxx\n"))
}

func BenchmarkDecode(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{}, []byte(strings.Repeat(row+"\n", 2000)))
}
