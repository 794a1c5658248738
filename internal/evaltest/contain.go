package evaltest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math/rand/v2"
	"unicode/utf16"
)

func containerSets() []Set {
	return []Set{
		many("csv-zip", 25, func(d *Doc, p []Person, r *rand.Rand) {
			csvTable(d, p, r, ",", true)
			d.Body, d.Name = zipped(d.Name, d.Body), "export.zip"
		}),
		many("csv-gzip", 25, func(d *Doc, p []Person, r *rand.Rand) {
			csvTable(d, p, r, ",", true)
			d.Body, d.Name = gzipped(d.Body), d.Name+".gz"
		}),
		many("csv-utf16", 25, func(d *Doc, p []Person, r *rand.Rand) {
			csvTable(d, p, r, "\t", true)
			d.Body = wide(string(d.Body), true, true)
		}),
		one("hl7-zip", func(d *Doc, p *Person, r *rand.Rand) {
			d.Body, d.Name = zipped("adt.hl7", []byte(hl7(d, p, r, "P"))), "adt.zip"
		}),
	}
}

func zipped(name string, b []byte) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(name)
	if err == nil {
		w.Write(b)
	}
	z.Close()
	return out.Bytes()
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b) // into memory
	z.Close()
	return out.Bytes()
}

// wide encodes as UTF-16.
func wide(s string, little, mark bool) []byte {
	order := binary.ByteOrder(binary.BigEndian)
	if little {
		order = binary.LittleEndian
	}
	u := utf16.Encode([]rune(s))
	if mark {
		u = append([]uint16{0xfeff}, u...)
	}
	out := make([]byte, 2*len(u))
	for i, v := range u {
		order.PutUint16(out[2*i:], v)
	}
	return out
}

// Sets are all formats, in the order of the tables.
func Sets() []Set {
	var all []Set
	for _, s := range [][]Set{textSets(), mailSets(), tableSets(), markupSets(), healthSets(), containerSets(), moreSets()} {
		all = append(all, s...)
	}
	return all
}
