/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of values in the configuration that are lists: strings, prefixes,
 * and those of a ppp section (authentication methods, name servers, the pool).
 */
#include "lib/config_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define POOL_MAX (1u << 24) /* addresses of one range */

/* Appends an element of size bytes to the array of n that *array points to. */
static int append(void *array, size_t *n, const void *element, size_t size)
{
	void *grown, *old;

	memcpy(&old, array, sizeof(old));
	grown = reallocarray(old, *n + 1, size);
	if (!grown)
		return -ENOMEM;
	memcpy((char *)grown + *n * size, element, size);
	memcpy(array, &grown, sizeof(grown));
	++*n;
	return 0;
}

/* ---- strings ---- */

static int parse_strings(const struct config_key *k, void *obj,
			 const char *text, struct config_why *why)
{
	struct config_strings *l = (void *)((char *)obj + k->offset);
	size_t len = strlen(text);
	char *copy;
	int err;

	if (len < k->min || len > k->max)
		return config_fail(why,
				   "%s: \"%s\" has %zu bytes; one value takes "
				   "%u to %u",
				   k->name, text, len, k->min, k->max);
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	err = append(&l->v, &l->n, &copy, sizeof(copy));
	if (err)
		free(copy);
	return err;
}

static bool equal_strings(const struct config_key *k, const void *a,
			  const void *b)
{
	const struct config_strings *x =
		(const void *)((const char *)a + k->offset);
	const struct config_strings *y =
		(const void *)((const char *)b + k->offset);
	size_t i;

	for (i = 0; i < x->n && i < y->n; i++)
		if (strcmp(x->v[i], y->v[i]))
			return false;
	return x->n == y->n;
}

static void print_strings(const struct config_key *k, const void *obj,
			  FILE *out)
{
	const struct config_strings *l =
		(const void *)((const char *)obj + k->offset);
	size_t i;

	for (i = 0; i < l->n; i++) {
		fputs(i ? ", " : "{ ", out);
		config_print_string(l->v[i], out);
	}
	fputs(" }", out);
}

static void fini_strings(const struct config_key *k, void *obj)
{
	struct config_strings *l = (void *)((char *)obj + k->offset);

	while (l->n)
		free(l->v[--l->n]);
	free(l->v);
	l->v = NULL;
}

const struct config_kind config_kind_strings = {
	"strings",     true,	     parse_strings, equal_strings,
	print_strings, fini_strings, NULL,
};

/* ---- names of sections ---- */

static int parse_names(const struct config_key *k, void *obj, const char *text,
		       struct config_why *why)
{
	const struct config_strings *l =
		(const void *)((const char *)obj + k->offset);

	if (!config_name_ok(text))
		return config_fail(why,
				   "%s: \"%s\": no section can have that name",
				   k->name, text);
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], text) == 0)
			return config_fail(why,
					   "%s lists \"%s\" twice; remove one",
					   k->name, text);
	return parse_strings(k, obj, text, why);
}

const struct config_kind config_kind_names = {
	"names of sections", true,	   parse_names, equal_strings,
	print_strings,	     fini_strings, NULL,
};

/* ---- ppp: the lengths of MPPE's keys ---- */

static const struct {
	const char *name;
	uint8_t bit;
} mppe_bits[] = {
	{ "40", CONFIG_MPPE_40 },
	{ "128", CONFIG_MPPE_128 },
};

static int parse_mppe_bits(const struct config_key *k, void *obj,
			   const char *text, struct config_why *why)
{
	uint8_t *mask = (uint8_t *)obj + k->offset;

	if (strcmp(text, "auto") == 0) {
		*mask = CONFIG_MPPE_40 | CONFIG_MPPE_128;
		return 0;
	}
	for (size_t i = 0; i < sizeof(mppe_bits) / sizeof(mppe_bits[0]); i++) {
		if (strcmp(text, mppe_bits[i].name) == 0) {
			*mask |= mppe_bits[i].bit;
			return 0;
		}
	}
	if (strcmp(text, "56") == 0)
		return config_fail(why,
				   "%s: neither the kernel's ppp_mppe nor pppd "
				   "has 56 "
				   "bits; there are \"40\", \"128\" and "
				   "\"auto\"",
				   k->name);
	return config_fail(why,
			   "%s: \"%s\" is unknown; there are \"40\", \"128\" "
			   "and \"auto\"",
			   k->name, text);
}

/* Not given is the same as all. */
static bool equal_mppe_bits(const struct config_key *k, const void *a,
			    const void *b)
{
	return ((const uint8_t *)a)[k->offset] ==
	       ((const uint8_t *)b)[k->offset];
}

static int copy_mppe_bits(const struct config_key *k, void *dst,
			  const void *src)
{
	((uint8_t *)dst)[k->offset] = ((const uint8_t *)src)[k->offset];
	return 0;
}

static void print_mppe_bits(const struct config_key *k, const void *obj,
			    FILE *out)
{
	uint8_t mask = ((const uint8_t *)obj)[k->offset];
	const char *before = "{ ";

	for (size_t i = 0; i < sizeof(mppe_bits) / sizeof(mppe_bits[0]); i++) {
		if (!(mask & mppe_bits[i].bit))
			continue;
		fprintf(out, "%s\"%s\"", before, mppe_bits[i].name);
		before = ", ";
	}
	fputs(" }", out);
}

const struct config_kind config_kind_mppe_bits = {
	"lengths of MPPE keys", true, parse_mppe_bits, equal_mppe_bits,
	print_mppe_bits,	NULL, copy_mppe_bits,
};

/* ---- prefixes ---- */

static int parse_prefixes(const struct config_key *k, void *obj,
			  const char *text, struct config_why *why)
{
	struct config_prefixes *l = (void *)((char *)obj + k->offset);
	struct addr_prefix p;

	if (addr_prefix_parse(&p, text))
		return config_fail(why,
				   "%s: \"%s\" is no prefix such as "
				   "\"192.0.2.0/24\" or "
				   "\"2001:db8::/32\"; the bits past its "
				   "length are zero",
				   k->name, text);
	return append(&l->v, &l->n, &p, sizeof(p));
}

static bool equal_prefixes(const struct config_key *k, const void *a,
			   const void *b)
{
	const struct config_prefixes *x =
		(const void *)((const char *)a + k->offset);
	const struct config_prefixes *y =
		(const void *)((const char *)b + k->offset);
	size_t i;

	for (i = 0; i < x->n && i < y->n; i++)
		if (x->v[i].len != y->v[i].len ||
		    !addr_equal(&x->v[i].addr, &y->v[i].addr))
			return false;
	return x->n == y->n;
}

static void print_prefixes(const struct config_key *k, const void *obj,
			   FILE *out)
{
	const struct config_prefixes *l =
		(const void *)((const char *)obj + k->offset);
	char buf[ADDR_STRLEN];
	size_t i;

	for (i = 0; i < l->n; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : "{ ",
			addr_prefix_format(&l->v[i], buf));
	fputs(" }", out);
}

static void fini_prefixes(const struct config_key *k, void *obj)
{
	struct config_prefixes *l = (void *)((char *)obj + k->offset);

	free(l->v);
	*l = (struct config_prefixes){ 0 };
}

const struct config_kind config_kind_prefixes = {
	"prefixes",	true,	       parse_prefixes, equal_prefixes,
	print_prefixes, fini_prefixes, NULL,
};

/* ---- ppp: authentication methods ---- */

static const struct {
	const char *name;
	enum config_auth auth;
} auth_names[] = {
	{ "pap", CONFIG_AUTH_PAP },
	{ "chap", CONFIG_AUTH_CHAP },
	{ "mschapv1", CONFIG_AUTH_MSCHAPV1 },
	{ "mschapv2", CONFIG_AUTH_MSCHAPV2 },
};
#define AUTH_NAMES (sizeof(auth_names) / sizeof(auth_names[0]))

static int parse_auth(const struct config_key *k, void *obj, const char *text,
		      struct config_why *why)
{
	struct config_ppp *ppp = obj;
	size_t i;

	for (i = 0; i < AUTH_NAMES && strcmp(text, auth_names[i].name); i++)
		;
	if (i == AUTH_NAMES)
		return config_fail(why,
				   "%s: \"%s\" is unknown; there are \"pap\", "
				   "\"chap\", \"mschapv1\" and \"mschapv2\"",
				   k->name, text);
	if (memchr(ppp->auth, auth_names[i].auth, ppp->auth_n))
		return config_fail(why, "%s lists \"%s\" twice; remove one",
				   k->name, text);
	ppp->auth[ppp->auth_n++] = (uint8_t)auth_names[i].auth;
	return 0;
}

static bool equal_auth(const struct config_key *k, const void *a, const void *b)
{
	const struct config_ppp *x = a, *y = b;

	(void)k;
	return x->auth_n == y->auth_n &&
	       memcmp(x->auth, y->auth, x->auth_n) == 0;
}

static const char *auth_name(uint8_t auth)
{
	for (size_t i = 0; i < AUTH_NAMES; i++)
		if (auth_names[i].auth == auth)
			return auth_names[i].name;
	return "";
}

const char *config_auth_text(const struct config_ppp *p, const char *between,
			     char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < p->auth_n && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
					 i ? between : "",
					 auth_name(p->auth[i]));
	return buf;
}

static void print_auth(const struct config_key *k, const void *obj, FILE *out)
{
	const struct config_ppp *ppp = obj;
	char text[CONFIG_AUTH_TEXT];

	(void)k;
	fprintf(out, "{ \"%s\" }",
		config_auth_text(ppp, "\", \"", text, sizeof(text)));
}

const struct config_kind config_kind_auth = {
	"authentication methods",
	true,
	parse_auth,
	equal_auth,
	print_auth,
	NULL,
	NULL,
};

/* ---- ppp: name servers ---- */

static int parse_dns(const struct config_key *k, void *obj, const char *text,
		     struct config_why *why)
{
	struct config_ppp *ppp = obj;
	struct addr a;

	if (ppp->dns_n >= 2)
		return config_fail(why,
				   "%s has more than two servers; PPP can tell "
				   "two",
				   k->name);
	if (addr_parse(&a, text) || a.family != AF_INET || addr_is_any(&a))
		return config_fail(why, "%s: \"%s\" is no IPv4 address",
				   k->name, text);
	ppp->dns[ppp->dns_n++] = a;
	return 0;
}

static bool equal_dns(const struct config_key *k, const void *a, const void *b)
{
	const struct config_ppp *x = a, *y = b;
	size_t i;

	(void)k;
	for (i = 0; i < x->dns_n && i < y->dns_n; i++)
		if (!addr_equal(&x->dns[i], &y->dns[i]))
			return false;
	return x->dns_n == y->dns_n;
}

static void print_dns(const struct config_key *k, const void *obj, FILE *out)
{
	const struct config_ppp *ppp = obj;
	char buf[ADDR_STRLEN];
	size_t i;

	(void)k;
	for (i = 0; i < ppp->dns_n; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : "{ ",
			addr_format(&ppp->dns[i], buf));
	fputs(" }", out);
}

const struct config_kind config_kind_dns = {
	"name servers", true, parse_dns, equal_dns, print_dns, NULL, NULL,
};

/* ---- ranges of addresses ---- */

static int range_of_prefix(const char *text, struct config_pool_range *r)
{
	struct addr_prefix p;

	if (addr_prefix_parse(&p, text) || p.addr.family != AF_INET ||
	    p.len < 8)
		return -EINVAL;
	r->first = addr_v4(&p.addr);
	r->last = r->first | (p.len == 32 ? 0 : UINT32_MAX >> p.len);
	if (p.len < 31) { /* network and broadcast are nobody's */
		r->first++;
		r->last--;
	}
	return 0;
}

static int range_of_two(const char *text, const char *dash,
			struct config_pool_range *r)
{
	char first[ADDR_STRLEN] = "";
	struct addr a, b;

	if ((size_t)(dash - text) >= sizeof(first))
		return -EINVAL;
	memcpy(first, text, (size_t)(dash - text));
	if (addr_parse(&a, first) || addr_parse(&b, dash + 1) ||
	    a.family != AF_INET || b.family != AF_INET ||
	    addr_v4(&a) > addr_v4(&b))
		return -EINVAL;
	r->first = addr_v4(&a);
	r->last = addr_v4(&b);
	return r->last - r->first < POOL_MAX ? 0 : -EINVAL;
}

static int parse_ranges(const struct config_key *k, void *obj, const char *text,
			struct config_why *why)
{
	struct config_ranges *l = (void *)((char *)obj + k->offset);
	const char *dash = strchr(text, '-');
	struct config_pool_range r;
	struct addr single;
	size_t i;
	int err = 0;

	if (dash)
		err = range_of_two(text, dash, &r);
	else if (addr_parse(&single, text) == 0 && single.family == AF_INET)
		r.first = r.last = addr_v4(&single);
	else
		err = range_of_prefix(text, &r);
	if (err || r.first == 0)
		return config_fail(why,
				   "%s: \"%s\" is neither an IPv4 prefix such "
				   "as "
				   "\"10.64.0.0/18\" (/8 at the widest, its "
				   "other bits "
				   "zero) nor a range such as "
				   "\"10.64.0.10-10.64.0.99\"",
				   k->name, text);
	for (i = 0; i < l->n; i++)
		if (r.first <= l->v[i].last && l->v[i].first <= r.last)
			return config_fail(why,
					   "%s: \"%s\" overlaps another range "
					   "of this list; join them",
					   k->name, text);
	return append(&l->v, &l->n, &r, sizeof(r));
}

static bool equal_ranges(const struct config_key *k, const void *a,
			 const void *b)
{
	const struct config_ranges *x =
		(const void *)((const char *)a + k->offset);
	const struct config_ranges *y =
		(const void *)((const char *)b + k->offset);
	size_t i;

	for (i = 0; i < x->n && i < y->n; i++)
		if (x->v[i].first != y->v[i].first ||
		    x->v[i].last != y->v[i].last)
			return false;
	return x->n == y->n;
}

static void print_ranges(const struct config_key *k, const void *obj, FILE *out)
{
	const struct config_ranges *l =
		(const void *)((const char *)obj + k->offset);
	char first[ADDR_STRLEN], last[ADDR_STRLEN];
	struct addr a;
	size_t i;

	for (i = 0; i < l->n; i++) {
		a = addr_from_v4(l->v[i].first);
		addr_format(&a, first);
		a = addr_from_v4(l->v[i].last);
		fprintf(out, "%s\"%s-%s\"", i ? ", " : "{ ", first,
			addr_format(&a, last));
	}
	fputs(" }", out);
}

static void fini_ranges(const struct config_key *k, void *obj)
{
	struct config_ranges *l = (void *)((char *)obj + k->offset);

	free(l->v);
	*l = (struct config_ranges){ 0 };
}

const struct config_kind config_kind_ranges = {
	"ranges of addresses", true,	    parse_ranges, equal_ranges,
	print_ranges,	       fini_ranges, NULL,
};

int config_pool_exclude(struct config_ppp *ppp)
{
	uint32_t own = addr_is_set(&ppp->local_address) ?
			       addr_v4(&ppp->local_address) :
			       0;
	struct config_pool_range *grown;
	size_t i;

	for (i = 0; i < ppp->pool.n; i++)
		if (ppp->pool.v[i].first <= own && own <= ppp->pool.v[i].last)
			break;
	if (i == ppp->pool.n)
		return 0;
	if (ppp->pool.v[i].first == own && ppp->pool.v[i].last == own) {
		memmove(&ppp->pool.v[i], &ppp->pool.v[i + 1],
			(--ppp->pool.n - i) * sizeof(ppp->pool.v[0]));
	} else if (ppp->pool.v[i].first == own) {
		ppp->pool.v[i].first++;
	} else if (ppp->pool.v[i].last == own) {
		ppp->pool.v[i].last--;
	} else {
		grown = reallocarray(ppp->pool.v, ppp->pool.n + 1,
				     sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		ppp->pool.v = grown;
		memmove(&grown[i + 2], &grown[i + 1],
			(ppp->pool.n - i - 1) * sizeof(*grown));
		grown[i + 1] =
			(struct config_pool_range){ own + 1, grown[i].last };
		grown[i].last = own - 1;
		ppp->pool.n++;
	}
	return 0;
}
