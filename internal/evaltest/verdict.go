package evaltest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// VerdictSets are documents that test the verdict: payroll, test data, codes without people, and numbers that are nobody's.
func VerdictSets() []Set {
	return []Set{
		one("mail-lines", twoLines),
		one("payroll-mail", payrollMail),
		many("payroll-csv", 40, payrollCSV),
		one("payroll-json", payrollJSON),
		one("test-hl7", func(d *Doc, p *Person, r *rand.Rand) {
			d.Name, d.Want = "adt.hl7", Test
			d.Body = []byte(hl7(d, p, r, "T"))
		}),
		one("test-ssn", testSSN),
		many("test-mbi", 40, testMBI),
		many("test-x12", 5, testX12),
		one("test-fhir", testFHIR),
		many("codes-only", 20, codesOnly),
		one("provider-only", providerOnly),
		one("masked", masked),
		one("business-mail", businessMail),
		many("business-csv", 60, businessCSV),
		many("app-log", 60, appLog),
		many("phone-list", 40, phoneList),
	}
}

// twoLines is one patient with number, birth date and diagnosis in two lines of prose: HIGH.
func twoLines(d *Doc, p *Person, r *rand.Rand) {
	d.Object, d.Title = Mail, "high"
	d.Body = []byte(head(r, "question") + "\r\nPatient " + d.write(p, Name, r) + ", DOB " + d.write(p, DOB, r) + ", SSN " + split324(p.SSN, "-") + ",\r\nwas admitted with " + p.Term + " yesterday.\r\n")
	d.plant(p, SSN)
}

func payrollMail(d *Doc, p *Person, r *rand.Rand) {
	d.Object, d.Want = Mail, PIIOnly
	d.Body = []byte(head(r, "payroll") + "\r\nEmployee " + d.write(p, Name, r) + ", DOB " + d.write(p, DOB, r) + ", SSN " + split324(p.SSN, "-") + ",\r\nstarts on " + p.Seen(us) +
		" in the finance department; direct deposit and W-2 withholding as before.\r\n")
	d.plant(p, SSN)
}

func payrollCSV(d *Doc, people []Person, r *rand.Rand) {
	d.Name, d.Want = "payroll.csv", PIIOnly
	cols := []tableColumn{part("Employee Name", (*Person).Reversed, Name), {SSN, "SSN", func(d *Doc, p *Person) string { d.plant(p, SSN); return split324(p.SSN, "-") }},
		part("Hire Date", func(p *Person) string { return p.Seen(us) }), part("Department", func(*Person) string { return "Facilities" }),
		part("Gross Pay", func(p *Person) string { return fmt.Sprintf("%d.%02d", 1000+r.IntN(4000), r.IntN(100)) }), part("Federal Tax", func(*Person) string { return fmt.Sprint(r.IntN(900)) })}
	d.Body = []byte(joined(rows(d, people, cols), ","))
}

// testSSN is the clinic's form with the numbers that synthetic people have.
func testSSN(d *Doc, p *Person, r *rand.Rand) {
	d.Name, d.Want = "registration.txt", Test
	n := pick(r, "999-"+fmt.Sprintf("%02d-%04d", 10+r.IntN(90), 1000+r.IntN(9000)), "123-45-6789", "078-05-1120", "219-09-9999", fmt.Sprintf("987-65-432%d", r.IntN(10)), "000-00-0000", "111-11-1111")
	d.Body = []byte("PATIENT REGISTRATION\n\nPatient Name: Test Patient\nDOB: " + p.Born(us) + "\nSSN: " + n + "\nDiagnosis: " + p.Term + "\n")
}

func testMBI(d *Doc, people []Person, _ *rand.Rand) {
	d.Name, d.Want = "beneficiaries.csv", Test
	var w page
	w.f("bene_id,mbi,state\n")
	for i := range people {
		w.f("-%d,%c%s%s,%s\n", 10000+i, people[i].MBI[0], "S", people[i].MBI[2:], people[i].State)
	}
	d.Body = []byte(w.String())
}

// codesOnly is health data without people: nothing to say.
func codesOnly(d *Doc, people []Person, r *rand.Rand) {
	d.Name, d.Want = "price-list.csv", Nothing
	var w page
	w.f("code,description,ndc,cpt,hcpcs,loinc,gross_charge,facility_npi\n")
	for i := range people {
		p := &people[i]
		w.f("%s,%s,%s,%s,%s,%s,%d.%02d,%s\n", p.ICD10, p.Term, p.NDC, p.CPT, p.HCPCS, p.LOINC, r.IntN(90000), r.IntN(100), p.NPI)
	}
	d.Body = []byte(w.String())
}

func providerOnly(d *Doc, p *Person, _ *rand.Rand) {
	d.Name, d.Want = "directory.txt", Nothing
	d.Body = fmt.Appendf(nil, "Provider directory\n\nDr. %s, internal medicine\nNPI: %s   DEA: %s\nOffice: %s\nPhone: %s-%s-%s\n", p.Doctor, p.NPI, p.DEA, p.Place(), p.Phone[:3], p.Phone[3:6], p.Phone[6:])
}

// masked shows last digits only: no exposure of the number.
func masked(d *Doc, p *Person, r *rand.Rand) {
	d.Name, d.Want = "statement.txt", Nothing
	d.Body = []byte("Reference card for the front desk\nSSN: " + pick(r, "***-**-", "XXX-XX-", "xxx-xx-", "•••-••-") + p.SSN[5:] + "\nStatus: verified\n")
}

// businessMail is full of numbers that look like those of people.
func businessMail(d *Doc, p *Person, r *rand.Rand) {
	d.Object, d.Want = Mail, Nothing
	var w page
	w.f("Hello,\r\n\r\nYour order %s shipped. Tracking number: %s. Invoice no. %s, PO %s.\r\n", digitsOf(r, 9), "9400"+digitsOf(r, 18), p.SSN, digitsOf(r, 9))
	w.f("Routing number %s, EIN %s-%s. Confirmation %s-%s. ZIP %s-%s.\r\n", "021000021", p.SSN[:2], p.SSN[2:], p.SSN[:5], p.SSN[5:], p.ZIP, p.Plus4)
	w.f("Call %s or write to help@%s.\r\n", tel(p.Phone, r), "shop-lakeside.com")
	w.f("Ticket #%s, part no. %s, serial number %s.\r\n", digitsOf(r, 9), letters(r, 3, alphabet)+digitsOf(r, 8), letters(r, 2, alphabet)+digitsOf(r, 9))
	d.Body = []byte(head(r, "your order "+digitsOf(r, 7)) + "\r\n" + w.String())
}

func businessCSV(d *Doc, people []Person, r *rand.Rand) {
	d.Name, d.Want = "orders.csv", Nothing
	var w page
	w.f("order_id,customer_id,product_id,tracking,unit_price,ratio,updated_at,lat,lon\n")
	start := 100000000 + r.IntN(8e8)
	for i := range people {
		w.f("%d,%s,%s,1Z%s,%d.%02d,0.%s,%d,%d.%s,-%d.%s\n", start+i*7, digitsOf(r, 9), digitsOf(r, 9), digitsOf(r, 16), r.IntN(900), r.IntN(100), digitsOf(r, 9), 1700000000+r.IntN(5e7),
			30+r.IntN(15), digitsOf(r, 9), 70+r.IntN(40), digitsOf(r, 9))
	}
	d.Body = []byte(w.String())
}

func appLog(d *Doc, people []Person, r *rand.Rand) {
	d.Name, d.Want = "server.log", Nothing
	var w page
	for range people {
		w.f("2025-03-04T10:12:%02d.%sZ INFO worker-%d session=%08x-%04x user_id=%s request_id=%s took=%dms\n", r.IntN(60), digitsOf(r, 9), r.IntN(32), r.Uint32(), r.IntN(65536), digitsOf(r, 9), digitsOf(r, 10), r.IntN(4000))
		w.f("081109 203615 %d INFO dfs.DataNode: Received block blk_%s of size %s from /10.250.19.%d\n", r.IntN(999), digitsOf(r, 19), digitsOf(r, 9), r.IntN(255))
	}
	d.Body = []byte(w.String())
}

// phoneList is a company's directory: names and telephones alone are not health information.
func phoneList(d *Doc, people []Person, r *rand.Rand) {
	d.Name, d.Want = "directory.csv", Nothing
	var w page
	w.f("name,extension,phone,email\n")
	for i := range people {
		p := &people[i]
		w.f("%s,%d,%s,%s\n", p.Full(), 1000+r.IntN(9000), tel(p.Phone, r), strings.ToLower(p.First)+"@lakeside-tools.com")
	}
	d.Body = []byte(w.String())
}
