package dicom

import (
	"strings"

	"github.com/phiwatch/phiwatch/internal/object"
)

// Tags with a meaning of their own.
const (
	tagSyntax      = 0x00020010 // TransferSyntaxUID
	tagRecordType  = 0x00041430 // DirectoryRecordType
	tagCharset     = 0x00080005 // SpecificCharacterSet
	tagCode        = 0x00080100 // CodeValue
	tagScheme      = 0x00080102 // CodingSchemeDesignator
	tagMeaning     = 0x00080104 // CodeMeaning
	tagLongCode    = 0x00080119 // LongCodeValue
	tagRemoved     = 0x00120062 // PatientIdentityRemoved
	tagConceptName = 0x0040A043 // ConceptNameCodeSequence
	tagConceptCode = 0x0040A168 // ConceptCodeSequence
	tagTextValue   = 0x0040A160 // TextValue
	tagPersonName  = 0x0040A123 // PersonName of a structured report
	tagValueType   = 0x0040A040 // ValueType, the first of a content item
	tagDocument    = 0x00420011 // EncapsulatedDocument
)

// roleOf returns what the standard says an element is of the patient (PS3.3, modules of the patient and of the visit).
func roleOf(tag uint32) object.Role {
	switch tag {
	case 0x00100010, // PatientName
		0x00101001, // OtherPatientNames
		0x00101005, // PatientBirthName
		0x00101060, // PatientMotherBirthName
		0x00102297: // ResponsiblePerson
		return object.RolePersonName
	case 0x00100020, // PatientID
		0x00101000, // OtherPatientIDs
		0x00101090: // MedicalRecordLocator
		return object.RoleMRN
	case 0x00100030: // PatientBirthDate
		return object.RoleBirthDate
	case 0x00101040: // PatientAddress
		return object.RoleStreet
	case 0x00102154: // PatientTelephoneNumbers
		return object.RolePhone
	case 0x00101050: // InsurancePlanIdentification
		return object.RoleMemberID
	case 0x00380010: // AdmissionID
		return object.RoleAccount
	}
	return object.RoleNone
}

// plain are labels in the words of people, where the keyword of the standard says less, or what only sounds like something
// of the patient.
func plain(tag uint32) string {
	switch tag {
	case 0x00080081, 0x00401102: // InstitutionAddress, PersonAddress (of physicians and operators)
		return "provider address"
	case 0x00081080: // AdmittingDiagnosesDescription
		return "diagnosis"
	case 0x00100021: // IssuerOfPatientID
		return "issuer"
	case 0x00100022: // TypeOfPatientID
		return "type"
	case 0x00102150, 0x00102152: // CountryOfResidence, RegionOfResidence
		return "region"
	case 0x001021B0: // AdditionalPatientHistory
		return "medical history"
	case 0x0038001E, 0x00380400: // ScheduledPatientInstitutionResidence, PatientInstitutionResidence
		return "institution"
	case 0x00380500: // PatientState
		return "condition"
	case 0x00401103, 0x00401104: // PersonTelephoneNumbers, PersonTelecomInformation
		return "provider phone"
	}
	return ""
}

// keyed appends the keyword of an element. As a label the words Patient and Name mean the name of a patient; only elements
// of the kind PN are names of people, so they are left out elsewhere, unless the whole is kept.
func keyed(dst []byte, keyword string, whole bool) []byte {
	from := len(dst)
	for i := 0; i < len(keyword) && !whole; {
		switch rest := keyword[i:]; {
		case word(rest, "Name"):
			i += len("Name")
		case word(rest, "Patient"):
			i += len("Patient")
		default:
			dst = append(dst, rest[0])
			i++
		}
	}
	if len(dst) == from {
		return append(dst, keyword...)
	}
	return dst
}

// word tells whether s begins with a word of camel case.
func word(s, w string) bool {
	return strings.HasPrefix(s, w) && (len(s) == len(w) || s[len(w)] < 'a')
}

// schemes of ICD-10 (PS3.16, table 8-1); I10P is of procedures.
func isICD10(scheme []byte) bool {
	switch string(scheme) {
	case "I10", "I10C", "ICD10", "ICD-10", "ICD10CM", "ICD-10-CM":
		return true
	}
	return false
}

// suits returns the role of an identifier by its form, r if that says nothing: sites put other numbers where the medical
// record number belongs.
func suits(r object.Role, v []byte) object.Role {
	if r == object.RoleMRN && len(v) == 11 && v[3] == '-' && v[6] == '-' {
		return object.RoleSSN
	}
	return r
}
