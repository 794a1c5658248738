#!/usr/bin/env python3
"""Holds the alerts of scripts/integration against what the recipe did."""
import json
import sys

tmp = sys.argv[1]
alerts = [json.loads(line) for line in open(tmp + "/alerts")]
summary = json.load(open(tmp + "/summary"))
faults, asked = [], []


def want(what, ok):
    print("%s  %s" % ("ok  " if ok else "FAIL", what))
    asked.append(what)
    if not ok:
        faults.append(what)


def exposures(ip):
    return [a for a in alerts if a["kind"] == "phi_exposure" and a["receiver"]["ip"] == ip]


def counts(a):
    out = {}
    for i in a["identifiers"]:
        out[i["kind"]] = out.get(i["kind"], 0) + i["distinct"]
    return out


mail = exposures("1.6.40.25")
want("one alert on the mail to India", len(mail) == 1)
if mail:
    m = mail[0]
    want("  critical, cleartext, delivered, in India", (m["severity"], m["security"], m["outcome"], m["receiver"]["country"]) == ("critical", "cleartext", "delivered", "IN"))
    want("  60 SSNs and 60 people", counts(m).get("ssn") == 60 and m["individuals"]["low"] <= 60 <= m["individuals"]["high"])
    by = {r["domain"]: r["agreement"]["verdict"] for r in m["recipients"]}
    # A covered vendor whose agreement permits the home country alone is not covered for a hop in India.
    want("  both recipients judged", set(by) == {"kaveri-coding.example", "clearwater-rcm.example"} and by["kaveri-coding.example"] == "no_agreement")
ftp = exposures("39.32.7.10")
want("one alert on the FTP upload, agreement expired", len(ftp) == 1 and ftp[0]["receiver"]["agreement"]["verdict"] == "expired" and ftp[0]["channel"] == "ftp")
if ftp:
    want("  critical, 25 people", ftp[0]["severity"] == "critical" and ftp[0]["individuals"]["low"] == 25)
pull = exposures("1.37.9.20")
want("one alert on the report that was pulled, egress", len(pull) == 1 and pull[0]["direction"] == "egress" and pull[0]["severity"] == "critical")
covered = exposures("52.4.20.30")
want("one alert on the covered vendor, low", len(covered) == 1 and covered[0]["severity"] == "low" and covered[0]["receiver"]["agreement"]["verdict"] == "covered")
want("the TLS session is an inventory line", [a["receiver"]["ip"] for a in alerts if a["kind"] == "encrypted_egress"] == ["1.37.9.20"])
want("the login by FTP is told", [a["channel"] for a in alerts if a["kind"] == "credential_exposure"] == ["ftp"])
want("nothing else is louder than low", all(a["severity"] in ("low", "info") or a["kind"] in ("phi_exposure", "credential_exposure") for a in alerts))
want("bytes_by_state adds up", sum(summary["bytes_by_state"].values()) == summary["bytes"])
print("%d passed, %d failed" % (len(asked) - len(faults), len(faults)))
sys.exit(bool(faults))
