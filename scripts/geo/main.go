// Command geo rewrites public address tables into the form that phiwatch embeds. See README.md beside it.
//
// It reads MaxMind DB files of any type whose records have a country_code, and CSV files of autonomous systems, and
// writes MaxMind DB files of the types GeoLite2-Country and GeoLite2-ASN, packed with zstd.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
	"github.com/maxmind/mmdbwriter"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "geo: error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	fs := flag.NewFlagSet("geo", flag.ContinueOnError)
	out := fs.String("out", "internal/geo/data", "directory to write to")
	country := fs.String("country", "", "country table to rewrite (MaxMind DB with country_code)")
	asn4 := fs.String("asn4", "", "CSV of autonomous systems, IPv4")
	asn6 := fs.String("asn6", "", "CSV of autonomous systems, IPv6")
	epoch := fs.Int64("epoch", 0, "build time of the CSV files, Unix seconds")
	name := fs.String("name", "", "name of the table that is written")
	note := fs.String("description", "", "description that is put into the table: its source and its licence")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if *name == "" || *note == "" {
		return errors.New("-name and -description are needed")
	}
	var (
		tree *mmdbwriter.Tree
		err  error
	)
	switch {
	case *country != "":
		tree, err = countryTree(*country, *note)
	case *asn4 != "" && *asn6 != "" && *epoch > 0:
		tree, err = asnTree([]string{*asn4, *asn6}, *epoch, *note)
	default:
		return errors.New("give -country, or -asn4, -asn6 and -epoch")
	}
	if err != nil {
		return err
	}
	return write(tree, filepath.Join(*out, *name+".mmdb.zst"))
}

// write packs a table. Level and encoder are fixed, so that the same input gives the same bytes; the frame states its
// size, so that it is unpacked into one allocation.
func write(tree *mmdbwriter.Tree, path string) error {
	var plain bytes.Buffer
	if _, err := tree.WriteTo(&plain); err != nil {
		return err
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(16<<20), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	packed := z.EncodeAll(plain.Bytes(), nil)
	fmt.Printf("%s: %d bytes, unpacked %d\n", path, len(packed), plain.Len())
	return os.WriteFile(path, packed, 0o644)
}
