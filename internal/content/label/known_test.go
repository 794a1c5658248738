package label

import "testing"

func TestKnown(t *testing.T) {
	for in, want := range map[string]Class{
		"Patient Name": Name, "PATIENT_NAME": Name, "mrn": Record, "S.S.N": Unknown, "SSN:": Social, "date-of-birth": Birth, "Dx": Common, "x": Unknown,
		"": Unknown, "Mary Roe": Unknown, "Zip Code": Common, "Status": Generic, "a label that is longer than all": Unknown,
	} {
		if got := Known([]byte(in)); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}
