#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes an assembly file that links files into the program.

usage: embed.py ROOT OUT.S DEPFILE FILE…

Each FILE becomes one asset named by its path from ROOT; core/base/asset.h reads the tables.
"""
import os
import sys


def main():
    root, out, depfile = sys.argv[1:4]
    named = sorted((os.path.relpath(f, root).replace(os.sep, "/"), os.path.abspath(f)) for f in sys.argv[4:])
    code = ['.section .note.GNU-stack,"",%progbits', '.section .rodata']
    for i, (_name, path) in enumerate(named):
        code += ['.balign 64', f'.Lstart{i}:', f'.incbin "{path}"', f'.Lend{i}:', '.byte 0', ]
    for i, (name, _path) in enumerate(named):
        code += [f'.Lname{i}: .asciz "{name}"']
    code += ['.section .data.rel.ro,"aw"', '.balign 8']
    for table, label in (("names", "name"), ("starts", "start"), ("ends", "end")):
        code += [f'.globl lo_asset_{table}', f'.hidden lo_asset_{table}', f'lo_asset_{table}:']
        code += [f'.quad .L{label}{i}' for i in range(len(named))] + ['.quad 0']
    code += ['.globl lo_asset_total', '.hidden lo_asset_total', 'lo_asset_total:', f'.quad {len(named)}']
    with open(out, "w", encoding="utf-8") as f:
        f.write("\n".join(code) + "\n")
    with open(depfile, "w", encoding="utf-8") as f:
        f.write(f"{out}: " + " ".join(path for _name, path in named) + "\n")


main()
