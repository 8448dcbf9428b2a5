# SPDX-License-Identifier: GPL-2.0-or-later
"""Every bool, enum and text of a struct that one process takes from another is a row of the
tables in daemon/ipc/*_fields.c, so that none is read before it was compared."""

import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]
HEADERS = [*sorted((TOP / "daemon/ipc").glob("*.h")), TOP / "netlink/dataplane.h", TOP / "daemon/lib/addr.h",
           TOP / "daemon/lib/config.h"]
STRUCT = re.compile(r"^struct (\w+) \{\n(.*?)^\}", re.DOTALL | re.MULTILINE)
INNER_ENUM = re.compile(r"enum \{[^}]*\}\s*")
SHAPE = re.compile(r"IPC_SHAPE\(\s*(\w+)")
ROW = re.compile(r"IPC_[A-Z_]+\(\s*(\w+),\s*([\w.]+)")


def without_comments(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)


def structs():
    found = {}
    for path in HEADERS:
        for name, body in STRUCT.findall(without_comments(path.read_text(encoding="utf-8"))):
            found[name] = INNER_ENUM.sub("enum inner ", body)
    return found


def members(body):
    """(type, name, is an array) of each member."""
    for line in body.split(";"):
        m = re.match(r"\s*((?:enum|struct) \w+|\w+)\s+(.*)", line, re.DOTALL)
        for one in m.group(2).split(",") if m else ():
            name = re.match(r"\s*(\w+)\s*(\[)?", one)
            if name:
                yield m.group(1), name.group(1), bool(name.group(2))


def wants_row(kind, array):
    return kind == "bool" or kind.startswith("enum ") or kind.startswith("struct ") or (kind == "char" and array)


def rows():
    text = "".join(without_comments(p.read_text(encoding="utf-8"))
                   for p in sorted((TOP / "daemon/ipc").glob("*_fields.c")))
    return set(SHAPE.findall(text)), set(ROW.findall(text))


# No field of theirs is other than a number of any value.
PLAIN = {"ppp_counters", "dp_stats", "ipsec_sa", "monitor_static_place"}


def test_each_field_has_a_row():
    known, (shapes, have) = structs(), rows()
    missing, todo, seen = [], sorted(shapes - {"addr"}), set()
    assert len(shapes) > 40, shapes
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for kind, member, array in members(known[name]):
            inner = kind.removeprefix("struct ") if kind.startswith("struct ") else None
            if not wants_row(kind, array) or inner in PLAIN:
                continue
            if any(s == name and (m == member or m.startswith(member + ".")) for s, m in have):
                if inner and inner != "addr":
                    todo.append(inner)
            else:
                missing.append(f"struct {name}: {kind} {member}")
    assert not missing, "\n".join(missing)
    assert {"dp_session", "service", "service_call", "ppp_call_params"} <= seen
