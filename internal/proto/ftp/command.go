package ftp

import (
	"bytes"
	"path"
	"strings"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto/reply"
)

// kind is what a command is.
type kind uint8

const (
	unknown kind = iota
	user
	pass
	acct
	adat
	authTLS
	port
	eprt
	lprt
	pasv
	epsv
	lpsv
	put  // STOR, STOU, APPE
	get  // RETR
	list // LIST, NLST, MLSD
	cwd
	cdup
	pwd
	rest
	size
	mode
	abort
	quit
	rename
	feat
	reinit
	other  // known to FTP only
	common // known to mail protocols, too
)

// verbKind returns the kind of a verb in upper case.
func verbKind(verb []byte) kind {
	switch string(verb) {
	case "USER":
		return user
	case "PASS":
		return pass
	case "ACCT":
		return acct
	case "ADAT", "MIC", "CONF", "ENC":
		return adat
	case "AUTH":
		return authTLS
	case "PORT":
		return port
	case "EPRT":
		return eprt
	case "LPRT":
		return lprt
	case "PASV", "P@SW", "CPSV":
		return pasv
	case "EPSV", "SPSV":
		return epsv
	case "LPSV":
		return lpsv
	case "STOR", "STOU", "APPE":
		return put
	case "RETR":
		return get
	case "LIST", "NLST", "MLSD":
		return list
	case "CWD", "XCWD":
		return cwd
	case "CDUP", "XCUP":
		return cdup
	}
	return otherKind(verb)
}

func otherKind(verb []byte) kind {
	switch string(verb) {
	case "PWD", "XPWD":
		return pwd
	case "REST":
		return rest
	case "SIZE":
		return size
	case "MODE", "TYPE", "STRU":
		return mode
	case "ABOR":
		return abort
	case "QUIT":
		return quit
	case "RNFR", "RNTO":
		return rename
	case "FEAT":
		return feat
	case "REIN":
		return reinit
	case "SYST", "ALLO", "DELE", "RMD", "XRMD", "MKD", "XMKD", "MDTM", "MFMT", "MFCT", "MFF", "MLST", "SITE", "SMNT", "OPTS",
		"LANG", "HOST", "CLNT", "PBSZ", "PROT", "CCC", "CSID", "AVBL", "HASH", "XCRC", "XMD5", "XSHA1", "XSHA256", "XSHA512",
		"RANG", "COMB", "THMB", "DSIZ", "ESTA", "ESTP", "MSOM", "MSND", "MAIL", "MLFL":
		return other
	case "NOOP", "HELP", "STAT":
		return common
	}
	return unknown
}

// lookup returns the kind of a command line and its argument, with the verb in buf. Telnet commands in front of an
// urgent ABOR are skipped.
func lookup(line []byte, buf *[24]byte) (kind, []byte) {
	for len(line) > 1 && line[0] == 0xFF {
		line = line[2:]
	}
	verb, arg := reply.Verb(line, buf)
	return verbKind(verb), arg
}

// entry is a command that waits for its answer.
type entry struct {
	kind     kind
	verb     [4]byte
	transfer *transfer
	text     string // cwd, pwd: the directory before; size, mode: the argument
	now      string // cwd: the directory after
}

// command takes a command line.
func (c *conn) command(line []byte) {
	s := &c.side[flow.ToServer]
	var buf [24]byte
	k, arg := lookup(line, &buf)
	if s.fragment {
		s.fragment = false
		if k == unknown || k == common {
			if bytes.IndexByte(reply.Trim(line), ' ') > 0 { // else it may be the end of a password
				c.strayLine(flow.ToServer, line)
			}
			return
		}
	}
	e := entry{kind: k}
	copy(e.verb[:], buf[:4])
	switch k {
	case unknown:
		if len(reply.Trim(line)) > 0 {
			c.strayLine(flow.ToServer, line)
		}
	case user:
		c.userCommand(arg)
	case authTLS:
		c.tried = true
	case port, eprt, lprt:
		e.transfer = c.active(k, arg)
	case pasv, epsv, lpsv:
		if bytes.EqualFold(arg, []byte("ALL")) {
			e.kind = other // a promise
		} else {
			e.transfer = c.announce()
		}
	case put, get, list:
		e.transfer = c.transferCommand(k, string(e.verb[:]), arg)
	case cwd, cdup:
		e.text = c.cwd
		c.cwd = join(c.cwd, arg, k == cdup)
		e.now = c.cwd
	case pwd:
		e.text = c.cwd
	case rest:
		c.rest = number(arg)
	case size:
		e.text = join(c.cwd, arg, false)
	case mode:
		e.text = strings.ToUpper(string(arg[:min(len(arg), 1)]))
	case reinit:
		c.user, c.cwd, c.rest = nil, "", 0
	}
	c.push(e)
}

// userCommand states a login.
func (c *conn) userCommand(arg []byte) {
	c.user, c.cwd = flow.NewText(string(arg)), ""
	extra := ""
	if bytes.EqualFold(arg, []byte("anonymous")) || bytes.EqualFold(arg, []byte("ftp")) {
		extra = "anonymous"
	}
	c.host.Fact(flow.Fact{Kind: flow.FactCredential, At: c.at, Dir: flow.ToServer, User: c.user, Detail: name, Extra: extra})
}

// number reads a decimal number, 0 if it is none.
func number(b []byte) int64 {
	n := int64(0)
	for _, ch := range b {
		if ch < '0' || ch > '9' || n > 1<<53 {
			return 0
		}
		n = n*10 + int64(ch-'0')
	}
	return n
}

// join makes the path of a file or directory from the working directory and an argument.
func join(dir string, arg []byte, up bool) string {
	a := string(arg)
	if up {
		a = ".."
	}
	if len(a) > 0 && (a[0] == '/' || a[0] == '\\' || a[0] == '~') || len(a) > 1 && a[1] == ':' {
		return cap1(a)
	}
	if a == "" {
		return dir
	}
	if dir == "" {
		return cap1(path.Clean(a))
	}
	return cap1(path.Join(dir, a))
}

func cap1(s string) string { return s[:min(len(s), maxPath)] }

// push takes a command whose answer is to come, or has come before it.
func (c *conn) push(e entry) {
	for i, r := range c.early {
		if e.kind.takes(r.code) {
			n := copy(c.early, c.early[i+1:])
			c.early = c.early[:n]
			if c.answered(e, r); c.gone || r.code >= 200 || !e.kind.moves() {
				return
			}
			c.push(e)
			return
		}
	}
	if len(c.early) > 0 {
		c.lossy, c.early = true, c.early[:0]
	}
	if len(c.queue) >= maxPending {
		copy(c.queue, c.queue[1:])
		c.queue = c.queue[:len(c.queue)-1]
		c.lossy = true
	}
	c.queue = append(c.queue, e)
}
