# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/layers, on small trees of its own: what it refuses, and in which words."""

import os
import shutil
import subprocess

import pytest

from lab.fixtures import TOP


class Tree:
    """Sources, and what is built of them."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "scripts").mkdir()
        shutil.copy(TOP / "scripts" / "layers", folder / "scripts")

    def write(self, **files):
        """Files by their paths, in which "__" stands for "/" and a last "_h" or "_c" for the ending."""
        for name, text in files.items():
            path = self.folder / (name[:-2].replace("__", "/") + "." + name[-1])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def build(self):
        for source in self.folder.rglob("*.c"):
            path = source.relative_to(self.folder)
            target = self.folder / "build" / ("pic" if path.parts[0] == "plugin" else "") / path.with_suffix(".o")
            target.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run([os.environ.get("CC", "cc"), "-I", self.folder / "daemon", "-I", self.folder,
                            "-c", "-o", target, source], check=True)

    def complaints(self, *arguments):
        """What is printed, when it fails; an empty list when it does not."""
        done = subprocess.run([self.folder / "scripts" / "layers", *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False,
                              env={k: v for k, v in os.environ.items() if k != "B"})
        assert (done.returncode != 0) == (done.stdout != "")
        return done.stdout.splitlines()

    def built_complaints(self):
        self.build()
        return self.complaints()


@pytest.fixture
def tree(tmp_path):
    made = Tree(tmp_path)
    made.write(daemon__lib__low_c="int low(void) { return 1; }\n")
    return made


CALL = "int {0}(void);\nint {1}(void);\nint {1}(void) {{ return {0}(); }}\n"


def test_downward(tree):
    tree.write(daemon__lib__low_h="int low(void);\n", daemon__lib__high_c=CALL.format("low", "high"),
               daemon__ipc__ipc_c='#include "lib/low.h"\n' + CALL.format("high", "ipc"))
    assert tree.built_complaints() == []
    assert tree.complaints(str(tree.folder / "build")) == []


def test_upward_include(tree):
    tree.write(daemon__ipc__ipc_h="", daemon__lib__up_c='\n#include "ipc/ipc.h"\n')
    expected = ["daemon/lib/up.c:2: daemon/lib/ must not include daemon/ipc/ipc.h: "
                "what both need belongs into a lower layer"]
    assert tree.built_complaints() == expected
    assert tree.complaints("--includes") == expected


@pytest.mark.parametrize("folder", ["daemon/lib", "daemon/aaa", "netlink", "plugin"])
def test_circle(tree, folder):
    at = folder.replace("/", "__")
    tree.write(**{f"{at}__a_c": CALL.format("b", "a"), f"{at}__b_c": CALL.format("c", "b"),
                  f"{at}__c_c": "int a(void);\nint shared;\nint c(void) { return a(); }\n",
                  f"{at}__aside_c": CALL.format("a", "aside")})
    assert tree.built_complaints() == [
        f"{folder}/a.c: files call each other in a circle: a.c -> b.c (b) -> c.c (c) -> a.c (a); move what is "
        "called back into a file below both, or give the lower one a function to call"]
    assert tree.complaints("--includes") == []


def test_circle_through_data(tree):
    tree.write(daemon__ctl__table_c="int print(void);\nint (*const table[])(void) = { print };\n",
               daemon__ctl__print_c="extern int (*const table[])(void);\nint print(void) { return table[0] != 0; }\n")
    assert [c.split(";")[0] for c in tree.built_complaints()] == [
        "daemon/ctl/print.c: files call each other in a circle: print.c -> table.c (table) -> print.c (print)"]


def test_no_circle(tree):
    """What is static or weak has no part in one, and a pointer to a function has none."""
    tree.write(daemon__lib__a_c="int b(int (*)(void));\nint a(void) { return 0; }\nint go(void) { return b(a); }\n",
               daemon__lib__b_c="static int a(void) { return 1; }\n__attribute__((weak)) int go(void);\n"
                                "int b(int (*up)(void)) { return go ? up() : a(); }\n")
    assert tree.built_complaints() == []


def test_nothing_built(tree):
    assert tree.complaints() == [
        f"{tree.folder}/build: nothing is built there: build first (make all), or check the includes only (--includes)"]
    tree.build()
    tree.write(daemon__lib__new_c="")
    assert tree.complaints() == [
        f"daemon/lib/new.c: it is not built in {tree.folder}/build, or has changed since: build first (make all), "
        "or check the includes only (--includes)"]


def test_names(tree):
    timer = "\nstatic void on_timer(int *t)\n{\n}\nvoid (*use_%s)(int *) = on_timer;\n"
    tree.write(daemon__lib__a_c=timer % "a")
    assert tree.built_complaints() == []
    tree.write(plugin__b_c=timer % "b")
    assert tree.built_complaints() == [
        f"{path}:2: 2 functions are called on_timer: name it after what it waits for"
        for path in ("daemon/lib/a.c", "plugin/b.c")]


# ---- the engine's parts ----

@pytest.fixture
def engine(tree):
    tree.write(daemon__engine__engine_h="", daemon__engine__turn_h="", daemon__engine__l2tp__tunnel_h="",
               daemon__proto__l2tp__l2tp_h="", daemon__engine__l2tp__tunnel_c="int tunnel(void) { return 0; }\n",
               daemon__engine__link__link_h="")
    return tree


def test_parts_include(engine):
    engine.write(daemon__engine__start_c='#include "engine/l2tp/tunnel.h"\n#include "engine/turn.h"\n',
                 daemon__engine__control__show_c='#include "proto/l2tp/l2tp.h"\n#include "engine/link/link.h"\n',
                 daemon__engine__turn_c='#include "engine/link/link.h"\n',
                 daemon__engine__service__pool_c='#include "proto/l2tp/l2tp.h"\n',
                 daemon__engine__link__ppp_c='#include "engine/turn.h"\n\n#include "../l2tp/tunnel.h"\n')
    lower = "what both need belongs lower, and what is told upward goes through functions in a struct"
    assert engine.built_complaints() == [
        f"daemon/engine/link/ppp.c:3: daemon/engine/link/ must not include daemon/engine/l2tp/tunnel.h: {lower}",
        "daemon/engine/service/pool.c:1: daemon/engine/service/ must not include daemon/proto/l2tp/l2tp.h: "
        "ask a part that knows the protocol",
        f"daemon/engine/turn.c:1: the engine's base must not include daemon/engine/link/link.h: {lower}"]


def test_parts_call(engine):
    engine.write(daemon__engine__peers__peer_c=CALL.format("tunnel", "peer"),
                 daemon__engine__link__ppp_c=CALL.format("tunnel", "ppp"))
    assert engine.built_complaints() == [
        "daemon/engine/link/ppp.c: daemon/engine/link/ must not call daemon/engine/l2tp/tunnel.c (tunnel): move it "
        "lower, or let it be told through a function in a struct"]
    assert engine.complaints("--includes") == []


def test_part_without_a_row(engine):
    engine.write(daemon__engine__tea__pot_c='#include "engine/l2tp/tunnel.h"\n#include "proto/l2tp/l2tp.h"\n')
    assert engine.built_complaints() == [
        "daemon/engine/tea/: it has no row in ENGINE_PARTS of scripts/layers: add what it may use"]


def test_result_codes(engine):
    code = "enum { L2TP_STOPCCN_CLEAR };\n/* L2TP_CDN_LOST */\n"
    engine.write(daemon__engine__l2tp__result_c=code, daemon__engine__peers__peer_c=code)
    assert engine.built_complaints() == [
        "daemon/engine/peers/peer.c:1: L2TP_STOPCCN_CLEAR is L2TP's own word: give a cause, and let "
        "daemon/engine/l2tp/ find the code"]


def test_sizes(engine):
    engine.write(daemon__engine__engine_h="\n" * 151, daemon__engine__link__link_c="\n" * 500,
                 daemon__engine__link__ppp_c="\n" * 501)
    assert engine.built_complaints() == [
        "daemon/engine/engine.h:151: it has 151 lines, 150 are allowed: take a part of it out",
        "daemon/engine/link/ppp.c:501: it has 501 lines, 500 are allowed: take a part of it out"]


def test_shared_header(engine):
    both = '#include "engine/engine.h"\n#include "engine/link/link.h"\n'
    engine.write(daemon__engine__link__link_c=both, daemon__engine__link__ppp_c=both)
    assert engine.built_complaints() == [
        "daemon/engine/link/link.h: 2 of the engine's 3 files include it: split it, so that each includes what it uses"]
    engine.write(daemon__engine__link__more_c="")
    assert engine.built_complaints() == []
