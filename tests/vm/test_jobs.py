# SPDX-License-Identifier: GPL-2.0-or-later
"""The jobs of an operator's first days, done as the documents say, word for word."""

import re

import pytest

import lab
from lab.documents import Guide, columns, joined, manual, prompted, readme, split_file
from lab.fixtures import TOP
from lab.host import World
from lab.tls import Authority
from test_ipsec import wire

pytestmark = pytest.mark.any_kernel

NAMES = {"lns.example.net": "192.0.2.1", "head.example.net": "198.51.100.7"}


@pytest.fixture
def world(net, processes):
    """The machines of a job."""
    ours = World(net, processes, NAMES)
    yield ours
    ours.close()


@pytest.fixture
def subscriber(world):
    """The server and the caller of the first call, set up, not yet called."""
    world.host("lns", "192.0.2.1")
    world.host("home", "192.0.2.50")
    world.follow(Guide("first-call.md").steps("The server", "The caller"))
    return world


def nothing_left(*hosts):
    for host in hosts:
        lab.wait_until(lambda ns=host.namespace: lab.l2tp_objects(ns) == ([], []), f"the tunnels of {host.name} to go")


def test_first_call(subscriber):
    """A call by pppd, and its end; README.md and the plugin's manual say the same as the guide."""
    guide = Guide("first-call.md")
    files = {(s.path, s.host): s.text for s in guide.steps() if s.path}
    peers_file = files["/etc/ppp/peers/work", "home"]
    assert split_file(readme("A server")[0]) == ("/etc/l2tpd/l2tpd.conf", files["/etc/l2tpd/l2tpd.conf", "lns"])
    peers, command = readme("pppd call")[0].split("\n\n")
    assert split_file(peers + "\n") == ("/etc/ppp/peers/work", peers_file)
    assert manual("l2tpd-plugin.8", "DESCRIPTION")[0].split("\n", 1)[1] == peers_file
    assert prompted(command)[0] == guide.steps("The call")[0].text
    subscriber.follow(guide.steps("The call", "Hanging up"))
    nothing_left(*subscriber.hosts.values())


def test_examples(world):
    """The manual's whole configuration and the sample are right, with the files that they name."""
    here = world.host("here", "198.51.100.7")
    sample = (TOP / "Documentation/l2tpd.conf.sample").read_text(encoding="utf-8")
    whole_sample = re.sub(r"^#(?=[a-z}]|    )", "", sample, flags=re.MULTILINE)
    for text in manual("l2tpd.conf.5", "EXAMPLE")[0], sample, whole_sample:
        for path in re.findall(r'-file += "(/[^"]+)"', text):
            here.write(path, "something\n", 0o600)
        here.write("/etc/l2tpd/l2tpd.conf", text)
        assert 'lns "subscribers"' in here.run("l2tpd -n")


def test_client(subscriber):
    """README.md's client that stays connected, and its call by command."""
    lns, home = subscriber.hosts["lns"], subscriber.hosts["home"]
    config, commands, _ = readme("A client that stays connected")
    home.write("/etc/l2tpd/l2tpd.conf", config)
    for file, secret in ("upstream.secret", "secret of the tunnel"), ("work.secret", "secret of the tunnel"), \
            ("alice", "wonderland"):
        home.write(f"/etc/l2tpd/{file}", secret + "\n", 0o600)
    home.run("systemctl restart l2tpd")
    home.until("l2tpctl show sessions", ["upstream home ... established up alice ... 10.64.0.1 ..."])
    for command in prompted(readme("A server")[1])[1:]:
        lns.run(command)
    add_tunnel, add_session, show, delete = prompted(commands)
    home.run(add_tunnel)
    home.run(add_session)
    home.until("l2tpctl show sessions", ["work ... established up alice ..."])
    home.until(show, ["Session: home", "State: established"])
    home.run("ping -c 1 10.64.0.1")
    home.run(delete)
    lns.until("l2tpctl show tunnels", ["... established ..."])
    # The server comes anew: the client calls again by itself.
    lns.run("systemctl restart l2tpd")
    lns.until("l2tpctl show users", ["alice up ..."])


def without_section(config, head):
    """A configuration without the section that begins with this line."""
    before, _, after = config.partition(head + "\n")
    return before + after.partition("\n}\n")[2]


def test_radius(subscriber):
    """FreeRADIUS as Debian installs it, accounting, a change and an end by CoA; README.md's server with two of them."""
    subscriber.host("radius", "192.0.2.10")
    lns, home = subscriber.hosts["lns"], subscriber.hosts["home"]
    subscriber.follow(Guide("radius.md").steps())
    nothing_left(lns, home)
    # The profile that README.md shows takes the place of the one that it had before.
    first, _, second, _, commands, _ = readme("A server")
    lns.write("/etc/l2tpd/l2tpd.conf", without_section(split_file(first)[1], 'ppp "isp" {') + second)
    Authority(lns.path("/etc/l2tpd"), "aaa-ca")
    lns.run("l2tpd -n")
    lns.run("systemctl restart l2tpd")
    home.run("pppd call work")
    show_radius, test_aaa, show_users, clear_user = prompted(commands)
    lns.until(show_users, ["alice up ... 10.64.0.77 ..."])
    lns.until(show_radius, ["one 192.0.2.10 udp alive ..."])
    assert "accepted" in lns.run(f"echo wonderland | {test_aaa}")
    lns.run(clear_user)
    nothing_left(lns, home)


def test_ipv6(subscriber):
    """A prefix for the link, and one by DHCPv6 for the LAN of a router."""
    home = subscriber.hosts["home"]
    subscriber.wire(home, "eth1", subscriber.net.namespace("lan"), "eth0")
    subscriber.follow(Guide("ipv6.md").steps())


@pytest.fixture
def sites(world):
    """Two sites, head and branch, and a namespace at the LAN of either, on eth1."""
    world.host("head", "198.51.100.7")
    world.host("branch", "203.0.113.9")
    lans = {}
    for name, host in world.hosts.items():
        lans[name] = world.net.namespace(f"lan-{name}")
        world.wire(host, "eth1", lans[name], "eth0")
    return world, lans


def reaches(namespace, address):
    """Waits until an answer comes to a ping in a full frame."""
    lab.wait_until(lambda: lab.ping(namespace, address, size=1472, timeout=1) is not None, f"{address} to answer")


def test_vlans_ipsec(sites, logs):
    """Two VLANs between two sites over IPsec, in full frames, with a machine in both at either site."""
    world, lans = sites
    for n, lan in enumerate(lans.values(), 1):
        for vlan in 10, 20:
            lan.ip(f"link add link eth0 name v{vlan} type vlan id {vlan}", f"link set v{vlan} up",
                   f"addr add 10.{vlan}.0.{n}/24 dev v{vlan}")
    (child,) = [b for b in manual("l2tpd.conf.5", "IPSEC")]
    for step in Guide("two-sites.md").steps("IPsec")[:2]:
        assert child.split()[2:-1] == step.text.partition("children {")[2].split()[:len(child.split()) - 3]
    with lab.Capture(world.router, "to-branch", logs / "branch.pcap") as capture:
        world.follow(Guide("two-sites.md").steps())
        for vlan in 10, 20:
            reaches(lans["head"], f"10.{vlan}.0.2")
    assert wire(capture) <= {"IKE", "ESP", "fragment"}


def test_two_sites(sites):
    """README.md's two sites: by configuration at both ends, then by command, at one as l2tpctl's manual says."""
    world, lans = sites
    head, branch = world.hosts["head"], world.hosts["branch"]
    first, by_command = readme("Two sites")
    config, by_config = first.split("\n\n")
    for n, (host, text) in enumerate(zip((head, branch), columns(config)), 1):
        host.namespace.ip("link add br0 type bridge", "link set br0 up", "link set eth1 master br0")
        lans[host.name].ip(f"addr add 10.1.0.{n}/24 dev eth0")
        host.write("/etc/l2tpd/l2tpd.conf", text)
        host.write("/etc/l2tpd/sites.secret", "a secret of both\n", 0o600)
        host.run("systemctl start l2tpd")
    list_all, show_one = prompted(by_config)
    branch.until(list_all, ["l2tpeth0 pseudowire up up ... br0 up up ... head ... lan established"])
    branch.until(show_one, ["Tunnel: head"])
    lab.wait_until(lambda: lab.ping(lans["head"], "10.1.0.2", timeout=1) is not None, "the other site")
    (waits,) = [joined(b) for b in manual("l2tpctl.8", "EXAMPLES") if "lcce branch" in b]
    head.write("/etc/l2tpd/l2tpd.conf", 'listen { address = "0.0.0.0" }\n')
    branch.write("/etc/l2tpd/l2tpd.conf", "")
    for host, commands in (head, waits[:2]), (branch, prompted(by_command)):
        host.run("systemctl restart l2tpd")
        for command in commands:
            host.run(command)
    head.until(waits[2], ["Tunnel: branch", "State: established"])
    head.namespace.ip("link set branch0 master br0")
    lab.wait_until(lambda: lab.ping(lans["head"], "10.1.0.2", timeout=1) is not None, "the other site again")


def test_static(world):
    """A static tunnel with ip(8) at the other end, by configuration and by command."""
    world.host("here", "198.51.100.7")
    world.host("hill", "203.0.113.9")
    guide = Guide("static.md")
    ours = [" ".join(s.text.replace("\\\n", "").split()) for s in guide.steps("Ours, by command") if not s.path]
    (example,) = [b for b in manual("l2tpctl.8", "EXAMPLES") if "static hill" in b]
    assert joined(example)[0].split() == ours[1].split()
    world.follow(guide.steps())
    nothing_left(world.hosts["here"])


def test_changing(subscriber):
    """What may be changed while the server runs, and the way of all else."""
    subscriber.follow(Guide("changing.md").steps())


def test_scripts(subscriber):
    """l2tpctl's JSON and its exit statuses in scripts."""
    subscriber.follow(Guide("scripts.md").steps())


def completions(host, *words):
    """What the tabulator offers behind these words, of which the last is begun."""
    function = host.run("complete -p l2tpctl").split("-F ")[1].split()[0]
    line = " ".join(words)
    return host.run(f"COMP_WORDS=({line}) COMP_CWORD={len(words) - 1} COMP_LINE={line!r} COMP_POINT={len(line)} "
                    f"COMPREPLY=(); {function} l2tpctl {words[-1]} {words[-2]}; echo \"${{COMPREPLY[@]}}\"").split()


def test_keyboard(subscriber):
    """Help, short words and completion."""
    home = subscriber.hosts["home"]
    subscriber.follow(Guide("l2tpctl.md").steps())
    assert home.run("l2tpctl sh tun") == home.run("l2tpctl show tunnels")
    # As the manual says.
    home.write("/etc/l2tpd/l2tpd.conf", 'ppp "dialout" { }\n')
    home.write("/etc/l2tpd/work.secret", "secret of the tunnel\n", 0o600)
    home.write("/etc/l2tpd/alice.password", "wonderland\n", 0o600)
    home.run("systemctl restart l2tpd")
    home.run("complete -r l2tpctl")
    call, hang_up, *_ = manual("l2tpctl.8", "EXAMPLES")
    for command in joined(call):
        home.run(command)
    show, delete = joined(hang_up)
    home.until(show, ["State: established", "Interface: ppp0"])
    home.run(delete)
    home.run(Guide("l2tpctl.md").steps("Completion")[0].text)
    assert completions(home, "l2tpctl", "show", "tu") == ["tunnels"]
    assert "secret-file" in completions(home, "l2tpctl", "add", "tunnel", "secret")
    assert completions(home, "l2tpctl", "delete", "tunnel", "wo") == ["work"]


def test_faults(subscriber):
    """Faults of every kind are found by what l2tpd and l2tpctl say."""
    subscriber.follow(Guide("faults.md").steps())
