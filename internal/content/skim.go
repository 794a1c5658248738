package content

import "github.com/phiwatch/phiwatch/internal/object"

var _ object.Skimmer = (*node)(nil)

// Skim implements object.Skimmer.
func (n *node) Skim(labels [][]byte, delim byte) bool {
	s, ok := n.w.v.(object.Skimmer)
	return ok && s.Skim(labels, delim)
}

// Row implements object.Skimmer.
func (n *node) Row(row []byte) bool {
	if s, ok := n.w.v.(object.Skimmer); !ok || !s.Row(row) {
		return false
	}
	n.good = n.good || n.decoding
	return true
}
