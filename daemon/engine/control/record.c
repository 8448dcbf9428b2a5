/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How values are written into records. */
#include "engine/control/record.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "engine/control/reply.h"
#include "engine/service/subscriber.h"

void record_text(json_t *o, const char *key, const char *text)
{
	if (text && text[0])
		json_object_set_new(o, key, control_text(text));
}

void record_time(json_t *o, const char *key, time_t when)
{
	char text[32];
	struct tm tm;

	if (gmtime_r(&when, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		record_text(o, key, text);
}

void record_number(json_t *o, const char *key, uint64_t value)
{
	json_object_set_new(o, key, json_integer((json_int_t)value));
}

void record_some(json_t *o, const char *key, uint64_t value)
{
	if (value)
		record_number(o, key, value);
}

void record_address(json_t *o, const char *key, const struct addr *a)
{
	char text[ADDR_STRLEN], port[32];

	if (!addr_is_set(a))
		return;
	record_text(o, key, addr_format(a, text));
	snprintf(port, sizeof(port), "%s_port", key);
	record_some(o, port, a->port);
}

void record_ipv4(json_t *o, const char *key, uint32_t network_order)
{
	char text[INET_ADDRSTRLEN];

	if (network_order)
		record_text(o, key,
			    inet_ntop(AF_INET, &network_order, text,
				      sizeof(text)));
}

const char *record_up_or_down(bool up)
{
	return up ? "up" : "down";
}

void record_hex(json_t *o, const char *key, const uint8_t *bytes, size_t len)
{
	char text[2 * 8 + 1] = "";

	for (size_t i = 0; i < len && i < 8; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	record_text(o, key, text);
}

static void show_mac(json_t *o, const uint8_t mac[6])
{
	char text[18];

	/* PPP has none. */
	if (memcmp(mac, (uint8_t[6]){ 0 }, 6) == 0)
		return;
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	record_text(o, "mac", text);
}

void record_link(json_t *o, const struct monitor_pw_show *r)
{
	if (!r->ifname[0])
		return;
	record_text(o, "ifname", r->ifname);
	/* The null data plane has names only. */
	if (!r->ifindex)
		return;
	record_number(o, "ifindex", r->ifindex);
	record_text(o, "admin", record_up_or_down(r->admin_up));
	record_text(o, "link", record_up_or_down(r->oper_up));
	record_number(o, "mtu", r->mtu);
	show_mac(o, r->mac);
	record_text(o, "master", r->master);
	record_number(o, "rx_packets", r->rx_packets);
	record_number(o, "rx_bytes", r->rx_bytes);
	record_number(o, "rx_errors", r->rx_errors);
	record_number(o, "rx_drops", r->rx_drops);
	record_number(o, "tx_packets", r->tx_packets);
	record_number(o, "tx_bytes", r->tx_bytes);
	record_number(o, "tx_errors", r->tx_errors);
	record_number(o, "tx_drops", r->tx_drops);
}

/* ---- what a caller is given ---- */

static void add_prefix6(json_t *o, const char *key,
			const struct service_prefix6 *p)
{
	char text[INET6_ADDRSTRLEN + 4];

	if (!p->len || !inet_ntop(AF_INET6, p->addr, text, sizeof(text)))
		return;
	snprintf(text + strlen(text), 5, "/%u", p->len);
	record_text(o, key, text);
}

void record_ifid(json_t *o, const char *key, const uint8_t id[8])
{
	char text[20];

	if (memcmp(id, (uint8_t[8]){ 0 }, 8) == 0)
		return;
	snprintf(text, sizeof(text), "%x:%x:%x:%x", id[0] << 8 | id[1],
		 id[2] << 8 | id[3], id[4] << 8 | id[5], id[6] << 8 | id[7]);
	record_text(o, key, text);
}

static void add_routes(json_t *o, const struct service *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->route_n && i < SERVICE_ROUTES_MAX; i++) {
		const struct service_route *r = &s->route[i];
		char text[INET6_ADDRSTRLEN + 24] = "";

		inet_ntop(r->family, r->dst, text, INET6_ADDRSTRLEN);
		snprintf(text + strlen(text), 24,
			 r->metric ? "/%u metric %u" : "/%u", r->len,
			 r->metric);
		json_array_append_new(list, json_string(text));
	}
	json_object_set_new(o, "routes", list);
}

static void add_dns6(json_t *o, const struct service *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->dns6_n && i < 2; i++) {
		char text[INET6_ADDRSTRLEN];

		if (inet_ntop(AF_INET6, s->dns6[i], text, sizeof(text)))
			json_array_append_new(list, json_string(text));
	}
	json_object_set_new(o, "dns6", list);
}

void record_service(json_t *o, const struct service *s)
{
	add_prefix6(o, "prefix6", &s->prefix6);
	add_prefix6(o, "delegated6", &s->delegated6);
	record_some(o, "session_timeout_s", s->session_timeout_s);
	record_some(o, "idle_timeout_s", s->idle_timeout_s);
	record_some(o, "interim_s", s->interim_s);
	record_some(o, "rate_down", s->rate_down);
	record_some(o, "rate_up", s->rate_up);
	record_some(o, "port_limit", s->port_limit);
	record_some(o, "mtu", s->mtu);
	record_text(o, "pool", s->pool);
	record_text(o, "filter_id", s->filter_id);
	if (s->route_n)
		add_routes(o, s);
	if (s->dns6_n)
		add_dns6(o, s);
}

void record_dns(json_t *o, const uint32_t dns[2])
{
	json_t *list = json_array();

	for (size_t i = 0; i < 2; i++) {
		char text[INET_ADDRSTRLEN];

		if (dns[i] && inet_ntop(AF_INET, &dns[i], text, sizeof(text)))
			json_array_append_new(list, json_string(text));
	}
	if (json_array_size(list))
		json_object_set_new(o, "dns", list);
	else
		json_decref(list);
}

static void add_left(json_t *o, const char *key, const struct loop_timer *t,
		     uint64_t now)
{
	if (loop_timer_is_set(t))
		record_number(o, key,
			      t->deadline > now ?
				      (t->deadline - now + 999) / 1000 :
				      0);
}

void record_encryption_and_time(json_t *o, const struct subscriber *s,
				uint64_t now)
{
	char text[40];

	if (s->mppe.bits) {
		snprintf(text, sizeof(text), "MPPE %u bits, %s", s->mppe.bits,
			 s->mppe.stateful ? "stateful" : "stateless");
		record_text(o, "encryption", text);
	}
	add_left(o, "session_left_s", &s->session_timer, now);
}
