/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The environment of the operator's programs. Every variable is always there,
 * empty when its value is not known; variables about the end of a call are
 * there for ip-down only. What peers say is only ever in a value, without
 * control characters. A program has to quote it, as any value.
 */
#include "monitor/script.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/addr.h"
#include "monitor/check.h"

#define SCRIPT_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* The entries one after the other, each with its NUL. */
struct env {
	FILE *f;
	char *text;
	size_t len;
};

static bool env_open(struct env *e)
{
	e->f = open_memstream(&e->text, &e->len);
	return e->f != NULL;
}

static char **env_close(struct env *e)
{
	char **env = NULL, *text;
	size_t n = 0, at = 0;

	if (fclose(e->f) == 0) {
		for (size_t i = 0; i < e->len; i++)
			n += e->text[i] == '\0';
		env = malloc((n + 1) * sizeof(*env) + e->len);
	}
	if (env) {
		text = (char *)(env + n + 1);
		memcpy(text, e->text, e->len);
		for (size_t i = 0; i < n; i++) {
			env[i] = text + at;
			at += strlen(env[i]) + 1;
		}
		env[n] = NULL;
	}
	free(e->text);
	return env;
}

static void put_end(struct env *e)
{
	fputc('\0', e->f);
}

static void put_text(struct env *e, const char *name, const char *text)
{
	fprintf(e->f, "%s=", name);
	for (; *text; text++)
		fputc(monitor_is_control(*text) ? '?' : *text, e->f);
	put_end(e);
}

static void put_number(struct env *e, const char *name, uint64_t n)
{
	fprintf(e->f, "%s=%llu", name, (unsigned long long)n);
	put_end(e);
}

static void put_ipv4(struct env *e, const char *name, const uint32_t *addresses,
		     size_t n)
{
	char text[INET_ADDRSTRLEN];
	const char *sep = "";

	fprintf(e->f, "%s=", name);
	for (size_t i = 0; i < n; i++) {
		if (!addresses[i])
			continue;
		fprintf(e->f, "%s%s", sep,
			inet_ntop(AF_INET, &addresses[i], text, sizeof(text)));
		sep = " ";
	}
	put_end(e);
}

static void put_dns6(struct env *e, const struct service *s)
{
	char text[INET6_ADDRSTRLEN];

	fputs("L2TPD_DNS6=", e->f);
	for (size_t i = 0; i < s->dns6_n && i < 2; i++)
		fprintf(e->f, "%s%s", i ? " " : "",
			inet_ntop(AF_INET6, s->dns6[i], text, sizeof(text)));
	put_end(e);
}

static void put_link_local(struct env *e, const char *name,
			   const uint8_t ifid[8])
{
	static const uint8_t none[8];
	uint8_t address[16] = { 0xfe, 0x80 };
	char text[INET6_ADDRSTRLEN] = "";

	memcpy(address + 8, ifid, 8);
	if (memcmp(ifid, none, sizeof(none)) != 0)
		inet_ntop(AF_INET6, address, text, sizeof(text));
	put_text(e, name, text);
}

static void format_prefix(uint8_t family, uint8_t len, const uint8_t *bytes,
			  char *text)
{
	struct addr_prefix p = { .addr = { .family = family }, .len = len };

	memcpy(p.addr.ip, bytes, family == AF_INET ? 4 : 16);
	addr_prefix_format(&p, text);
}

static void put_prefix6(struct env *e, const char *name,
			const struct service_prefix6 *p)
{
	char text[ADDR_STRLEN] = "";

	if (p->len)
		format_prefix(AF_INET6, p->len, p->addr, text);
	put_text(e, name, text);
}

/* "192.0.2.0/24 2001:db8::/48@5", what follows @ being the metric. */
static void put_routes(struct env *e, const struct service *s)
{
	char text[ADDR_STRLEN];

	fputs("L2TPD_ROUTES=", e->f);
	for (size_t i = 0; i < s->route_n && i < SERVICE_ROUTES_MAX; i++) {
		const struct service_route *r = &s->route[i];

		format_prefix(r->family == AF_INET ? AF_INET : AF_INET6, r->len,
			      r->dst, text);
		fprintf(e->f, "%s%s", i ? " " : "", text);
		if (r->metric)
			fprintf(e->f, "@%u", r->metric);
	}
	put_end(e);
}

static void put_class(struct env *e, const struct service *s)
{
	fputs("L2TPD_CLASS=", e->f);
	for (size_t i = 0; i < s->class_n && i < SERVICE_CLASSES_MAX; i++) {
		if (i)
			fputc(' ', e->f);
		for (size_t k = 0; k < s->class_len[i] && k < SERVICE_CLASS_MAX;
		     k++)
			fprintf(e->f, "%02x", s->classes[i][k]);
	}
	put_end(e);
}

static void put_addresses(struct env *e, const struct monitor_script *m)
{
	put_ipv4(e, "L2TPD_LOCAL_IPV4", &m->local_ipv4, 1);
	put_ipv4(e, "L2TPD_REMOTE_IPV4", &m->remote_ipv4, 1);
	put_link_local(e, "L2TPD_LOCAL_IPV6", m->local_ifid);
	put_link_local(e, "L2TPD_REMOTE_IPV6", m->remote_ifid);
	put_prefix6(e, "L2TPD_PREFIX6", &m->service.prefix6);
	put_prefix6(e, "L2TPD_DELEGATED_PREFIX6", &m->service.delegated6);
	put_ipv4(e, "L2TPD_DNS", m->dns, 2);
	put_dns6(e, &m->service);
	put_routes(e, &m->service);
}

static void put_service(struct env *e, const struct service *s)
{
	put_number(e, "L2TPD_RATE_DOWN", s->rate_down);
	put_number(e, "L2TPD_RATE_UP", s->rate_up);
	put_number(e, "L2TPD_SESSION_TIMEOUT", s->session_timeout_s);
	put_number(e, "L2TPD_IDLE_TIMEOUT", s->idle_timeout_s);
	put_text(e, "L2TPD_FILTER_ID", s->filter_id);
	put_class(e, s);
}

static void put_call(struct env *e, const struct monitor_script *m)
{
	put_text(e, "L2TPD_ACCT_SESSION_ID", m->call.session_id);
	put_number(e, "L2TPD_TUNNEL_ID", m->call.tunnel_id);
	put_number(e, "L2TPD_SESSION_ID", m->call.id);
	put_text(e, "L2TPD_PEER", m->call.peer);
	put_text(e, "L2TPD_PEER_NAME", m->call.peer_name);
	put_text(e, "L2TPD_CALLING_NUMBER", m->call.calling_number);
	put_text(e, "L2TPD_CALLED_NUMBER", m->call.called_number);
}

static void put_down(struct env *e, const struct monitor_script *m)
{
	put_number(e, "L2TPD_SESSION_TIME", m->session_time_s);
	put_number(e, "L2TPD_RX_BYTES", m->counters.rx_bytes);
	put_number(e, "L2TPD_TX_BYTES", m->counters.tx_bytes);
	put_number(e, "L2TPD_RX_PACKETS", m->counters.rx_packets);
	put_number(e, "L2TPD_TX_PACKETS", m->counters.tx_packets);
	put_text(e, "L2TPD_REASON", m->reason);
}

char **script_env_new(const struct monitor_script *m)
{
	struct env e;

	if (!env_open(&e))
		return NULL;
	put_text(&e, "PATH", SCRIPT_PATH);
	put_text(&e, "L2TPD_EVENT", m->up ? "up" : "down");
	put_text(&e, "L2TPD_PROFILE", m->profile);
	put_text(&e, "L2TPD_USER", m->service.user);
	put_text(&e, "L2TPD_INTERFACE", m->interface.ifname);
	put_addresses(&e, m);
	put_service(&e, &m->service);
	put_call(&e, m);
	if (!m->up)
		put_down(&e, m);
	return env_close(&e);
}

char **script_env_down(char *const *up, uint64_t session_time_s,
		       const char *reason)
{
	static const char *const unknown[] = {
		"L2TPD_RX_BYTES",
		"L2TPD_TX_BYTES",
		"L2TPD_RX_PACKETS",
		"L2TPD_TX_PACKETS",
	};
	struct env e;

	if (!env_open(&e))
		return NULL;
	for (; *up; up++) {
		bool event = strncmp(*up, "L2TPD_EVENT=", 12) == 0;

		fputs(event ? "L2TPD_EVENT=down" : *up, e.f);
		put_end(&e);
	}
	put_number(&e, "L2TPD_SESSION_TIME", session_time_s);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		put_text(&e, unknown[i], "");
	put_text(&e, "L2TPD_REASON", reason);
	return env_close(&e);
}
