#!/usr/bin/env python3
"""Makes data sets of generated patients for scripts/dicom, and holds what phiwatch said of them against what was stored.

usage: dicom.py make DIR | study N | check DIR
"""
import csv
import glob
import hashlib
import io
import json
import os
import subprocess
import sys

COUNT = 8
ROOT = "1.2.826.0.1.3680043.10.1"
SC = "1.2.840.10008.5.1.4.1.1.7"


def patients():
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo", "patients.py")
    text = subprocess.run([sys.executable, here, str(COUNT), "7"], check=True, capture_output=True, text=True).stdout
    return list(csv.DictReader(io.StringIO(text)))


def make(out):
    for i, p in enumerate(patients()):
        family, given = p["patient_name"].split(", ")
        month, day, year = p["dob"].split("/")
        lines = [
            "(0008,0005) CS [ISO_IR 100]", "(0008,0016) UI [%s]" % SC, "(0008,0018) UI [%s.%d.1]" % (ROOT, i), "(0008,0020) DA [20260401]",
            "(0008,0050) SH [ACC%d]" % i, "(0008,0060) CS [OT]", "(0008,0090) PN [Stone^Rhea^^Dr]", "(0008,1030) LO [CHEST 2 VIEWS]",
            "(0008,1080) LO [Hypertension]", "(0010,0010) PN [%s^%s]" % (family, given), "(0010,0020) LO [%s]" % p["mrn"],
            "(0010,0030) DA [%s%s%s]" % (year, month, day), "(0010,0040) CS [O]", "(0010,1000) LO [%s]" % p["ssn"], "(0010,1040) LO [%s]" % p["address"],
            "(0010,2154) SH [%s]" % p["phone"], "(0020,000d) UI [%s.%d.2]" % (ROOT, i), "(0020,000e) UI [%s.%d.3]" % (ROOT, i), "(0020,0010) SH [%d]" % i,
            "(0020,0013) IS [1]", "(0028,0002) US 1", "(0028,0004) CS [MONOCHROME2]", "(0028,0010) US 128", "(0028,0011) US 128", "(0028,0100) US 8",
            "(0028,0101) US 8", "(0028,0102) US 7", "(0028,0103) US 0", "(7fe0,0010) OB " + "\\".join("%02x" % (k * (i + 3) % 251) for k in range(128 * 128)),
        ]
        with open("%s/p%d.dump" % (out, i), "w") as f:
            f.write("\n".join(lines) + "\n")
    p = patients()[0]
    family, given = p["patient_name"].split(", ")
    with open(out + "/summary.xml", "w") as f:
        f.write('<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>'
                '<id root="1.2.3" extension="9"/><code code="18842-5" codeSystem="2.16.840.1.113883.6.1" codeSystemName="LOINC" displayName="Discharge summary"/>'
                "<title>Discharge summary</title><effectiveTime value=\"20260401\"/><recordTarget><patientRole><id extension=\"%s\" root=\"1.2.4\"/><patient><name><given>%s</given>"
                '<family>%s</family></name><administrativeGenderCode code="M" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="19500102"/></patient>'
                "</patientRole></recordTarget></ClinicalDocument>" % (p["mrn"], given, family))


def data_set(path):
    """The bytes behind preamble, mark and file meta information."""
    b = open(path, "rb").read()
    assert b[128:132] == b"DICM" and b[132:140] == b"\x02\x00\x00\x00UL\x04\x00"
    return b[144 + int.from_bytes(b[140:144], "little"):]


def lines(path):
    return [json.loads(line) for line in open(path)]


def check(tmp):
    alerts, objects, people = lines(tmp + "/alerts"), lines(tmp + "/objects"), patients()
    hashes = {o["sha256"] for o in objects}
    faults = asked = 0

    def want(what, ok):
        nonlocal faults, asked
        asked += 1
        faults += not ok
        print("%s  %s" % ("ok  " if ok else "FAIL", what))

    for where, n in ("out", 8), ("reader", 1), ("got", 1):
        files = sorted(glob.glob("%s/%s/*" % (tmp, where)))
        want("%s: %d files were stored" % (where, n), len(files) == n)
        missing = [os.path.basename(f) for f in files if hashlib.sha256(data_set(f)).hexdigest() not in hashes]
        want("  each data set is an object with the receiver's bytes%s" % (missing and " " + str(missing) or ""), not missing)
    shown = glob.glob(tmp + "/tshark/*")
    want("tshark extracts %d data sets, phiwatch the same" % len(shown), bool(shown) and all(hashlib.sha256(data_set(f)).hexdigest() in hashes for f in shown))

    def found(ip, **more):
        out = {}
        for a in alerts:
            if a["kind"] == "phi_exposure" and a["receiver"]["ip"] == ip and all(a.get(k) == v for k, v in more.items()):
                for i in a["identifiers"]:
                    out.setdefault(i["kind"], set()).update(i["tokens"])
        return {k: len(v) for k, v in out.items()}

    outside = found("1.6.40.25", channel="dicom", direction="egress", outcome="delivered", security="cleartext")
    want("the six patients that were stored in India, each with number, name, SSN: %s" % outside, all(outside.get(k) == 6 for k in ("mrn", "name", "ssn", "phone")))
    answers = found("1.6.40.25", channel="dicom", direction="egress", outcome="unknown")
    want("the eight that answered its query: %s" % answers, all(answers.get(k) == 8 for k in ("mrn", "name", "dob")))
    moved = found("52.4.20.30", channel="dicom", direction="egress", outcome="delivered")
    want("the one that was moved to the US: %s" % moved, all(moved.get(k) == 1 for k in ("mrn", "name", "ssn")))
    told = {a["phi"]["structure"] for a in alerts if a["kind"] == "phi_exposure"}
    want("the structure is told, where a clinical document is inside that one: %s" % sorted(told), told == {"dicom", "ccda"})
    want("images are counted as not inspected", any(r["reason"] == "format" for a in alerts for r in a.get("coverage", {}).get("reasons") or []))
    summary = json.load(open(tmp + "/summary"))
    want("bytes_by_state adds up", sum(summary["bytes_by_state"].values()) == summary["bytes"])
    print("%d passed, %d failed" % (asked - faults, faults))
    return bool(faults)


what = sys.argv[1]
if what == "make":
    make(sys.argv[2])
elif what == "study":
    print("%s.%s.2" % (ROOT, sys.argv[2]))
else:
    sys.exit(check(sys.argv[2]))
