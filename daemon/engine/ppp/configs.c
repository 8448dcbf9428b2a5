/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the profiles of the configuration say to the core. */
#include "engine/ppp/internal.h"

#include <errno.h>
#include <stdlib.h>

static enum ppp_method method_of(uint8_t auth)
{
	switch ((enum config_auth)auth) {
	case CONFIG_AUTH_PAP:
		return PPP_METHOD_PAP;
	case CONFIG_AUTH_CHAP:
		return PPP_METHOD_CHAP_MD5;
	case CONFIG_AUTH_MSCHAPV1:
		return PPP_METHOD_MSCHAPV1;
	case CONFIG_AUTH_MSCHAPV2:
		return PPP_METHOD_MSCHAPV2;
	}
	return PPP_METHOD_NONE;
}

static enum ppp_mppe mppe_of(enum config_mppe mppe)
{
	switch (mppe) {
	case CONFIG_MPPE_OFF:
		return PPP_MPPE_OFF;
	case CONFIG_MPPE_OPTIONAL:
		return PPP_MPPE_OPTIONAL;
	case CONFIG_MPPE_REQUIRED:
		return PPP_MPPE_REQUIRED;
	}
	return PPP_MPPE_OFF;
}

/* What both ends of a call have in common. */
static struct ppp_config common(const struct config *c,
				const struct config_ppp *p)
{
	return (struct ppp_config){
		.name = c->hostname ? c->hostname : "",
		.mppe = mppe_of(p->mppe),
		.mppe_bits =
			(p->mppe_bits & CONFIG_MPPE_40 ? PPP_MPPE_40 : 0) |
			(p->mppe_bits & CONFIG_MPPE_128 ? PPP_MPPE_128 : 0),
		.mppe_stateful = p->mppe_stateful,
		.ipv4 = true,
		.ipv6 = p->ipv6,
		.echo_interval = p->lcp_echo_interval * 1000,
		.echo_failure = (uint8_t)p->lcp_echo_failure,
	};
}

static struct ppp_config of_lns(const struct config *c,
				const struct config_ppp *p)
{
	struct ppp_config cfg = common(c, p);

	for (size_t i = 0; i < p->auth_n; i++)
		cfg.methods[cfg.method_n++] = method_of(p->auth[i]);
	return cfg;
}

/* A caller asks nobody; without a list it agrees to any method. */
static struct ppp_config of_caller(const struct config *c,
				   const struct config_ppp *p)
{
	struct ppp_config cfg = common(c, p);

	cfg.answers = p->auth_n ?
			      0 :
			      1u << PPP_METHOD_PAP | 1u << PPP_METHOD_CHAP_MD5 |
				      1u << PPP_METHOD_MSCHAPV1 |
				      1u << PPP_METHOD_MSCHAPV2;
	for (size_t i = 0; i < p->auth_n; i++)
		cfg.answers |= (uint8_t)(1u << method_of(p->auth[i]));
	cfg.ask_dns = p->use_peer_dns;
	return cfg;
}

int builtin_configs(struct builtins *all, const struct config *c)
{
	all->configs = calloc(2 * c->ppp_n + 1, sizeof(*all->configs));
	if (!all->configs)
		return -ENOMEM;
	for (size_t i = 0; i < c->ppp_n; i++) {
		all->configs[2 * i] = of_lns(c, &c->ppp[i]);
		all->configs[2 * i + 1] = of_caller(c, &c->ppp[i]);
	}
	return 0;
}

const struct ppp_config *builtin_config(const struct engine *e,
					const struct config_ppp *profile,
					bool caller)
{
	size_t i = (size_t)(profile - e->config->ppp);

	return &e->builtins->configs[2 * i + caller];
}
