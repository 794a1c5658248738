package geo

// Country returns a code of ISO 3166-1 alpha-2, or "" where a table has a pseudo code or none. Codes that stand for no
// country: EU and AP (regions), A1 and A2 (proxy, satellite), O1 (other), T1 (Tor), ZZ and XX (unknown). XK (Kosovo)
// is user-assigned but a place; AN was dissolved but is abroad all the same.
func Country(code string) string {
	if len(code) != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z' {
		return ""
	}
	switch code {
	case "EU", "AP", "ZZ", "XX":
		return ""
	}
	return code
}

// Concern returns the rule that makes a country one of concern, "" for others: 28 CFR 202.601 names China (with Hong
// Kong and Macau), Cuba, Iran, North Korea, Russia and Venezuela, in force since 8 April 2025.
func Concern(country string) string {
	switch country {
	case "CN", "HK", "MO", "CU", "IR", "KP", "RU", "VE":
		return "28 CFR 202.601"
	}
	return ""
}
