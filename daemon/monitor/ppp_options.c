/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pppd's options from a ppp section; see ppp_options.h. */
#include "monitor/ppp_options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct args {
	char **v;
	size_t n, space;
	bool failed;
};

static void __attribute__((format(printf, 2, 3))) add(struct args *a, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (a->n + 1 >= a->space) {
		size_t space = a->space ? a->space * 2 : 64;
		char **v = realloc(a->v, space * sizeof(*v));

		if (!v) {
			a->failed = true;
			return;
		}
		a->v = v;
		a->space = space;
	}
	va_start(ap, fmt);
	n = vasprintf(&a->v[a->n], fmt, ap);
	va_end(ap);
	if (n < 0) {
		a->failed = true;
		a->v[a->n] = NULL;
		return;
	}
	a->v[++a->n] = NULL;
}

static void add_value(struct args *a, const char *name, uint32_t value)
{
	add(a, "%s", name);
	add(a, "%u", value);
}

static unsigned int auth_mask(const struct config_ppp *p)
{
	unsigned int mask = 0;

	for (size_t i = 0; i < p->auth_n; i++)
		mask |= p->auth[i];
	return mask;
}

static const struct { enum config_auth kind; const char *require, *refuse; } auths[] = {
	{ CONFIG_AUTH_PAP, "require-pap", "refuse-pap" },
	{ CONFIG_AUTH_CHAP, "require-chap", "refuse-chap" },
	{ CONFIG_AUTH_MSCHAPV1, "require-mschap", "refuse-mschap" },
	{ CONFIG_AUTH_MSCHAPV2, "require-mschap-v2", "refuse-mschap-v2" },
};
#define AUTHS (sizeof(auths) / sizeof(auths[0]))

/*
 * The peer proves who it is by one of the profile's methods, and we prove
 * nothing. Of several, pppd asks for CHAP-MD5 first, then MS-CHAPv2,
 * MS-CHAPv1, PAP, whatever their order; the peer may choose among them.
 */
static void lns_auth(struct args *a, const struct config_ppp *p)
{
	unsigned int mask = auth_mask(p);

	add(a, mask ? "auth" : "noauth");
	for (size_t i = 0; i < AUTHS; i++) {
		if (mask & auths[i].kind)
			add(a, "%s", auths[i].require);
		add(a, "%s", auths[i].refuse);
	}
	add(a, "refuse-eap");
}

/* The caller asks nothing of the peer; the methods are those that it agrees to. */
static void caller_auth(struct args *a, const struct config_ppp *p)
{
	unsigned int mask = auth_mask(p);

	add(a, "noauth");
	if (!mask)
		return;
	for (size_t i = 0; i < AUTHS; i++)
		if (!(mask & auths[i].kind))
			add(a, "%s", auths[i].refuse);
	add(a, "refuse-eap");
}

static void lns_options(struct args *a, const struct config *c, const struct config_ppp *p)
{
	char text[ADDR_STRLEN];

	lns_auth(a, p);
	if (c->hostname && c->hostname[0]) {
		add(a, "name");
		add(a, "%s", c->hostname);
	}
	if (addr_is_set(&p->local_address))
		add(a, "%s:", addr_format(&p->local_address, text));
	for (size_t i = 0; i < p->dns_n; i++) {
		add(a, "ms-dns");
		add(a, "%s", addr_format(&p->dns[i], text));
	}
}

static void caller_options(struct args *a, const struct config_ppp *p)
{
	caller_auth(a, p);
	add(a, "noipdefault");
	if (p->default_route)
		add(a, "defaultroute");
	if (p->use_peer_dns)
		add(a, "usepeerdns");
}

/* CCP is off unless the profile's own options say something about it. */
static bool wants_ccp(const struct config_strings *options)
{
	static const char *const of_ccp[] = {
		"mppe", "require-mppe", "deflate", "bsdcomp", "predictor1",
	};

	for (size_t i = 0; i < options->n; i++)
		for (size_t k = 0; k < sizeof(of_ccp) / sizeof(of_ccp[0]); k++)
			if (strncmp(options->v[i], of_ccp[k], strlen(of_ccp[k])) == 0)
				return true;
	return false;
}

char **ppp_options_new(const struct config *c, const struct config_ppp *p, bool lns,
		       const char *plugin, int fd)
{
	struct args a = { 0 };

	add(&a, "pppd");
	add(&a, "plugin");
	add(&a, "%s", plugin);
	/* Where /etc/ppp/options, which pppd always reads, may say otherwise. */
	add(&a, "nodetach");
	add(&a, "nopersist");
	add(&a, "nomultilink");
	add(&a, "novj");	/* does not survive lost or reordered packets */
	if (wants_ccp(&p->options)) {
		add(&a, "nodeflate");
		add(&a, "nobsdcomp");
	} else {
		add(&a, "noccp");
	}
	add_value(&a, "mtu", p->mtu);
	add_value(&a, "mru", p->mru);
	add_value(&a, "lcp-echo-interval", p->lcp_echo_interval);
	if (p->lcp_echo_interval)
		add_value(&a, "lcp-echo-failure", p->lcp_echo_failure);
	add(&a, p->ipv6 ? "+ipv6" : "noipv6");
	if (lns)
		lns_options(&a, c, p);
	else
		caller_options(&a, p);
	for (size_t i = 0; i < p->options.n; i++)
		add(&a, "%s", p->options.v[i]);
	add_value(&a, "l2tpd-template", (uint32_t)fd);
	if (a.failed) {
		ppp_options_free(a.v);
		return NULL;
	}
	return a.v;
}

void ppp_options_free(char **argv)
{
	for (char **v = argv; v && *v; v++)
		free(*v);
	free(argv);
}
