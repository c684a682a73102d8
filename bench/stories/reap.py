"""
Runs a command and everything it leaves behind: reap.py REPORT COMMAND... Writes wall and CPU seconds as JSON to REPORT.
Daemons that the command started and stopped are counted, too: whoever loses its parent becomes a child of this process
(PR_SET_CHILD_SUBREAPER, Linux), and what a waited-for child used is in RUSAGE_CHILDREN.
"""
import ctypes
import json
import os
import resource
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36
if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
    sys.exit("This system has no PR_SET_CHILD_SUBREAPER.")
start = time.monotonic()
code = subprocess.call(sys.argv[2:], stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
wall = time.monotonic() - start
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as report:
    json.dump({"code": code, "wall": wall, "cpu": used.ru_utime + used.ru_stime}, report)
