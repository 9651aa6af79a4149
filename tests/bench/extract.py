#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whole runs of `extract --fast`: two workers against one, what the host costs, the first result, a worker's memory.

usage: extract.py PROGRAM DOCUMENTS.jsonl [MEGABYTES]

The documents are repeated up to MEGABYTES (20).  Speed-up is wall time and needs an idle machine with two cores; the
host's cost is CPU time of a run with one worker beyond a run inside one process, and can be had on a busy one.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile
import time


def run(program, path, workers):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    with open(path, "rb") as documents, open(os.devnull, "wb") as nowhere:
        subprocess.run([program, "extract", "--fast", "--quiet", "--workers", str(workers)], stdin=documents,
                       stdout=nowhere, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - start, cpu


def first_result(program, line):
    start = time.monotonic()
    with subprocess.Popen([program, "extract", "--fast", "--quiet"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as p:
        p.stdin.write(line)
        p.stdin.flush()
        p.stdout.readline()
        took = time.monotonic() - start
        p.stdin.close()
    return took


def worker_memory(program, text):
    """Peak resident memory of the worker after one document, in KiB."""
    with subprocess.Popen([program, "extract", "--fast", "--quiet", "--workers", "1"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as p:
        p.stdin.write(json.dumps({"id": "m", "text": text}).encode() + b"\n")
        p.stdin.flush()
        p.stdout.readline()
        with open(f"/proc/{p.pid}/task/{p.pid}/children", encoding="ascii") as f:
            worker = f.read().split()[0]
        with open(f"/proc/{worker}/status", encoding="ascii") as f:
            peak = next(int(x.split()[1]) for x in f if x.startswith("VmHWM"))
        p.stdin.close()
    return peak


def main():
    program, path = sys.argv[1:3]
    size = float(sys.argv[3] if len(sys.argv) > 3 else 20) * 1e6
    with open(path, "rb") as f:
        lines = f.readlines()
    with tempfile.NamedTemporaryFile() as repeated:
        n = 0
        while n < size:
            for line in lines:
                repeated.write(line)
                n += len(line)
                if n >= size:
                    break
        repeated.flush()
        inside, one, two = (run(program, repeated.name, w) for w in (0, 1, 2))
    print(f"input                 {n / 1e6:.1f} MB")
    print(f"in process            {n / inside[1] / 1e6:.2f} MB/s of CPU time")
    print(f"host's cost           {100 * (one[1] / inside[1] - 1):.1f} % of a worker")
    print(f"two workers / one     {one[0] / two[0]:.2f}x ({one[0]:.2f} s, {two[0]:.2f} s)")
    print(f"first result          {1000 * min(first_result(program, lines[0]) for _ in range(10)):.0f} ms (least of 10)")
    text = "\n\n".join(json.loads(line)["text"] for line in lines)
    for bytes_ in (1, 1 << 20):
        part = text.encode()[:bytes_].decode(errors="ignore")
        peak = worker_memory(program, part)
        print(f"worker's memory       {peak / 1024:.1f} MiB for a document of {len(part.encode())} bytes")


main()
