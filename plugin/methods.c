/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pppd asks for CHAP before PAP, and for CHAP-MD5 before MS-CHAPv2. A profile
 * has an order of its own: the callbacks of LCP's automaton are wrapped so that
 * pppd wants one method at a time. A Configure-Nak (RFC 1661 section 5.3) has
 * the next one asked for: what the peer proposes, when it is in the list, else
 * the next of the list that it has not refused.
 */
#include "plugin/compat.h"
#include "plugin/call.h"
#include "plugin/methods.h"

#include <string.h>

#define CI_AUTH 3 /* RFC 1661 section 6.2 */
#define NONE	(-1)

static const struct method {
	const char *name; /* as in l2tpd.conf(5) */
	unsigned short protocol;
	unsigned char digest; /* of CHAP */
	int type;	      /* pppd's MDTYPE_ */
} methods[] = {
	{ "pap", 0xc023, 0, 0 },
	{ "chap", 0xc223, CHAP_MD5, MDTYPE_MD5 },
	{ "mschapv1", 0xc223, CHAP_MICROSOFT, MDTYPE_MICROSOFT },
	{ "mschapv2", 0xc223, CHAP_MICROSOFT_V2, MDTYPE_MICROSOFT_V2 },
};
#define METHODS ((int)(sizeof(methods) / sizeof(methods[0])))

static int order[METHODS], order_n; /* indexes of methods */
static bool refused[METHODS];
static int asking = NONE;
static fsm_callbacks callbacks; /* ours */
static const fsm_callbacks *pppds;

static int find_name(const char *name, size_t len)
{
	for (int i = 0; i < METHODS; i++)
		if (strlen(methods[i].name) == len &&
		    memcmp(methods[i].name, name, len) == 0)
			return i;
	return NONE;
}

static int set_order(char **argv)
{
	const char *at = argv[0];

	for (order_n = 0; *at && order_n < METHODS; order_n++) {
		size_t len = strcspn(at, ",");

		order[order_n] = find_name(at, len);
		if (order[order_n] == NONE)
			break;
		at += len + (at[len] == ',');
	}
	if (!*at)
		return 1;
	say_option("l2tpd-auth: %s is not a list of methods", argv[0]);
	return 0;
}

option_t methods_options[] = {
	{ "l2tpd-auth", o_special, (void *)set_order,
	  "Methods of authentication in their order (in a profile of l2tpd's)",
	  OPT_PRIV | OPT_NOPRINT },
	{ .name = NULL },
};

static bool in_order(int method)
{
	for (int i = 0; i < order_n; i++)
		if (order[i] == method)
			return true;
	return false;
}

static void ask_for(int method)
{
	lcp_options *go = &lcp_gotoptions[0];

	asking = method;
	go->neg_eap = 0;
	go->neg_upap = method != NONE && !methods[method].type;
	go->neg_chap = method != NONE && methods[method].type;
	if (go->neg_chap)
		go->chap_mdtype = methods[method].type;
}

static int next_of_order(void)
{
	for (int i = 0; i < order_n; i++)
		if (!refused[order[i]])
			return order[i];
	return NONE;
}

static void say_refused(void)
{
	char list[64] = "";

	for (int i = 0; i < order_n; i++) {
		strlcat(list, i ? ", " : "", sizeof(list));
		strlcat(list, methods[order[i]].name, sizeof(list));
	}
	call_because("the peer refuses every method of authentication that it "
		     "is asked for (%s)",
		     list);
}

/* The authentication option of a list: the method that it names, or NONE. */
static int method_in(const unsigned char *p, int len)
{
	for (; len >= 2 && p[1] >= 2 && p[1] <= len; len -= p[1], p += p[1]) {
		if (p[0] != CI_AUTH || p[1] < 4)
			continue;
		for (int i = 0; i < METHODS; i++)
			if ((p[2] << 8 | p[3]) == methods[i].protocol &&
			    (!methods[i].type ||
			     (p[1] >= 5 && p[4] == methods[i].digest)))
				return i;
	}
	return NONE;
}

static bool has_auth(const unsigned char *p, int len)
{
	for (; len >= 2 && p[1] >= 2 && p[1] <= len; len -= p[1], p += p[1])
		if (p[0] == CI_AUTH)
			return true;
	return false;
}

static void refused_what_was_asked(int proposed)
{
	refused[asking] = true;
	if (proposed == NONE || !in_order(proposed) || refused[proposed])
		proposed = next_of_order();
	ask_for(proposed);
	if (proposed == NONE)
		say_refused();
}

static void on_resetci(fsm *f)
{
	pppds->resetci(f);
	memset(refused, 0, sizeof(refused));
	ask_for(next_of_order());
}

static int on_nakci(fsm *f, unsigned char *p, int len, int treat_as_reject)
{
	bool auth = asking != NONE && has_auth(p, len);
	int proposed = auth ? method_in(p, len) : NONE;
	int taken = pppds->nakci(f, p, len, treat_as_reject);

	if (taken && auth && f->state != OPENED)
		refused_what_was_asked(proposed);
	return taken;
}

/*
 * A peer that rejects the option knows no method at all, or does not know what
 * a Nak is for.
 */
static int on_rejci(fsm *f, unsigned char *p, int len)
{
	bool auth = asking != NONE && has_auth(p, len);
	int taken = pppds->rejci(f, p, len);

	if (taken && auth && f->state != OPENED)
		refused_what_was_asked(NONE);
	return taken;
}

void methods_install(void)
{
	if (!order_n)
		return;
	pppds = lcp_fsm[0].callbacks;
	callbacks = *pppds;
	callbacks.resetci = on_resetci;
	callbacks.nakci = on_nakci;
	callbacks.rejci = on_rejci;
	lcp_fsm[0].callbacks = &callbacks;
}
