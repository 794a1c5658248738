// Package smtp follows SMTP, ESMTP and LMTP conversations on any port.
//
// It reads: commands and replies (RFC 5321), matched in order under pipelining (RFC 2920); LMTP (RFC 2033), where each
// accepted recipient has a reply of its own after the data; DATA with dot-unstuffing; BDAT (RFC 3030); AUTH (RFC 4954)
// with the user names of PLAIN, LOGIN, XOAUTH2, OAUTHBEARER, CRAM-MD5, DIGEST-MD5, SCRAM, NTLM and EXTERNAL, never the
// secrets; STARTTLS (RFC 3207). Each mail is one object: the unstuffed DATA, or the chunks of BDAT joined.
//
// Hostile and broken traffic: only CRLF.CRLF ends DATA; other forms that some servers take for the end (LF.LF, CR.CR
// and mixtures: "SMTP smuggling") are told as a fact, and what follows them is still part of the mail. Text that is
// sent although DATA was refused is that mail's object. Lines that are no command, chunks of absurd size and text that
// follows a gap are scanned as a stream object of their own, so that nothing said to the server goes unread.
//
// It cannot: see a mail whose DATA command was before the capture (raw reads it), read BURL content, undo what
// encryption hides. When replies were lost, recipients and outcome are unknown until the next reply that leaves no
// doubt (354, 220, 221, 334, 235).
package smtp

import (
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/reply"
)

// name is the channel as the Contract spells it.
const name = "smtp"

// Bounds of what one connection holds.
const (
	maxLine       = 2048 // bytes of a command or reply line that are kept
	maxFirst      = 512  // bytes of the first line after DATA that are held to decide what it is
	maxPending    = 1024 // commands without a reply, replies without a command
	maxWaiting    = 64   // mails without a reply
	maxRecipients = 1000 // of one mail
	maxHold       = 8192 // bytes of a client that began TLS before its STARTTLS was answered
)

// Protocol returns the analyser.
func Protocol() proto.Protocol {
	return proto.Protocol{Name: name, Probe: probe, New: func(h proto.Host) flow.Consumer { return newConn(h) }, Resume: resume}
}

// mode is how the next bytes of the client are read.
type mode uint8

const (
	inCommand mode = iota // command lines
	inFirst               // DATA was said and not answered, or refused: the next line tells what it is
	inBody                // text of a mail up to CRLF.CRLF
	inText                // text of a mail, line by line: refused, or damaged by a gap
	inChunk               // so many bytes of BDAT
	inHold                // TLS began before STARTTLS was answered
)

// conn follows one connection.
type conn struct {
	host proto.Host
	at   flow.Time // of the bytes at hand
	gone bool      // Become was called

	// The client.
	mode     mode
	line     reply.Splitter
	lineOff  uint64
	lineAt   flow.Time
	end      uint64   // offset after the line that is executed
	tail     []byte   // what follows that line in the bytes at hand
	outer    []byte   // what follows a line that was held
	long     longLine // what becomes of the rest of a long line
	fragment bool     // a gap took the beginning of the line
	lostOff  uint64   // offset after that gap
	lostText bool     // a gap took commands: text may be a mail whose DATA was lost
	first    []byte   // held of the first line after DATA
	firstAt  flow.Time
	dot      dots
	chunk    uint64 // bytes left of the chunk
	last     bool   // the chunk is the last of its mail
	env      *envelope
	mail     *mail // being received
	auth     auth
	user     flow.Text
	lmtp     bool
	hello    bool
	hold     []byte
	textMid  bool // inText: the line is too long to hold, its beginning was written
	textCut  bool // inText: a gap took the beginning of the line
	strays   [2]object.Writer

	// The server.
	answer     reply.Splitter
	reader     reply.Reader
	answerOff  uint64
	answerAt   flow.Time
	answerLong bool
	reply      early  // being put together
	after      []byte // what follows the line at hand
	named      bool   // its name was stated
	cutReply   bool   // a gap took the beginning of the line
	greeted    bool   // the greeting was seen
	opened     bool   // the first reply was seen
	lossy      bool   // replies or commands were lost: only replies that leave no doubt count
	queue      queue
	early      []early
	waiting    []*mail
	lastKind   kind // of the command that was answered last

	tls tlsFacts
}

func newConn(h proto.Host) *conn {
	c := &conn{host: h, env: &envelope{}}
	c.line.Max, c.answer.Max = maxLine, maxLine
	if !h.Flow().Handshake { // the capture may begin inside a line
		c.fragment, c.cutReply = true, true
	}
	return c
}

// Data implements flow.Consumer.
func (c *conn) Data(d flow.Dir, off uint64, at flow.Time, b []byte) flow.Want {
	c.at = at
	if d == flow.ToServer {
		c.fromClient(off, b)
	} else {
		c.fromServer(off, b)
	}
	return 0
}

// fromClient reads what the client sent, in the mode that it is in.
func (c *conn) fromClient(off uint64, b []byte) {
	for len(b) > 0 && !c.gone {
		var n int
		switch c.mode {
		case inBody:
			n = c.body(b)
		case inChunk:
			n = c.chunked(b)
		case inText:
			n = c.text(off, b)
		case inFirst:
			n = c.firstLine(off, b)
		case inHold:
			n = c.held(b)
		default:
			n = c.command(off, b)
		}
		off += uint64(n)
		b = b[n:]
	}
}

// Skip implements flow.Consumer. Nothing is ever skipped.
func (c *conn) Skip(flow.Dir, uint64, uint64) {}

// Alt implements flow.Consumer. The pipeline scans second versions.
func (c *conn) Alt(flow.Dir, uint64, []byte) {}

// Gap implements flow.Consumer.
func (c *conn) Gap(d flow.Dir, off, n uint64, at flow.Time, why coverage.Reason) flow.Want {
	c.at = at
	if d == flow.ToServer {
		c.clientGap(off, n, why)
	} else {
		c.serverGap(n, why)
	}
	return 0
}

func (c *conn) clientGap(off, n uint64, why coverage.Reason) {
	if c.mode == inChunk {
		k := min(n, c.chunk)
		c.ensureOpen()
		c.mail.w.Gap(int64(k), why)
		c.mail.at = c.at
		if c.chunk -= k; c.chunk == 0 {
			c.endChunk()
		}
		if n -= k; n == 0 {
			return
		}
	}
	if c.mode == inBody || c.mode == inText {
		c.gapInText(n, why)
		return
	}
	// Replies that came already may be to commands behind the gap: it is told late.
	c.lossy = true
	c.env.doubt()
	switch c.mode {
	case inHold:
		c.startTLS("accepted")
		c.become([2][]byte{})
		return
	case inFirst:
		if c.mail.refused {
			c.first, c.mode = c.first[:0], inCommand
			break
		}
		if len(c.first) == 0 {
			c.firstAt = c.at
		}
		c.flushFirst()
		if c.mode == inBody || c.mode == inText {
			c.gapInText(n, why)
			return
		}
	}
	c.line.Reset()
	c.long, c.fragment, c.lostText, c.lostOff = longDrop, true, true, off+n
	c.auth.stop()
	if c.strays[flow.ToServer] != nil {
		c.strays[flow.ToServer].Gap(int64(n), why)
	}
}

func (c *conn) serverGap(n uint64, why coverage.Reason) {
	c.lost()
	c.answer.Reset()
	c.reader.Reset()
	c.cutReply = true
	if c.strays[flow.ToClient] != nil {
		c.strays[flow.ToClient].Gap(int64(n), why)
	}
}

// lost notes that commands or replies were lost.
func (c *conn) lost() {
	c.lossy, c.early = true, c.early[:0]
	c.env.doubt()
}

// Close implements flow.Consumer.
func (c *conn) Close(at flow.Time, _ flow.CloseReason) {
	c.at = at
	if c.gone {
		return
	}
	c.finish()
}

// finish closes all objects.
func (c *conn) finish() {
	if c.mode == inFirst && len(c.first) > 0 && !isCommand(c.first) {
		c.flushFirst()
	}
	if m := c.mail; m != nil && m.w != nil && !m.done {
		c.flushDot()
		m.cut = m.replied == 0
		if len(c.early) > 0 && c.early[0].code >= 400 {
			m.status = flow.Refused // refused before its end
		}
		c.closeMail(m)
	}
	for len(c.waiting) > 0 {
		c.closeMail(c.waiting[0])
	}
	for d, w := range c.strays {
		if w != nil {
			w.Close(object.Outcome{At: c.at})
			c.strays[d] = nil
		}
	}
}

// become hands the connection over, to be recognised anew.
func (c *conn) become(rest [2][]byte) {
	c.finish()
	c.gone = true
	c.host.Become("", rest)
}

// stray writes bytes that are neither command, reply nor mail to an object of their own, so that they are scanned.
func (c *conn) stray(d flow.Dir, off uint64, at flow.Time, b []byte) {
	if len(b) == 0 {
		return
	}
	if c.strays[d] == nil {
		c.strays[d] = c.host.Open(object.Meta{
			Protocol: name, Kind: object.Stream, Dir: d, Off: off, At: at, Size: -1, User: c.user, Endless: true, Unlabelled: true,
		})
	}
	c.strays[d].Write(b)
}
