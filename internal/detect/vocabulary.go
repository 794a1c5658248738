package detect

import "strings"

// harmless tells whether a word in lower case is of the vocabulary that labels keep.
func harmless(w string) bool {
	if len(w) > 20 {
		return false
	}
	i := strings.Index(vocabulary, " "+w+" ")
	return i >= 0
}

// vocabulary has words that say what a thing is and never who: kinds of documents, departments' work, months, file types,
// parts of URIs and media types. No word in it is a usual given name or surname.
const vocabulary = " report reports patient patients scan scans export exports import invoice invoices data list lists result results " +
	"file files folder document documents doc docs record records table tables sheet sheets chart charts form forms letter letters " +
	"summary discharge admission admissions referral referrals transcription transcript transcripts dictation note notes progress " +
	"clinic clinical hospital medical health lab labs laboratory radiology imaging image images pathology pharmacy surgery oncology " +
	"cardiology visit visits encounter encounters appointment appointments worklist schedule roster census claim claims billing " +
	"payment payments remittance statement statements eligibility elig enrollment enrolment coverage insurance member members subscriber subscribers " +
	"provider providers physician physicians nurse staff employee employees payroll vendor vendors customer customers user users client clients " +
	"account accounts order orders request requests response query search status update updates upload uploads download downloads " +
	"backup backups archive archives draft drafts inbox outbox sent mail mails message messages attachment attachments part body " +
	"daily weekly monthly quarterly annual yearly today old new copy final temp tmp test tests sample samples demo example " +
	"january february april june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec " +
	"monday tuesday wednesday thursday friday saturday sunday " +
	"the for and with from your our of to in on at re fw fwd no please see attached here id ids number numbers name names date dates time " +
	"transfer transfers batch batches log logs index home main default public private share shared incoming outgoing in out " +
	"api app web www http https ftp rest graphql fhir bundle observation condition coverage resource resources metadata service services " +
	"v1 v2 v3 v4 r4 r5 dstu2 stu3 hl7 hl7v2 x12 edi adt oru orm dicom ccd ccda cda hipaa phi pii ssn mrn dob mbi npi " +
	"csv tsv txt text plain html htm xml json jsonl ndjson pdf rtf doc docx docm xls xlsx xlsm xlsb ppt pptx odt ods odp zip gz gzip tgz tar bz2 bzip2 xz zst " +
	"zstd br 7z rar png jpg jpeg gif bmp tif tiff webp svg ico mp3 mp4 wav avi mov eml msg mbox ics vcf dcm bak sql db sqlite dat bin exe dll iso img " +
	"css js mjs php asp aspx jsp cgi py sh md yaml yml toml ini conf cfg pem key crt p7m p7s " +
	"x-application hl7-v2 er7 edi-x12 edi-ncpdp application multipart audio video font model mixed alternative related digest form-data octet stream urlencoded vnd openxmlformats officedocument " +
	"spreadsheetml wordprocessingml presentationml presentation spreadsheet workbook ms excel msword word powerpoint outlook opendocument rfc822 " +
	"javascript ecmascript calendar vcard pkcs7 signature encrypted signed delivery external disposition notification parallel byteranges " +
	"x www png8 utf utf8 iso8859 ascii protobuf msgpack cbor wasm soap xhtml atom rss problem ld patch merge event " +
	"unknown untitled none other misc various raw stream pages section item items total count first second third last " +
	"secure portal login logout session auth admin system server config setup install release version build source code readme license "
