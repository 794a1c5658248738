// Package stream turns packets into conversations. [Route] strips the link layer and chooses a shard; a [Shard]
// defragments IP, keeps the flow table, puts TCP in order and tells each flow's consumer the bytes, the holes and the
// second versions.
//
// It reads Ethernet II and 802.2 LLC/SNAP, VLAN tags to any depth (0x8100, 0x88a8, 0x9100), Linux cooked captures v1
// and v2, BSD null and loop, raw IP; IPv4 (RFC 791) and IPv6 (RFC 8200) with fragments (RFC 815, 5722, 6946) and a
// bounded chain of extension headers; TCP (RFC 9293, 7413) and UDP (RFC 768). It cannot open tunnels yet: they are
// booked as uninspected with the reason tunnel. Other transports, and network
// protocols other than IP, are booked as uninspected too; ICMP, IGMP, ARP and the control of the link (STP, LLDP, LACP ...) as
// control, ESP as encrypted.
//
// # Conservation
//
// The bytes of a packet that Route or Packet was given end in exactly one place: booked in the [coverage.Account], or
// told once by Data or Skip of a [flow.Consumer]. Headers, padding, duplicates and keep-alive bytes are control. A byte
// that differs from an earlier version of itself is told by Alt and booked as partly inspected with the reason
// ambiguous; a byte that fills a hole after it was given up is told by Alt and booked as partly inspected with the
// reason unjoined. Bytes that were never captured are told by Gap and counted by reason, in no state.
//
// # Order and choice
//
// The first version of a byte wins; the exception is a segment that its receiver must refuse (wrong checksum, no ACK
// flag) from a sender whose segments are otherwise sound: it is held back, loses to any sound version, and is used only
// when the receiver acknowledges its bytes although no sound version came (then the capture's own offloading made the
// checksum wrong, and the sender is believed from there on).
//
// A hole is given up when the other side acknowledges bytes behind it and 32 more packets or 200 ms pass (a mirror port
// may show the acknowledgement first), after ten seconds of packet time, when a budget is spent, and at the end. What
// lies behind is then delivered: a spent budget costs order, not bytes.
//
// # Determinism
//
// A shard depends on its own packets and ticks alone: not on batches, map order or the wall clock. Timers run on the
// time of the ticks; flows that end in the same tick are closed in the order of their first packets.
package stream
