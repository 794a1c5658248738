package evaltest

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
)

// dicom is a Part 10 file with explicit little-endian value representations and a few pixels.
func dicom(d *Doc, p *Person, r *rand.Rand) {
	d.Name = "IM000001"
	uid := "1.2.840.113619.2." + digitsOf(r, 3) + "." + digitsOf(r, 9)
	var meta, set []byte
	meta = element(meta, 2, 2, "UI", "1.2.840.10008.5.1.4.1.1.2")
	meta = element(meta, 2, 3, "UI", uid)
	meta = element(meta, 2, 0x10, "UI", "1.2.840.10008.1.2.1")
	body := append(make([]byte, 128), "DICM"...)
	body = append(body, 2, 0, 0, 0, 'U', 'L', 4, 0)
	body = binary.LittleEndian.AppendUint32(body, uint32(len(meta))) //nolint:gosec // small
	body = append(body, meta...)
	for _, e := range []struct {
		group, tag uint16
		vr, value  string
	}{
		{8, 5, "CS", "ISO_IR 100"}, {8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.2"}, {8, 0x18, "UI", uid}, {8, 0x20, "DA", p.Seen(compact)}, {8, 0x50, "SH", "A" + digitsOf(r, 8)},
		{8, 0x60, "CS", "CT"}, {8, 0x80, "LO", "LAKESIDE"}, {8, 0x90, "PN", p.DoctorLast + "^" + p.DoctorFirst}, {8, 0x1030, "LO", "CT CHEST"}, {8, 0x1080, "LO", p.Term},
		{0x10, 0x10, "PN", p.Last + "^" + p.First + "^" + p.Middle}, {0x10, 0x20, "LO", p.MRN}, {0x10, 0x30, "DA", p.Born(compact)}, {0x10, 0x40, "CS", p.Sex},
		{0x10, 0x1040, "LO", p.Place()}, {0x10, 0x2154, "SH", p.Phone}, {0x28, 2, "US", "\x01\x00"}, {0x28, 0x10, "US", "\x08\x00"}, {0x28, 0x11, "US", "\x08\x00"},
	} {
		set = element(set, e.group, e.tag, e.vr, e.value)
	}
	pixels := make([]byte, 128)
	for i := range pixels {
		pixels[i] = byte(r.IntN(256))
	}
	set = append(set, 0xe0, 0x7f, 0x10, 0, 'O', 'W', 0, 0, 128, 0, 0, 0)
	d.Body = append(append(body, set...), pixels...)
	d.plant(p, Name, MRN, DOB, Phone, Address)
	d.staff(p)
}

func element(dst []byte, group, tag uint16, vr, value string) []byte {
	if len(value)%2 == 1 {
		pad := " "
		if vr == "UI" {
			pad = "\x00"
		}
		value += pad
	}
	dst = binary.LittleEndian.AppendUint16(dst, group)
	dst = binary.LittleEndian.AppendUint16(dst, tag)
	dst = append(dst, vr...)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(value))) //nolint:gosec // short
	return append(dst, strings.Clone(value)...)
}
