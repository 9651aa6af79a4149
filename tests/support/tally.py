#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the single tests inside the programs Meson ran.

usage: tally.py BUILD/meson-logs/testlog.json

Criterion programs close with a line "Synthesis: Tested: N | Passing: N | Failing: N | Crashing: N"; every other test
counts as one, or as many as its own line "N passed, N failed, N skipped" says.  Skipped tests are listed with their
reason, and the last line is "N passed, N failed, N skipped".
"""
import json
import re
import sys

CRITERION = re.compile(r"Tested:.*?(\d+).*?Passing:.*?(\d+).*?Failing:.*?(\d+).*?Crashing:.*?(\d+)")
PLAIN = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)
SKIPPED = re.compile(r"\[SKIP\]\s*(.*)|^SKIP:?\s+(.*)$", re.M)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def count(run):
    text = COLOUR.sub("", (run.get("stdout") or "") + "\n" + (run.get("stderr") or ""))
    reasons = [(a or b).strip() for a, b in SKIPPED.findall(text)]
    found = CRITERION.findall(text)
    if found:
        _tested, passing, failing, crashing = (sum(int(f[i]) for f in found) for i in range(4))
        return passing, failing + crashing, len(reasons), reasons
    found = PLAIN.findall(text)
    if found:
        return tuple(sum(int(f[i] or 0) for f in found) for i in range(3)) + (reasons,)
    good, skip = run["result"] in ("OK", "EXPECTEDFAIL"), run["result"] == "SKIP"
    return int(good), int(not good and not skip), int(skip), reasons or (["no reason given"] if skip else [])


def main():
    total = [0, 0, 0]
    with open(sys.argv[1], encoding="utf-8") as log:
        for line in log:
            run = json.loads(line)
            passed, failed, skipped, reasons = count(run)
            if run["result"] not in ("OK", "EXPECTEDFAIL", "SKIP"):
                failed = max(failed, 1)
            total = [a + b for a, b in zip(total, (passed, failed, skipped))]
            for reason in reasons:
                print(f"skipped: {run['name']}: {reason}")
    print("%d passed, %d failed, %d skipped" % tuple(total))


main()
