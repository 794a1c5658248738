package geo
import ("testing";"os";"time";"net/netip";"github.com/maxmind/mmdbwriter/mmdbtype")
func FuzzQ(f *testing.F){
	data, _ := os.ReadFile(fixture(f, "GeoLite2-Country", map[string]mmdbtype.DataType{"203.0.113.0/24": iso("IN"), "2001:db8::/32": iso("DE")}))
	f.Add(data)
	f.Fuzz(func(t *testing.T, b []byte){
		st:=time.Now(); os.WriteFile("/tmp/geo/cur.bin", b, 0o644)
		for _, isASN := range []bool{false, true} {
			tab, err := openTable("fuzz", b, isASN)
			if d:=time.Since(st); d>200*time.Millisecond { os.WriteFile("/tmp/geo/slow.bin", b, 0o644); t.Fatal("slow", d, err) }
			if err != nil { continue }
			tab.country(netip.MustParseAddr("1.1.1.1"))
		}
	})
}
