/* SPDX-License-Identifier: GPL-2.0-or-later */
/* charon's list-sa events into the structs of ipc/ipsec.h. */
#include "aaa/ipsec_read.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* ---- values ---- */

enum kind { TEXT, LOWER, U8, U32, U64, HEX32, HEX64, YES, ADDRESS, PORT };

/* What a key of a section means: where its value goes. */
struct key {
	const char *name;
	enum kind kind;
	size_t at, size;
};

#define KEY(name, kind, type, member)                      \
	{                                                  \
		name, kind, offsetof(struct type, member), \
			sizeof(((struct type *)0)->member) \
	}

static const struct key ike_keys[] = {
	KEY("uniqueid", U32, ipsec_ike, id),
	KEY("version", U8, ipsec_ike, version),
	KEY("state", LOWER, ipsec_ike, state),
	KEY("local-host", ADDRESS, ipsec_ike, local),
	KEY("local-port", PORT, ipsec_ike, local),
	KEY("local-id", TEXT, ipsec_ike, local_id),
	KEY("remote-host", ADDRESS, ipsec_ike, remote),
	KEY("remote-port", PORT, ipsec_ike, remote),
	KEY("remote-id", TEXT, ipsec_ike, remote_id),
	KEY("initiator", YES, ipsec_ike, initiator),
	KEY("initiator-spi", HEX64, ipsec_ike, initiator_spi),
	KEY("responder-spi", HEX64, ipsec_ike, responder_spi),
	KEY("nat-local", YES, ipsec_ike, nat_local),
	KEY("nat-remote", YES, ipsec_ike, nat_remote),
	KEY("established", U32, ipsec_ike, established_s),
	KEY("rekey-time", U32, ipsec_ike, rekey_s),
	KEY("reauth-time", U32, ipsec_ike, reauth_s),
	{ 0 }
};

static const struct key child_keys[] = {
	KEY("name", TEXT, ipsec_child, name),
	KEY("uniqueid", U32, ipsec_child, id),
	KEY("reqid", U32, ipsec_child, reqid),
	KEY("state", LOWER, ipsec_child, state),
	KEY("mode", LOWER, ipsec_child, mode),
	KEY("protocol", TEXT, ipsec_child, protocol),
	KEY("encap", YES, ipsec_child, udp),
	KEY("spi-in", HEX32, ipsec_child, in.spi),
	KEY("spi-out", HEX32, ipsec_child, out.spi),
	KEY("bytes-in", U64, ipsec_child, in.bytes),
	KEY("packets-in", U64, ipsec_child, in.packets),
	KEY("use-in", U32, ipsec_child, in.used_s),
	KEY("bytes-out", U64, ipsec_child, out.bytes),
	KEY("packets-out", U64, ipsec_child, out.packets),
	KEY("use-out", U32, ipsec_child, out.used_s),
	KEY("rekey-time", U32, ipsec_child, rekey_s),
	KEY("life-time", U32, ipsec_child, life_s),
	KEY("install-time", U32, ipsec_child, installed_s),
	{ 0 }
};

static void put_number(void *to, size_t size, struct vici_text value,
		       unsigned int base)
{
	uint64_t n;

	if (!vici_number(value, base, &n))
		return;
	if (size == sizeof(uint64_t))
		memcpy(to, &n, size);
	else if (size == sizeof(uint32_t) && n <= UINT32_MAX)
		memcpy(to, &(uint32_t){ (uint32_t)n }, size);
	else if (size == sizeof(uint8_t) && n <= UINT8_MAX)
		memcpy(to, &(uint8_t){ (uint8_t)n }, size);
}

static void put_address(struct addr *to, struct vici_text value)
{
	uint16_t port = to->port;
	char text[ADDR_STRLEN];

	if (value.len < sizeof(text) &&
	    addr_parse(to, vici_string(value, text, sizeof(text))) == 0)
		to->port = port;
}

static void put_lower(char *to, size_t size, struct vici_text value)
{
	vici_string(value, to, size);
	for (; *to; to++)
		*to = (char)tolower((unsigned char)*to);
}

static void put(void *to, const struct key *k, struct vici_text value)
{
	uint64_t port;

	switch (k->kind) {
	case TEXT:
		vici_string(value, to, k->size);
		break;
	case LOWER:
		put_lower(to, k->size, value);
		break;
	case U8:
	case U32:
	case U64:
		put_number(to, k->size, value, 10);
		break;
	case HEX32:
	case HEX64:
		put_number(to, k->size, value, 16);
		break;
	case YES:
		*(bool *)to = vici_is(value, "yes");
		break;
	case ADDRESS:
		put_address(to, value);
		break;
	case PORT:
		if (vici_number(value, 10, &port) && port <= UINT16_MAX)
			((struct addr *)to)->port = (uint16_t)port;
		break;
	}
}

static void put_key(void *to, const struct key *keys,
		    const struct vici_item *item)
{
	for (const struct key *k = keys; k->name; k++)
		if (vici_is(item->name, k->name))
			put((char *)to + k->at, k, item->value);
}

/* ---- proposals ---- */

/* The parts of a proposal; each is a key of its own. */
struct proposal {
	char encr[32], encr_size[8], integ[32], integ_size[8], prf[32], dh[32];
};

static const struct key proposal_keys[] = {
	KEY("encr-alg", TEXT, proposal, encr),
	KEY("encr-keysize", TEXT, proposal, encr_size),
	KEY("integ-alg", TEXT, proposal, integ),
	KEY("integ-keysize", TEXT, proposal, integ_size),
	KEY("prf-alg", TEXT, proposal, prf),
	KEY("dh-group", TEXT, proposal, dh),
	{ 0 }
};

static void append(struct wbuf *w, const char *alg, const char *size)
{
	if (alg[0])
		wbuf_printf(w, "%s%s%s%s", w->len ? "/" : "", alg,
			    size[0] ? "-" : "", size);
}

static void format_proposal(const struct proposal *p, char *buf, size_t size)
{
	struct wbuf w = wbuf_init(buf, size);

	buf[0] = '\0';
	append(&w, p->encr, p->encr_size);
	append(&w, p->integ, p->integ_size);
	append(&w, p->prf, "");
	append(&w, p->dh, "");
}

/* ---- traffic selectors ---- */

/* Takes what is before the first of these characters. */
static char *cut(char **rest, const char *at)
{
	char *start = *rest;

	*rest = strpbrk(start, at);
	if (*rest)
		*(*rest)++ = '\0';
	return start;
}

static bool number(const char *text, uint64_t max, uint64_t *out)
{
	struct vici_text t = { (const uint8_t *)text, strlen(text) };
	uint64_t n;

	if (!vici_number(t, 10, &n) || n > max)
		return false;
	*out = n;
	return true;
}

/*
 * charon writes the names of /etc/protocols and /etc/services,
 * where they are there.
 */
static bool read_protocol(const char *text, uint8_t *out)
{
	uint64_t n;

	if (number(text, UINT8_MAX, &n))
		*out = (uint8_t)n;
	else if (strcmp(text, "udp") == 0)
		*out = 17;
	else if (strcmp(text, "l2tp") == 0)
		*out = 115;
	else
		return false;
	return true;
}

static bool read_port(const char *text, uint16_t *out)
{
	const struct servent *s;
	uint64_t n;

	if (number(text, UINT16_MAX, &n)) {
		*out = (uint16_t)n;
	} else if (strcmp(text, "l2f") == 0 || strcmp(text, "l2tp") == 0) {
		*out = 1701;
	} else {
		s = getservbyname(text, "udp");
		if (!s)
			return false;
		*out = ntohs((uint16_t)s->s_port);
	}
	return true;
}

static bool read_ports(char *text, struct ipsec_selector *s)
{
	char *rest = text;
	const char *first = cut(&rest, "-");

	if (!read_port(first, &s->first_port))
		return false;
	s->last_port = s->first_port;
	return !rest || read_port(rest, &s->last_port);
}

/*
 * All bits after the first len are those of last: the range that a prefix is.
 */
static bool read_prefix(struct ipsec_selector *s, const char *len)
{
	unsigned int bits = s->first.family == AF_INET ? 32 : 128;
	uint64_t n;

	if (!number(len, bits, &n))
		return false;
	for (unsigned int i = (unsigned int)n; i < bits; i++) {
		s->first.ip[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
		s->last.ip[i / 8] |= (uint8_t)(0x80u >> i % 8);
	}
	return true;
}

static bool read_addresses(char *text, struct ipsec_selector *s)
{
	char *range = strstr(text, ".."), *rest = text;

	if (range) {
		*range = '\0';
		return addr_parse(&s->first, text) == 0 &&
		       addr_parse(&s->last, range + 2) == 0;
	}
	if (addr_parse(&s->first, cut(&rest, "/")))
		return false;
	s->last = s->first;
	return !rest || read_prefix(s, rest);
}

bool ipsec_read_selector(struct vici_text value, struct ipsec_selector *out)
{
	struct ipsec_selector s = { .last_port = UINT16_MAX };
	char text[128], *rest = text, *addresses, *protocol;

	if (value.len >= sizeof(text))
		return false;
	vici_string(value, text, sizeof(text));
	addresses = cut(&rest, "[");
	if (rest) {
		if (!rest[0] || rest[strlen(rest) - 1] != ']')
			return false;
		rest[strlen(rest) - 1] = '\0';
		protocol = cut(&rest, "/");
		if (!read_protocol(protocol, &s.protocol) ||
		    (rest && !read_ports(rest, &s)))
			return false;
	}
	if (!read_addresses(addresses, &s))
		return false;
	*out = s;
	return true;
}

/* One that is not understood covers nothing that we would ask for. */
static void add_selector(struct ipsec_selectors *l, char *text, size_t size,
			 struct vici_text value)
{
	size_t len = strlen(text);

	if (len + 2 < size) {
		if (len)
			text[len++] = ' ';
		vici_string(value, text + len, size - len);
	}
	if (l->n < IPSEC_SELECTORS_MAX &&
	    ipsec_read_selector(value, &l->v[l->n]))
		l->n++;
}

/* ---- SAs ---- */

static enum ipsec_life life_of(const char *state)
{
	static const struct {
		const char *state;
		enum ipsec_life life;
	} table[] = {
		{ "created", IPSEC_LARVAL },	{ "routed", IPSEC_LARVAL },
		{ "installing", IPSEC_LARVAL }, { "retrying", IPSEC_LARVAL },
		{ "installed", IPSEC_MATURE },	{ "updating", IPSEC_MATURE },
		{ "rekeying", IPSEC_DYING },	{ "rekeyed", IPSEC_DYING },
		{ "deleting", IPSEC_DEAD },	{ "deleted", IPSEC_DEAD },
		{ "destroying", IPSEC_DEAD },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].state, state) == 0)
			return table[i].life;
	return IPSEC_LARVAL;
}

static void read_child(struct vici_cursor *c, struct ipsec_child_read *out)
{
	struct ipsec_child *child = &out->child;
	struct ipsec_selectors *list = NULL;
	struct proposal p = { 0 };
	struct vici_item item;
	char *text = NULL;
	unsigned int depth = c->depth;

	*out = (struct ipsec_child_read){ .child = {
						  .in.used_s = IPSEC_NEVER,
						  .out.used_s = IPSEC_NEVER,
						  .installed_s = IPSEC_NEVER,
						  .rekey_s = IPSEC_NEVER,
						  .life_s = IPSEC_NEVER,
					  }, };
	while (vici_next(c, &item) && c->depth >= depth) {
		if (item.type == VICI_SECTION_START) {
			vici_skip(c, &item);
		} else if (item.type == VICI_KEY_VALUE) {
			put_key(child, child_keys, &item);
			put_key(&p, proposal_keys, &item);
		} else if (item.type == VICI_LIST_START) {
			list = vici_is(item.name, "local-ts")  ? &out->local :
			       vici_is(item.name, "remote-ts") ? &out->remote :
								 NULL;
			text = list == &out->local ? child->local_ts :
						     child->remote_ts;
		} else if (item.type == VICI_LIST_ITEM && list) {
			add_selector(list, text, sizeof(child->local_ts),
				     item.value);
		}
	}
	child->life = life_of(child->state);
	format_proposal(&p, child->proposal, sizeof(child->proposal));
}

/*
 * Behind the start of an IKE SA's section: its own keys; its children's are for
 * another walk.
 */
static void read_ike(struct vici_cursor c, struct vici_text name,
		     struct ipsec_ike *ike)
{
	unsigned int depth = c.depth;
	struct proposal p = { 0 };
	struct vici_item item;

	*ike = (struct ipsec_ike){
		.established_s = IPSEC_NEVER,
		.rekey_s = IPSEC_NEVER,
		.reauth_s = IPSEC_NEVER,
	};
	vici_string(name, ike->name, sizeof(ike->name));
	while (vici_next(&c, &item) && c.depth >= depth) {
		if (item.type == VICI_SECTION_START)
			vici_skip(&c, &item);
		if (item.type != VICI_KEY_VALUE)
			continue;
		put_key(ike, ike_keys, &item);
		put_key(&p, proposal_keys, &item);
	}
	format_proposal(&p, ike->proposal, sizeof(ike->proposal));
}

static bool ike_is_over(const struct ipsec_ike *ike)
{
	return strcmp(ike->state, "deleting") == 0 ||
	       strcmp(ike->state, "destroying") == 0;
}

static size_t read_children(struct vici_cursor *c, const struct ipsec_ike *ike,
			    ipsec_each_child *each, void *arg)
{
	unsigned int depth = c->depth;
	struct ipsec_child_read child;
	struct vici_item item;
	size_t n = 0;

	while (vici_next(c, &item) && c->depth >= depth) {
		if (item.type != VICI_SECTION_START)
			continue;
		read_child(c, &child);
		if (ike_is_over(ike))
			child.child.life = IPSEC_DEAD;
		each(arg, ike, &child);
		n++;
	}
	return n;
}

void ipsec_read_list_sa(struct rbuf message, ipsec_each_child *each, void *arg)
{
	struct vici_cursor c = vici_cursor(message);
	struct ipsec_ike ike;
	struct vici_item item;

	while (vici_next(&c, &item)) {
		size_t children = 0;

		if (item.type != VICI_SECTION_START)
			continue;
		read_ike(c, item.name, &ike);
		while (vici_next(&c, &item) && c.depth >= 1) {
			if (item.type == VICI_SECTION_START &&
			    vici_is(item.name, "child-sas"))
				children += read_children(&c, &ike, each, arg);
			else if (item.type == VICI_SECTION_START)
				vici_skip(&c, &item);
		}
		if (!children)
			each(arg, &ike, NULL);
	}
}

/* ---- what they do for a flow ---- */

static bool selects(const struct ipsec_selectors *l, const struct addr *a,
		    uint8_t protocol, uint16_t port)
{
	size_t len = a->family == AF_INET ? 4 : 16;

	for (size_t i = 0; i < l->n; i++) {
		const struct ipsec_selector *s = &l->v[i];

		if (s->first.family == a->family &&
		    s->last.family == a->family &&
		    memcmp(a->ip, s->first.ip, len) >= 0 &&
		    memcmp(a->ip, s->last.ip, len) <= 0 &&
		    (!s->protocol || s->protocol == protocol) &&
		    port >= s->first_port && port <= s->last_port)
			return true;
	}
	return false;
}

static bool covers(const struct ipsec_child_read *c, const struct ipsec_flow *f)
{
	bool ip = f->encap == CONFIG_ENCAP_IP;
	uint8_t protocol = ip ? 115 : 17;

	return selects(&c->local, &f->local, protocol,
		       ip ? 0 : f->local.port) &&
	       selects(&c->remote, &f->peer, protocol, ip ? 0 : f->peer.port);
}

static bool protects(const struct ipsec_child *c)
{
	return (c->life == IPSEC_MATURE || c->life == IPSEC_DYING) &&
	       strcmp(c->protocol, "ESP") == 0 &&
	       strcmp(c->mode, "transport") == 0;
}

static void format_flow(const struct ipsec_flow *f, char *buf, size_t size)
{
	if (f->encap == CONFIG_ENCAP_IP)
		snprintf(buf, size, "protocol 115");
	else
		snprintf(buf, size,
			 "UDP between port %u here and port %u there",
			 f->local.port, f->peer.port);
}

void ipsec_report_begin(struct ipsec_report *r, const struct ipsec_flow *f)
{
	char text[ADDR_STRLEN];

	*r = (struct ipsec_report){ .cover = IPSEC_NO_IKE };
	snprintf(r->why, sizeof(r->why), "charon has no IKE SA with %s",
		 addr_format(&f->peer, text));
}

/*
 * Of two that protect, or do not, the one with more life before
 * it; then the newer.
 */
static bool is_better(const struct ipsec_child *a, const struct ipsec_report *r)
{
	enum ipsec_cover cover = protects(a) ? IPSEC_PROTECTED :
					       IPSEC_NOT_READY;

	if (cover != r->cover)
		return cover > r->cover;
	if (a->life != r->child.life)
		return a->life == IPSEC_MATURE || r->child.life == IPSEC_DEAD;
	return a->installed_s < r->child.installed_s;
}

static void add_child(struct ipsec_report *r, const struct ipsec_ike *ike,
		      const struct ipsec_child *c)
{
	if (!is_better(c, r))
		return;
	r->cover = protects(c) ? IPSEC_PROTECTED : IPSEC_NOT_READY;
	r->ike = *ike;
	r->child = *c;
	r->why[0] = '\0';
	if (r->cover == IPSEC_PROTECTED)
		return;
	if (c->life == IPSEC_LARVAL || c->life == IPSEC_DEAD)
		snprintf(r->why, sizeof(r->why),
			 "charon's child SA \"%.60s\" is %s, not installed",
			 c->name, c->state);
	else
		snprintf(r->why, sizeof(r->why),
			 "charon's child SA \"%.60s\" is %s in %s mode; it has "
			 "to be ESP in transport mode",
			 c->name, c->protocol, c->mode);
}

void ipsec_report_add(struct ipsec_report *r, const struct ipsec_flow *f,
		      const struct ipsec_ike *ike,
		      const struct ipsec_child_read *child)
{
	char text[96];

	if (child && covers(child, f)) {
		add_child(r, ike, &child->child);
		return;
	}
	if (r->cover > IPSEC_NO_CHILD || ike_is_over(ike) ||
	    !addr_equal_ip(&ike->local, &f->local) ||
	    !addr_equal_ip(&ike->remote, &f->peer))
		return;
	r->cover = IPSEC_NO_CHILD;
	r->ike = *ike;
	format_flow(f, text, sizeof(text));
	snprintf(r->why, sizeof(r->why),
		 "charon's IKE SA \"%.60s\" has no child SA for %s", ike->name,
		 text);
}
