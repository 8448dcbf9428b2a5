# SPDX-License-Identifier: GPL-2.0-or-later
"""What a document tells its reader to write and to type, in its order.

A block of a guide (between ``` lines) is one of two things, and nothing else:

- a file, whose first line says on which machine it is and where:
      # lns: /etc/l2tpd/l2tpd.conf
- commands, each behind a root's prompt with the machine's name, and below it what it prints:
      lns# l2tpctl show sessions
      NAME  ...
  A command goes on behind a line that ends in a backslash. One with an output is run until it
  prints that. Lines of it may be left out, "..." stands for any text within a line, and blanks
  count as one.

README.md and the manuals have blocks by indentation and by .nf; they name no machine, so that a test
says where their commands and files belong.
"""

import dataclasses
import re

from lab.fixtures import TOP

FILE = re.compile(r"# ([\w-]+): (/\S+)")
COMMAND = re.compile(r"([\w-]+)# (.+)")


@dataclasses.dataclass
class Step:
    """A file to write (path) or a command to run; printed is what the document shows of its output."""

    where: str
    host: str
    text: str
    path: str = None
    printed: list = dataclasses.field(default_factory=list)


def fits(shown, lines):
    """Whether each of these lines of a document is among those of an output."""
    lines = [" ".join(line.split()) for line in lines]
    patterns = (".*".join(re.escape(" ".join(part.split())) for part in line.split("...")) for line in shown)
    return all(any(re.fullmatch(pattern, line) for line in lines) for pattern in patterns)


def _commands(where, lines):
    steps, open_end = [], False
    for number, line in enumerate(lines):
        if open_end:
            steps[-1].text += "\n" + line
        elif match := COMMAND.fullmatch(line):
            steps.append(Step(f"{where}, line {number + 1} of the block", match[1], match[2]))
        else:
            assert steps, f"{where}: a block begins with \"# MACHINE: /FILE\" or \"MACHINE# COMMAND\", not {line!r}"
            if line.strip() not in ("", "..."):
                steps[-1].printed.append(line)
        open_end = line.endswith("\\") and not steps[-1].printed
    return steps


def _steps_of_block(where, lines):
    if match := FILE.fullmatch(lines[0]):
        return [Step(where, match[1], "\n".join(lines[1:]) + "\n", match[2])]
    return _commands(where, lines)


class Guide:
    """A file of Documentation/guides."""

    def __init__(self, name):
        self.name = name
        self.sections = {}   # heading: its steps
        heading, block, where = "", None, ""
        text = (TOP / "Documentation/guides" / name).read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith("```"):
                if block is None:
                    block, where = [], f"guides/{name}:{number}"
                else:
                    self.sections.setdefault(heading, []).extend(_steps_of_block(where, block))
                    block = None
            elif block is not None:
                block.append(line)
            elif line.startswith("#"):
                heading = line.lstrip("# ")
                self.sections[heading] = []
        assert block is None, f"guides/{name}: the last block is not closed"

    def steps(self, *headings):
        """Those of these sections, or all."""
        for heading in headings:
            assert heading in self.sections, f"guides/{self.name} has no section \"{heading}\""
        return [step for heading in headings or self.sections for step in self.sections[heading]]


def _indented(lines):
    """The indented blocks among lines, without their indentation; a blank line within one does not end it."""
    block, found = [], []
    for line in [*lines, "end"]:
        if line.startswith("    ") or (block and not line):
            block.append(line[4:])
        elif block:
            found.append("\n".join(block).rstrip("\n") + "\n")
            block = []
    return found


def readme(heading):
    """The indented blocks of a section of README.md."""
    lines = (TOP / "README.md").read_text(encoding="utf-8").splitlines()
    (start,) = [n for n, line in enumerate(lines) if line.lstrip("# ") == heading and line.startswith("#")]
    end = next((n for n, line in enumerate(lines) if n > start and line.startswith("#")), len(lines))
    return _indented(lines[start + 1:end])


def manual(name, heading):
    """The blocks between .nf and .fi of a section of a manual, as groff shows them."""
    text = (TOP / "Documentation" / name).read_text(encoding="utf-8")
    section = re.search(rf"^\.S[HS] {re.escape(heading)}$(.*?)(?=^\.SH|\Z)", text, re.MULTILINE | re.DOTALL)[1]
    blocks = [block.replace(".RS\n", "").replace(".RE\n", "")
              for block in re.findall(r"^\.nf\n(.*?)^\.fi$", section, re.MULTILINE | re.DOTALL)]
    return [re.sub(r"\\f[BIRP]", "", b).replace("\\-", "-").replace("\\(dq", '"').replace("\\e", "\\") for b in blocks]


def prompted(block):
    """The commands of a block of README.md, without what stands behind them in parentheses."""
    return [re.split(r"\s{2,}\(", line[2:])[0] for line in block.splitlines() if line.startswith("# ")]


def joined(block):
    """The commands of a block of a manual, each in one line."""
    return re.sub(r"\s*\\\n\s*", " ", block).splitlines()


def columns(block):
    """A block of two columns, each under a heading that begins with "#": the text of either, without it."""
    lines = block.splitlines()
    at = lines[0].index("#", 1)
    return ["\n".join(line[part].rstrip() for line in lines[1:]) + "\n" for part in (slice(0, at), slice(at, None))]


def split_file(block):
    """(path, text) of a block whose first line is "# /PATH"."""
    first, _, rest = block.partition("\n")
    assert re.fullmatch(r"# /\S+", first), first
    return first[2:], rest
