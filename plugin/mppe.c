/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pppd negotiates MPPE when it is told to require it: it holds the network
 * protocols back until CCP is open, and closes LCP when anything fails. The
 * callbacks of CCP's automaton are wrapped to add what it lacks: a reason for
 * the operator, "optional", a stateless counter-offer, and word to the engine.
 */
#include "plugin/compat.h"
#include "plugin/call.h"
#include "plugin/mppe.h"

#include <stdlib.h>
#include <string.h>

#define CI_MPPE	 18 /* RFC 3078 section 2 */
#define CI_LEN	 6
#define KEY_LEN	 16
#define BOTH	 (MPPE_OPT_40 | MPPE_OPT_128)
#define HELD_MAX 1500

/* RFC 2548 sections 2.4.4 and 2.4.5 */
enum { POLICY_ALLOWED = 1, POLICY_REQUIRED = 2 };
enum { TYPE_40 = 2, TYPE_128 = 4 };

enum mode { OFF, OPTIONAL, REQUIRED };

static enum mode option_mode, mode;
static unsigned char option_stateful;
static bool ours; /* it is not pppd's own options in the profile that want it */
static bool told; /* the engine: it is encrypted */
static fsm_callbacks callbacks; /* ours */
static const fsm_callbacks *pppds;
static void (*pppds_protrej)(int unit);

/*
 * While CCP decides, pppd does not listen to network protocols, and a caller
 * that does not encrypt would wait for its retransmission: its last packet of
 * each is kept for then.
 */
static bool holding;
static struct held {
	struct protent *protocol;
	void (*input)(int unit, unsigned char *packet, int len);
	int len; /* 0: none */
	unsigned char packet[HELD_MAX];
} held[] = { { .protocol = &ipcp_protent }, { .protocol = &ipv6cp_protent } };
#define HELDS (sizeof(held) / sizeof(held[0]))

static int set_mode(char **argv)
{
	if (strcmp(argv[0], "optional") == 0)
		option_mode = OPTIONAL;
	else if (strcmp(argv[0], "required") == 0)
		option_mode = REQUIRED;
	else
		return 0;
	return 1;
}

option_t mppe_options[] = {
	{ "l2tpd-mppe", o_special, (void *)set_mode,
	  "MPPE is optional or required (in a profile of l2tpd's)",
	  OPT_PRIV | OPT_NOPRINT },
	{ "l2tpd-mppe-stateful", o_bool, &option_stateful,
	  "Allow MPPE's stateful mode; a caller asks for it (in a profile of l2tpd's)",
	  OPT_PRIV | 1 },
	{ .name = NULL },
};

/* ---- network protocols that wait ---- */

static void hold(struct held *h, unsigned char *packet, int len)
{
	if (!holding) {
		h->input(0, packet, len);
	} else if (len > 0 && len <= HELD_MAX) {
		memcpy(h->packet, packet, (size_t)len);
		h->len = len;
	}
}

static void hold_ipcp(int unit, unsigned char *packet, int len)
{
	(void)unit;
	hold(&held[0], packet, len);
}

static void hold_ipv6cp(int unit, unsigned char *packet, int len)
{
	(void)unit;
	hold(&held[1], packet, len);
}

static void feed_held(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < HELDS; i++) {
		int len = held[i].len;

		held[i].len = 0;
		if (len)
			held[i].input(0, held[i].packet, len);
	}
}

static void stop_holding(void)
{
	if (holding)
		compat_timeout(feed_held, NULL);
	holding = false;
}

/* ---- what the engine hears ---- */

/*
 * CCP that only goes down is no news: where it was encrypted, pppd closes LCP
 * then, and in a negotiation that begins anew the end of it is.
 */
static void tell(unsigned int got, unsigned int his)
{
	struct ppp_call_mppe m = {
		.stateful = (got | his) & MPPE_OPT_STATEFUL,
	};

	/* Each direction has its own; the weaker one counts. */
	if (got & his & MPPE_OPT_128)
		m.bits = 128;
	else if ((got & BOTH) && (his & BOTH))
		m.bits = 40;
	if (!m.bits && !told)
		return;
	told = m.bits != 0;
	call_tell(PPP_CALL_MPPE, &m, sizeof(m));
}

/* ---- without encryption ---- */

static void forget_mppe(void)
{
	ccp_gotoptions[0].mppe = ccp_wantoptions[0].mppe =
		ccp_allowoptions[0].mppe = 0;
}

/* It was optional and will not be: the networks come up as they are. */
static void go_without(const char *why)
{
	bool waited = holding;

	say(SAY_NOTICE, "not encrypted: %s", why);
	mode = OFF;
	forget_mppe();
	tell(0, 0);
	stop_holding();
	if (waited && lcp_fsm[0].state == OPENED)
		compat_continue_networks();
}

static void refuse(const char *for_peer)
{
	lcp_close(0, (char *)(uintptr_t)for_peer);
}

static void peer_would_not(const char *how)
{
	if (mode == OPTIONAL) {
		go_without(how);
		return;
	}
	call_because("MPPE is required and the peer would not encrypt: %s",
		     how);
	refuse("MPPE required but peer negotiation failed");
}

/* ---- CCP ---- */

/* The first MPPE option of a list, or NULL. */
static unsigned char *find_option(unsigned char *p, int len)
{
	while (len >= 2 && p[1] >= 2 && p[1] <= len) {
		if (p[0] == CI_MPPE && p[1] == CI_LEN)
			return p;
		len -= p[1];
		p += p[1];
	}
	return NULL;
}

static unsigned int bits_of(const unsigned char *option)
{
	unsigned int opts;

	MPPE_CI_TO_OPTS((unsigned char *)(uintptr_t)&option[2], opts);
	return opts;
}

static void on_resetci(fsm *f)
{
	pppds->resetci(f);
	/*
	 * pppd asks for the stateless mode, whatever it takes. A caller knows
	 * its server; an LNS would scare away those that close LCP when they
	 * hear of the other mode, as a pppd without mppe-stateful does.
	 */
	if (ccp_gotoptions[0].mppe && option_stateful && !call.params.lns)
		ccp_gotoptions[0].mppe |= MPPE_OPT_STATEFUL;
}

/*
 * What a Configure-Nak proposes is taken when it is less than what was asked
 * for; pppd closes LCP otherwise.
 */
static int on_nakci(fsm *f, unsigned char *p, int len, int treat_as_reject)
{
	unsigned int asked = ccp_gotoptions[0].mppe;
	unsigned char *option = find_option(p, len);
	unsigned int proposed = option ? bits_of(option) : 0;
	unsigned int may = asked | (option_stateful ? MPPE_OPT_STATEFUL : 0);

	if (mode == OFF || !asked || !option)
		return pppds->nakci(f, p, len, treat_as_reject);
	if (!(proposed & BOTH) || (proposed & ~may)) {
		peer_would_not("it proposes another key length or mode");
		return 1;
	}
	return pppds->nakci(f, p, len, treat_as_reject);
}

static int on_rejci(fsm *f, unsigned char *p, int len)
{
	unsigned int asked = ccp_gotoptions[0].mppe;

	if (mode == OFF || !asked || !find_option(p, len))
		return pppds->rejci(f, p, len);
	/* perhaps that is what it does not know */
	if (asked & MPPE_OPT_STATEFUL) {
		ccp_gotoptions[0].mppe &= (unsigned char)~MPPE_OPT_STATEFUL;
		return 1;
	}
	peer_would_not("it rejects the option of MPPE");
	return 1;
}

/*
 * pppd rejects a peer that asks for the stateful mode, and closes LCP. One
 * that is told what is wanted may well do that.
 */
static int want_stateless(unsigned char *p, unsigned char *option, int *len)
{
	unsigned int opts = bits_of(option) & ccp_allowoptions[0].mppe & BOTH;

	if (opts & MPPE_OPT_128)
		opts = MPPE_OPT_128;
	p[0] = CI_MPPE;
	p[1] = CI_LEN;
	MPPE_OPTS_TO_CI(opts, &p[2]);
	*len = CI_LEN;
	return CONFNAK;
}

static int on_reqci(fsm *f, unsigned char *p, int *len, int dont_nak)
{
	unsigned char *option = find_option(p, *len);
	unsigned int asked = option ? bits_of(option) : 0;
	unsigned int allowed = ccp_allowoptions[0].mppe;
	int verdict;

	if (mode != OFF && ours && (asked & allowed & BOTH) &&
	    (asked & MPPE_OPT_STATEFUL) && !option_stateful && !dont_nak)
		return want_stateless(p, option, len);
	if (mode == REQUIRED && option && !(asked & allowed & BOTH))
		call_because("MPPE is required and the peer would not encrypt: "
			     "it asks for another key length");
	/* What pppd would close LCP for is only rejected. */
	if (mode == OPTIONAL &&
	    (!(asked & allowed & BOTH) ||
	     ((asked & MPPE_OPT_STATEFUL) && !option_stateful)))
		ccp_allowoptions[0].mppe = 0;
	verdict = pppds->reqci(f, p, len, dont_nak);
	if (mode == OPTIONAL && ccp_gotoptions[0].mppe)
		ccp_allowoptions[0].mppe = (unsigned char)allowed;
	return verdict;
}

static void on_up(fsm *f)
{
	unsigned int got = ccp_gotoptions[0].mppe, his = ccp_hisoptions[0].mppe;

	/* Else what we send would not be encrypted. */
	if (mode != OFF && !(got && his)) {
		if (mode == REQUIRED) {
			peer_would_not("it wants to receive without it");
			return;
		}
		pppds->up(f);
		tell(0, 0);
		if (!got)
			go_without("the peer does not want MPPE");
		stop_holding();
		return;
	}
	tell(got, his);
	pppds->up(f);
	stop_holding();
}

/*
 * No answer to any Configure-Request. pppd would leave the link as it is,
 * without a network.
 */
static void on_finished(fsm *f)
{
	(void)f;
	if (holding && lcp_fsm[0].state == OPENED)
		peer_would_not("it does not answer");
}

static void on_protrej(int unit)
{
	bool waited = holding;

	if (mode == OPTIONAL && waited)
		forget_mppe();
	else if (mode == REQUIRED && waited)
		call_because("MPPE is required and the peer would not encrypt: "
			     "it has no CCP");
	pppds_protrej(unit);
	if (mode == OPTIONAL && waited)
		go_without("the peer has no CCP");
}

/* ---- before the networks ---- */

static bool by_mschap(const lcp_options *o)
{
	return o->neg_chap && !(o->chap_mdtype & MDTYPE_MD5) &&
	       (o->chap_mdtype & (MDTYPE_MICROSOFT | MDTYPE_MICROSOFT_V2));
}

static bool by_mschapv1(const lcp_options *o)
{
	return by_mschap(o) && !(o->chap_mdtype & MDTYPE_MICROSOFT_V2);
}

static const char *why_no_keys(const lcp_options *method)
{
	if (!by_mschap(method))
		return "they come from MS-CHAPv2 only, and that was not how "
		       "the caller authenticated itself";
	return call.params.lns ? "the reply of the RADIUS server had none" :
				 "pppd made none";
}

static bool kernel_has_mppe(unsigned int bits)
{
	uint8_t option[CI_LEN + KEY_LEN] = { CI_MPPE, CI_LEN };

	MPPE_OPTS_TO_CI(bits, &option[2]);
	return compat_kernel_takes(option, sizeof(option));
}

/*
 * What stands in the way of asking for it, before the peer is
 * asked; NULL: nothing.
 */
static const char *obstacle(const lcp_options *method)
{
	unsigned int bits = ccp_wantoptions[0].mppe & BOTH;

	if (by_mschapv1(method))
		bits &= MPPE_OPT_128; /* pppd has no LM keys */
	if (!bits)
		return "no key length is left that both the profile and the "
		       "RADIUS server allow";
	if (!kernel_has_mppe(bits))
		return "this kernel has no ppp_mppe: load the module (option "
		       "CONFIG_PPP_MPPE)";
	return NULL;
}

static void say_required(const char *keys, const char *other)
{
	if (keys)
		call_because("MPPE is required but there are no keys for it; "
			     "%s",
			     keys);
	else
		call_because("MPPE is required but cannot be had; %s", other);
}

/* The peer is authenticated; pppd opens CCP next. */
static void on_auth_up(void *ctx, int arg)
{
	const lcp_options *method = call.params.lns ? &lcp_gotoptions[0] :
						      &lcp_hisoptions[0];
	const char *keys = NULL, *other = NULL;

	(void)ctx;
	(void)arg;
	if (mode == OFF)
		return;
	if (!by_mschap(method) || !compat_have_mppe_keys())
		keys = why_no_keys(method);
	else
		other = obstacle(method);
	if (mode == OPTIONAL && (keys || other)) {
		go_without(keys ? keys : other);
	} else if (keys || other) {
		say_required(keys, other);
		/* So that pppd holds the networks back in any case. */
		ccp_wantoptions[0].mppe |= MPPE_OPT_128;
		refuse("MPPE required but not available");
	} else {
		holding = true;
	}
}

/* ---- what is wanted ---- */

/* CCP for nothing but MPPE, where the profile had it off. */
static void enable_ccp(void)
{
	if (ccp_protent.enabled_flag)
		return;
	ccp_protent.enabled_flag = 1;
	ccp_protent.lowerup(0);
}

static void nothing_but_mppe(void)
{
	ccp_options *want = &ccp_wantoptions[0], *allow = &ccp_allowoptions[0];

	want->deflate = allow->deflate = 0;
	want->bsd_compress = allow->bsd_compress = 0;
	want->predictor_1 = allow->predictor_1 = 0;
}

void mppe_verdict(uint8_t policy, uint8_t types)
{
	unsigned int bits = ccp_wantoptions[0].mppe;

	if (policy == POLICY_REQUIRED) {
		if (mode == OFF) {
			ours = true;
			bits |= BOTH;
			nothing_but_mppe();
			enable_ccp();
		}
		mode = REQUIRED;
	}
	if (mode == OFF)
		return;
	if ((types & (TYPE_40 | TYPE_128)) && !(types & TYPE_40))
		bits &= ~(unsigned int)MPPE_OPT_40;
	if ((types & (TYPE_40 | TYPE_128)) && !(types & TYPE_128))
		bits &= ~(unsigned int)MPPE_OPT_128;
	ccp_wantoptions[0].mppe = (unsigned char)bits;
}

static void wrap_callbacks(void)
{
	pppds = ccp_fsm[0].callbacks;
	callbacks = *pppds;
	callbacks.resetci = on_resetci;
	callbacks.nakci = on_nakci;
	callbacks.rejci = on_rejci;
	callbacks.reqci = on_reqci;
	callbacks.up = on_up;
	callbacks.finished = on_finished;
	ccp_fsm[0].callbacks = &callbacks;
	pppds_protrej = ccp_protent.protrej;
	ccp_protent.protrej = on_protrej;
}

static void wrap_networks(void)
{
	static void (*const hooks[])(int unit, unsigned char *packet,
				     int len) = { hold_ipcp, hold_ipv6cp };

	for (size_t i = 0; i < HELDS; i++) {
		held[i].input = held[i].protocol->input;
		held[i].protocol->input = hooks[i];
	}
}

void mppe_install(void)
{
	mode = option_mode;
	ours = mode != OFF;
	/* pppd's own options in the profile mean what pppd means by them. */
	if (mode == OFF && ccp_protent.enabled_flag &&
	    (ccp_wantoptions[0].mppe & BOTH))
		mode = REQUIRED;
	if (mode != OFF)
		nothing_but_mppe();
	wrap_callbacks();
	wrap_networks();
	compat_notify(COMPAT_AUTH_UP, on_auth_up);
}
