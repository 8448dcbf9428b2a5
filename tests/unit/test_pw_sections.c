/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sessions of lcce sections that the monitor knows: found, added by
 * command, checked, bounded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/config.h"
#include "monitor/pw_sections.h"

#define FILE_TEXT                                                       \
	"hostname = here max-sessions = 5\n"                            \
	"lcce a { remote = x session lan { ifname = lan0 mtu = 1400 } " \
	"session voice { pseudowire = vlan vlan = 7 } }\n"              \
	"lcce b { remote = y session lan { } }\n"                       \
	"ppp p { backend = none } "                                     \
	"lac c { server = z session s { ppp = p ifname = ppp9 } }\n"

static struct config *config;
static struct pw_sections *sections;
static struct monitor_outcome outcome;

static int set_up(void **state)
{
	char err[256];

	(void)state;
	config = config_parse_text(FILE_TEXT, "test.conf", err, sizeof(err));
	if (!config)
		return -1;
	sections = pw_sections_new(config);
	return sections ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	pw_sections_free(sections);
	config_free(config);
	return 0;
}

static struct monitor_pw_add request(const char *lcce, const char *session)
{
	struct monitor_pw_add r = { .type = CONFIG_PW_ETHERNET };

	snprintf(r.lcce, sizeof(r.lcce), "%s", lcce);
	snprintf(r.session, sizeof(r.session), "%s", session);
	return r;
}

static struct monitor_pw_name name_of(const char *lcce, const char *session)
{
	struct monitor_pw_name r = { 0 };

	snprintf(r.lcce, sizeof(r.lcce), "%s", lcce);
	snprintf(r.session, sizeof(r.session), "%s", session);
	return r;
}

static int add(const struct monitor_pw_add *r)
{
	outcome = (struct monitor_outcome){ 0 };
	return pw_sections_add(sections, r, &outcome);
}

static int del(const char *lcce, const char *session)
{
	struct monitor_pw_name r = name_of(lcce, session);

	return pw_sections_del(sections, &r);
}

static bool has(const char *lcce, const char *session)
{
	struct pw_section *s = pw_sections_get(sections, lcce, session);

	if (s)
		pw_section_put(s);
	return s != NULL;
}

static void test_configured(void **state)
{
	struct pw_section *s = pw_sections_get(sections, "a", "lan");

	(void)state;
	assert_ptr_equal(s->config, &config->lcce[0].sessions[0]);
	assert_string_equal(s->lcce, "a");
	pw_section_put(s);
	assert_true(has("a", "voice") && has("b", "lan"));
	assert_false(has("b", "voice") || has("c", "s") || has("a", "") ||
		     has("", "") || has("a/lan", ""));
	assert_true(pw_sections_has_ifname(sections, "lan0"));
	assert_false(pw_sections_has_ifname(sections, "ppp9"));
	/* They are not to be deleted, nor shadowed. */
	assert_int_equal(del("a", "lan"), -ENOENT);
	pw_sections_clear(sections);
	assert_true(has("a", "lan"));
	assert_int_equal(add(&(struct monitor_pw_add){
				 .lcce = "a",
				 .session = "lan",
			 }),
			 -EEXIST);
	assert_string_equal(outcome.why,
			    "lcce \"a\" has a session \"lan\" in the "
			    "configuration already; choose another name");
}

/* All that it says is the section's; and it is found as they are. */
static void test_added(void **state)
{
	struct monitor_pw_add r = request("new", "lan");
	struct pw_section *s;

	(void)state;
	r.type = CONFIG_PW_VLAN;
	r.vlan = 9;
	r.mtu = 1300;
	r.has_mac = true;
	memcpy(r.mac, "\x02\x11\x22\x33\x44\x55", 6);
	strcpy(r.ifname, "w\"$\\x");
	strcpy(r.bridge, "br0");
	strcpy(r.circuit, "eth0");
	assert_int_equal(add(&r), 0);
	assert_string_equal(outcome.why, "");
	s = pw_sections_get(sections, "new", "lan");
	assert_string_equal(s->lcce, "new");
	assert_string_equal(s->config->name, "lan");
	assert_int_equal(s->config->type, CONFIG_PW_VLAN);
	assert_int_equal(s->config->vlan, 9);
	assert_int_equal(s->config->mtu, 1300);
	assert_true(s->config->has_mac);
	assert_memory_equal(s->config->mac, r.mac, 6);
	assert_string_equal(s->config->ifname, "w\"$\\x");
	assert_string_equal(s->config->bridge, "br0");
	assert_null(s->config->vrf);
	assert_string_equal(s->config->circuit, "eth0");
	assert_true(pw_sections_has_ifname(sections, "w\"$\\x"));
	assert_int_equal(add(&r), -EEXIST);
	/* Deleted, it stays with who has it, and another may come. */
	assert_int_equal(del("new", "lan"), 0);
	assert_int_equal(del("new", "lan"), -ENOENT);
	assert_false(has("new", "lan") ||
		     pw_sections_has_ifname(sections, "w\"$\\x"));
	assert_int_equal(add(&r), 0);
	assert_int_equal(s->config->vlan, 9);
	pw_section_put(s);
	/* With the engine. */
	pw_sections_clear(sections);
	assert_false(has("new", "lan") ||
		     pw_sections_has_ifname(sections, "w\"$\\x"));
}

/* What an operator asks in vain. */
static void test_refused(void **state)
{
	struct monitor_pw_add good = request("new", "lan"), r = good;

	(void)state;
	r.vlan = 9;
	assert_int_equal(add(&r), -ENOTSUP);
	assert_string_equal(outcome.why, "vlan is of a pseudowire \"vlan\" "
					 "only; set pseudowire, or remove it");
	r.type = CONFIG_PW_VLAN;
	r.vlan = 4095;
	assert_int_equal(add(&r), -ENOTSUP);
	assert_string_equal(outcome.why, "vlan = 4095 is out of range; it goes "
					 "from 1 to 4094");
	r = good;
	r.mtu = 67;
	assert_int_equal(add(&r), -ENOTSUP);
	r = good;
	r.has_mac = true;
	assert_int_equal(add(&r), -ENOTSUP);
	r.mac[0] = 1;
	assert_int_equal(add(&r), -ENOTSUP);
	r = good;
	strcpy(r.bridge, "br0");
	strcpy(r.vrf, "blue");
	assert_int_equal(add(&r), -ENOTSUP);
	r = good;
	strcpy(r.ifname, "lan0");
	assert_int_equal(add(&r), -EEXIST);
	strcpy(r.ifname, "ppp9");
	assert_int_equal(add(&r), -EEXIST);
	assert_string_equal(outcome.why, "another session has this ifname; "
					 "choose a new one");
	assert_false(has("new", "lan"));
}

/* What no sound engine sends: no sentence, and nothing is kept. */
static void test_unsound(void **state)
{
	static const char *const names[] = { "", "a b", "a/b", "a\" }",
					     "a\nb" };
	static const char *const ifnames[] = { "-x", "a/b",  "a b", ".",
					       "..", "a\nb", "a%d", "x:1" };
	struct monitor_pw_add good = request("new", "lan"), r;
	struct monitor_pw_name name;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		r = request(names[i], "lan");
		assert_int_equal(add(&r), -EINVAL);
		r = request("new", names[i]);
		assert_int_equal(add(&r), -EINVAL);
	}
	for (size_t i = 0; i < sizeof(ifnames) / sizeof(ifnames[0]); i++) {
		for (size_t k = 0; k < 4; k++) {
			r = good;
			strcpy(k == 0 ? r.ifname :
			       k == 1 ? r.bridge :
			       k == 2 ? r.vrf :
					r.circuit,
			       ifnames[i]);
			assert_int_equal(add(&r), -EINVAL);
		}
	}
	r = good;
	memset(r.lcce, 'x', sizeof(r.lcce));
	assert_int_equal(add(&r), -EINVAL);
	r = good;
	memset(r.session, 'x', sizeof(r.session));
	assert_int_equal(add(&r), -EINVAL);
	r = good;
	memset(r.circuit, 'x', sizeof(r.circuit));
	assert_int_equal(add(&r), -EINVAL);
	r = good;
	r.type = (enum config_pw_type)7;
	assert_int_equal(add(&r), -EINVAL);
	assert_string_equal(outcome.why, "");
	assert_false(has("new", "lan"));
	name = name_of("new", "lan");
	memset(name.lcce, 'x', sizeof(name.lcce));
	assert_int_equal(pw_sections_del(sections, &name), -ENOENT);
}

/* As many as the configuration allows sessions, whatever they are called. */
static void test_limit(void **state)
{
	struct monitor_pw_add r;
	char session[16];

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 5; i++) {
			sprintf(session, "s%d", i);
			r = request("new", session);
			assert_int_equal(add(&r), 0);
		}
		r = request("newer", "lan");
		assert_int_equal(add(&r), -ENOSPC);
		assert_int_equal(del("new", "s3"), 0);
		assert_int_equal(add(&r), 0);
		r.session[0] = 'x';
		assert_int_equal(add(&r), -ENOSPC);
		pw_sections_clear(sections);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_configured), TEST(test_added), TEST(test_refused),
		TEST(test_unsound),    TEST(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
