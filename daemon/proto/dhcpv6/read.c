/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clients' messages are read, down to the last option of an identity
 * association, before anything in them counts; see message.h.
 */
#include <errno.h>
#include <stdint.h>

#include "proto/dhcpv6/message.h"

#define STATUS(id) DHCPV6_STATUS_##id

static const struct rule rules[DHCPV6_TYPES] = {
#define X(id, number, name_, client_, server_, way_, action_, unknown_, \
	  section)                                                      \
	[DHCPV6_##id] = {                                               \
		.name = name_,                                          \
		.client = client_,                                      \
		.server = server_,                                      \
		.way = way_,                                            \
		.action = action_,                                      \
		.unknown = STATUS(unknown_),                            \
	},
	DHCPV6_MESSAGE_TABLE(X)
#undef X
};

/* The lengths that an option's value may have. */
static const struct {
	uint16_t code, min, max;
} lengths[] = {
#define X(id, number, name, min, max, section) { number, min, max },
	DHCPV6_OPTION_TABLE(X)
#undef X
};

const char *dhcpv6_type_name(uint8_t type)
{
	return type < DHCPV6_TYPES ? rules[type].name : NULL;
}

static bool has_good_length(const struct option *o)
{
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		if (lengths[i].code == o->code)
			return o->len >= lengths[i].min &&
			       o->len <= lengths[i].max;
	return true;
}

/* Section 21.1 */
bool option_next(struct rbuf *r, struct option *o)
{
	if (!rbuf_left(r))
		return false;
	o->code = rbuf_u16(r);
	o->len = rbuf_u16(r);
	o->p = rbuf_take(r, o->len);
	if (!r->failed && !has_good_length(o))
		r->failed = true;
	return !r->failed;
}

/* Sections 21.6 and 21.22: after two lifetimes the prefix's length. */
const uint8_t *option_lease(const struct option *o, uint8_t *len)
{
	if (o->code == DHCPV6_OPTION_IA_ADDRESS) {
		*len = 128;
		return o->p;
	}
	if (o->code != DHCPV6_OPTION_IA_PREFIX)
		return NULL;
	*len = o->p[8];
	return o->p + 9;
}

static bool options_are_sound(struct rbuf options)
{
	struct option o;

	while (option_next(&options, &o))
		continue;
	return !options.failed;
}

/* What is in a lease's own options is read by nobody here. */
static bool leases_are_sound(const struct ia *ia)
{
	struct rbuf r = ia->options;
	struct option o;
	uint8_t len;

	while (option_next(&r, &o)) {
		size_t fixed = o.code == DHCPV6_OPTION_IA_ADDRESS ? 24 : 25;

		if (!option_lease(&o, &len))
			continue;
		if (len > 128 ||
		    !options_are_sound(rbuf_init(o.p + fixed, o.len - fixed)))
			return false;
	}
	return !r.failed;
}

/* Sections 21.4, 21.5 and 21.21: an IA_TA has no times. */
static bool read_ia(struct message *m, const struct option *o)
{
	struct rbuf r = rbuf_init(o->p, o->len);
	struct ia *ia;

	if (m->ia_n == IA_MAX)
		return false;
	ia = &m->ia[m->ia_n++];
	ia->kind = (enum dhcpv6_option_code)o->code;
	ia->iaid = rbuf_u32(&r);
	if (o->code != DHCPV6_OPTION_IA_TA)
		rbuf_take(&r, 8);
	ia->options = r;
	return leases_are_sound(ia);
}

/* An option that may be there once. */
static bool note(struct view *v, const struct option *o)
{
	bool is_first = !v->p;

	*v = (struct view){ o->p, o->len };
	return is_first;
}

static bool take_option(struct message *m, const struct option *o)
{
	switch (o->code) {
	case DHCPV6_OPTION_CLIENT_ID:
		return note(&m->client, o);
	case DHCPV6_OPTION_SERVER_ID:
		return note(&m->server, o);
	case DHCPV6_OPTION_REQUESTED:
		return o->len % 2 == 0 && note(&m->requested, o);
	case DHCPV6_OPTION_RAPID_COMMIT:
		m->rapid_commit = true;
		return true;
	case DHCPV6_OPTION_IA_NA:
	case DHCPV6_OPTION_IA_TA:
	case DHCPV6_OPTION_IA_PD:
		return read_ia(m, o);
	default:
		return true;
	}
}

static bool has_as_ruled(enum presence rule, const struct view *v)
{
	return rule == MAY || (rule == MUST) == (v->p != NULL);
}

int message_read(struct message *m, const uint8_t *data, size_t len)
{
	struct rbuf r = rbuf_init(data, len);
	uint8_t type = rbuf_u8(&r);
	struct option o;

	*m = (struct message){ .type = (enum dhcpv6_type)type };
	m->transaction = rbuf_take(&r, 3);
	if (r.failed)
		return -EBADMSG;
	if (!dhcpv6_type_name(type) || rules[type].action == NONE)
		return -ENOMSG;
	m->rule = &rules[type];
	while (option_next(&r, &o))
		if (!take_option(m, &o))
			return -EBADMSG;
	if (r.failed || !has_as_ruled(m->rule->client, &m->client) ||
	    !has_as_ruled(m->rule->server, &m->server))
		return -EBADMSG;
	/* Section 16.12: information is for those who want nothing else. */
	return m->type == DHCPV6_INFO && m->ia_n ? -EBADMSG : 0;
}

bool message_asks_for(const struct message *m, enum dhcpv6_option_code code)
{
	struct rbuf r = rbuf_init(m->requested.p, m->requested.len);

	while (rbuf_left(&r))
		if (rbuf_u16(&r) == code)
			return true;
	return false;
}
