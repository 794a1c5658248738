// Package list names the protocol analysers, in the order in which equal scores are decided.
package list

import (
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/dicom"
	"github.com/phiwatch/phiwatch/internal/proto/dns"
	"github.com/phiwatch/phiwatch/internal/proto/ftp"
	"github.com/phiwatch/phiwatch/internal/proto/http"
	"github.com/phiwatch/phiwatch/internal/proto/mllp"
	"github.com/phiwatch/phiwatch/internal/proto/quic"
	"github.com/phiwatch/phiwatch/internal/proto/raw"
	"github.com/phiwatch/phiwatch/internal/proto/smtp"
	"github.com/phiwatch/phiwatch/internal/proto/ssh"
	"github.com/phiwatch/phiwatch/internal/proto/tls"
)

// Protocols returns every analyser that recognises its protocol.
func Protocols() []proto.Protocol {
	return []proto.Protocol{
		tls.Protocol(),
		ssh.Protocol(),
		http.Protocol(),
		smtp.Protocol(),
		ftp.Protocol(),
		mllp.Protocol(),
		dicom.Protocol(),
		dns.Protocol(),
		quic.Protocol(),
	}
}

// Raw returns the analyser of everything that none of the others recognises.
func Raw() proto.Protocol { return raw.Protocol() }
