package opaque

import (
	"bytes"
	"encoding/binary"
)

// marks is never changed.
var marks = [...]mark{
	{"ole", "application/x-ole-storage", 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", nil},
	{"rtf", "application/rtf", 0, "{\\rtf", nil},
	{"tnef", "application/ms-tnef", 0, "\x78\x9f\x3e\x22", nil},
	{"pst", "application/vnd.ms-outlook-pst", 0, "!BDN", nil},
	{"wordperfect", "application/vnd.wordperfect", 0, "\xffWPC", nil},
	{"djvu", "image/vnd.djvu", 0, "AT&TFORM", nil},
	{"chm", "application/vnd.ms-htmlhelp", 0, "ITSF\x03\x00\x00\x00", nil},

	{"7z", "application/x-7z-compressed", 0, "7z\xbc\xaf\x27\x1c", nil},
	{"rar", "application/vnd.rar", 0, "Rar!\x1a\x07", nil},
	{"xz", "application/x-xz", 0, "\xfd7zXZ\x00", nil},
	{"bzip2", "application/x-bzip2", 0, "BZh", isBzip2},
	{"lzma", "application/x-lzma", 0, "\x5d\x00\x00", isLZMA},
	{"lz4", "application/x-lz4", 0, "\x04\x22\x4d\x18", nil},
	{"lzop", "application/x-lzop", 0, "\x89LZO\x00\r\n\x1a\n", nil},
	{"snappy", "application/x-snappy-framed", 0, "\xff\x06\x00\x00sNaPpY", nil},
	{"compress", "application/x-compress", 0, "\x1f\x9d", isCompress},
	{"lzh", "application/x-lzh", 2, "-lh", isLZH},
	{"tar", "application/x-tar", 257, "ustar", nil},
	{"cpio", "application/x-cpio", 0, "07070", isCpio},
	{"ar", "application/x-archive", 0, "!<arch>\n", nil},
	{"rpm", "application/x-rpm", 0, "\xed\xab\xee\xdb", nil},
	{"cab", "application/vnd.ms-cab-compressed", 0, "MSCF\x00\x00\x00\x00", nil},
	{"wim", "application/x-ms-wim", 0, "MSWIM\x00\x00\x00", nil},
	{"vmdk", "application/x-vmdk", 0, "KDMV", nil},
	{"qcow", "application/x-qcow", 0, "QFI\xfb", nil},
	{"vhdx", "application/x-vhdx", 0, "vhdxfile", nil},

	{"image/png", "image/png", 0, "\x89PNG\r\n\x1a\n", nil},
	{"image/jpeg", "image/jpeg", 0, "\xff\xd8\xff", nil},
	{"image/gif", "image/gif", 0, "GIF87a", nil},
	{"image/gif", "image/gif", 0, "GIF89a", nil},
	{"image/tiff", "image/tiff", 0, "II*\x00", nil},
	{"image/tiff", "image/tiff", 0, "MM\x00*", nil},
	{"image/tiff", "image/tiff", 0, "II+\x00\x08\x00", nil},
	{"image/bmp", "image/bmp", 0, "BM", isBMP},
	{"image/webp", "image/webp", 8, "WEBP", isRIFF},
	{"image/heic", "image/heic", 4, "ftyp", isBrand("heic", "heix", "hevc", "heim", "heis", "mif1", "msf1")},
	{"image/avif", "image/avif", 4, "ftyp", isBrand("avif", "avis")},
	{"image/x-icon", "image/x-icon", 0, "\x00\x00\x01\x00", isIcon},
	{"image/x-icon", "image/x-icon", 0, "\x00\x00\x02\x00", isIcon},
	{"image/psd", "image/vnd.adobe.photoshop", 0, "8BPS\x00", nil},
	{"image/jp2", "image/jp2", 0, "\x00\x00\x00\x0cjP  ", nil},
	{"image/jp2", "image/jp2", 0, "\xff\x4f\xff\x51", nil},
	{"image/emf", "image/emf", 40, " EMF", nil},
	{"image/wmf", "image/wmf", 0, "\xd7\xcd\xc6\x9a", nil},

	{"audio/wav", "audio/wav", 8, "WAVE", isRIFF},
	{"audio/mpeg", "audio/mpeg", 0, "ID3", func(b []byte) bool { return len(b) > 9 && b[3] < 10 && b[6]|b[7]|b[8]|b[9] < 0x80 }},
	{"audio/mpeg", "audio/mpeg", 0, "\xff\xfb", isMP3},
	{"audio/mpeg", "audio/mpeg", 0, "\xff\xf3", isMP3},
	{"audio/ogg", "audio/ogg", 0, "OggS\x00", nil},
	{"audio/flac", "audio/flac", 0, "fLaC", nil},
	{"audio/amr", "audio/amr", 0, "#!AMR", nil},
	{"audio/midi", "audio/midi", 0, "MThd\x00\x00\x00\x06", nil},
	{"audio/basic", "audio/basic", 0, ".snd\x00\x00", nil},
	{"audio/aiff", "audio/aiff", 8, "AIF", func(b []byte) bool { return string(b[:4]) == "FORM" }},
	{"audio/mp4", "audio/mp4", 4, "ftyp", isBrand("M4A ", "M4B ")},
	{"video/mp4", "video/mp4", 4, "ftyp", func(b []byte) bool { return len(b) > 11 && b[0] == 0 && b[1] == 0 && b[8] >= ' ' }},
	{"video/quicktime", "video/quicktime", 4, "moov", func(b []byte) bool { return b[0] == 0 }},
	{"video/avi", "video/x-msvideo", 8, "AVI ", isRIFF},
	{"video/matroska", "video/x-matroska", 0, "\x1a\x45\xdf\xa3", nil},
	{"video/flv", "video/x-flv", 0, "FLV\x01", nil},
	{"video/asf", "video/x-ms-asf", 0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", nil},
	{"video/mpeg", "video/mpeg", 0, "\x00\x00\x01\xba", nil},
	{"video/mpeg", "video/mpeg", 0, "\x00\x00\x01\xb3", nil},
	{"video/mp2t", "video/mp2t", 0, "\x47", isTS},

	{"font/woff", "font/woff", 0, "wOFF", nil},
	{"font/woff2", "font/woff2", 0, "wOF2", nil},
	{"font/otf", "font/otf", 0, "OTTO\x00", nil},
	{"font/ttf", "font/ttf", 0, "\x00\x01\x00\x00\x00", isTTF},
	{"font/collection", "font/collection", 0, "ttcf\x00", nil},

	{"application/elf", "application/x-elf", 0, "\x7fELF", nil},
	{"application/pe", "application/vnd.microsoft.portable-executable", 0, "MZ", isPE},
	{"application/mach-o", "application/x-mach-binary", 0, "\xfe\xed\xfa\xce", nil},
	{"application/mach-o", "application/x-mach-binary", 0, "\xfe\xed\xfa\xcf", nil},
	{"application/mach-o", "application/x-mach-binary", 0, "\xce\xfa\xed\xfe", nil},
	{"application/mach-o", "application/x-mach-binary", 0, "\xcf\xfa\xed\xfe", nil},
	{"application/java-class", "application/java-vm", 0, "\xca\xfe\xba\xbe", nil},
	{"application/java-object", "application/x-java-serialized-object", 0, "\xac\xed\x00\x05", nil},
	{"application/wasm", "application/wasm", 0, "\x00asm\x01", nil},
	{"application/dex", "application/x-dex", 0, "dex\n03", nil},
	{"application/swf", "application/x-shockwave-flash", 1, "WS", isSWF},

	{"pcap", "application/vnd.tcpdump.pcap", 0, "\xd4\xc3\xb2\xa1", nil},
	{"pcap", "application/vnd.tcpdump.pcap", 0, "\xa1\xb2\xc3\xd4", nil},
	{"pcap", "application/vnd.tcpdump.pcap", 0, "\x4d\x3c\xb2\xa1", nil},
	{"pcap", "application/vnd.tcpdump.pcap", 0, "\xa1\xb2\x3c\x4d", nil},
	{"pcapng", "application/x-pcapng", 0, "\x0a\x0d\x0d\x0a", nil},
	{"sqlite", "application/vnd.sqlite3", 0, "SQLite format 3\x00", nil},
	{"mdb", "application/x-msaccess", 4, "Standard Jet DB", nil},
	{"mdb", "application/x-msaccess", 4, "Standard ACE DB", nil},
	{"parquet", "application/vnd.apache.parquet", 0, "PAR1", nil},
	{"avro", "application/avro", 0, "Obj\x01", nil},
	{"orc", "application/orc", 0, "ORC", func(b []byte) bool { return len(b) > 4 && b[3] < ' ' }},
	{"arrow", "application/vnd.apache.arrow.file", 0, "ARROW1\x00", nil},
	{"hdf5", "application/x-hdf5", 0, "\x89HDF\r\n\x1a\n", nil},
}

// sealed is ciphertext. It is never changed.
var sealed = [...]mark{
	{"pgp", "application/pgp-encrypted", 0, "-----BEGIN PGP MESSAGE-----", nil},
	{"pgp", "application/pgp-encrypted", 0, "\x84", isPGP},
	{"pgp", "application/pgp-encrypted", 0, "\x85", isPGP},
	{"pgp", "application/pgp-encrypted", 0, "\x8c", isPGP},
	{"pgp", "application/pgp-encrypted", 0, "\xc1", isPGP},
	{"cms", "application/pkcs7-mime", 0, "\x30", isEnveloped},
	{"age", "application/x-age", 0, "age-encryption.org/v1\n", nil},
	{"age", "application/x-age", 0, "-----BEGIN AGE ENCRYPTED FILE-----", nil},
	{"openssl", "application/x-openssl-enc", 0, "Salted__", nil},
	{"luks", "application/x-luks", 0, "LUKS\xba\xbe", nil},
	{"keepass", "application/x-keepass2", 0, "\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5", nil},
}

func isBzip2(b []byte) bool {
	return len(b) > 9 && b[3] >= '1' && b[3] <= '9' && (string(b[4:10]) == "1AY&SY" || string(b[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

// isLZMA wants a dictionary that is a power of two or half more, and a size that is unknown or below 1 TiB.
func isLZMA(b []byte) bool {
	if len(b) < 14 {
		return false
	}
	dict, size := binary.LittleEndian.Uint32(b[1:]), binary.LittleEndian.Uint64(b[5:])
	for dict > 3 && dict&1 == 0 {
		dict >>= 1
	}
	return (dict == 1 || dict == 3 || dict == 2) && (size == ^uint64(0) || size > 0 && size < 1<<40) && b[13] == 0
}

func isCompress(b []byte) bool {
	return len(b) > 3 && b[2]&0x60 == 0 && b[2]&0x1f >= 9 && b[2]&0x1f <= 16
}

func isLZH(b []byte) bool { return len(b) > 21 && b[6] == '-' && b[20] < 4 }

func isCpio(b []byte) bool {
	if len(b) < 76 || b[5] != '1' && b[5] != '2' && b[5] != '7' {
		return false
	}
	for _, c := range b[6:70] {
		if c-'0' > 9 && c|0x20-'a' > 5 {
			return false
		}
	}
	return true
}

func isRIFF(b []byte) bool { return string(b[:4]) == "RIFF" || string(b[:4]) == "RIFX" }

func isBMP(b []byte) bool {
	if len(b) < 18 || b[6]|b[7]|b[8]|b[9] != 0 {
		return false
	}
	switch binary.LittleEndian.Uint32(b[14:]) {
	case 12, 40, 52, 56, 64, 108, 124:
		return true
	}
	return false
}

func isBrand(brands ...string) func([]byte) bool {
	return func(b []byte) bool {
		if len(b) < 12 {
			return false
		}
		for _, s := range brands {
			if string(b[8:12]) == s {
				return true
			}
		}
		return false
	}
}

func isIcon(b []byte) bool {
	return len(b) > 21 && b[4] > 0 && b[5] == 0 && b[9] == 0 && b[18] < 255 && binary.LittleEndian.Uint32(b[14:]) > 0 && b[17] == 0 && b[20] < 64 && b[21] == 0
}

// isMP3 wants a second frame behind the first, if it is at hand.
func isMP3(b []byte) bool {
	if len(b) < 4 || b[2]>>4 == 0 || b[2]>>4 == 15 || b[2]>>2&3 == 3 {
		return false
	}
	rates := [...]int{44100, 48000, 32000}
	kbit := [...]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	low := [...]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
	n := 144000 * kbit[b[2]>>4] / rates[b[2]>>2&3]
	if b[1] == 0xf3 { // MPEG-2: half the rate, half the samples
		n = 72000 * low[b[2]>>4] / (rates[b[2]>>2&3] / 2)
	}
	n += int(b[2] >> 1 & 1)
	return len(b) > n+1 && b[n] == 0xff && b[n+1] == b[1]
}

func isTS(b []byte) bool {
	return len(b) > 376 && b[188] == 0x47 && b[376] == 0x47
}

func isTTF(b []byte) bool {
	return len(b) > 15 && b[5] > 3 && b[5] < 64 && b[12] >= ' ' && b[15] >= ' '
}

func isPE(b []byte) bool {
	if len(b) < 64 {
		return false
	}
	at := int(binary.LittleEndian.Uint32(b[60:]))
	if at < 64 || at+4 > len(b) {
		return bytes.Contains(b, []byte("This program ")) || at < 64 && binary.LittleEndian.Uint16(b[8:])*16 >= 32 && b[2]|b[3] != 0 && b[3] < 2
	}
	return b[at] == 'P' && b[at+1] == 'E' || b[at] == 'N' && b[at+1] == 'E' || b[at] == 'L'
}

func isSWF(b []byte) bool {
	return len(b) > 7 && (b[0] == 'F' || b[0] == 'C' || b[0] == 'Z') && b[3] > 0 && b[3] < 60 && b[7] < 16
}

// isPGP wants a packet with an encrypted session key (RFC 9580, 5.1 and 5.3).
func isPGP(b []byte) bool {
	if len(b) < 16 {
		return false
	}
	n := 2 // header
	switch b[0] {
	case 0x85:
		n = 3
	case 0xc1:
		if b[1] >= 192 {
			n = 3
		}
	case 0x8c:
		return b[1] >= 4 && b[1] < 64 && (b[2] == 4 || b[2] == 5) && b[3] > 0 && b[3] < 14 && (b[4] < 5 || b[2] == 5)
	}
	if b[n] != 3 {
		return false
	}
	switch b[n+9] {
	case 1, 2, 16, 18, 25, 26:
		return true
	}
	return false
}

// isEnveloped wants CMS enveloped data (RFC 5652, 6.1): SEQUENCE, then its object identifier.
func isEnveloped(b []byte) bool {
	b = b[:min(len(b), 24)]
	i := bytes.Index(b, []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"))
	return i >= 2 && i <= 6 && i+10 < len(b) && (b[i+10] == 3 || b[i+10] == 6)
}
