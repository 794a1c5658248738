package evaltest

var firstF = []string{"Abigail", "Adriana", "Aisha", "Beatrice", "Bethany", "Camila", "Carmen", "Charlotte", "Chloe", "Dolores", "Eleanor", "Esther",
	"Fatima", "Frances", "Gloria", "Harriet", "Imani", "Ingrid", "Josephine", "Katherine", "Latoya", "Leticia", "Lucinda", "Mei", "Miriam", "Nadia",
	"Olivia", "Priya", "Rosalind", "Sabrina", "Tamara", "Ursula", "Valentina", "Wilhelmina", "Yolanda", "Zoe", "Pearl", "Winifred", "Noreen", "Shanice"}

var firstM = []string{"Alejandro", "Arthur", "Barnaby", "Benjamin", "Caleb", "Carlos", "Clarence", "Darius", "Dmitri", "Edmund", "Ernesto", "Felix",
	"Gerald", "Hiroshi", "Hugo", "Isaac", "Jamal", "Jerome", "Kwame", "Lamont", "Leonard", "Marcus", "Mateo", "Nathaniel", "Omar", "Patrick",
	"Quentin", "Rashid", "Reginald", "Salvador", "Terrence", "Ulysses", "Victor", "Walter", "Xavier", "Yusuf", "Zachary", "Orville", "Percy", "Luther"}

var lastNames = []string{"Abernathy", "Adeyemi", "Alvarado", "Ashworth", "Baptiste", "Barrientos", "Belmonte", "Blankenship", "Castellano", "Chowdhury",
	"Cunningham", "Dalrymple", "Delacroix", "Dubrovsky", "Eastwick", "Echeverria", "Fairbanks", "Farquhar", "Fitzgerald", "Galbraith", "Goldblum",
	"Greenleaf", "Hargrove", "Hathaway", "Henriquez", "Holloway", "Ibrahim", "Iwasaki", "Jankowski", "Kavanagh", "Kowalczyk", "Lancaster", "Lindqvist",
	"Lockhart", "MacAllister", "Marchetti", "Montgomery", "Nakamura", "Nightingale", "Okonkwo", "Oyelaran", "Pemberton", "Petrosyan", "Quesada",
	"Ramaswamy", "Rasmussen", "Rutherford", "Santangelo", "Schumacher", "Silverstein", "Stavropoulos", "Thackeray", "Thibodeaux", "Underhill",
	"Valenzuela", "Vanderberg", "Venkataraman", "Wainwright", "Weatherby", "Winterbourne", "Yarborough", "Zamora", "Zielinski", "Brown", "Lee", "Garcia"}

var streets = []string{"Cottonwood", "Pinecrest", "Meadowlark", "Juniper", "Old Mill", "Harbor View", "Chestnut", "Sycamore", "Foxglove", "Quarry",
	"Lakeshore", "Magnolia", "Birchwood", "5th", "22nd", "Orchard", "Prairie", "Sunset Ridge", "Washington", "Willow Creek"}

var towns = []struct{ city, state, zip3 string }{{"Boise", "ID", "837"}, {"Denver", "CO", "802"}, {"Columbus", "OH", "432"}, {"Portland", "OR", "972"},
	{"Savannah", "GA", "314"}, {"Tucson", "AZ", "857"}, {"Springfield", "MA", "011"}, {"Charlotte", "NC", "282"}, {"Fort Worth", "TX", "761"},
	{"Salt Lake City", "UT", "841"}, {"Saint Paul", "MN", "551"}, {"Albany", "NY", "122"}, {"Baton Rouge", "LA", "708"}, {"Fresno", "CA", "937"}}

var diagnoses = []struct{ icd10, term, icd9 string }{{"E11.9", "type 2 diabetes mellitus", "250.00"}, {"I10", "essential hypertension", "401.9"},
	{"E78.5", "hyperlipidemia", "272.4"}, {"J44.1", "COPD with acute exacerbation", "491.21"}, {"N18.3", "chronic kidney disease stage 3", "585.3"},
	{"I48.91", "atrial fibrillation", "427.31"}, {"M54.5", "low back pain", "724.2"}, {"F32.9", "major depressive disorder", "311"},
	{"C50.911", "malignant neoplasm of right breast", "174.9"}, {"K21.9", "gastro-esophageal reflux disease", "530.81"}, {"J45.909", "asthma", "493.90"},
	{"S72.001A", "fracture of right femur", "820.8"}, {"G43.909", "migraine", "346.90"}, {"B20", "HIV disease", "042"}, {"U07.1", "COVID-19", "079.89"},
	{"I25.10", "coronary artery disease", "414.01"}, {"E03.9", "hypothyroidism", "244.9"}, {"N39.0", "urinary tract infection", "599.0"},
	{"O24.410", "gestational diabetes", "648.83"}, {"F11.20", "opioid dependence", "304.00"}, {"Z79.4", "long term use of insulin", "V58.67"},
	{"M17.11", "osteoarthritis of the right knee", "715.16"}, {"G30.9", "Alzheimer's disease", "331.0"}, {"L40.0", "psoriasis vulgaris", "696.1"}}

var sites = [][2]string{{"C50.9", "8500/3"}, {"C61.9", "8140/3"}, {"C34.1", "8070/3"}, {"C18.7", "8140/3"}, {"C44.5", "8720/3"}, {"C67.9", "8120/3"},
	{"C73.9", "8260/3"}, {"C64.9", "8312/3"}, {"C54.1", "8380/3"}, {"C25.0", "8500/3"}, {"C16.9", "8144/3"}, {"C71.9", "9440/3"}}

var cpts = []string{"99213", "99214", "99203", "99285", "93000", "80053", "85025", "36415", "71046", "45378", "27447", "47562", "70553", "90837",
	"97110", "59400", "66984", "11042", "20610", "43239", "87635", "96413"}

var hcpcs = []string{"J1885", "G0439", "A0428", "E0601", "J3420", "Q2039", "G0008", "L3908", "J9271", "A4253", "E1390", "K0001", "S9083", "V2020"}

var labs = [][2]string{{"4548-4", "Hemoglobin A1c"}, {"2345-7", "Glucose"}, {"718-7", "Hemoglobin"}, {"2160-0", "Creatinine"}, {"2093-3", "Cholesterol"},
	{"6690-2", "Leukocytes"}, {"777-3", "Platelets"}, {"3016-3", "Thyrotropin"}, {"2823-3", "Potassium"}, {"8480-6", "Systolic blood pressure"},
	{"33914-3", "Glomerular filtration rate"}, {"2857-1", "Prostate specific Ag"}, {"94500-6", "SARS-CoV-2 RNA"}, {"10839-9", "Troponin I"}}

var drugs = []string{"metformin", "lisinopril", "atorvastatin", "amlodipine", "levothyroxine", "omeprazole", "sertraline", "albuterol", "gabapentin",
	"losartan", "apixaban", "warfarin", "prednisone", "tamoxifen", "insulin glargine", "buprenorphine", "oxycodone", "clopidogrel", "furosemide",
	"escitalopram", "bictegravir", "semaglutide", "adalimumab", "methotrexate", "quetiapine", "montelukast", "rosuvastatin", "carvedilol"}
