/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left of a way for PPP, of each version and encapsulation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "monitor/path_mtu.h"

static struct held_tunnel tunnel(uint16_t family, uint8_t version,
				 enum dp_encap encap, uint32_t path_mtu)
{
	return (struct held_tunnel){
		.version = version,
		.encap = encap,
		.fd = -1,
		.peer.family = family,
		.path_mtu = path_mtu,
	};
}

static void test_version_2(void **state)
{
	struct held_tunnel t = tunnel(AF_INET, 2, DP_ENCAP_UDP, 1500);
	struct dp_session s = { 0 };

	(void)state;
	assert_int_equal(path_mtu_of_ppp(&t, &s, false), 1460);
	s.send_seq = true;
	assert_int_equal(path_mtu_of_ppp(&t, &s, false), 1456);
	t = tunnel(AF_INET6, 2, DP_ENCAP_UDP, 1500);
	assert_int_equal(path_mtu_of_ppp(&t, &s, false), 1436);
}

static void test_version_3(void **state)
{
	struct held_tunnel t = tunnel(AF_INET, 3, DP_ENCAP_UDP, 1500);
	struct dp_session s = { .cookie_len = 8 };

	(void)state;
	assert_int_equal(path_mtu_of_ppp(&t, &s, false), 1448);
	s.no_l2_sublayer = true;
	assert_int_equal(path_mtu_of_ppp(&t, &s, false), 1452);
	t = tunnel(AF_INET6, 3, DP_ENCAP_IP, 1500);
	s.cookie_len = 4;
	assert_int_equal(path_mtu_of_ppp(&t, &s, false), 1448);
}

static void test_bounds(void **state)
{
	struct held_tunnel t = tunnel(AF_INET, 2, DP_ENCAP_UDP, 0);
	const struct dp_session s = { 0 };

	(void)state;
	assert_int_equal(path_mtu_of_ppp(&t, &s, false), 0);
	/* There is no socket to ask, and nothing changes. */
	path_mtu_look(&t);
	assert_int_equal(t.path_mtu, 0);
	t.path_mtu = 65536;
	assert_int_equal(path_mtu_of_ppp(&t, &s, false), 1500);
	t.path_mtu = 1300;
	assert_int_equal(path_mtu_of_ppp(&t, &s, false), 1260);
	assert_int_equal(path_mtu_of_ppp(&t, &s, true), 1280);
	t.path_mtu = 68;
	assert_int_equal(path_mtu_of_ppp(&t, &s, false), 68);
	assert_int_equal(path_mtu_of_ppp(&t, &s, true), 1280);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_2),
		cmocka_unit_test(test_version_3),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
