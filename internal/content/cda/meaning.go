package cda

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/identity"
	"github.com/phiwatch/phiwatch/internal/content/xmlscan"
	"github.com/phiwatch/phiwatch/internal/object"
)

// about returns whom an element is about, by its name and whom the one around it is about.
func about(t *xmlscan.Tag, up who) who {
	switch string(t.Name) {
	case "recordTarget", "patientRole", "patient", "patientPerson", "identifiedPerson", "guardian", "relatedEntity", "relatedSubject",
		"personalRelationship", "queryByParameter":
		return patient
	case "associatedEntity":
		if near(t.Attr("classCode")) {
			return patient
		}
		return provider
	case "participant":
		switch string(t.Attr("typeCode")) {
		case "COV", "HLD":
			return member
		}
		return nobody
	case "providerOrganization", "assignedAuthor", "assignedEntity", "assignedPerson", "assignedCustodian", "intendedRecipient",
		"representedOrganization", "representedCustodianOrganization", "scopingOrganization", "scopingEntity", "serviceProviderOrganization",
		"manufacturerOrganization", "wholeOrganization", "author", "performer", "custodian", "dataEnterer", "legalAuthenticator",
		"authenticator", "informationRecipient", "responsibleParty", "encounterParticipant", "healthCareFacility", "sender", "receiver":
		return provider
	case "component", "entry", "documentationOf", "componentOf":
		return nobody
	}
	return up
}

// near tells whether an entity of a class is next to the patient: next of kin, emergency contact, caregiver, guarantor ...
func near(class []byte) bool {
	switch string(class) {
	case "NOK", "ECON", "CAREGIVER", "PRS", "GUARD", "GUAR", "POLHOLD", "COVPTY", "AGNT", "CON":
		return true
	}
	return false
}

// attributes emits the attributes of an element, those that have a meaning in their roles.
func (p *parser) attributes(t *xmlscan.Tag, up []byte) {
	w := nobody
	if !t.Deep {
		w = p.stack[p.depth].who
	}
	for i := range t.Attrs {
		a := &t.Attrs[i]
		k, v := t.Key(a), t.Value(a)
		if len(v) == 0 || bytes.HasPrefix(k, []byte("xmlns")) || bytes.HasPrefix(k, []byte("xsi:")) {
			continue
		}
		v = p.s.References(v)
		k = xmlscan.Local(k)
		if !p.placed(t, w, up, k, v) {
			p.label = append(append(p.label[:0], t.Name...), '@')
			p.label = append(p.label, k[:min(len(k), 64)]...)
			p.e.Field(object.RoleAttribute, p.label, v)
		}
	}
}

// placed emits an attribute that has a meaning where it stands.
func (p *parser) placed(t *xmlscan.Tag, w who, up, k, v []byte) bool {
	switch string(k) {
	case "extension":
		r, label := identifies(t.Attr("root"), w, t.Name, up, v)
		if r == object.RoleNone && label == "" {
			return false
		}
		p.label = append(p.label[:0], label...)
		p.e.Field(r, p.label, v)
	case "value":
		return p.valued(t, w, up, v)
	case "code":
		r, label := system(t.Attr("codeSystem"))
		if label == "" {
			return false
		}
		p.label = append(p.label[:0], label...)
		p.e.Field(r, p.label, v)
	case "displayName":
		p.label = append(p.label[:0], describes(t.Name, up)...)
		p.e.Field(object.RoleNone, p.label, v)
	default:
		return false
	}
	return true
}

// valued emits the attribute value of the elements that hold what is a person's.
func (p *parser) valued(t *xmlscan.Tag, w who, up, v []byte) bool {
	r, label := object.RoleNone, ""
	switch string(t.Name) {
	case "birthTime":
		r, label = object.RoleBirthDate, "birth time"
	case "deceasedTime":
		label = "date of death"
	case "value":
		switch string(up) {
		case "livingSubjectBirthTime":
			r, label = object.RoleBirthDate, "birth time"
		case "patientTelecom":
			r, label = reach(v)
		}
	case "telecom":
		if i := bytes.IndexByte(v, ':'); i > 0 && i < 7 {
			r, label = reach(v)
			v = v[i+1:]
			break
		}
		r, label = object.RolePhone, "telecom"
	}
	if label == "" {
		return false
	}
	p.tell(w, r, label, v)
	return true
}

// reach returns the role of a telecommunication address by its scheme.
func reach(v []byte) (object.Role, string) {
	switch {
	case bytes.HasPrefix(v, []byte("mailto:")):
		return object.RoleEmail, "telecom"
	case bytes.HasPrefix(v, []byte("fax:")):
		return object.RoleFax, "telecom"
	case bytes.HasPrefix(v, []byte("http")):
		return object.RoleNone, "telecom"
	}
	return object.RolePhone, "telecom"
}

// identifies returns the role and label of an extension under a root.
func identifies(root []byte, w who, n, up, v []byte) (object.Role, string) {
	r := identity.Registry(root, v)
	switch {
	case r == object.RoleNPI, r == object.RoleDEA:
		return r, "provider id"
	case w == provider:
		return object.RoleNone, "provider identifier"
	case r != object.RoleNone:
		return r, "patient id"
	case w == member && string(up) == "participantRole" && string(n) == "id":
		return identity.Member(v), "member id"
	case w != patient || !direct(n, up) || len(v) > 24 || !digits(v):
		return object.RoleNone, ""
	}
	return object.RoleMRN, "patient id"
}

// direct tells whether an element is an identifier of the patient, and of nothing beside him.
func direct(n, up []byte) bool {
	switch string(up) {
	case "patientRole", "patient", "identifiedPerson", "asOtherIDs", "patientPerson":
		return string(n) == "id"
	case "livingSubjectId":
		return string(n) == "value"
	}
	return false
}

// digits tells whether there is a digit in v: the names of root documents have none.
func digits(v []byte) bool { return bytes.ContainsAny(v, "0123456789") }

// system returns the role and label of the codes of a system, no label for one of no clinical meaning.
func system(oid []byte) (object.Role, string) {
	switch string(oid) {
	case "2.16.840.1.113883.6.90", "2.16.840.1.113883.6.3":
		return object.RoleDiagnosis, "diagnosis code"
	case "2.16.840.1.113883.6.103":
		return object.RoleNone, "icd-9 diagnosis"
	case "2.16.840.1.113883.6.88":
		return object.RoleDrug, "rxnorm"
	case "2.16.840.1.113883.6.69":
		return object.RoleNone, "ndc"
	case "2.16.840.1.113883.6.1":
		return object.RoleNone, "loinc"
	case "2.16.840.1.113883.6.96":
		return object.RoleNone, "snomed"
	case "2.16.840.1.113883.6.12":
		return object.RoleNone, "cpt"
	case "2.16.840.1.113883.6.285":
		return object.RoleNone, "hcpcs"
	}
	return object.RoleNone, ""
}

// describes is the label of the words for a code.
func describes(n, up []byte) string {
	switch string(up) {
	case "manufacturedMaterial":
		return "medication"
	case "procedure":
		return "procedure"
	case "observation":
		if string(n) == "value" {
			return "diagnosis"
		}
		return "test"
	}
	return "display"
}
