# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of Documentation/records.md, and records compared with them.

Every record that a test gets from l2tpd is compared: a key that the page does
not have for it, or a value of another kind, fails the test that saw it.
"""

import functools
import re

from lab.fixtures import TOP

PAGE = TOP / "Documentation" / "records.md"
VERSION = re.compile(r"^Version (\d+)\.$", re.MULTILINE)
RECORD = re.compile(r"^\| ([a-z]+) \| (`[^|]+) \|$", re.MULTILINE)
KEY = re.compile(r"^\| `([a-z0-9_]+)` \| ([a-z/-]+) \| ([a-z ]+) \| ([^|]+) \|$", re.MULTILINE)
TYPES = {"text": str, "address": str, "time": str, "hex": str, "list": list, "yes-no": bool}


@functools.cache
def keys():
    """{key: (unit, records, meaning)}"""
    return {key: (unit, frozenset(records.split()), meaning)
            for key, unit, records, meaning in KEY.findall(PAGE.read_text(encoding="utf-8"))}


@functools.cache
def commands():
    """{command: the kind of its records}"""
    found = {}
    for record, of in RECORD.findall(PAGE.read_text(encoding="utf-8")):
        for command in re.findall(r"`([a-z ]+)`", of):
            found[command] = record
    for family in "lcce", "static":
        found |= {f"{command} {family}": found[command] for command in ("add tunnel", "add session")}
    return found


def version():
    return int(VERSION.search(PAGE.read_text(encoding="utf-8")).group(1))


def check(command, record):
    """Fails when the page does not have this record of the command's so."""
    kind = commands().get(command)
    assert kind, f"Documentation/records.md does not say what the records of {command} are"
    for key, value in record.items():
        unit, records, _ = keys().get(key, (None, (), None))
        line = f"| `{key}` | UNIT | {kind} | MEANING |"
        assert unit, f"Documentation/records.md lacks a line, and daemon/ctl/views.c may: {line}"
        assert kind in records, f"Documentation/records.md, the line of `{key}`: its records lack {kind}"
        wanted = TYPES.get(unit, int)
        assert isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)), \
            f"{command}: `{key}` is {value!r}, and not {unit} as Documentation/records.md says"
