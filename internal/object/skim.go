package object

// Skimmer is what a visitor may offer beyond [Visitor] to decoders of tables, nearly all of whose rows say nothing: a row that
// it calls silent need not be told cell by cell. Emitters that have no such visitor answer false.
type Skimmer interface {
	// Skim begins a table of plain cells with a delimiter, under labels (nil: a table without a header; an empty one says nothing). It
	// tells whether any row can be silent.
	Skim(labels [][]byte, delim byte) bool
	// Silent tells whether the calls of Begin(UnitRow), Field for each cell with its label and no role, and End would have no
	// effect. row is a row without its line end; cells in quotes hold no quotes.
	Silent(row []byte) bool
}
