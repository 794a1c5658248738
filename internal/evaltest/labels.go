package evaltest

import "math/rand/v2"

// wording is how people and programs call a kind.
type wording struct {
	prose  []string // before a value in running text and on forms
	column []string // of a table, a key or a tag
}

// words are written from what forms, exports and mails call these things, not from the catalogue.
var words = map[string]wording{
	SSN: {[]string{"SSN", "SSN#", "Social Security Number", "Social Security No.", "Soc. Sec. No.", "Soc Sec #", "S.S.N.", "social security", "SS#", "Patient SSN",
		"Social Security #", "Soc. Sec. Number", "ssn", "Social"},
		[]string{"SSN", "ssn", "Soc Sec No", "patient_ssn", "SocialSecurityNumber", "PatSSN", "social_security_number", "SSN_NUM", "PT_SSN", "Social Security #",
			"socSecNum", "member-ssn", "SocialSecurityNo", "SSNum", "subscriberSSN", "SSN (9 digits)", "SocSec", "ss_no"}},
	ITIN: {[]string{"ITIN", "Individual Taxpayer Identification Number", "Taxpayer ID (ITIN)", "ITIN no."}, []string{"ITIN", "itin", "taxpayer_itin", "ItinNumber", "individual_taxpayer_id"}},
	MBI: {[]string{"MBI", "Medicare ID", "Medicare Beneficiary Identifier", "Medicare number", "Medicare No.", "MBI #", "Medicare card number"},
		[]string{"MBI", "mbi", "medicare_id", "MedicareNumber", "BENE_MBI", "mbi_num", "Medicare ID", "MedicareBeneficiaryID", "patMBI"}},
	HICN: {[]string{"HICN", "HIC number", "Medicare claim number", "HIC #", "Health Insurance Claim Number"}, []string{"HICN", "hicn", "bene_hicn", "HICNumber", "HIC_NO", "MedicareClaimNumber"}},
	Medicaid: {[]string{"Medicaid ID", "Medicaid number", "Medicaid No.", "Medi-Cal ID", "Medicaid recipient ID", "Medicaid #"},
		[]string{"medicaid_id", "MedicaidID", "MEDICAID_NO", "Medicaid Number", "medicaidRecipientId", "mcaid_id"}},
	MRN: {[]string{"MRN", "Medical Record Number", "MRN#", "Med Rec No.", "Medical record #", "Chart No.", "Unit No.", "M.R.N.", "Hospital number", "Medical Record No"},
		[]string{"MRN", "mrn", "medical_record_number", "MedRecNo", "PatientMRN", "PAT_MRN_ID", "Chart Number", "MedicalRecordNumber", "mrn_id", "hospital_mrn", "Med Rec #"}},
	Member: {[]string{"Member ID", "Subscriber ID", "Member number", "Policy number", "Insurance ID", "Member #", "Health plan ID", "Subscriber No."},
		[]string{"member_id", "MemberID", "SubscriberId", "subscriber_number", "Insurance ID", "policyNumber", "MBR_ID", "Member No", "insured_id", "plan_member_id"}},
	DOB: {[]string{"DOB", "Date of Birth", "D.O.B.", "Birth date", "Born", "Birthdate", "date of birth", "DOB (mm/dd/yyyy)"},
		[]string{"DOB", "dob", "date_of_birth", "BirthDate", "birth_dt", "PatDOB", "PAT_BIRTH_DATE", "Birth Date", "dateOfBirth", "patient_dob"}},
	Name: {[]string{"Patient", "Patient Name", "Name", "Pt", "Name of patient", "Patient's name", "Member name", "Insured's name"},
		[]string{"name", "patient_name", "PatientName", "PAT_NAME", "Full Name", "Patient", "member_name", "ptName"}},
	Address: {[]string{"Address", "Home address", "Mailing address", "Residence", "Patient address"}, []string{"address", "Address", "home_address", "PatAddress", "street_address"}},
	Phone: {[]string{"Phone", "Tel", "Telephone", "Cell", "Home phone", "Mobile", "Ph.", "Phone number", "Contact number"},
		[]string{"phone", "Phone", "home_phone", "PhoneNumber", "telephone", "cell_phone", "PAT_PHONE", "mobile", "contactPhone"}},
	Fax:   {[]string{"Fax", "Fax No.", "Facsimile", "fax number"}, []string{"fax", "Fax", "fax_number", "FaxNo", "home_fax"}},
	Email: {[]string{"Email", "E-mail", "Email address", "e-mail"}, []string{"email", "Email", "email_address", "EMail", "patientEmail", "contact_email"}},
	Account: {[]string{"Account No.", "Account number", "Acct #", "Patient account", "Acct. No.", "Encounter account"},
		[]string{"account_number", "AccountNo", "acct_no", "PatientAccountNumber", "HSP_ACCOUNT_ID", "Acct"}},
	License: {[]string{"Driver's license", "DL#", "Driver License No.", "License number", "Drivers Lic. No."}, []string{"drivers_license", "DriverLicenseNo", "dl_number", "License Number", "DLN"}},
	Card:    {[]string{"Credit card", "Card number", "Visa/MC", "Card no.", "CC#", "Card on file"}, []string{"credit_card", "CardNumber", "cc_num", "card_no", "PaymentCard"}},
	NPI: {[]string{"NPI", "NPI#", "Provider NPI", "National Provider Identifier", "Attending NPI", "Rendering provider NPI"},
		[]string{"NPI", "npi", "provider_npi", "AttendingNPI", "rendering_npi", "PRVDR_NPI", "NpiNumber"}},
	DEA:   {[]string{"DEA", "DEA#", "DEA number", "DEA registration", "DEA No."}, []string{"DEA", "dea_number", "DEANumber", "prescriber_dea", "DEA No"}},
	ICD10: {[]string{"ICD-10", "Dx", "Diagnosis code", "ICD-10-CM", "Diagnosis"}, []string{"icd10", "diagnosis_code", "ICD10Code", "dx_code", "DX1", "PrincipalDiagnosis", "icd_10_cm", "diag_cd"}},
	ICD9:  {[]string{"ICD-9", "ICD-9-CM", "ICD9 code", "ICD-9 diagnosis"}, []string{"icd9", "ICD9Code", "icd_9_cm", "icd9_dx"}},
	ICDO3: {[]string{"ICD-O-3 site", "Topography", "Primary site", "ICD-O-3"}, []string{"primary_site", "icdo3_site", "TopographyCode", "ICDO3"}},
	CPT:   {[]string{"CPT", "CPT code", "Procedure code", "CPT-4"}, []string{"cpt", "CPTCode", "procedure_code", "cpt_cd", "proc_cpt"}},
	HCPCS: {[]string{"HCPCS", "HCPCS code", "HCPCS Level II"}, []string{"hcpcs", "HCPCS_CD", "HcpcsCode", "hcpcs_code"}},
	NDC:   {[]string{"NDC", "NDC code", "National Drug Code", "NDC #"}, []string{"ndc", "NDC", "ndc_code", "NDCNumber", "drug_ndc"}},
	LOINC: {[]string{"LOINC", "LOINC code"}, []string{"loinc", "loinc_code", "LOINC", "LoincNum"}},
	Drug:  {[]string{"Medication", "Rx", "Drug", "Current medication", "Prescribed"}, []string{"medication", "drug_name", "MedicationName", "rx_name", "DrugDesc"}},
	VIN:   {[]string{"VIN", "Vehicle VIN", "Vehicle identification number", "VIN #"}, []string{"vin", "VIN", "vehicle_vin", "VehicleIdentificationNumber"}},
	UDI:   {[]string{"UDI", "Device UDI", "Implant UDI", "Device identifier"}, []string{"udi", "device_udi", "DeviceIdentifier", "implant_udi", "UDI"}},
	ZIP:   {[]string{"ZIP", "ZIP code"}, []string{"zip", "ZIP", "zip_code", "PostalCode", "Zip Code", "patient_zip"}},
}

func label(r *rand.Rand, kind string) string  { return pick(r, words[kind].prose...) }
func column(r *rand.Rand, kind string) string { return pick(r, words[kind].column...) }

// shown writes a value as people write it, and says which form that is.
func (p *Person) shown(kind string, r *rand.Rand) (text, form string) {
	switch kind {
	case SSN:
		switch r.IntN(10) {
		case 0, 1, 2:
			return p.SSN, bare
		case 3:
			return split324(p.SSN, " "), ""
		case 4:
			return split324(p.SSN, "."), ""
		}
		return split324(p.SSN, "-"), ""
	case ITIN:
		return split324(p.ITIN, "-"), ""
	case MBI:
		return mbiText(p.MBI, r), ""
	case HICN:
		if r.IntN(3) == 0 {
			return split324(p.HICN[:9], "-") + pick(r, "", "-") + p.HICN[9:], ""
		}
		return p.HICN, ""
	case DOB:
		return p.Born(pick(r, us, us, iso, usShort, long)), ""
	case Name:
		return pick(r, p.Full(), p.Reversed(), p.Reversed()+" "+p.Middle, p.First+" "+p.Middle+". "+p.Last), ""
	case Address:
		return p.Place(), ""
	case Phone:
		return tel(p.Phone, r), ""
	case Fax:
		return tel(p.Fax, r), ""
	case Card:
		return cardText(p.Card, r), ""
	case ICD10:
		if r.IntN(4) == 0 {
			return undot(p.ICD10), bare
		}
		return p.ICD10, ""
	case NDC:
		if r.IntN(3) == 0 {
			return keepDigits(p.NDC), bare
		}
		return p.NDC, ""
	}
	return p.raw(kind), ""
}

// labelled writes a kind behind one of its labels, which it returns too.
func (d *Doc) labelled(p *Person, kind string, r *rand.Rand) (l, v string) {
	n := len(d.Planted)
	l, v = label(r, kind), d.write(p, kind, r)
	d.tag(n, l)
	return l, v
}

const bare = "bare"

// write plants a kind and returns how the document shows it.
func (d *Doc) write(p *Person, kind string, r *rand.Rand) string {
	text, form := p.shown(kind, r)
	d.Planted = append(d.Planted, Planted{Kind: kind, Form: form, Any: p.canon(kind)})
	return text
}
