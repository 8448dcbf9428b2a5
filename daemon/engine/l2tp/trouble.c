/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of a peer that does not answer: what routers and hosts said by
 * ICMP (ip(7), IP_RECVERR), and how often it was asked.
 */
#include "engine/l2tp/trouble.h"

#include <errno.h>
#include <netinet/in.h> /* before linux/errqueue.h */
#include <linux/errqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "engine/engine.h"
#include "engine/l2tp/net.h"
#include "engine/l2tp/tunnel.h"
#include "engine/loglimit.h"
#include "lib/log.h"

/* An answer that comes within this is nothing to speak of. */
#define PATIENCE_MS 1000

/* One error and the address of who sent it. */
union error_control {
	struct cmsghdr align;
	uint8_t room[CMSG_SPACE(sizeof(struct sock_extended_err) +
				sizeof(struct sockaddr_in6))];
};

static void note(struct sock *s, const char *text)
{
	char peer[ADDR_STRLEN];

	if (strcmp(s->trouble, text) == 0)
		return;
	snprintf(s->trouble, sizeof(s->trouble), "%s", text);
	if (loglimit_pass(s->engine, LOG_OF_PATH, &s->peer, LOG_WARNING))
		log_warn("control connection to %s: %s",
			 addr_format_port(&s->peer, peer), text);
}

/* ---- ICMP ---- */

static const struct sock_extended_err *find_error(struct msghdr *h)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c))
		if (((c->cmsg_level == IPPROTO_IP &&
		      c->cmsg_type == IP_RECVERR) ||
		     (c->cmsg_level == IPPROTO_IPV6 &&
		      c->cmsg_type == IPV6_RECVERR)) &&
		    c->cmsg_len >= CMSG_LEN(sizeof(struct sock_extended_err) +
					    sizeof(struct sockaddr_in)))
			return (const void *)CMSG_DATA(c);
	return NULL;
}

static void note_icmp(struct sock *s, const struct sock_extended_err *e)
{
	const struct sockaddr *from = SO_EE_OFFENDER(e);
	char who[ADDR_STRLEN] = "somebody", text[sizeof(s->trouble)];
	struct addr a;

	/* A packet that was too large is cut by whoever sends the next. */
	if (e->ee_errno == EMSGSIZE)
		return;
	if (addr_from_sockaddr(&a, from,
			       from->sa_family == AF_INET6 ?
				       sizeof(struct sockaddr_in6) :
				       sizeof(struct sockaddr_in)) == 0) {
		a.port = 0;
		addr_format(&a, who);
	}
	if (e->ee_errno == ECONNREFUSED)
		snprintf(text, sizeof(text), "refused by %s (ICMP)", who);
	else
		snprintf(text, sizeof(text), "%s, says %s (ICMP)",
			 strerror((int)e->ee_errno), who);
	note(s, text);
}

void trouble_read(struct sock *s)
{
	/* Of the packet that it is about, nothing is wanted. */
	union error_control control;
	struct msghdr h;

	do {
		const struct sock_extended_err *e;

		h = (struct msghdr){
			.msg_control = &control,
			.msg_controllen = sizeof(control),
		};
		if (recvmsg(s->fd, &h, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return;
		e = find_error(&h);
		if (e && (e->ee_origin == SO_EE_ORIGIN_ICMP ||
			  e->ee_origin == SO_EE_ORIGIN_ICMP6))
			note_icmp(s, e);
	} while (h.msg_flags & MSG_ERRQUEUE);
}

void trouble_sending(struct sock *s, int err)
{
	char text[sizeof(s->trouble)];

	/* The first is ICMP's, which comes by trouble_read. */
	if (err == -ECONNREFUSED || err == -EAGAIN || err == -EMSGSIZE)
		return;
	snprintf(text, sizeof(text), "nothing can be sent: %s", strerror(-err));
	if (!s->trouble[0])
		note(s, text);
}

/* ---- as a sentence ---- */

const char *trouble_of(const struct tunnel *t, char *buf, size_t size)
{
	struct l2tp_tunnel_counters n;

	buf[0] = '\0';
	if (!tunnel_is_usable(t) || t->up || !l2tp_tunnel_is_initiator(t->core))
		return buf;
	l2tp_tunnel_counters(t->core, &n);
	if (t->sock && t->sock->trouble[0])
		snprintf(buf, size, "%s", t->sock->trouble);
	else if (l2tp_tunnel_hint(t->core)[0])
		snprintf(buf, size, "%s", l2tp_tunnel_hint(t->core));
	else if (n.unacknowledged && n.sent > 1)
		snprintf(buf, size, "no answer yet, %llu sent",
			 (unsigned long long)n.sent);
	else if (!n.unacknowledged &&
		 engine_now(t->engine) - n.opened_ms >= PATIENCE_MS)
		snprintf(buf, size, "it was asked, and has not answered yet");
	return buf;
}

void trouble_explain(const struct tunnel *t, char *why, size_t size)
{
	const char *known = t->sock ? t->sock->trouble : "";
	char was[256];

	if (!known[0])
		known = l2tp_tunnel_hint(t->core);
	if (t->up || !known[0])
		return;
	snprintf(was, sizeof(was), "%s", why);
	snprintf(why, size, "%s; %s", known, was);
}
