/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reply's attributes give a caller, and what a request says of one. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "aaa/framed_route.h"
#include "aaa/radius_accept.h"

#define BYTES(...) ((const uint8_t[]){ __VA_ARGS__ })

static const uint8_t zero[16];
static struct radius_builder b;
static struct aaa_auth_reply r;
static struct radius_view v;
static char said[400]; /* the last complaint */
static int complaints;

static void on_complaint(void *arg, const char *text)
{
	(void)arg;
	complaints++;
	snprintf(said, sizeof(said), "%s", text);
}

static void begin(void)
{
	radius_begin(&b, RADIUS_ACCESS_ACCEPT, 1, zero);
}

static uint32_t read_it(void)
{
	r = (struct aaa_auth_reply){ 0 };
	complaints = 0;
	said[0] = '\0';
	assert_false(b.overflow);
	b.data[2] = (uint8_t)(b.len >> 8);
	b.data[3] = (uint8_t)b.len;
	assert_int_equal(radius_parse(&v, b.data, b.len), RADIUS_OK);
	return radius_read_service(&v, &r, on_complaint, NULL);
}

static void vendor_u32(uint32_t vendor, uint8_t type, uint32_t n)
{
	n = htonl(n);
	radius_add_vendor(&b, vendor, type, &n, 4);
}

static void vendor_text(uint32_t vendor, uint8_t type, const char *text)
{
	radius_add_vendor(&b, vendor, type, text, strlen(text));
}

static void test_standard(void **state)
{
	const struct service *s = &r.service;

	(void)state;
	begin();
	radius_add_text(&b, RADIUS_USER_NAME, "alice@isp");
	radius_add_u32(&b, RADIUS_FRAMED_IP_ADDRESS, 0x0a400005);
	/* not for a link to one host */
	radius_add_u32(&b, RADIUS_FRAMED_IP_NETMASK, 0xffffff00);
	radius_add_u32(&b, RADIUS_FRAMED_MTU, 1400);
	radius_add_u32(&b, RADIUS_SESSION_TIMEOUT, 3600);
	radius_add_u32(&b, RADIUS_IDLE_TIMEOUT, 0);
	radius_add_u32(&b, RADIUS_ACCT_INTERIM_INTERVAL, 30);
	radius_add_u32(&b, RADIUS_PORT_LIMIT, 2);
	radius_add_text(&b, RADIUS_FRAMED_POOL, "business");
	radius_add_text(&b, RADIUS_FILTER_ID, "gold");
	radius_add(&b, RADIUS_CLASS, "one", 3);
	radius_add(&b, RADIUS_CLASS, "\0\xff", 2);
	vendor_u32(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_PRIMARY_DNS_SERVER,
		   0xc0000201);
	vendor_u32(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_SECONDARY_DNS_SERVER,
		   0xc0000202);
	assert_int_equal(read_it(), AAA_COA_SESSION_TIMEOUT |
					    AAA_COA_IDLE_TIMEOUT |
					    AAA_COA_INTERIM | AAA_COA_FILTER |
					    AAA_COA_CLASS);
	assert_int_equal(complaints, 0);
	assert_string_equal(s->user, "alice@isp");
	assert_int_equal(ntohl(r.ppp.remote_ipv4), 0x0a400005);
	assert_int_equal(s->mtu, 1400);
	assert_int_equal(s->session_timeout_s, 3600);
	assert_int_equal(s->idle_timeout_s, SERVICE_FOREVER);
	assert_int_equal(s->interim_s, 60); /* RFC 2869, 5.16 */
	assert_int_equal(s->port_limit, 2);
	assert_string_equal(s->pool, "business");
	assert_string_equal(s->filter_id, "gold");
	assert_int_equal(s->class_n, 2);
	assert_int_equal(s->class_len[0], 3);
	assert_memory_equal(s->classes[1], "\0\xff", 2);
	assert_int_equal(ntohl(r.ppp.dns[0]), 0xc0000201);
	assert_int_equal(ntohl(r.ppp.dns[1]), 0xc0000202);
	assert_int_equal(s->route_n, 0);
}

static void test_ipv6(void **state)
{
	static const uint8_t prefix[] = { 0,	60, 0x20, 1, 0x0d,
					  0xb8, 0,  1,	  0, 0xff };
	static const uint8_t ifid[] = { 0, 1, 0, 2, 0, 3, 0, 4 };
	uint8_t dns[16] = { 0x20, 1 };

	(void)state;
	begin();
	radius_add(&b, RADIUS_FRAMED_IPV6_PREFIX, prefix, sizeof(prefix));
	radius_add(&b, RADIUS_DELEGATED_IPV6_PREFIX,
		   BYTES(0, 32, 0x20, 1, 0x0d, 0xb8), 6);
	radius_add(&b, RADIUS_FRAMED_INTERFACE_ID, ifid, 8);
	radius_add(&b, RADIUS_DNS_SERVER_IPV6_ADDRESS, dns, 16);
	radius_add_text(&b, RADIUS_FRAMED_IPV6_ROUTE, "2001:db8:5::/48 :: 7");
	read_it();
	assert_int_equal(complaints, 0);
	assert_int_equal(r.service.prefix6.len, 60);
	/* the bits past it are cut */
	assert_int_equal(r.service.prefix6.addr[7], 0xf0);
	assert_int_equal(r.service.delegated6.len, 32);
	assert_true(r.service.have_ifid && r.ppp.have_ifid);
	assert_memory_equal(r.ppp.remote_ifid, ifid, 8);
	assert_int_equal(r.service.dns6_n, 1);
	assert_int_equal(r.service.route_n, 1);
	assert_int_equal(r.service.route[0].family, AF_INET6);
	assert_int_equal(r.service.route[0].metric, 7);
}

static void assert_route(const char *text, const char *dst, unsigned int len,
			 uint32_t metric)
{
	struct service_route route;
	char got[INET6_ADDRSTRLEN];

	if (!dst) {
		assert_int_equal(framed_route_parse(text, &route), -EINVAL);
		return;
	}
	assert_int_equal(framed_route_parse(text, &route), 0);
	assert_string_equal(inet_ntop(route.family, route.dst, got,
				      sizeof(got)),
			    dst);
	assert_int_equal(route.len, len);
	assert_int_equal(route.metric, metric);
}

static void test_routes(void **state)
{
	(void)state;
	assert_route("192.0.2.0/24 192.0.2.1 1", "192.0.2.0", 24, 1);
	/* more metrics: RFC 2865, 5.22 */
	assert_route("192.0.2.0/24 0.0.0.0 3 -1 400", "192.0.2.0", 24, 3);
	assert_route("192.0.2.77/24", "192.0.2.0", 24, 0);
	assert_route("192.0.2.77", "192.0.2.77", 32, 0); /* no classes */
	assert_route("10.0.0.0 0.0.0.0 1", "10.0.0.0", 32, 1);
	assert_route("10.1.2.3 255.255.0.0 0.0.0.0 4", "10.1.0.0", 16, 4);
	assert_route("10.1.2.3 255.255.0.0", "10.1.0.0", 16, 0);
	/* no mask: a gateway */
	assert_route("10.1.2.3 255.0.255.0", "10.1.2.3", 32, 0);
	assert_route("  10.0.0.0/8\t9", "10.0.0.0", 8, 9);
	assert_route("2001:db8::1/32 ::", "2001:db8::", 32, 0);
	assert_route("2001:db8::1", "2001:db8::1", 128, 0);
	assert_route("", NULL, 0, 0);
	assert_route("10.0.0.0/33", NULL, 0, 0);
	assert_route("10.0.0.0/", NULL, 0, 0);
	assert_route("10.0.0.0/-1", NULL, 0, 0);
	assert_route("10.0.0.0/8x", NULL, 0, 0);
	assert_route("10.0.0/8", NULL, 0, 0);
	assert_route("::/129", NULL, 0, 0);
	assert_route("10.0.0.0/8 0.0.0.0 2147483648", NULL, 0, 0);
	assert_route("10.0.0.0/8 gateway", NULL, 0, 0);
	begin();
	radius_add_text(&b, RADIUS_FRAMED_ROUTE, "0.0.0.0/0 0.0.0.0");
	assert_int_equal(read_it() & AAA_COA_ROUTES, 0);
	assert_string_equal(said,
			    "Framed-Route = \"0.0.0.0/0 0.0.0.0\": a "
			    "default route into a caller's link is not set");
	begin();
	for (int i = 0; i < SERVICE_ROUTES_MAX + 2; i++)
		radius_add_text(&b, RADIUS_FRAMED_ROUTE, "10.0.0.0/24");
	assert_int_equal(read_it(), AAA_COA_ROUTES);
	assert_int_equal(r.service.route_n, SERVICE_ROUTES_MAX);
	assert_int_equal(complaints, 2);
}

static void assert_rates(uint64_t up, uint64_t down)
{
	read_it();
	assert_int_equal(complaints, 0);
	assert_int_equal(r.service.rate_up, up);
	assert_int_equal(r.service.rate_down, down);
}

static void test_rates(void **state)
{
	static const struct {
		uint32_t vendor;
		uint8_t up, down;
		unsigned int unit;
	} numbers[] = {
		{ RADIUS_VENDOR_WISPR, 7, 8, 1 },
		{ RADIUS_VENDOR_ROARING_PENGUIN, 1, 2, 1000 },
		{ RADIUS_VENDOR_ASCEND, 197, 255, 1 },
		{ RADIUS_VENDOR_HUAWEI, 2, 5, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		begin();
		vendor_u32(numbers[i].vendor, numbers[i].up, 256000);
		vendor_u32(numbers[i].vendor, numbers[i].down, 1024000);
		assert_rates(256000ull * numbers[i].unit,
			     1024000ull * numbers[i].unit);
	}
	begin();
	vendor_text(RADIUS_VENDOR_MIKROTIK, RADIUS_MIKROTIK_RATE_LIMIT,
		    "64k/2M 128k/4M");
	/* rx is what the router receives: the user's upload */
	assert_rates(64000, 2000000);
	begin();
	vendor_text(RADIUS_VENDOR_MIKROTIK, RADIUS_MIKROTIK_RATE_LIMIT, "1G");
	assert_rates(1000000000, 1000000000);
	begin();
	vendor_text(RADIUS_VENDOR_CISCO, 1,
		    "lcp:interface-config#1=rate-limit output 512000 8000 8000 "
		    "conform-action x");
	vendor_text(RADIUS_VENDOR_CISCO, 1,
		    "lcp:interface-config#2=rate-limit input 64000 8000 8000");
	assert_rates(64000, 512000);
	for (size_t i = 0; i < 6; i++) {
		static const char *const bad[] = { "",	  "x",
						   "1M/", "1M/2M/3M",
						   "1T",  "18446744074G" };
		uint64_t rx, tx;

		assert_int_equal(radius_parse_mikrotik_rate(bad[i], &rx, &tx),
				 -EINVAL);
	}
}

static void test_cisco(void **state)
{
	(void)state;
	begin();
	vendor_text(RADIUS_VENDOR_CISCO, 1, "ip:route=10.9.0.0 255.255.0.0");
	vendor_text(RADIUS_VENDOR_CISCO, 1, "ip:addr-pool=business");
	vendor_text(RADIUS_VENDOR_CISCO, 1,
		    "ip:dns-servers=192.0.2.1 192.0.2.2");
	vendor_text(RADIUS_VENDOR_CISCO, 1, "shell:priv-lvl=15");
	read_it();
	assert_int_equal(complaints, 0);
	assert_int_equal(r.service.route_n, 1);
	assert_int_equal(r.service.route[0].len, 16);
	assert_string_equal(r.service.pool, "business");
	assert_int_equal(ntohl(r.ppp.dns[0]), 0xc0000201);
	assert_int_equal(ntohl(r.ppp.dns[1]), 0xc0000202);
	begin();
	vendor_text(RADIUS_VENDOR_CISCO, 1, "ip:dns-servers=here");
	read_it();
	assert_string_equal(said, "Cisco-AVPair = \"ip:dns-servers=here\": it "
				  "is not understood");
}

/* What cannot be used is told by its name, and nothing of it is left. */
static void test_unusable(void **state)
{
	static const struct {
		uint32_t vendor;
		uint8_t type, len;
		uint8_t value[20];
		const char *name;
	} bad[] = {
		/* clang-format off */
		{ 0, RADIUS_FRAMED_IP_ADDRESS, 3, { 1, 2, 3 }, "Framed-IP-Address" },
		{ 0, RADIUS_SESSION_TIMEOUT, 8, { 0 }, "Session-Timeout" },
		{ 0, RADIUS_FRAMED_MTU, 4, { 0, 0, 0, 64 }, "Framed-MTU" },
		{ 0, RADIUS_FRAMED_MTU, 4, { 0, 1, 0, 0 }, "Framed-MTU" },
		{ 0, RADIUS_FRAMED_IPV6_PREFIX, 2, { 0, 64 }, "Framed-IPv6-Prefix" },
		{ 0, RADIUS_DELEGATED_IPV6_PREFIX, 18, { 0, 129 }, "Delegated-IPv6-Prefix" },
		{ 0, RADIUS_FRAMED_INTERFACE_ID, 7, { 1 }, "Framed-Interface-Id" },
		{ 0, RADIUS_FRAMED_INTERFACE_ID, 8, { 0 }, "Framed-Interface-Id" },
		{ 0, RADIUS_DNS_SERVER_IPV6_ADDRESS, 4, { 1 }, "DNS-Server-IPv6-Address" },
		{ 0, RADIUS_FRAMED_ROUTE, 3, "x/y", "Framed-Route" },
		{ 0, RADIUS_FRAMED_ROUTE, 9, "2001::/16", "Framed-Route" },
		{ RADIUS_VENDOR_WISPR, RADIUS_WISPR_BANDWIDTH_MAX_UP, 2, { 1 },
		  "WISPr-Bandwidth-Max-Up" },
		{ RADIUS_VENDOR_MIKROTIK, RADIUS_MIKROTIK_RATE_LIMIT, 4, "fast",
		  "Mikrotik-Rate-Limit" },
		/* clang-format on */
	};
	static const struct aaa_auth_reply nothing;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin();
		if (bad[i].vendor)
			radius_add_vendor(&b, bad[i].vendor, bad[i].type,
					  bad[i].value, bad[i].len);
		else
			radius_add(&b, (enum radius_type)bad[i].type,
				   bad[i].value, bad[i].len);
		read_it();
		assert_int_equal(complaints, 1);
		assert_memory_equal(said, bad[i].name, strlen(bad[i].name));
		assert_memory_equal(&r.service, &nothing.service,
				    sizeof(r.service));
		assert_int_equal(r.ppp.remote_ipv4, 0);
	}
}

static bool has_u32(enum radius_type type, uint32_t want)
{
	struct radius_attribute a;
	uint32_t n;

	return radius_find(&v, 0, (uint8_t)type, &a) && radius_u32(&a, &n) &&
	       n == want;
}

static bool has_bytes(enum radius_type type, const char *want)
{
	struct radius_attribute a;

	return radius_find(&v, 0, (uint8_t)type, &a) && a.len == strlen(want) &&
	       memcmp(a.value, want, a.len) == 0;
}

/* What restricts and is nobody's to apply is told; what is applied is not. */
static void test_restrictions(void **state)
{
	(void)state;
	begin();
	radius_add_text(&b, RADIUS_FRAMED_IPV6_POOL, "six");
	radius_add_text(&b, RADIUS_FILTER_ID, "gold");
	vendor_text(RADIUS_VENDOR_CISCO, 1, "ip:inacl#1=deny ip any any");
	vendor_text(RADIUS_VENDOR_CISCO, 1, "ip:addr-pool=business");
	vendor_text(RADIUS_VENDOR_MIKROTIK, 8, "2M/10M");
	vendor_u32(RADIUS_VENDOR_CHILLISPOT, 5, 1000);
	read_it();
	assert_int_equal(complaints, 0);
	radius_accept_restrictions(&v, true, on_complaint, NULL);
	assert_int_equal(complaints, 3);
	assert_string_equal(said, "ChilliSpot-Bandwidth-Max-Down = 1000: it "
				  "restricts the caller, and is not applied");
	complaints = 0;
	radius_accept_restrictions(&v, false, on_complaint, NULL);
	assert_int_equal(complaints, 4);
}

static void test_call(void **state)
{
	struct service_call c = {
		.session_id = "5F00A1",
		.tunnel_id = 0x1234,
		.id = 0xabcd,
		.local = "192.0.2.1",
		.peer = "198.51.100.7",
		.local_name = "lns1",
		.peer_name = "lac7",
		.calling_number = "4930123",
		.call_serial = 99,
		.tx_speed = 100000000,
	};

	(void)state;
	begin();
	radius_add_call(&b, &c);
	read_it();
	assert_true(has_u32(RADIUS_SERVICE_TYPE, 2) &&
		    has_u32(RADIUS_FRAMED_PROTOCOL, 1));
	assert_true(has_u32(RADIUS_NAS_PORT_TYPE, 5) &&
		    has_u32(RADIUS_NAS_PORT, 0x1234abcd));
	assert_true(has_bytes(RADIUS_NAS_PORT_ID, "l2tp 4660/43981"));
	assert_true(has_bytes(RADIUS_CALLING_STATION_ID, "4930123"));
	assert_true(has_bytes(RADIUS_CALLED_STATION_ID, "192.0.2.1"));
	assert_true(has_bytes(RADIUS_ACCT_SESSION_ID, "5F00A1"));
	assert_true(has_bytes(RADIUS_ACCT_TUNNEL_CONNECTION, "99"));
	assert_true(has_bytes(RADIUS_CONNECT_INFO, "100000000/100000000 L2TP"));
	assert_true(has_u32(RADIUS_TUNNEL_TYPE, 0x01000003) &&
		    has_u32(RADIUS_TUNNEL_MEDIUM_TYPE, 0x01000001));
	assert_true(has_bytes(RADIUS_TUNNEL_CLIENT_ENDPOINT, "\001198.51.100."
							     "7"));
	assert_true(has_bytes(RADIUS_TUNNEL_SERVER_ENDPOINT, "\001192.0.2.1"));
	assert_true(has_bytes(RADIUS_TUNNEL_CLIENT_AUTH_ID, "\001lac7"));
	assert_true(has_bytes(RADIUS_TUNNEL_SERVER_AUTH_ID, "\001lns1"));
	/* Of version 3: ids of 32 bits, a speed of 64. */
	c.tunnel_id = 0x99991234;
	c.id = 0x8888abcd;
	c.tx_speed = UINT64_C(10000000000);
	c.rx_speed = UINT64_C(400000000000);
	begin();
	radius_add_call(&b, &c);
	read_it();
	assert_true(has_u32(RADIUS_NAS_PORT, 0x1234abcd));
	assert_int_equal(service_nas_port(&c), 0x1234abcd);
	assert_true(has_bytes(RADIUS_CONNECT_INFO,
			      "10000000000/400000000000 L2TP"));
	strcpy(c.peer, "2001:db8::7");
	strcpy(c.ifname, "ppp7");
	begin();
	radius_add_call(&b, &c);
	read_it();
	assert_true(has_u32(RADIUS_TUNNEL_MEDIUM_TYPE, 0x01000002));
	assert_true(has_bytes(RADIUS_NAS_PORT_ID, "ppp7"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_standard),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_cisco),
		cmocka_unit_test(test_unusable),
		cmocka_unit_test(test_restrictions),
		cmocka_unit_test(test_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
