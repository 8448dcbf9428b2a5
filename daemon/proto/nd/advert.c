/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Router advertisements are written; see nd.h. */
#include <errno.h>
#include <string.h>

#include "proto/nd/nd.h"
#include "proto/nd/option_table.h"

#define ROUTER_ADVERTISEMENT 134
#define UNIT		     8 /* bytes, in which options say their length */

enum { FLAG_MANAGED = 0x80, FLAG_OTHER = 0x40 };
enum { FLAG_ON_LINK = 0x80, FLAG_AUTONOMOUS = 0x40 };

static void begin(struct wbuf *w, enum nd_option type, size_t len)
{
	wbuf_u8(w, (uint8_t)type);
	wbuf_u8(w, (uint8_t)(len / UNIT));
}

/* RFC 4861, section 4.2 */
static void write_header(struct wbuf *w, const struct nd_advert *a)
{
	wbuf_u8(w, ROUTER_ADVERTISEMENT);
	wbuf_u8(w, 0);	/* code */
	wbuf_u16(w, 0); /* checksum */
	wbuf_u8(w, a->hop_limit);
	wbuf_u8(w, (uint8_t)((a->managed ? FLAG_MANAGED : 0) |
			     (a->other ? FLAG_OTHER : 0)));
	wbuf_u16(w, a->router_lifetime_s);
	/* Reachable time and retransmit timer: the hosts' own. */
	wbuf_u32(w, 0);
	wbuf_u32(w, 0);
}

/* RFC 4861, section 4.6.4 */
static void write_mtu(struct wbuf *w, uint32_t mtu)
{
	if (!mtu)
		return;
	begin(w, ND_OPTION_MTU, 8);
	wbuf_u16(w, 0);
	wbuf_u32(w, mtu);
}

/* RFC 4861, section 4.6.2 */
static void write_prefix(struct wbuf *w, const struct nd_prefix *p)
{
	begin(w, ND_OPTION_PREFIX, 32);
	wbuf_u8(w, p->len);
	wbuf_u8(w, (uint8_t)((p->on_link ? FLAG_ON_LINK : 0) |
			     (p->autonomous ? FLAG_AUTONOMOUS : 0)));
	wbuf_u32(w, p->valid_s);
	wbuf_u32(w, p->preferred_s);
	wbuf_u32(w, 0);
	wbuf_bytes(w, p->addr, sizeof(p->addr));
}

/* RFC 8106, section 5.1 */
static void write_dns(struct wbuf *w, const struct nd_advert *a)
{
	if (!a->dns_n)
		return;
	begin(w, ND_OPTION_DNS, 8 + 16 * a->dns_n);
	wbuf_u16(w, 0);
	wbuf_u32(w, a->dns_lifetime_s);
	for (size_t i = 0; i < a->dns_n; i++)
		wbuf_bytes(w, a->dns[i], 16);
}

/* RFC 8106, section 5.2: filled up with zeros to a whole number of units. */
static void write_search(struct wbuf *w, const struct nd_advert *a)
{
	size_t padding = (UNIT - a->search_len % UNIT) % UNIT;

	if (!a->search_len)
		return;
	begin(w, ND_OPTION_SEARCH, 8 + a->search_len + padding);
	wbuf_u16(w, 0);
	wbuf_u32(w, a->dns_lifetime_s);
	wbuf_bytes(w, a->search, a->search_len);
	wbuf_zero(w, padding);
}

int nd_advert_write(struct wbuf *w, const struct nd_advert *a)
{
	write_header(w, a);
	write_mtu(w, a->mtu);
	for (size_t i = 0; i < a->prefix_n; i++)
		write_prefix(w, &a->prefixes[i]);
	write_dns(w, a);
	write_search(w, a);
	return w->failed ? -EMSGSIZE : 0;
}
