# SPDX-License-Identifier: GPL-2.0-or-later
"""What the path does to packets, and what others read in ours."""

import subprocess

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config

# pppd's own three seconds before it asks again are not what is tried here.
IMPATIENT = 'options = { "lcp-restart", "1", "ipcp-restart", "1", "chap-restart", "1" }'
TROUBLE = "loss", "20%", "reorder", "80%", "50%", "delay", "20ms", "10ms", "duplicate", "10%"


def test_loss_reordering_duplication(pair, processes, build):
    """20 % are lost, 20 % are late, 10 % come twice, each way: calls complete and clear."""
    a, b = pair
    a.namespace.netem(a.device, *TROUBLE)
    b.namespace.netem(b.device, *TROUBLE)
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland")), lns="idle-timeout = 2 retransmit = 0.3 retransmit-tries = 8",
                         ppp=IMPATIENT))
    lac = L2tpd(processes, build, b.namespace, "lac")
    sessions = "".join(
        f'session "s{i}" {{ user = "alice" password-file = "{lac.secret("wonderland", "password")}" '
        f'ppp = "dialout" persist = true redial = 0.5 redial-max = 1 }}\n' for i in range(4))
    lac.start(lac_config(a.ipv4, "alice", None, lac="retransmit = 0.3 retransmit-tries = 8", sessions=sessions,
                         ppp=IMPATIENT))
    lac.up(4, timeout=180)
    lac.ask("delete tunnel", tunnel="upstream")
    for d in lac, lns:
        lab.wait_until(lambda d=d: lab.l2tp_objects(d.namespace) == ([], []), f"{d.name}'s kernel objects to go",
                       timeout=180)
        lab.wait_until(lambda d=d: not d.pppds(), f"{d.name}'s pppds to end", timeout=120)


def tshark(path, *options):
    done = subprocess.run(["tshark", "-n", "-r", path, *options], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_tshark_reads_all(pair, processes, build, logs):
    """An independent decoder finds nothing wrong with what we send, hidden AVPs included."""
    a, b = pair
    capture = lab.Capture(a.namespace, a.device, logs / "call.pcap")
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland")), secret=lns.secret("s3cret"), lns="hello = 1"))
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(a.ipv4, "alice", lac.secret("wonderland", "password"), secret=lac.secret("s3cret"),
                         lac="idle-timeout = 1 hello = 1 source-port = \"1701\"", session="persist = false"))
    lac.up()
    (session,) = lns.up()
    assert lab.ping(a.namespace, session["remote_ipv4"]) is not None
    lab.wait_until(lambda: lns.tunnels()[0]["sent"] >= 4, "a HELLO")
    lac.ask("delete session", tunnel="upstream", session="home")
    lab.wait_until(lambda: not [t for t in lns.tunnels() if t["state"] == "established"], "the StopCCN")
    lac.stop()
    lns.stop()
    capture.close()
    types = tshark(capture.path, "-Y", "l2tp.type == 1", "-T", "fields", "-e", "l2tp.avp.message_type").split()
    # SCCRQ SCCRP SCCCN StopCCN HELLO, ICRQ ICRP ICCN, CDN: each was seen.
    assert {"1", "2", "3", "4", "6", "10", "11", "12", "14"} <= set(types)
    wrong = tshark(capture.path, "-Y", "l2tp.type == 1 && (_ws.malformed || _ws.expert)", "-V")
    assert wrong == ""
