package label

import "bytes"

// Class says what a well-known label stands for, as far as the structure of a form depends on it.
type Class uint8

const (
	Unknown Class = iota
	Generic       // anything may have it: date, status, type
	Common        // what is asked of persons
	Name          // of a person: one for each record, as those below
	Record        // number of a medical record
	Social        // Social Security number
	Birth         // date of birth
)

// maxKnown is the length of the longest well-known label.
const maxKnown = 24

// Known classifies a label by a list of what forms and headers are usually called, whatever its case, with blanks,
// underscores or dashes between the words.
func Known(c []byte) Class {
	c = bytes.TrimRight(bytes.TrimSpace(c), ".#:")
	if len(c) < 2 || len(c) > maxKnown {
		return Unknown
	}
	var buf [maxKnown]byte
	for i, b := range c {
		switch {
		case b-'A' < 26:
			b |= 0x20
		case b == '_' || b == '-':
			b = ' '
		}
		buf[i] = b
	}
	switch string(buf[:len(c)]) {
	case "name", "patient", "patient name", "pt name", "full name", "client name", "member name", "patients name", "patient's name", "resident name",
		"subscriber name", "insured name", "insured's name":
		return Name
	case "mrn", "mr", "medical record", "medical record number", "medical record no", "medical record num", "patient id", "patient number",
		"patient no", "chart number", "chart no", "med rec no", "mrn number", "record number", "unit number":
		return Record
	case "ssn", "social security", "social security number", "social security no", "soc sec no", "soc sec", "ss number", "social", "patient ssn":
		return Social
	case "dob", "date of birth", "birth date", "birthdate", "born", "birthday", "d.o.b", "birth dt", "patient dob":
		return Birth
	case "first name", "last name", "firstname", "lastname", "middle name", "surname", "given name", "family name",
		"street", "street address", "home address", "zip", "zip code", "phone", "telephone", "home phone", "cell phone",
		"phone number", "fax", "account", "account number", "account no", "gender", "sex", "age", "race", "marital status",
		"diagnosis", "diagnoses", "dx", "icd", "icd10", "icd 10", "npi", "physician",
		"attending", "doctor", "member id", "member number", "subscriber id", "policy number", "group number", "insurance", "payer",
		"facility", "hospital", "room", "ward", "bed", "admit date",
		"admission date", "discharge date", "date of service", "dos", "visit date", "procedure", "medication", "medications", "allergies", "mbi",
		"medicare number", "medicare id", "medicaid id", "medicaid number", "employer", "occupation", "relationship", "accession", "specimen":
		return Common
	case "id", "date", "code", "type", "amount", "status", "user", "title", "department", "value", "key", "label", "description", "notes", "unit", "subject",
		"plan", "provider", "county", "country", "first", "last", "city", "state", "email", "e mail", "address":
		return Generic
	}
	return Unknown
}
