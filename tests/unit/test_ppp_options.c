/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pppd's command line from ppp sections, for either role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config_text.h"
#include "monitor/ppp_options.h"

/*
 * The options between "pppd plugin PATH" and "l2tpd-units PATH l2tpd-template
 * FD".
 */
static void expect(const char *section, bool lns, const char *const *want)
{
	char text[1024];
	struct config *c;
	char **argv;
	size_t n = 3;

	snprintf(text, sizeof(text), "hostname = \"lns1\"\nppp \"p\" { %s }\n",
		 section);
	c = config_text(text);
	argv = ppp_options_new(c, &c->ppp[0], lns, "/lib/l2tpd.so",
			       "/run/units", 3);
	assert_non_null(argv);
	assert_string_equal(argv[0], "pppd");
	assert_string_equal(argv[1], "plugin");
	assert_string_equal(argv[2], "/lib/l2tpd.so");
	for (; *want; want++, n++) {
		assert_non_null(argv[n]);
		assert_string_equal(argv[n], *want);
	}
	assert_string_equal(argv[n], "l2tpd-units");
	assert_string_equal(argv[n + 1], "/run/units");
	assert_string_equal(argv[n + 2], "l2tpd-template");
	assert_string_equal(argv[n + 3], "3");
	assert_null(argv[n + 4]);
	ppp_options_free(argv);
	config_free(c);
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define PROFILE	   "l2tpd-profile"
#define NO_DNS	   "l2tpd-nopeerdns"
#define NO_ROUTES  "nodefaultroute", "nodefaultroute6"
#define PLAIN	   "nodetach", "nopersist", "nomultilink", "novj"
#define NO_TIMES   "idle", "0", "maxconnect", "0"
#define ALWAYS	   PROFILE, NO_DNS, PLAIN, NO_ROUTES, NO_TIMES, "nomppe"
#define SIZES	   "mtu", "1460", "mru", "1460"
#define ECHO	   "lcp-echo-interval", "30", "lcp-echo-failure", "4"
#define QUIET	   "l2tpd-noscripts"
#define REFUSE                                                            \
	"refuse-pap", "refuse-chap", "refuse-mschap", "refuse-mschap-v2", \
		"refuse-eap"

static void test_lns_that_asks_nothing(void **state)
{
	(void)state;
	expect("", true,
	       WORDS(ALWAYS, "noccp", SIZES, ECHO, "noipv6", "noauth", REFUSE,
		     "name", "lns1", QUIET));
}

static void test_lns(void **state)
{
	(void)state;
	expect("auth = { \"mschapv2\", \"pap\" } "
	       "users-file = \"/u\" local-address = \"10.0.0.1\""
	       " dns = { \"192.0.2.53\", \"192.0.2.54\" } "
	       "mtu = 1400 mru = 1420 ipv6 = true"
	       " lcp-echo-interval = 0 "
	       "options = { \"debug\", \"kdebug\", \"1\" }",
	       true,
	       WORDS(ALWAYS, "noccp", "mtu", "1400", "mru", "1420",
		     "lcp-echo-interval", "0", "+ipv6", "auth", "require-pap",
		     "refuse-pap", "refuse-chap", "refuse-mschap",
		     "require-mschap-v2", "refuse-mschap-v2", "refuse-eap",
		     "l2tpd-auth", "mschapv2,pap", "name", "lns1",
		     "10.0.0.1:", "ms-dns", "192.0.2.53", "ms-dns",
		     "192.0.2.54", "debug", "kdebug", "1", QUIET));
}

static void test_caller(void **state)
{
	(void)state;
	expect("default-route = true use-peer-dns = true", false,
	       WORDS(PROFILE, PLAIN, NO_ROUTES, NO_TIMES, "nomppe", "noccp",
		     SIZES, ECHO, "noipv6", "noauth", "noipdefault",
		     "usepeerdns"));
}

/* What the caller agrees to is refused nothing else. */
static void test_caller_by_one_method(void **state)
{
	(void)state;
	expect("auth = { \"chap\" } users-file = \"/u\"", false,
	       WORDS(ALWAYS, "noccp", SIZES, ECHO, "noipv6", "noauth",
		     "refuse-pap", "refuse-mschap", "refuse-mschap-v2",
		     "refuse-eap", "noipdefault"));
}

static void test_ccp_on_request(void **state)
{
	(void)state;
	expect("options = { \"require-mppe-128\" }", true,
	       WORDS(PROFILE, NO_DNS, PLAIN, NO_ROUTES, NO_TIMES, "nodeflate",
		     "nobsdcomp", SIZES, ECHO, "noipv6", "noauth", REFUSE,
		     "name", "lns1", "require-mppe-128", QUIET));
}

#define NO_OTHER_CCP "nodeflate", "nobsdcomp"
#define LNS_V2                                                         \
	"auth", "refuse-pap", "refuse-chap", "refuse-mschap",          \
		"require-mschap-v2", "refuse-mschap-v2", "refuse-eap", \
		"l2tpd-auth", "mschapv2", "name", "lns1", QUIET

static void test_mppe(void **state)
{
	(void)state;
	expect("auth = { \"mschapv2\" } "
	       "users-file = \"/u\" mppe = \"required\"",
	       true,
	       WORDS(ALWAYS, "require-mppe-40", "require-mppe-128",
		     "nomppe-stateful", "l2tpd-mppe", "required", NO_OTHER_CCP,
		     SIZES, ECHO, "noipv6", LNS_V2));
	expect("auth = { \"mschapv2\" } users-file = \"/u\" "
	       "mppe = \"optional\" mppe-bits = { \"128\" }"
	       " mppe-stateful = true",
	       true,
	       WORDS(ALWAYS, "require-mppe-128", "mppe-stateful",
		     "l2tpd-mppe-stateful", "l2tpd-mppe", "optional",
		     NO_OTHER_CCP, SIZES, ECHO, "noipv6", LNS_V2));
	expect("mppe = \"required\" mppe-bits = { \"40\" }", false,
	       WORDS(ALWAYS, "require-mppe-40", "nomppe-stateful", "l2tpd-mppe",
		     "required", NO_OTHER_CCP, SIZES, ECHO, "noipv6", "noauth",
		     "noipdefault"));
}

/* One profile may serve both sides: what nobody said is different for each. */
static void test_scripts(void **state)
{
	(void)state;
	expect("pppd-scripts = true", true,
	       WORDS(ALWAYS, "noccp", SIZES, ECHO, "noipv6", "noauth", REFUSE,
		     "name", "lns1"));
	expect("pppd-scripts = false", true,
	       WORDS(ALWAYS, "noccp", SIZES, ECHO, "noipv6", "noauth", REFUSE,
		     "name", "lns1", QUIET));
	expect("pppd-scripts = true", false,
	       WORDS(ALWAYS, "noccp", SIZES, ECHO, "noipv6", "noauth",
		     "noipdefault"));
	expect("pppd-scripts = false", false,
	       WORDS(ALWAYS, "noccp", SIZES, ECHO, "noipv6", "noauth",
		     "noipdefault", QUIET));
}

/* What pppd's files turn on is off; the profile's own options are its keys'. */
static void test_own_options(void **state)
{
	(void)state;
	expect("options = { \"usepeerdns\", \"defaultroute\", \"idle\", "
	       "\"600\" }",
	       false,
	       WORDS(PROFILE, PLAIN, "nodefaultroute6", NO_TIMES, "nomppe",
		     "noccp", SIZES, ECHO, "noipv6", "noauth", "noipdefault",
		     "usepeerdns", "defaultroute", "idle", "600"));
}

static void test_order_of_methods(void **state)
{
	(void)state;
	expect("auth = { \"pap\", \"mschapv1\", \"chap\", "
	       "\"mschapv2\" } users-file = \"/u\"",
	       true,
	       WORDS(ALWAYS, "noccp", SIZES, ECHO, "noipv6", "auth",
		     "require-pap", "refuse-pap", "require-chap", "refuse-chap",
		     "require-mschap", "refuse-mschap", "require-mschap-v2",
		     "refuse-mschap-v2", "refuse-eap", "l2tpd-auth",
		     "pap,mschapv1,chap,mschapv2", "name", "lns1", QUIET));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lns_that_asks_nothing),
		cmocka_unit_test(test_lns),
		cmocka_unit_test(test_caller),
		cmocka_unit_test(test_caller_by_one_method),
		cmocka_unit_test(test_ccp_on_request),
		cmocka_unit_test(test_mppe),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_own_options),
		cmocka_unit_test(test_order_of_methods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
