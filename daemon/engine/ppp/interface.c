/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interface of a link: asked for once the peer is known, so that a call
 * that fails costs none, and its addresses, which the service hears of when the
 * kernel has them.
 */
#include "engine/ppp/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

/* Of a way that is not known: what L2TP leaves of an Ethernet's 1500. */
#define SIZE_UNKNOWN 1460

/* ---- its unit ---- */

/* The core runs: who takes part in what follows. */
static struct builtin *running(const struct link *l)
{
	struct builtin *b = builtin_of(l);

	return b && !b->over ? b : NULL;
}

static void ask_address(struct builtin *b, struct builtin_net *n,
			uint8_t family);

static void take_unit(struct builtin *b, const struct monitor_interface *i,
		      int fd)
{
	int err = builtin_open_unit(b, fd);

	if (err) {
		builtin_give_up(b, "its interface cannot be used", err);
		return;
	}
	memcpy(b->ifname, i->ifname, sizeof(b->ifname));
	builtin_flush(b);
	if (b->ipv4.up)
		ask_address(b, &b->ipv4, AF_INET);
	if (b->ipv6.up)
		ask_address(b, &b->ipv6, AF_INET6);
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
		builtin_give_up(b, "no interface can be made for it",
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

static void set_sizes(const struct builtin *b, struct ppp_call_up *up)
{
	uint16_t pad = b->mppe_up ? BUILTIN_MPPE_GROWTH : 0,
		 mtu = b->mtu ? b->mtu : SIZE_UNKNOWN,
		 most = b->mtu_most ? b->mtu_most : mtu;

	up->mtu = (uint16_t)(least(mtu, b->peer_mru) - pad);
	up->mtu_max = (uint16_t)(least(most, b->peer_mru) - pad);
	up->mtu_pad = (uint8_t)pad;
}

/* ---- its addresses ---- */

static void on_address(struct link *l, int result, struct builtin_net *n)
{
	struct builtin *b = running(l);

	if (!b || !n->asked)
		return;
	n->asked = false;
	if (result) {
		builtin_give_up(b, "its interface gets no address", result);
		return;
	}
	n->told = true;
	ppp_net_up(l, &n->ends);
}

static void on_ipv4(void *arg, int result, struct ipc_message *m)
{
	struct link *l = arg;

	(void)m;
	if (builtin_of(l))
		on_address(l, result, &builtin_of(l)->ipv4);
	turn_settle(&l->engine->turn);
	link_release(l);
}

static void on_ipv6(void *arg, int result, struct ipc_message *m)
{
	struct link *l = arg;

	(void)m;
	if (builtin_of(l))
		on_address(l, result, &builtin_of(l)->ipv6);
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

static void ask_address(struct builtin *b, struct builtin_net *n,
			uint8_t family)
{
	struct monitor_ppp_address body = {
		.link = b->link->id,
		.family = family,
		.up = true,
		.local_ipv4 = n->ends.local_ipv4,
		.remote_ipv4 = n->ends.remote_ipv4,
	};

	memcpy(body.local_ifid, n->ends.local_ifid, sizeof(body.local_ifid));
	memcpy(body.remote_ifid, n->ends.remote_ifid, sizeof(body.remote_ifid));
	set_sizes(b, &n->ends);
	body.mtu = n->ends.mtu;
	memcpy(n->ends.ifname, b->ifname, sizeof(n->ends.ifname));
	snprintf(n->ends.peer_name, sizeof(n->ends.peer_name), "%s",
		 b->peer_name ? b->peer_name : "");
	n->ends.family = family;
	n->asked = request_address(b, &body,
				   family == AF_INET ? on_ipv4 : on_ipv6) == 0;
}

void builtin_net_up(struct builtin *b, struct builtin_net *n)
{
	n->up = true;
	if (b->unit.fd >= 0)
		ask_address(b, n, n == &b->ipv4 ? AF_INET : AF_INET6);
}

static void on_taken_back(void *arg, int result, struct ipc_message *m)
{
	struct link *l = arg;

	(void)result;
	(void)m;
	link_release(l);
}

void builtin_net_down(struct builtin *b, struct builtin_net *n, uint8_t family)
{
	const struct monitor_ppp_address body = {
		.link = b->link->id,
		.family = family,
	};
	const struct ppp_call_up down = { .family = family };

	if (b->unit.fd >= 0 && !b->over)
		(void)request_address(b, &body, on_taken_back);
	if (n->told)
		ppp_net_down(b->link, &down);
	n->up = n->asked = n->told = false;
}
