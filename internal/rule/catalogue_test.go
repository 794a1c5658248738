package rule_test

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/rules"
)

// TestCatalogue holds that every kind of the Contract but index has a rule, and that codes weigh nothing as identity.
func TestCatalogue(t *testing.T) {
	s, err := rule.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	have := map[finding.Kind]int{}
	for _, r := range s.Rules() {
		have[r.Kind]++
		if r.KindIndex() >= rule.KNPI && r.KindIndex() < rule.NumKinds && (r.Base != 0 || r.Validity != 0 || r.Primary) {
			t.Errorf("%s: a code that weighs something", r.ID)
		}
		if r.Identifier == "-" && r.KindIndex() < rule.KNPI {
			t.Errorf("%s: no letter of 164.514", r.ID)
		}
		if !strings.HasSuffix(r.Description, ".") || strings.ContainsAny(r.Title, ".") {
			t.Errorf("%s: a title has no full stop and a description has", r.ID)
		}
	}
	for _, k := range strings.Fields("ssn itin mbi hicn medicaid mrn member_id npi dea dob name address zip phone fax email icd10 icd9 icdo3 cpt hcpcs ndc " +
		"loinc drug vin device_udi credit_card account license ip url") {
		if have[finding.Kind(k)] == 0 {
			t.Errorf("no rule of kind %s", k)
		}
	}
}

// TestSpellings: labels as forms, tables and record systems write them.
func TestSpellings(t *testing.T) {
	s, err := rule.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	for label, kind := range map[string]int{
		"PAT_MRN_ID": rule.KMRN, "PatientMRN": rule.KMRN, "MedRecNum": rule.KMRN, "med_rec_nbr": rule.KMRN, "ext_patient_id": rule.KMRN, "PAT_ID": rule.KMRN,
		"SUBSCR_NUM": rule.KMemberID, "MEM_NO": rule.KMemberID, "mbrId": rule.KMemberID, "MBR_NBR": rule.KMemberID, "INSURED'S I.D. NUMBER": rule.KMemberID, "SubscriberNbr": rule.KMemberID,
		"BIRTH_DATE": rule.KDOB, "BRTH_DT": rule.KDOB, "PatientBirthDate": rule.KDOB, "pt_dob": rule.KDOB, "DOB": rule.KDOB,
		"HOME_PHONE": rule.KPhone, "HSP_ACCOUNT_ID": rule.KAccount, "PAT_ENC_CSN_ID": rule.KAccount, "CLM_ID": rule.KAccount, "patientAcctNbr": rule.KAccount,
		"driversLicenseNumber": rule.KLicense, "DL_NO": rule.KLicense, "PRSCRBR_NPI": rule.KNPI, "DEA_NBR": rule.KDEA, "NDC_CD": rule.KNDC,
		"HCPCS_CD": rule.KHCPCS, "cptCode": rule.KCPT, "loinc_num": rule.KLOINC, "RxCUI": rule.KDrug, "drug_name": rule.KDrug, "vehicleIdentificationNumber": rule.KVIN,
		"client_ip": rule.KIP, "carrierHRF": rule.KUDI, "cardNumber": rule.KCard, "ICD9_DGNS_CD_1": rule.KICD9, "histologicTypeIcdO3": rule.KICDO3,
	} {
		if sn := s.Lexicon().Classify([]byte(label)); sn.Kinds>>kind&1 == 0 {
			t.Errorf("%s is no label of %s", label, rule.KindAt(kind))
		}
	}
	for _, label := range []string{"ipo", "curl", "serial number", "card", "license", "vineyard", "script", "product_code"} {
		if sn := s.Lexicon().Classify([]byte(label)); sn.Kinds != 0 {
			t.Errorf("%s is a label of something", label)
		}
	}
}
