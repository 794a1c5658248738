package object

// Skimmer is what a visitor may offer beyond [Visitor] to decoders of tables: to take rows as they stand in the file, of which nearly
// all say nothing. Emitters that have no such visitor answer false.
type Skimmer interface {
	// Skim begins a table of plain cells with a delimiter, under labels (nil: a table without a header; an empty one says nothing). It
	// tells whether rows may be offered.
	Skim(labels [][]byte, delim byte) bool
	// Row offers a row without its line end. It is taken as if by Begin(UnitRow), Field for each cell that is not empty, with its
	// label and no role, and End; or it is refused, and has to be told by these.
	Row(row []byte) bool
}
