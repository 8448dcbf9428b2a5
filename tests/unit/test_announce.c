/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the monitor needs to announce prefixes: memberships in groups on more
 * interfaces than one socket can have, and a server's identifier that stays.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hex.h"
#include "monitor/duid.h"
#include "monitor/groups.h"

/* ---- groups ---- */

/* How often any socket of this machine is in a group on lo. */
static unsigned int members(const char *group)
{
	FILE *f = fopen("/proc/net/igmp6", "re");
	unsigned int n, found = 0;
	char line[160], device[IFNAMSIZ], address[40];

	if (!f)
		skip();
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*d %15s %39s %u", device, address, &n) ==
			    3 &&
		    strcmp(device, "lo") == 0 && strcmp(address, group) == 0)
			found = n;
	fclose(f);
	return found;
}

#define ROUTERS "ff020000000000000000000000000002"
#define SERVERS "ff020000000000000000000000010002"

static void test_groups(void **state)
{
	unsigned int routers = members(ROUTERS), servers = members(SERVERS);
	struct groups g = { 0 };
	int lo = (int)if_nametoindex("lo");

	(void)state;
	assert_int_equal(groups_join(&g, lo), 0);
	assert_int_equal(members(ROUTERS), routers + 1);
	assert_int_equal(members(SERVERS), servers + 1);
	/* Twice with one socket is refused, and the other group stays. */
	assert_int_equal(groups_join(&g, lo), -EADDRINUSE);
	assert_int_equal(members(SERVERS), servers + 1);
	assert_int_equal(groups_join(&g, 0x7ffffff0), -ENODEV);
	assert_int_equal(g.n, 1);
	groups_leave(&g, 0, lo);
	assert_int_equal(members(ROUTERS), routers);
	assert_int_equal(members(SERVERS), servers);
	groups_fini(&g);
}

/* One that is full is passed over until something is left. */
static void test_groups_full(void **state)
{
	unsigned int servers = members(SERVERS);
	struct groups g = { 0 };
	int lo = (int)if_nametoindex("lo");

	(void)state;
	assert_int_equal(groups_join(&g, lo), 0);
	g.sockets[0].is_full = true;
	assert_int_equal(groups_join(&g, lo), 1);
	assert_int_equal(members(SERVERS), servers + 2);
	groups_leave(&g, 0, lo);
	assert_int_equal(groups_join(&g, lo), 0);
	assert_int_equal(g.n, 2);
	/* and one that has as many as it shall have, as well */
	g.sockets[0].interfaces = g.sockets[1].interfaces = GROUPS_INTERFACES;
	assert_int_equal(groups_join(&g, lo), 2);
	assert_int_equal(g.sockets[2].interfaces, 1);
	groups_fini(&g);
	assert_int_equal(members(SERVERS), servers);
}

/* ---- the identifier ---- */

static void test_duid(void **state)
{
	char path[] = "/tmp/l2tpd-test-XXXXXX";
	int fd = mkstemp(path);
	uint8_t one[DUID_LEN], two[DUID_LEN];

	(void)state;
	assert_true(fd >= 0);
	duid_make(one, path);
	duid_make(two, path);
	assert_memory_not_equal(one, two, DUID_LEN); /* the file is empty */
	assert_int_equal(write(fd, "0123456789abcdef0123456789abcdef\n", 33),
			 33);
	duid_make(one, path);
	duid_make(two, path);
	/*
	 * of { printf 0123456789abcdef0123456789abcdef; printf 'l2tpd DHCPv6
	 * server\0'; } | sha256sum, with version and variant
	 */
	assert_hex(one, DUID_LEN, "0004 87cc519af11243ff92e390a8e16d5a42");
	assert_memory_equal(one, two, DUID_LEN);
	close(fd);
	unlink(path);
	duid_make(two, path);
	assert_memory_equal(two, "\0\4", 2);
	assert_memory_not_equal(one, two, DUID_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_groups_full),
		cmocka_unit_test(test_duid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
