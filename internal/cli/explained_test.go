package cli

// explained are objects of the ground truth that are missing for a reason: capture and first digits of the digest.
var explained = map[string]string{
	// A response whose segments came out of order (frames 6 to 25). tshark exports each that came early alone, and with
	// tcp.reassemble_out_of_order none of these, but the whole response, which is ours.
	"http/suricata-http-range-file.pcap 461d4c3f439f": "the payload of frame 6 alone",
	"http/suricata-http-range-file.pcap ff88bd0e126c": "the payload of frame 9 alone",
	"http/suricata-http-range-file.pcap f3b65f0ebdf0": "the payload of frame 11 alone",
	"http/suricata-http-range-file.pcap 3aac5e6589de": "the payload of frame 20 alone",
	"http/suricata-http-range-file.pcap c897e4e4ac5e": "the payload of frame 21 alone",
	"http/suricata-http-range-file.pcap b00694b0e668": "the payload of frame 25 alone",
	"http/suricata-http-range-file.pcap 43c7986017ae": "the last 991 bytes of the payload of frame 12 alone",

	"http/zeek-http-11-request-then-cruft.pcap 69690f279747":           "no message: the payload of frame 17; ours goes on from frame 15",
	"http/suricata-http-connect-http-connect-simple.pcap 01ba4719c80b": "one line end behind the heads in frames 5, 7 and 9: CONNECT has no body",
	"tcp/tcpflow-test1-out-of-order.pcap 4357994fe27c":                 "the payload of frame 1; frame 2 has what was sent before it, but for 22 bytes, and ours has both and the gap",
	"tcp/suricata-tcp-urgp-01-oob.pcap 98aea1364c5a":                   "the payload of frame 8, the rest of a request that begins in frame 4; tshark loses it at the urgent byte",

	"ftp/ndpi-ftp.pcap f4b3aa91c3f4":                 "tshark's export lacks the last 1,440 bytes of the stream that tshark follow and tcpflow agree on, which is ours",
	"http/suricata-filestore-dont.pcap d98d0815037e": "no field: the form has bare line ends, and the split looked for CRLF and took the rest of the body; ours are the four fields",
}
