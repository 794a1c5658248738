// Package ftp follows FTP control connections on any port (RFC 959, 1123, 1639, 2228, 2389, 2428, 3659, 4217).
//
// It opens no objects: it announces the data connections as expectations, with their address as soon as it is known,
// then the command, the path of the file, the user and the offset, and in the end the outcome from the reply. Active
// and passive, PORT, EPRT, LPRT, PASV, EPSV and LPSV, IPv4 and IPv6, addresses behind NAT; commands and replies are
// matched in order under pipelining. The path is made from the working directory where that was seen. It states logins
// (never passwords), AUTH TLS, and tricks: a data connection to a third host (ftp_bounce), and modes that change the
// bytes on the way (ftp_mode_b, ftp_mode_c, ftp_mode_z, ftp_type_e, ftp_stru_r).
//
// Commands and replies are control. Lines that are neither are scanned as a stream object of their own.
//
// It cannot: undo MODE B, C and Z, TYPE E and STRU R, which is why it states them; see what follows AUTH TLS; tell
// the offset of APPE unless SIZE was asked before. Names that occur in RNTO, MKD and SITE alone are not scanned.
package ftp

import (
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/reply"
)

// name is the channel as the Contract spells it.
const name = "ftp"

// Bounds of what one connection holds.
const (
	maxLine    = 2048 // bytes of a line that are kept
	maxPending = 20   // commands without a reply, replies without a command
	maxOpen    = 64   // expectations whose outcome is not known
	maxPath    = 1024 // bytes of the working directory
	maxHold    = 8192 // bytes of a client that began TLS before AUTH was answered
)

// Protocol returns the analyser.
func Protocol() proto.Protocol {
	return proto.Protocol{Name: name, Probe: probe, New: func(h proto.Host) flow.Consumer { return newConn(h) }}
}

// conn follows one control connection.
type conn struct {
	host proto.Host
	at   flow.Time
	gone bool // Become was called

	side   [2]side
	reader reply.Reader
	opened bool // the first reply was seen
	lossy  bool // commands or replies were lost
	held   bool // TLS began before AUTH was answered
	hold   []byte

	queue []entry
	early []answer

	user     flow.Text
	cwd      string
	rest     int64
	sized    string // path of the last SIZE
	size     int64
	offered  bool // AUTH TLS
	tried    bool
	unused   bool
	bounced  bool
	setup    *transfer // the data connection that the next transfer uses
	orphan   *transfer // a transfer whose data connection was not announced yet
	open     []*transfer
	lastID   uint32
	greeting bool // the next reply may be the greeting
}

// side is what is read of one direction.
type side struct {
	line     reply.Splitter
	off      uint64
	at       flow.Time
	long     bool // the line is too long and is scanned
	secret   bool // the line is too long and is not scanned
	fragment bool // a gap took the beginning of the line
	tail     []byte
	stray    object.Writer
}

func newConn(h proto.Host) *conn {
	c := &conn{host: h}
	for d := range c.side {
		c.side[d].line.Max = maxLine
		c.side[d].fragment = !h.Flow().Handshake // the capture may begin inside a line
	}
	return c
}

// Data implements flow.Consumer.
func (c *conn) Data(d flow.Dir, off uint64, at flow.Time, b []byte) flow.Want {
	c.at = at
	s := &c.side[d]
	for len(b) > 0 && !c.gone {
		if d == flow.ToServer && c.held {
			c.holdBack(b)
			return 0
		}
		if !s.line.Begun() {
			if b[0] == 0x16 && c.tlsBegins(d, b) {
				continue
			}
			s.off, s.at, s.long, s.secret = off, at, false, false
		}
		line, over, n, done := s.line.Next(b)
		if s.line.Long() {
			c.longPart(d, line, off+uint64(n-len(over)), over)
		}
		s.tail = b[n:]
		if done && d == flow.ToServer {
			c.command(line)
		} else if done {
			c.replyLine(line)
		}
		s.tail = nil
		off += uint64(n)
		b = b[n:]
	}
	return 0
}

// longPart scans a line that is too long for a command or reply, unless it may be a secret.
func (c *conn) longPart(d flow.Dir, line []byte, off uint64, over []byte) {
	s := &c.side[d]
	if !s.long && !s.secret {
		if line == nil {
			line = s.line.Held()
		}
		s.secret = d == flow.ToServer && isSecret(line) || s.fragment
		s.long = !s.secret
		if s.long {
			c.stray(d, s.off, s.at, line)
		}
	}
	if s.long {
		c.stray(d, off, c.at, over)
	}
}

// isSecret tells whether a line of the client has a secret.
func isSecret(line []byte) bool {
	var buf [24]byte
	k, _ := lookup(line, &buf)
	return k == pass || k == acct || k == adat
}

// stray writes bytes that are neither command nor reply to an object of their own, so that they are scanned.
func (c *conn) stray(d flow.Dir, off uint64, at flow.Time, b []byte) {
	if len(b) == 0 {
		return
	}
	s := &c.side[d]
	if s.stray == nil {
		s.stray = c.host.Open(object.Meta{
			Protocol: name, Kind: object.Stream, Dir: d, Off: off, At: at, Size: -1, User: c.user, Endless: true, Unlabelled: true,
		})
	}
	s.stray.Write(b)
}

// strayLine scans a line, unless that was done because it is long.
func (c *conn) strayLine(d flow.Dir, line []byte) {
	if s := &c.side[d]; !s.line.Long() {
		c.stray(d, s.off, s.at, line)
	}
}

// Skip implements flow.Consumer. Nothing is ever skipped.
func (c *conn) Skip(flow.Dir, uint64, uint64) {}

// Alt implements flow.Consumer. The pipeline scans second versions.
func (c *conn) Alt(flow.Dir, uint64, []byte) {}

// Gap implements flow.Consumer.
func (c *conn) Gap(d flow.Dir, _, n uint64, at flow.Time, why coverage.Reason) flow.Want {
	c.at = at
	if c.held && d == flow.ToServer {
		c.become([2][]byte{})
		return 0
	}
	s := &c.side[d]
	s.line.Reset()
	s.fragment = true
	if s.stray != nil {
		s.stray.Gap(int64(n), why)
	}
	if d == flow.ToClient {
		c.reader.Reset()
		c.early = c.early[:0]
	}
	c.lossy = true // replies that came already may be to commands behind a gap of the client: it is told late
	return 0
}

// Close implements flow.Consumer.
func (c *conn) Close(at flow.Time, _ flow.CloseReason) {
	c.at = at
	if !c.gone {
		c.finish()
	}
}

func (c *conn) finish() {
	for len(c.open) > 0 {
		c.settle(c.open[0], flow.OutcomeUnknown)
	}
	for d := range c.side {
		if w := c.side[d].stray; w != nil {
			w.Close(object.Outcome{At: c.at})
			c.side[d].stray = nil
		}
	}
}

// become hands the connection over, to be recognised anew.
func (c *conn) become(rest [2][]byte) {
	c.finish()
	c.gone = true
	c.host.Become("", rest)
}
