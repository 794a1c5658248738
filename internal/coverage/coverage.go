// Package coverage says what became of every captured byte.
//
// Conservation: each captured byte ends in exactly one [State], so the counts of an [Account] add up to the bytes
// received. What was lost before it reached the sensor (a kernel drop, a hole in the sequence numbers) was never
// captured: it is told by its [Reason] and never enters the sum.
package coverage

// State is where a captured byte ended.
type State uint8

const (
	Inspected       State = iota // its object was opened and scanned whole
	PartlyInspected              // its object was scanned, but something in it was missing or could not be opened
	Encrypted                    // it is ciphertext: nothing to inspect
	Uninspected                  // it could have been read by somebody, not by this sensor; the reason is counted
	Control                      // headers, commands, padding, duplicates
	Dropped                      // the sensor gave it up; the cause is counted
	NumStates
)

var stateNames = [NumStates]string{"inspected", "partly_inspected", "encrypted", "uninspected", "control", "dropped"}

// String returns the state as the Contract spells it.
func (s State) String() string {
	if s < NumStates {
		return stateNames[s]
	}
	return "invalid"
}

// Reason is why bytes were not seen or not read. Parsers return a Reason and never an error that quotes input.
type Reason uint8

const (
	None Reason = iota

	// Before the stream.
	KernelDrop  // the kernel had no room; never captured
	Snaplen     // cut by the capture's snapshot length; never captured
	DamagedFile // the capture file is damaged or ends early
	LinkType    // a link layer that is not decoded
	Malformed   // headers that contradict themselves
	Tunnel      // an encapsulation that is not opened, or nested too deep
	NotIP       // control of the link or of addressing: ARP, STP, LLDP and the like
	Network     // a network protocol other than IP, which is not followed

	// In the stream.
	Gap         // a hole in the sequence numbers; never captured
	Shed        // captured, then given up to keep a budget
	Window      // outside of any plausible receive window
	Fragment    // a fragment whose datagram was never completed
	FragOverlap // a fragment that overlaps another and lost
	Checksum    // a wrong checksum, beaten by a good segment
	Transport   // a transport protocol that is not followed

	// In the analyser.
	Protocol  // the analyser lost the grammar
	Bypassed  // not looked at on purpose
	Ambiguous // two readings; both were scanned where possible
	Unjoined  // a piece whose neighbours were not seen
	Refused   // a command was refused, its bytes were sent all the same

	// In the content.
	Format       // a format that cannot be opened yet
	Password     // encrypted content inside a readable container
	DepthLimit   // nested too deep
	BytesLimit   // unpacks to more than the limit
	RatioLimit   // unpacks suspiciously well
	EntriesLimit // too many members
	StepsLimit   // too much work for its size
	Corrupt      // damaged content
	Truncated    // ends before its end
	Charset      // text in an unknown encoding

	// In the sensor.
	Panic    // a decoder or analyser failed; type and stack are in the log
	Watchdog // took too long by the wall clock: the run is not reproducible
	Budget   // no memory left for it

	NumReasons
)

var reasonNames = [NumReasons]string{
	"none", "kernel_drop", "snaplen", "damaged_file", "link_type", "malformed", "tunnel", "not_ip", "network",
	"gap", "shed", "window", "fragment", "fragment_overlap", "checksum", "transport",
	"protocol", "bypassed", "ambiguous", "unjoined", "refused",
	"format", "password", "depth_limit", "bytes_limit", "ratio_limit", "entries_limit", "steps_limit", "corrupt", "truncated", "charset",
	"panic", "watchdog", "budget",
}

// String returns the reason in snake case, a fixed vocabulary that is safe to print.
func (r Reason) String() string {
	if r < NumReasons {
		return reasonNames[r]
	}
	return "invalid"
}

// Fatal tells whether content with this reason counts as not inspected at all when nothing of it was read.
func (r Reason) Fatal() bool {
	return r == Format || r == Protocol || r == Password || r == Panic || r == Budget
}

// Account counts bytes by state and, beside that, by reason. The zero value is ready to use. Not safe for concurrent
// use: every shard has its own, and they are merged.
type Account struct {
	Bytes   [NumStates]uint64
	Reasons [NumReasons]uint64 // bytes with a reason, lost ones included: no part of the sum
	Events  [NumReasons]uint64 // how many times
}

// Add books n captured bytes under a state.
func (a *Account) Add(s State, n uint64) { a.Bytes[s] += n }

// Why books that n bytes were not seen or not read because of r. It changes no state.
func (a *Account) Why(r Reason, n uint64) {
	a.Reasons[r] += n
	a.Events[r]++
}

// Drop books n captured bytes as dropped because of r.
func (a *Account) Drop(r Reason, n uint64) {
	a.Bytes[Dropped] += n
	a.Why(r, n)
}

// Merge adds the counts of b.
func (a *Account) Merge(b *Account) {
	for i := range a.Bytes {
		a.Bytes[i] += b.Bytes[i]
	}
	for i := range a.Reasons {
		a.Reasons[i] += b.Reasons[i]
		a.Events[i] += b.Events[i]
	}
}

// Sum returns the bytes of all states.
func (a *Account) Sum() uint64 {
	var n uint64
	for _, v := range a.Bytes {
		n += v
	}
	return n
}
