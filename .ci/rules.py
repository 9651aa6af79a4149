#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The house rules a compiler does not check; prints what breaks them and exits 1."""
import os
import re
import subprocess
import sys

TOP = {"core", "plugins", "scripts", "tests", "corpus", "meson.build", "README.md"}
# What code that runs in a worker may know of data/: plain structures, never the database.
WORKER = re.compile(r"core/(lang|lua|read)/|core/stage/(worker|engine|contract|frame|sandbox)")
PLAIN_DATA = {"data/record.h", "data/mark.h"}
LIBRARY = [(re.compile(r"<(lua|lualib|lauxlib|lpeg)\.h>"), re.compile(r"core/(lua|stage|tool)/"), "lua.h"),
           (re.compile(r"<sqlite3\.h>"), re.compile(r"core/data/"), "sqlite3.h")]
SPDX = re.compile(r"\.(c|h|lua|py|sh|build|tsv|S|js|css)$|^\.ci/run$|^\.ci/fuzz$")
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
SETUP = re.compile(r"(?<![\w./])/(work|farm|root)/|\.\./\.library")

broken = []


def check_core(path, text, headers):
    folder = path.split("/")[1]
    for line, include in re.findall(r'^(\s*#\s*include\s+([<"][^>"]+[>"]))', text, re.M):
        if include.startswith('"'):
            target = include.strip('"')
            owner = headers.get(os.path.basename(target), "").split("/")
            if len(owner) > 1 and owner[1] > folder:
                broken.append(f"{path}: includes {target}, which is above it")
            if WORKER.match(path) and target.startswith("data/") and target not in PLAIN_DATA:
                broken.append(f"{path}: runs in a worker and includes {target}")
        for pattern, allowed, name in LIBRARY:
            if pattern.search(include) and not allowed.match(path):
                broken.append(f"{path}: {name} may not be included here")


def main():
    files = [f for f in subprocess.run(["git", "ls-files", "-z"], check=True, stdout=subprocess.PIPE)
             .stdout.decode().split("\0") if f and os.path.exists(f)]
    for top in sorted({f.split("/")[0] for f in files}):
        if top not in TOP and not top.startswith("."):
            broken.append(f"{top}: the top level is fixed")
    headers, seen = {}, {}
    for f in files:
        if re.match(r"core/.*\.[ch]$", f):
            name = os.path.basename(f)
            if name in seen:
                broken.append(f"{f}: a file of this name is at {seen[name]}")
            seen[name] = f
            headers[name] = f
    for f in files:
        if f.startswith(("corpus/", "tests/fuzz/corpus/")) or not re.search(r"\.(c|h|lua|py|sh|build|md|tsv|js|css)$|^\.ci/", f):
            continue
        text = open(f, encoding="utf-8").read()
        if SPDX.search(f) and "SPDX-License-Identifier" not in text[:400]:
            broken.append(f"{f}: no SPDX line")
        if f != ".ci/rules.py":
            for pattern, what in ((LATER, "promises later work"), (SETUP, "names a path of one machine")):
                found = pattern.search(text)
                if found:
                    broken.append(f"{f}:{text.count(chr(10), 0, found.start()) + 1}: {what} ({found.group(0)})")
        if re.match(r"core/.*\.[ch]$", f):
            check_core(f, text, headers)
    for line in broken:
        print(line)
    sys.exit(1 if broken else 0)


main()
