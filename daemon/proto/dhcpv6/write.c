/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers are written, option by option; see write.h. */
#include "proto/dhcpv6/write.h"

#include <string.h>

/* Section 7.6: what clients have without being told. */
#define SOL_MAX_RT_S 3600
#define INF_MAX_RT_S 3600

static const char *status_text(enum dhcpv6_status status)
{
	static const char *const texts[] = {
#define X(id, number, text) [DHCPV6_STATUS_##id] = text,
		DHCPV6_STATUS_TABLE(X)
#undef X
	};

	return texts[status];
}

static size_t begin(struct wbuf *w, enum dhcpv6_option_code code)
{
	wbuf_u16(w, (uint16_t)code);
	wbuf_u16(w, 0);
	return w->len;
}

static void end(struct wbuf *w, size_t at)
{
	if (!w->failed)
		wbuf_patch_u16(w, at - 2, (uint16_t)(w->len - at));
}

void write_bytes(struct wbuf *w, enum dhcpv6_option_code code,
		 const uint8_t *data, size_t len)
{
	size_t at = begin(w, code);

	wbuf_bytes(w, data, len);
	end(w, at);
}

void write_begin(struct wbuf *w, enum dhcpv6_type type, const struct message *m,
		 const struct dhcpv6_server *server)
{
	wbuf_u8(w, (uint8_t)type);
	wbuf_bytes(w, m->transaction, 3);
	if (m->client.p)
		write_bytes(w, DHCPV6_OPTION_CLIENT_ID, m->client.p,
			    m->client.len);
	write_bytes(w, DHCPV6_OPTION_SERVER_ID, server->duid, server->duid_len);
}

void write_status(struct wbuf *w, enum dhcpv6_status status)
{
	const char *text = status_text(status);
	size_t at = begin(w, DHCPV6_OPTION_STATUS);

	wbuf_u16(w, (uint16_t)status);
	wbuf_bytes(w, text, strlen(text));
	end(w, at);
}

size_t write_ia(struct wbuf *w, const struct ia *ia, uint32_t renew_s,
		uint32_t rebind_s)
{
	size_t at = begin(w, ia->kind);

	wbuf_u32(w, ia->iaid);
	if (ia->kind == DHCPV6_OPTION_IA_TA)
		return at;
	wbuf_u32(w, renew_s);
	wbuf_u32(w, rebind_s);
	return at;
}

void write_ia_end(struct wbuf *w, size_t at)
{
	end(w, at);
}

void write_ia_status(struct wbuf *w, const struct ia *ia,
		     enum dhcpv6_status status)
{
	size_t at = write_ia(w, ia, 0, 0);

	write_status(w, status);
	write_ia_end(w, at);
}

void write_prefix(struct wbuf *w, const uint8_t prefix[16], uint8_t len,
		  uint32_t preferred_s, uint32_t valid_s)
{
	size_t at = begin(w, DHCPV6_OPTION_IA_PREFIX);

	wbuf_u32(w, preferred_s);
	wbuf_u32(w, valid_s);
	wbuf_u8(w, len);
	wbuf_bytes(w, prefix, 16);
	end(w, at);
}

void write_lost(struct wbuf *w, const struct option *lease)
{
	uint8_t len;
	const uint8_t *p = option_lease(lease, &len);
	size_t at;

	if (!p)
		return;
	if (lease->code == DHCPV6_OPTION_IA_PREFIX) {
		write_prefix(w, p, len, 0, 0);
		return;
	}
	at = begin(w, DHCPV6_OPTION_IA_ADDRESS);
	wbuf_bytes(w, p, 16);
	wbuf_zero(w, 8);
	end(w, at);
}

static void write_seconds(struct wbuf *w, enum dhcpv6_option_code code,
			  uint32_t seconds)
{
	size_t at = begin(w, code);

	wbuf_u32(w, seconds);
	end(w, at);
}

void write_requested(struct wbuf *w, const struct message *m,
		     const struct dhcpv6_offer *o)
{
	if (o->dns_n && message_asks_for(m, DHCPV6_OPTION_DNS))
		write_bytes(w, DHCPV6_OPTION_DNS, o->dns[0], 16 * o->dns_n);
	if (o->search_len && message_asks_for(m, DHCPV6_OPTION_SEARCH))
		write_bytes(w, DHCPV6_OPTION_SEARCH, o->search, o->search_len);
	if (m->type == DHCPV6_INFO &&
	    message_asks_for(m, DHCPV6_OPTION_REFRESH_TIME))
		write_seconds(w, DHCPV6_OPTION_REFRESH_TIME, o->refresh_s);
	if (message_asks_for(m, DHCPV6_OPTION_SOL_MAX_RT))
		write_seconds(w, DHCPV6_OPTION_SOL_MAX_RT, SOL_MAX_RT_S);
	if (message_asks_for(m, DHCPV6_OPTION_INF_MAX_RT))
		write_seconds(w, DHCPV6_OPTION_INF_MAX_RT, INF_MAX_RT_S);
}
