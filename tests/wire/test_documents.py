# SPDX-License-Identifier: GPL-2.0-or-later
"""The documents: what is generated is current, what they name exists, and the
manuals are free of mistakes."""

import pathlib
import re
import shutil
import subprocess

import pytest

from lab.documents import Guide
from lab.fixtures import TOP

MANUALS = sorted((TOP / "Documentation").glob("*.[1-8]"))
GUIDES = sorted(p.name for p in (TOP / "Documentation/guides").glob("*.md"))
DOCUMENTS = sorted(p.relative_to(TOP) for p in
                   [*TOP.glob("*.md"), *(TOP / "Documentation").rglob("*.md"),
                    *TOP.glob("Kconfig-notes/*.md")])

CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
# `unit/test_reliable: slow_start, duplicates`: tests of a file
TESTS = re.compile(r"(unit|exchange|wire|vm)/(test_\w+)(?:: ([\w, ]+))?")
# A file or folder of the tree; NAME is a placeholder.
PATH = re.compile(r"(?:daemon|netlink|plugin|scripts|tests|Documentation)/[\w./-]*\w/?")


def text_of(document):
    return (TOP / document).read_text(encoding="utf-8")


@pytest.mark.parametrize(("version", "rfc"), [("2", "rfc2661"), ("3", "rfc3931")])
def test_conformance_is_current(build, version, rfc):
    printed = subprocess.run([build / "conformance", version, f"Documentation/conformance-{rfc}.in"], cwd=TOP,
                             stdout=subprocess.PIPE, text=True, check=True).stdout
    assert text_of(f"Documentation/conformance-{rfc}.md") == printed, "run make docs"


def missing_tests(folder, file, names):
    found = [p for p in (TOP / "tests" / folder / f"{file}.c", TOP / "tests" / folder / f"{file}.py") if p.exists()]
    if not found:
        yield f"tests/{folder}/{file}"
        return
    source = found[0].read_text(encoding="utf-8")
    for name in re.findall(r"\w+", names or ""):
        if not re.search(rf"\btest_{name}\(", source):
            yield f"tests/{folder}/{found[0].name}: {name}"


def exists(name):
    """Whether the tree has it, or has the source of the program that is built there."""
    return (TOP / name).exists() or (TOP / f"{name}.c").exists()


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_what_is_named_exists(document):
    text = text_of(document)
    missing = []
    for word in CODE.findall(text):
        if match := TESTS.fullmatch(word):
            missing += missing_tests(*match.groups())
        elif PATH.fullmatch(word) and "NAME" not in word and not exists(word):
            missing.append(word)
    for target in LINK.findall(text):
        if ":" not in target and not (TOP / document.parent / target).exists():
            missing.append(target)
    assert not missing


@pytest.mark.parametrize("guide", GUIDES)
def test_guide_is_followed(guide):
    """A guide is made of files and commands, and there is a test that does what it says."""
    assert Guide(guide).steps()
    assert f'Guide("{guide}")' in text_of("tests/vm/test_jobs.py")

def test_first_start(build, tmp_path):
    """README's lines behind make install, in a folder of the test's, as far as no system is needed."""
    lines = re.search(r"\n((?:    \S.*\n){5})\n### A server", text_of("README.md")).group(1)
    folder, script = tmp_path / "l2tpd", []
    for line in map(str.strip, lines.splitlines()):
        if not line.startswith(("systemctl", "l2tpctl")):
            script.append(line.replace("/usr/local/share/doc/l2tpd", str(TOP / "Documentation"))
                          .replace("/etc/l2tpd", str(folder))
                          .replace("l2tpd -n", f'"{build}/l2tpd" -f "{folder}/l2tpd.conf" --dataplane null -n'))
    assert len(script) == 3
    # The sample names its files where an installation has them.
    script.insert(2, f"sed -i 's,/etc/l2tpd,{folder},' {folder}/l2tpd.conf")
    done = subprocess.run(["bash", "-ec", "\n".join(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {p.name: p.stat().st_mode & 0o777 for p in folder.iterdir() if p.name != "l2tpd.conf"} == \
        {"lac.secret": 0o600, "users": 0o600}


@pytest.mark.parametrize("manual", MANUALS, ids=lambda p: p.name)
def test_manual_renders_without_warnings(manual: pathlib.Path):
    groff = shutil.which("groff")
    if not groff:
        pytest.skip("groff, which lays manuals out, is not installed")
    done = subprocess.run([groff, "-man", "-ww", "-t", "-Tutf8", "-z", manual], capture_output=True,
                          text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
