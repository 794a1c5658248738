#!/usr/bin/env python3
"""Runs a command with its output thrown away and prints its CPU seconds (user + system) and peak memory in MiB."""
import resource
import subprocess
import sys

p = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
if p.returncode not in (0, 4):
    sys.stderr.write(p.stderr.decode(errors="replace")[-500:] + "\n")
    sys.exit(1)
u = resource.getrusage(resource.RUSAGE_CHILDREN)
print("%.3f %.0f" % (u.ru_utime + u.ru_stime, u.ru_maxrss / 1024))
