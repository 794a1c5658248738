package geo

import (
	"net/netip"
)

// Class is the class of an address that needs no table.
type Class uint8

// Classes. Only Public addresses are looked up. Documentation ranges are Public: nobody should be there, and a table
// that has them is asked (reserved networks are left out of the embedded ones).
const (
	Public Class = iota
	PrivateUse
	Loopback
	LinkLocal
	Multicast
	Broadcast
)

// String returns the class in lower case.
func (c Class) String() string {
	return [...]string{"public", "private", "loopback", "link-local", "multicast", "broadcast"}[c%6]
}

// Networks and addresses that net/netip has no predicate for.
var (
	cgnat  = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598
	nat64  = netip.MustParsePrefix("64:ff9b::/96")  // RFC 6052
	sixTo4 = netip.MustParsePrefix("2002::/16")     // RFC 3056
	teredo = netip.MustParsePrefix("2001::/32")     // RFC 4380
	allIPs = netip.AddrFrom4([4]byte{255, 255, 255, 255})
)

// ClassOf returns the class of an address. Subnet broadcast addresses cannot be told from hosts.
func ClassOf(a netip.Addr) Class {
	a = a.Unmap()
	switch {
	case a.IsLoopback():
		return Loopback
	case a.IsPrivate(), cgnat.Contains(a): // RFC 1918, RFC 4193
		return PrivateUse
	case a.IsLinkLocalUnicast():
		return LinkLocal
	case a.IsMulticast():
		return Multicast
	case a == allIPs:
		return Broadcast
	}
	return Public
}

// Effective returns the address that says where the other end is: zones are dropped, IPv4-mapped, NAT64 and 6to4
// addresses give the IPv4 address in them, Teredo addresses that of the client.
func Effective(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case sixTo4.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	case teredo.Contains(a):
		return netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]})
	}
	return a
}
