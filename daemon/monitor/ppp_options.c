/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pppd's options from a ppp section; see ppp_options.h. */
#include "monitor/ppp_options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Of a profile without sizes: each call has those that fit its way, but for one
 * whose way is not known. It is what L2TP leaves of an Ethernet's 1500.
 */
#define SIZE_UNKNOWN 1460

struct args {
	char **v;
	size_t n, space;
	bool failed;
};

static void __attribute__((format(printf, 2, 3)))
add(struct args *a, const char *fmt, ...)
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

static const struct {
	enum config_auth kind;
	const char *require, *refuse;
} auths[] = {
	{ CONFIG_AUTH_PAP, "require-pap", "refuse-pap" },
	{ CONFIG_AUTH_CHAP, "require-chap", "refuse-chap" },
	{ CONFIG_AUTH_MSCHAPV1, "require-mschap", "refuse-mschap" },
	{ CONFIG_AUTH_MSCHAPV2, "require-mschap-v2", "refuse-mschap-v2" },
};
#define AUTHS (sizeof(auths) / sizeof(auths[0]))

/*
 * The order of the methods. pppd has no option for it, so the plugin gets it.
 */
static void auth_order(struct args *a, const struct config_ppp *p)
{
	char list[CONFIG_AUTH_TEXT];

	if (p->auth_n) {
		config_auth_text(p, ",", list, sizeof(list));
		add(a, "l2tpd-auth");
		add(a, "%s", list);
	}
}

/*
 * The peer proves who it is by one of the profile's methods, and we prove
 * nothing.
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
	auth_order(a, p);
}

/*
 * The caller asks nothing of the peer; the methods are those that it agrees to.
 */
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

static void lns_options(struct args *a, const struct config *c,
			const struct config_ppp *p)
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
	if (p->use_peer_dns)
		add(a, "usepeerdns");
}

/* Whether the profile's own options have this one. */
static bool has_own(const struct config_ppp *p, const char *option)
{
	for (size_t i = 0; i < p->options.n; i++)
		if (strcmp(p->options.v[i], option) == 0)
			return true;
	return false;
}

/* Whether they have one that begins like this. */
static bool has_own_like(const struct config_ppp *p, const char *beginning)
{
	for (size_t i = 0; i < p->options.n; i++)
		if (strncmp(p->options.v[i], beginning, strlen(beginning)) == 0)
			return true;
	return false;
}

/*
 * pppd always reads /etc/ppp/options, and other calls of the host may need what
 * it says. What a key of ours leaves off stays off; an option that disables
 * another for good gives way to the profile's own.
 */
static void override_files(struct args *a, const struct config_ppp *p, bool lns)
{
	add(a, "l2tpd-profile");
	if ((lns || !p->use_peer_dns) && !has_own(p, "usepeerdns"))
		add(a, "l2tpd-nopeerdns");
	add(a, "nodetach");
	add(a, "nopersist");
	add(a, "nomultilink");
	add(a, "novj"); /* does not survive lost or reordered packets */
	/* Both routes are set by the monitor. */
	if (!has_own(p, "defaultroute"))
		add(a, "nodefaultroute");
	if (!has_own(p, "defaultroute6"))
		add(a, "nodefaultroute6");
	/* The engine measures both. */
	add_value(a, "idle", 0);
	add_value(a, "maxconnect", 0);
	if (!has_own_like(p, "mppe") && !has_own_like(p, "require-mppe"))
		add(a, "nomppe");
}

/*
 * pppd's options can only require MPPE. Where it is optional, the
 * plugin sees to that.
 */
static void mppe_options(struct args *a, const struct config_ppp *p)
{
	if (p->mppe_bits & CONFIG_MPPE_40)
		add(a, "require-mppe-40");
	if (p->mppe_bits & CONFIG_MPPE_128)
		add(a, "require-mppe-128");
	add(a, p->mppe_stateful ? "mppe-stateful" : "nomppe-stateful");
	if (p->mppe_stateful)
		add(a, "l2tpd-mppe-stateful");
	add(a, "l2tpd-mppe");
	add(a, p->mppe == CONFIG_MPPE_REQUIRED ? "required" : "optional");
}

/* CCP is off unless MPPE or the profile's own options want something of it. */
static bool wants_ccp(const struct config_ppp *p)
{
	static const char *const of_ccp[] = {
		"mppe", "require-mppe", "deflate", "bsdcomp", "predictor1",
	};

	for (size_t i = 0; i < sizeof(of_ccp) / sizeof(of_ccp[0]); i++)
		if (has_own_like(p, of_ccp[i]))
			return true;
	return false;
}

char **ppp_options_new(const struct config *c, const struct config_ppp *p,
		       bool lns, const char *plugin, const char *units, int fd)
{
	struct args a = { 0 };

	add(&a, "pppd");
	add(&a, "plugin");
	add(&a, "%s", plugin);
	override_files(&a, p, lns);
	if (p->mppe != CONFIG_MPPE_OFF)
		mppe_options(&a, p);
	if (p->mppe != CONFIG_MPPE_OFF || wants_ccp(p)) {
		add(&a, "nodeflate");
		add(&a, "nobsdcomp");
	} else {
		add(&a, "noccp");
	}
	add_value(&a, "mtu", p->mtu ? p->mtu : SIZE_UNKNOWN);
	add_value(&a, "mru", p->mru ? p->mru : SIZE_UNKNOWN);
	add_value(&a, "lcp-echo-interval", p->lcp_echo_interval);
	if (p->lcp_echo_interval)
		add_value(&a, "lcp-echo-failure", p->lcp_echo_failure);
	if (p->lcp_echo_interval && p->lcp_echo_adaptive)
		add(&a, "lcp-echo-adaptive");
	add(&a, p->ipv6 ? "+ipv6" : "noipv6");
	if (lns)
		lns_options(&a, c, p);
	else
		caller_options(&a, p);
	for (size_t i = 0; i < p->options.n; i++)
		add(&a, "%s", p->options.v[i]);
	/*
	 * An LNS runs l2tpd's ip-up and ip-down in place of pppd's scripts; a
	 * caller's machine has its own.
	 */
	if (p->pppd_scripts_given ? !p->pppd_scripts : lns)
		add(&a, "l2tpd-noscripts");
	if (units) {
		add(&a, "l2tpd-units");
		add(&a, "%s", units);
	}
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
