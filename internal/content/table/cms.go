package table

import (
	"strings"

	"github.com/phiwatch/phiwatch/internal/object"
)

// rolesOf returns the roles of the columns of a CMS research (RIF) or claims (CCLF) extract, nil for any other table. The names are
// those of the CMS data dictionaries (BENE_ID, MBI_NUM ...); two of them make a header one of CMS.
func rolesOf(labels [][]byte) []object.Role {
	n := 0
	for _, l := range labels {
		if cmsName(l) {
			n++
		}
	}
	if n < 2 {
		return nil
	}
	roles := make([]object.Role, len(labels))
	for i, l := range labels {
		roles[i] = cmsRole(l)
		if s := cmsLabel(l); s != "" {
			labels[i] = []byte(s)
		}
	}
	return roles
}

func cmsName(l []byte) bool {
	s := strings.ToUpper(string(l))
	return strings.HasPrefix(s, "BENE_") || s == "DML_IND" || s == "MBI_NUM" || s == "CRNT_BIC" || strings.HasPrefix(s, "PRNCPAL_DGNS") ||
		strings.HasPrefix(s, "PRNCPL_DGNS") || strings.HasPrefix(s, "ICD_DGNS_CD")
}

func cmsRole(l []byte) object.Role {
	switch s := strings.ToUpper(string(l)); s {
	case "MBI_NUM", "BENE_MBI_ID", "BENE_MBI_NUM", "CRNT_NUM", "PRVS_NUM":
		return object.RoleMBI
	case "BENE_CRNT_HIC_NUM", "BENE_HIC_NUM", "CRNT_HIC_NUM", "PRVS_HIC_NUM":
		return object.RoleHICN
	case "BENE_BIRTH_DT", "BENE_BRTH_DT", "BENE_DOB", "DOB_DT":
		return object.RoleBirthDate
	case "BENE_SSN_NUM", "BENE_SSN":
		return object.RoleSSN
	case "PRNCPAL_DGNS_CD", "PRNCPL_DGNS_CD", "CLM_DGNS_CD", "ADMTG_DGNS_CD":
		return object.RoleDiagnosis
	default:
		if strings.HasPrefix(s, "ICD_DGNS_CD") {
			return object.RoleDiagnosis
		}
	}
	return object.RoleNone
}

// cmsLabel spells out the names of columns whose abbreviations no other source has.
func cmsLabel(l []byte) string {
	switch strings.ToUpper(string(l)) {
	case "BENE_SRNM_NAME", "BENE_LAST_NAME", "BENE_LST_NAME":
		return "last name"
	case "BENE_GVN_NAME", "BENE_1ST_NAME", "BENE_FST_NAME":
		return "first name"
	case "BENE_LINE_1_ADR":
		return "street"
	case "GEO_ZIP_PLC_NAME":
		return "city"
	case "GEO_USPS_STATE_CD":
		return "state"
	case "BENE_ZIP_CD", "GEO_ZIP5_CD", "BENE_MLG_CNTCT_ZIP_CD":
		return "zip"
	}
	return ""
}
