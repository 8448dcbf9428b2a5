# SPDX-License-Identifier: GPL-2.0-or-later
"""The C programs of this folder, each one test, in a namespace of its own."""

import pathlib

import pytest

SOURCES = sorted(pathlib.Path(__file__).parent.glob("test_*.c"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.stem)
def test_program(source, build, plugin, top, net, processes):
    program = processes.start(build / "tests/vm" / source.stem, namespace=net.namespace("c"),
                              cwd=top, env={"L2TPD_TEST_PLUGIN": str(plugin)})
    status = program.wait(600)
    assert status == 0, program.text()
