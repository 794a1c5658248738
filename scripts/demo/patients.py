#!/usr/bin/env python3
"""Generates synthetic patients, the same for the same seed: CSV on standard output.

usage: patients.py COUNT SEED

Every value is drawn from a random generator; a name is two common words put together at random. The numbers have the
shape of real ones, because the demo is about finding them.
"""
import csv
import random
import sys

FIRST = "Ada Ben Cora Dale Edie Finn Gwen Hugo Iris Joel Kaya Lars Mina Noel Opal Pete Rhea Saul Tess Umar Vera Walt".split()
LAST = "Ashdown Birchall Coldwell Dunmore Eastlake Fernsby Greaves Holloway Inglewood Kestrel Larkspur Merriday Northcote Oakhurst".split()
STREET = "Alder Birch Cedar Elm Hazel Juniper Linden Maple Oak Poplar Spruce Willow".split()
CITY = [("Boise", "ID", "837"), ("Dayton", "OH", "454"), ("Fargo", "ND", "581"), ("Macon", "GA", "312"), ("Tulsa", "OK", "741")]
CODE = "E11.9 I10 J45.909 F32.1 C50.911 N18.3 K21.9 M54.5 G40.909 E78.5".split()


def main():
    n, rnd = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    w = csv.writer(sys.stdout, lineterminator="\r\n")
    w.writerow("patient_name mrn dob ssn phone address diagnosis".split())
    for _ in range(n):
        area = rnd.choice([a for a in range(1, 899) if a != 666])
        city, state, zip3 = rnd.choice(CITY)
        w.writerow([
            "%s, %s" % (rnd.choice(LAST), rnd.choice(FIRST)),
            "%08d" % rnd.randrange(10**7, 10**8),
            "%02d/%02d/%d" % (rnd.randint(1, 12), rnd.randint(1, 28), rnd.randint(1935, 2004)),
            "%03d-%02d-%04d" % (area, rnd.randint(1, 99), rnd.randint(1, 9999)),
            "(%d) %d-%04d" % (rnd.choice([208, 401, 503, 614, 701]), rnd.randint(220, 989), rnd.randint(0, 9999)),
            "%d %s St, %s, %s %s%02d" % (rnd.randint(100, 9999), rnd.choice(STREET), city, state, zip3, rnd.randint(0, 99)),
            rnd.choice(CODE),
        ])


main()
