/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interface of a link: asked for once the peer is known, so that a call
 * that fails costs none, and its addresses. They are set before our Ack goes
 * out, which waits for that: a peer may send as soon as it has it. The service
 * hears of them when the core says that the protocol is up.
 */
#include "engine/ppp/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

/* Of a way that is not known: what L2TP leaves of an Ethernet's 1500. */
#define SIZE_UNKNOWN 1460

#define IPCP	      0x8021
#define IPV6CP	      0x8057
#define OPTION_IPV4   3 /* IP-Address, RFC 1332, section 3.3 */
#define OPTION_IFID   1 /* Interface-Identifier, RFC 5072, section 4.1 */
#define OPTION_HEADER 2

/* ---- its unit ---- */

/* The core runs: who takes part in what follows. */
static struct builtin *running(const struct link *l)
{
	struct builtin *b = builtin_of(l);

	return b && !b->over ? b : NULL;
}

static void ask_address(struct builtin *b, struct builtin_net *n);

static void take_unit(struct builtin *b, const struct monitor_interface *i,
		      int fd)
{
	int err = builtin_open_unit(b, fd);

	if (err) {
		builtin_upper(b)->give_up(b, "its interface cannot be used",
					  err);
		return;
	}
	memcpy(b->ifname, i->ifname, sizeof(b->ifname));
	builtin_ask_wanted(b);
	builtin_flush(b);
}

static void on_unit(void *arg, int result, struct ipc_message *m)
{
	struct link *l = arg;
	struct builtin *b = running(l);
	const struct monitor_interface *i =
		m && !result ? ipc_body(m, struct monitor_interface) : NULL;
	int fd = i && ipc_is_text(i->ifname) ? ipc_take_fd(m, 0) : -EBADF;

	if (b && fd >= 0)
		take_unit(b, i, fd);
	else if (b)
		builtin_upper(b)->give_up(b, "no interface can be made for it",
					  result ? result : fd);
	else if (fd >= 0)
		close(fd);
	turn_settle(&l->engine->turn);
	link_release(l);
}

void builtin_want_unit(struct builtin *b)
{
	struct monitor_unit body = {
		.interface.link = b->link->id,
		.mru = b->mru,
	};

	if (b->unit_asked)
		return;
	memcpy(body.interface.ifname, b->ifname, sizeof(b->ifname));
	b->unit_asked = true;
	if (channel_request(&builtin_engine(b)->monitor, MONITOR_PPP_UNIT,
			    &body, sizeof(body), NULL, 0, on_unit,
			    b->link) == 0)
		link_hold(b->link);
}

/* ---- its size ---- */

static uint16_t least(uint16_t a, uint16_t b)
{
	return a < b ? a : b;
}

static void set_sizes(const struct builtin *b, struct builtin_net *n)
{
	uint16_t pad = b->mppe_up ? BUILTIN_MPPE_GROWTH : 0,
		 mtu = b->mtu ? b->mtu : SIZE_UNKNOWN,
		 most = b->mtu_most ? b->mtu_most : mtu;

	n->mtu = (uint16_t)(least(mtu, b->peer_mru) - pad);
	n->mtu_max = (uint16_t)(least(most, b->peer_mru) - pad);
	n->mtu_pad = (uint8_t)pad;
}

/* ---- its addresses ---- */

static struct ppp_call_up up_of(const struct builtin *b,
				const struct builtin_net *n)
{
	struct ppp_call_up up = {
		.family = n == &b->ipv4 ? AF_INET : AF_INET6,
		.local_ipv4 = n->ends.local_ipv4,
		.remote_ipv4 = n->ends.remote_ipv4,
		.dns = { n->ends.dns[0], n->ends.dns[1] },
		.mtu = n->mtu,
		.mtu_max = n->mtu_max,
		.mtu_pad = n->mtu_pad,
	};

	memcpy(up.ifname, b->ifname, sizeof(up.ifname));
	memcpy(up.local_ifid, n->ends.local_ifid, sizeof(up.local_ifid));
	memcpy(up.remote_ifid, n->ends.remote_ifid, sizeof(up.remote_ifid));
	snprintf(up.peer_name, sizeof(up.peer_name), "%s",
		 b->peer_name ? b->peer_name : "");
	return up;
}

static void tell_up(struct builtin *b, struct builtin_net *n)
{
	const struct ppp_call_up up = up_of(b, n);

	if (n->told || !n->up || !n->set)
		return;
	n->told = true;
	ppp_net_up(b->link, &up);
}

/* A call with the other protocol goes on; without an address it does not. */
static void refused(struct builtin *b, const struct builtin_net *n, int err)
{
	char what[WHOSE_MAX];

	if (n == &b->ipv4)
		builtin_upper(b)->give_up(b, "its interface gets no address",
					  err);
	else
		log_error("%s: its interface gets no IPv6: %s",
			  link_describe(b->link, what, sizeof(what)),
			  strerror(-err));
}

/* Of several questions the last answer counts. */
static void on_address(struct link *l, int result, bool ipv4)
{
	struct builtin *b = running(l);
	struct builtin_net *n;

	if (!b)
		return;
	n = ipv4 ? &b->ipv4 : &b->ipv6;
	b->settings--;
	if (--n->asked)
		return;
	n->set = !result && n->wanted;
	if (result)
		refused(b, n, result);
	if (b->over)
		return;
	tell_up(b, n);
	builtin_flush(b);
}

static void on_ipv4(void *arg, int result, struct ipc_message *m)
{
	struct link *l = arg;

	(void)m;
	on_address(l, result, true);
	turn_settle(&l->engine->turn);
	link_release(l);
}

static void on_ipv6(void *arg, int result, struct ipc_message *m)
{
	struct link *l = arg;

	(void)m;
	on_address(l, result, false);
	turn_settle(&l->engine->turn);
	link_release(l);
}

static int request_address(struct builtin *b,
			   const struct monitor_ppp_address *body,
			   channel_done *done)
{
	int err = channel_request(&builtin_engine(b)->monitor,
				  MONITOR_PPP_ADDRESS, body, sizeof(*body),
				  NULL, 0, done, b->link);

	if (!err)
		link_hold(b->link);
	return err;
}

/* What goes by the unit waits for the answer. */
static void ask_address(struct builtin *b, struct builtin_net *n)
{
	bool ipv4 = n == &b->ipv4;
	struct monitor_ppp_address body = {
		.link = b->link->id,
		.family = ipv4 ? AF_INET : AF_INET6,
		.up = true,
		.local_ipv4 = n->ends.local_ipv4,
		.remote_ipv4 = n->ends.remote_ipv4,
	};

	memcpy(body.local_ifid, n->ends.local_ifid, sizeof(body.local_ifid));
	memcpy(body.remote_ifid, n->ends.remote_ifid, sizeof(body.remote_ifid));
	set_sizes(b, n);
	body.mtu = n->mtu;
	n->set = false;
	if (request_address(b, &body, ipv4 ? on_ipv4 : on_ipv6))
		return;
	n->asked++;
	b->settings++;
}

static void want_address(struct builtin *b, struct builtin_net *n)
{
	n->wanted = true;
	/* With an address the kernel sends: not before it encrypts. */
	if (b->unit.fd >= 0 && b->mppe_up == b->mppe_known)
		ask_address(b, n);
}

void builtin_ask_wanted(struct builtin *b)
{
	struct builtin_net *nets[] = { &b->ipv4, &b->ipv6 };

	for (size_t i = 0; i < 2 && b->unit.fd >= 0 && !b->over; i++)
		if (nets[i]->wanted && !nets[i]->set && !nets[i]->asked)
			ask_address(b, nets[i]);
}

/* ---- before our Ack ---- */

/* An address, or an interface identifier, in a packet of ours. */
static const uint8_t *end_in(const uint8_t *frame, size_t len, bool ipv4)
{
	const uint8_t *o = builtin_option(frame, len,
					  ipv4 ? OPTION_IPV4 : OPTION_IFID,
					  OPTION_HEADER + (ipv4 ? 4 : 8));

	return o ? o + OPTION_HEADER : NULL;
}

/* Our Request has our own end, and our Ack the peer's. */
static void note(struct builtin_net *n, const uint8_t *end, bool ipv4,
		 bool local)
{
	if (ipv4)
		memcpy(local ? &n->ends.local_ipv4 : &n->ends.remote_ipv4, end,
		       4);
	else
		memcpy(local ? n->ends.local_ifid : n->ends.remote_ifid, end,
		       8);
}

static bool same_ends(const struct builtin_ends *a,
		      const struct builtin_ends *b)
{
	return a->local_ipv4 == b->local_ipv4 &&
	       a->remote_ipv4 == b->remote_ipv4 &&
	       memcmp(a->local_ifid, b->local_ifid, 8) == 0 &&
	       memcmp(a->remote_ifid, b->remote_ifid, 8) == 0;
}

/* The interface has them, or soon will. */
static bool is_on_its_way(const struct builtin_net *n,
			  const struct builtin_ends *before)
{
	return n->wanted && (n->set || n->asked) && same_ends(&n->ends, before);
}

bool builtin_address_needed(struct builtin *b, uint16_t protocol,
			    const uint8_t *frame, size_t len)
{
	bool ipv4 = protocol == IPCP;
	struct builtin_net *n = ipv4 ? &b->ipv4 : &b->ipv6;
	const struct builtin_ends before = n->ends;
	uint8_t code = builtin_code(frame, len);
	const uint8_t *end;

	if ((!ipv4 && protocol != IPV6CP) ||
	    (code != BUILTIN_REQUEST && code != BUILTIN_ACK))
		return false;
	end = end_in(frame, len, ipv4);
	if (!end)
		return false;
	note(n, end, ipv4, code == BUILTIN_REQUEST);
	/* A caller's own address is known when the peer agrees to it. */
	if (code == BUILTIN_REQUEST || b->caller || is_on_its_way(n, &before))
		return false;
	want_address(b, n);
	return true;
}

/* ---- what the core says ---- */

static void do_tell_up(void *arg)
{
	struct link *l = arg;
	struct builtin *b = running(l);

	if (b) {
		tell_up(b, &b->ipv4);
		tell_up(b, &b->ipv6);
	}
	link_release(l);
}

void builtin_net_up(struct builtin *b, struct builtin_net *n,
		    const struct builtin_ends *ends)
{
	bool known = n->wanted && same_ends(&n->ends, ends);

	n->up = true;
	memcpy(n->ends.dns, ends->dns, sizeof(n->ends.dns));
	if (!known) {
		n->ends = *ends;
		want_address(b, n);
		return;
	}
	if (turn_defer(&builtin_engine(b)->turn, &b->tell_work, do_tell_up,
		       b->link))
		link_hold(b->link);
}

static void on_taken_back(void *arg, int result, struct ipc_message *m)
{
	struct link *l = arg;

	(void)result;
	(void)m;
	link_release(l);
}

void builtin_net_down(struct builtin *b, struct builtin_net *n)
{
	const struct monitor_ppp_address body = {
		.link = b->link->id,
		.family = n == &b->ipv4 ? AF_INET : AF_INET6,
	};
	const struct ppp_call_up down = { .family = body.family };

	if (b->unit.fd >= 0 && !b->over)
		(void)request_address(b, &body, on_taken_back);
	if (n->told)
		ppp_net_down(b->link, &down);
	n->up = n->wanted = n->set = n->told = false;
}
