#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Splits a JSONL file of documents by text clusters (Python 3 standard library only).

usage: split_clusters.py FILE.jsonl[.gz] OUTDIR

Two documents stand in one cluster when they share more than 15 % of the 8-word runs of the shorter one (near copies of a
text must not be trained on and measured on).  A cluster's side is the smallest SHA-256 of its texts, as a number, modulo
10: 0 -> OUTDIR/held.jsonl (measured once, at the end), 1 -> OUTDIR/dev.jsonl (tuning), the rest -> OUTDIR/train.jsonl.
The order of the documents is kept; the same input gives the same files.
"""
import gzip
import hashlib
import json
import os
import re
import sys
from collections import Counter, defaultdict

RUN, SHARE = 8, 0.15


def grams(text):
    words = re.findall(r"\w+", text.lower())
    return {hash8(words[i:i + RUN]) for i in range(len(words) - RUN + 1)}


def hash8(words):
    return hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest()


def clusters(texts):
    """Number of the cluster of each text."""
    sets = [grams(t) for t in texts]
    where = defaultdict(list)
    for i, s in enumerate(sets):
        for g in s:
            where[g].append(i)
    shared = Counter()
    for docs in where.values():
        for a in range(len(docs)):
            for b in range(a + 1, len(docs)):
                shared[docs[a], docs[b]] += 1
    root = list(range(len(texts)))

    def find(i):
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for (a, b), n in shared.items():
        if n > SHARE * min(len(sets[a]), len(sets[b])):
            root[max(find(a), find(b))] = min(find(a), find(b))
    return [find(i) for i in range(len(texts))]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    path, out = sys.argv[1:]
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as f:
        lines = [line for line in f if line.strip()]
    texts = [json.loads(line)["text"] for line in lines]
    of = clusters(texts)
    side = {}
    for i, k in enumerate(of):
        digest = hashlib.sha256(texts[i].encode()).hexdigest()
        side[k] = min(side.get(k, digest), digest)
    os.makedirs(out, exist_ok=True)
    files = {name: open(os.path.join(out, name + ".jsonl"), "w", encoding="utf-8") for name in ("train", "dev", "held")}
    for line, k in zip(lines, of):
        files[{0: "held", 1: "dev"}.get(int(side[k], 16) % 10, "train")].write(line)
    for f in files.values():
        f.close()
    sizes = Counter({0: "held", 1: "dev"}.get(int(side[k], 16) % 10, "train") for k in of)
    print("%d documents in %d clusters: %s" % (len(lines), len(side), dict(sorted(sizes.items()))))


if __name__ == "__main__":
    main()
