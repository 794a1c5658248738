package identity

import (
	"testing"

	"github.com/phiwatch/phiwatch/internal/object"
)

func TestBeneficiary(t *testing.T) {
	for v, want := range map[string]bool{
		"1EG4TE5MK74": true, "1EG4-TE5-MK74": true, "1eg4te5mk74": true, "1S00E00AA00": true, "1AA4AA5AA00": true,
		"0EG4TE5MK74": false, "1EG4TE5MK7": false, "1EG4TE5MK744": false, "11G4TE5MK74": false, "1EG4-TE5MK7-4": false, "1EGXTE5MK74": false, "": false,
	} {
		if got := Beneficiary([]byte(v)); got != want {
			t.Errorf("%s: %v", v, got)
		}
	}
}

func TestTyped(t *testing.T) {
	for _, c := range []struct {
		code, id string
		want     object.Role
	}{
		{"MR", "1", object.RoleMRN}, {"SS", "1", object.RoleSSN}, {"MC", "1EG4TE5MK74", object.RoleMBI}, {"MC", "536228145A", object.RoleHICN},
		{"MB", "W1", object.RoleMemberID}, {"MB", "1EG4TE5MK74", object.RoleMBI}, {"MA", "1", object.RoleMedicaid}, {"NPI", "1", object.RoleNPI},
		{"XX", "1", object.RoleHeader}, {"", "1", object.RoleHeader},
	} {
		if got := Typed([]byte(c.code), []byte(c.id), object.RoleHeader); got != c.want {
			t.Errorf("%s %s: role %d, want %d", c.code, c.id, got, c.want)
		}
	}
}

func TestRegistry(t *testing.T) {
	for oid, want := range map[string]object.Role{
		"2.16.840.1.113883.4.1": object.RoleSSN, "2.16.840.1.113883.4.927": object.RoleHICN, "2.16.840.1.113883.4.6": object.RoleNPI,
		"2.16.840.1.113883.4.3.25": object.RoleLicense, "2.16.840.1.113883.4.10": object.RoleNone, "2.16.840.1.113883.4.": object.RoleNone, "1.2": object.RoleNone,
	} {
		if got := Registry([]byte(oid), []byte("1")); got != want {
			t.Errorf("%s: role %d, want %d", oid, got, want)
		}
	}
}

func TestTogether(t *testing.T) {
	var n Name
	n.Text.Set([]byte("Jane Roe"))
	if got := string(n.Append(nil)); got != "Jane Roe" {
		t.Error(got)
	}
	n.First.Add([]byte(" Jane "))
	n.First.Add([]byte("Q"))
	n.Last.Set([]byte("Roe"))
	if got := string(n.Append([]byte("x "))); got != "x Roe, Jane Q" {
		t.Error(got)
	}
	var a Address
	a.Text.Set([]byte("somewhere"))
	if got := string(a.Append(nil)); got != "somewhere" {
		t.Error(got)
	}
	a.Line([]byte("1 Main St"))
	a.City.Set([]byte("Boston"))
	a.ZIP.Set([]byte("021391234"))
	if got := string(a.Append([]byte("x"))); got != "x1 Main St, Boston, 02139-1234" {
		t.Error(got)
	}
	for range 1000 {
		a.Line([]byte("and more"))
	}
	if len(a.More) > maxField {
		t.Errorf("a part of %d bytes", len(a.More))
	}
}
