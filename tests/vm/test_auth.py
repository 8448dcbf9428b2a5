# SPDX-License-Identifier: GPL-2.0-or-later
"""How callers prove who they are: every method, and callers that have only one of those asked for."""

import re

import pytest

import lab
from lab.l2tpd import L2tpd, lns_config
from lab.peers import METHODS, Xl2tpd, accepts, chap_secrets

pytestmark = pytest.mark.backends

# As pppd's debug log spells what it is asked for.
ASKED = {"pap": "pap", "chap": "chap MD5", "mschapv1": "chap MS", "mschapv2": "chap MS-v2"}


def start_lns(processes, build, end, *methods, **kwargs):
    lns = L2tpd(processes, build, end.namespace, "lns")
    auth = ", ".join(f'"{m}"' for m in methods)
    return lns.start(lns_config(lns.users(("alice", "wonderland")), auth=auth, **kwargs))


def call(processes, end, server, methods, password="wonderland", name="caller"):
    chap_secrets(("alice", "*", password))
    return Xl2tpd(processes, end.namespace, name).lac(server.ipv4, "alice", options=accepts(*methods))


def asked(caller):
    """The methods that the caller was asked for, in that order, each once."""
    found = re.findall(r"rcvd \[LCP ConfReq [^]]*?<auth ([^>]+)>", caller.pppd_log())
    names = {text: method for method, text in ASKED.items()}
    return list(dict.fromkeys(names[f] for f in found))


def wait_cleared(lns):
    lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the call to be cleared")


def check_works(lns, end):
    (session,) = lns.up()
    assert session["user"] == "alice"
    assert lab.ping(end.namespace, session["remote_ipv4"]) is not None


@pytest.mark.parametrize("method", METHODS)
def test_right_and_wrong(pair, processes, build, method):
    a, b = pair
    lns = start_lns(processes, build, a, method)
    caller = call(processes, b, a, [method], name="right")
    check_works(lns, a)
    assert asked(caller) == [method]
    caller.process.stop()
    wait_cleared(lns)
    # either side may be the first to clear the call
    call(processes, b, a, [method], password="wrong", name="wrong")
    lns.process.wait_for('user "alice" was refused')
    wait_cleared(lns)
    assert lns.process.text().count("up on ppp") == 1
    assert (lns.status()["auth_ok"], lns.status()["auth_failed"]) == (1, 1)


ORDERS = [("mschapv2", "chap", "pap"), ("pap", "mschapv2", "chap"), ("chap", "mschapv1", "mschapv2"),
          ("mschapv1", "pap", "chap")]


@pytest.mark.any_kernel
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_order(pair, processes, build, order):
    """A caller that takes any is asked for the first, and for nothing else."""
    a, b = pair
    lns = start_lns(processes, build, a, *order)
    caller = call(processes, b, a, METHODS)
    check_works(lns, a)
    assert asked(caller) == [order[0]]


def test_callers_with_one_method(pair, processes, build):
    """All are offered at once; each caller has one of them, and gets in by that one."""
    a, b = pair
    lns = start_lns(processes, build, a, "mschapv2", "chap", "pap", "mschapv1")
    for method in METHODS:
        caller = call(processes, b, a, [method], name=method)
        check_works(lns, a)
        assert asked(caller)[0] == "mschapv2" and asked(caller)[-1] == method
        # it said what it wants, and was asked for that
        assert len(asked(caller)) <= 2
        caller.process.stop()
        wait_cleared(lns)
    assert lns.status()["auth_ok"] == len(METHODS)


def test_unknown_proposal(pair, processes, build):
    """What the caller proposes is not on offer: the list is gone through, in its order."""
    a, b = pair
    lns = start_lns(processes, build, a, "mschapv2", "mschapv1", "pap")
    # pppd proposes CHAP-MD5 before anything else
    caller = call(processes, b, a, ["chap", "pap"])
    check_works(lns, a)
    assert asked(caller) == ["mschapv2", "mschapv1", "pap"]


@pytest.mark.parametrize("methods", [[], ["chap"]], ids=["none", "another"])
def test_refuses_all(pair, processes, build, methods):
    a, b = pair
    lns = start_lns(processes, build, a, "mschapv2", "pap")
    caller = call(processes, b, a, methods)
    reason = r"the peer refuses every method of authentication that it is asked for \(mschapv2, pap\)"
    lns.process.wait_for(f"cleared by us: {reason}")
    caller.process.wait_for(reason)   # the CDN's message
    wait_cleared(lns)
    assert lns.status()["auth_ok"] == 0
