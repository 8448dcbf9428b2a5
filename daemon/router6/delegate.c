/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCPv6 on the interfaces: proto/dhcpv6 with a socket and a clock. */
#include <errno.h>
#include <string.h>

#include "lib/addr.h"
#include "lib/log.h"
#include "router6/internal.h"
#include "router6/packet.h"

static struct dhcpv6_offer offer_on(const struct interface *i)
{
	const struct router6_interface *told = &i->told;
	const struct router6_times *t = &i->router6->times;
	const struct search *s = router6_search_find(i->router6, told->search);
	struct dhcpv6_offer o = {
		.prefix_len = told->prefix6.len,
		.delegated_len = told->delegated6.len,
		.preferred_s = t->lease_preferred_s,
		.valid_s = t->lease_valid_s,
		.renew_s = t->renew_s,
		.rebind_s = t->rebind_s,
		.dns = told->dns6,
		.dns_n = told->dns6_n,
		.search = s->names,
		.search_len = s->len,
		.refresh_s = t->lease_valid_s,
	};

	memcpy(o.prefix, told->prefix6.addr, sizeof(o.prefix));
	memcpy(o.delegated, told->delegated6.addr, sizeof(o.delegated));
	return o;
}

static void log_event(const struct interface *i, enum dhcpv6_event event)
{
	static const char *const did[] = {
		[DHCPV6_BOUND] = "delegated",
		[DHCPV6_EXTENDED] = "extended",
		[DHCPV6_RELEASED] = "released",
	};
	struct addr_prefix p = {
		.addr = { .family = AF_INET6 },
		.len = i->told.delegated6.len,
	};
	char text[ADDR_STRLEN];

	if (event == DHCPV6_NOTHING)
		return;
	memcpy(p.addr.ip, i->told.delegated6.addr, sizeof(p.addr.ip));
	log_debug("%s: %s was %s", i->told.ifname, addr_prefix_format(&p, text),
		  did[event]);
}

/* From a link-local address: a client has no other there (section 17). */
static bool is_link_local(const uint8_t a[16])
{
	return a[0] == 0xfe && (a[1] & 0xc0) == 0x80;
}

static void send_answer(struct interface *i, const struct packet *asked,
			struct wbuf *w)
{
	struct packet p = {
		.data = w->data,
		.len = w->len,
		.ifindex = i->told.ifindex,
		.port = DHCPV6_CLIENT_PORT,
	};
	int err;

	memcpy(p.source, i->told.router, sizeof(p.source));
	memcpy(p.destination, asked->source, sizeof(p.destination));
	err = packet_send(i->router6->dhcp_fd, &p);
	if (err)
		router6_trouble(i, err);
}

static void answer(struct interface *i, const struct packet *p)
{
	const struct dhcpv6_offer offer = offer_on(i);
	const struct dhcpv6_input in = {
		.data = p->data,
		.len = p->len,
		.to_group = p->destination[0] == 0xff,
		.now_ms = loop_now(i->router6->loop),
	};
	uint8_t data[DHCPV6_ANSWER_MAX];
	struct wbuf w = wbuf_init(data, sizeof(data));
	enum dhcpv6_event event;
	int err = dhcpv6_answer(&i->router6->server, &offer, &i->dhcp, &in, &w,
				&event);

	log_event(i, event);
	if (err)
		log_debug("%s: a DHCPv6 message is not answered: %s",
			  i->told.ifname, strerror(-err));
	else
		send_answer(i, p, &w);
}

static void take_message(void *ctx, const struct packet *p)
{
	struct interface *i = router6_interface_find(ctx, p->ifindex);

	if (i && is_link_local(p->source))
		answer(i, p);
}

void delegate_on_readable(struct loop_io *io, int fd, int events)
{
	(void)events;
	packet_read(fd, take_message,
		    container_of(io, struct router6, dhcp_io));
}
