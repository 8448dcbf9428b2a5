/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test aaa: the aaa process is asked as a call would ask it, and what comes is
 * shown. The operator's password goes there as it is; the response that a
 * caller would make of it is made there.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/control/commands.h"
#include "engine/control/record.h"
#include "engine/control/reply.h"
#include "engine/link/ppp.h"
#include "engine/engine.h"
#include "engine/service/subscriber.h"
#include "ipc/aaa.h"
#include "lib/secret.h"

_Static_assert(sizeof(struct aaa_test_reply) <= IPC_BODY_MAX,
	       "a test's reply is one message");

static const struct method {
	const char *name;
	enum config_auth auth;
	enum ppp_auth_method method;
} methods[] = {
	{ "pap", CONFIG_AUTH_PAP, PPP_AUTH_PAP },
	{ "chap", CONFIG_AUTH_CHAP, PPP_AUTH_CHAP_MD5 },
	{ "mschapv2", CONFIG_AUTH_MSCHAPV2, PPP_AUTH_MSCHAPV2 },
};
#define METHODS (sizeof(methods) / sizeof(methods[0]))

struct test {
	struct control *control;
	const struct config_ppp *profile;
	const struct method *method;
	char user[PPP_NAME_MAX];
};

/* ---- the answer ---- */

static bool is_complete(const struct aaa_test_reply *r)
{
	const struct service *s = &r->reply.service;

	return ipc_is_text(r->text) && ipc_is_text(r->reply.why) &&
	       ipc_is_text(r->reply.ppp.message) && ipc_is_text(s->user) &&
	       ipc_is_text(s->pool) && ipc_is_text(s->filter_id) &&
	       ipc_is_text(s->server) && s->route_n <= SERVICE_ROUTES_MAX &&
	       s->dns6_n <= 2;
}

static void add_lines(json_t *o, const char *key, char *text)
{
	json_t *list = json_array();

	for (char *save = NULL, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		json_array_append_new(list, control_text(line));
	if (json_array_size(list))
		json_object_set_new(o, key, list);
	else
		json_decref(list);
}

/* The address, or where one would come from. */
static void add_address(json_t *o, const struct test *t,
			const struct aaa_auth_reply *r)
{
	const struct config_ppp *p = t->profile;
	uint32_t address = ntohl(r->ppp.remote_ipv4);
	json_t *pools = json_array();

	if (address == 0xffffffff)
		record_text(o, "remote_ipv4", "the caller's choice");
	else if (address && address != 0xfffffffe)
		record_ipv4(o, "remote_ipv4", r->ppp.remote_ipv4);
	else if (r->service.pool[0])
		json_array_append_new(pools, control_text(r->service.pool));
	else if (addr_is_set(&p->remote_address))
		record_ipv4(o, "remote_ipv4",
			    htonl(addr_v4(&p->remote_address)));
	else if (p->pool.n)
		json_array_append_new(pools, json_sprintf("ppp %s", p->name));
	for (size_t i = 0; !json_object_get(o, "remote_ipv4") &&
			   !r->service.pool[0] && i < p->pools.n;
	     i++)
		json_array_append_new(pools, json_string(p->pools.v[i]));
	if (json_array_size(pools))
		json_object_set(o, "pools", pools);
	json_decref(pools);
	if (r->service.pool[0] &&
	    !config_pool_find(t->control->engine->config, r->service.pool))
		record_text(o, "warning",
			    "there is no pool section of that name: a call "
			    "would be refused");
}

static void add_given(json_t *o, struct test *t, const struct aaa_auth_reply *r)
{
	const struct config_ppp *p = t->profile;
	struct service given = r->service;
	uint32_t dns[2] = { r->ppp.dns[0], r->ppp.dns[1] };

	subscriber_complete(&given, p, t->user);
	if (strcmp(given.user, t->user) != 0)
		record_text(o, "accounted_as", given.user);
	add_address(o, t, r);
	ppp_fill_dns(p, dns);
	record_dns(o, dns);
	if (r->ppp.have_ifid)
		record_ifid(o, "interface_id", r->ppp.remote_ifid);
	record_service(o, &given);
	if (r->ppp.have_mppe_keys)
		json_object_set_new(o, "mppe_keys", json_true());
}

static json_t *test_record(struct test *t, struct aaa_test_reply *r)
{
	const struct aaa_auth_reply *a = &r->reply;
	json_t *o = json_object();

	record_text(o, "user", t->user);
	record_text(o, "result",
		    a->ppp.ok	   ? "accepted" :
		    a->unavailable ? "unavailable" :
				     "refused");
	if (!a->ppp.ok)
		record_text(o, "why", a->why);
	record_text(o, "ppp", t->profile->name);
	record_text(o, "method", t->method->name);
	if (a->service.server[0] || a->ppp.ok)
		record_text(o, "server",
			    a->service.server[0] ? a->service.server : "local");
	if (r->latency_us)
		record_number(o, "latency_us", r->latency_us);
	/*
	 * MS-CHAP's is code for the caller's program, and proves
	 * nothing to an operator.
	 */
	if (t->method->method != PPP_AUTH_MSCHAPV2)
		record_text(o, "message", a->ppp.message);
	if (a->ppp.ok)
		add_given(o, t, a);
	add_lines(o, "attributes", r->text);
	return o;
}

static void on_test(void *argument, int result, struct ipc_message *m)
{
	struct test *t = argument;
	struct control *c = t->control;
	struct aaa_test_reply *r = m ? ipc_body(m, struct aaa_test_reply) :
				       NULL;

	c->waiting = false;
	if (!result && (!r || !is_complete(r)))
		result = -EPROTO;
	if (c->over) {
		control_resume(c);
		free(t);
		return;
	}
	if (result) {
		control_error(c, "the aaa process does not answer: %s",
			      strerror(-result));
	} else {
		control_record(c, test_record(t, r));
		if (r->reply.ppp.ok)
			control_end(c);
		else
			control_error(c, "user \"%s\" %s: %s", t->user,
				      r->reply.unavailable ?
					      "cannot be asked for" :
					      "is refused",
				      r->reply.why);
	}
	free(t);
	control_resume(c);
	turn_settle(&c->engine->turn);
}

/* ---- the question ---- */

/*
 * The profile that is named, or the only one that authenticates. NULL:
 * an error was sent.
 */
static const struct config_ppp *find_profile(struct control *c)
{
	const struct config *config = c->engine->config;
	const char *wanted = control_arg(c, "ppp");
	const struct config_ppp *found = NULL;

	if (wanted) {
		found = config_ppp_find(config, wanted);
		if (!found || !found->auth_n)
			control_error(c,
				      found ? "ppp \"%s\" asks nobody to "
					      "authenticate: it has no auth" :
					      "there is no ppp section \"%s\" "
					      "in the configuration",
				      wanted);
		return found && found->auth_n ? found : NULL;
	}
	for (size_t i = 0; i < config->ppp_n; i++) {
		if (!config->ppp[i].auth_n)
			continue;
		if (found) {
			control_error(c,
				      "there are several ppp sections with "
				      "auth, such as \"%s\" and \"%s\": say "
				      "ppp and the one that counts",
				      found->name, config->ppp[i].name);
			return NULL;
		}
		found = &config->ppp[i];
	}
	if (!found)
		control_error(c, "no ppp section of the configuration "
				 "authenticates anybody: none has auth");
	return found;
}

/*
 * The method that is named, or the first of the profile's that can be tried.
 * NULL: an error was sent.
 */
static const struct method *find_method(struct control *c,
					const struct config_ppp *p)
{
	const char *wanted = control_arg(c, "method");

	for (size_t i = 0; wanted && i < METHODS; i++)
		if (strcmp(methods[i].name, wanted) == 0)
			return &methods[i];
	for (size_t i = 0; !wanted && i < p->auth_n; i++)
		for (size_t j = 0; j < METHODS; j++)
			if (methods[j].auth == p->auth[i])
				return &methods[j];
	if (wanted)
		control_error(c,
			      "%s cannot be tried: say pap, chap or mschapv2",
			      wanted);
	else
		control_error(c,
			      "ppp \"%s\" lists no method that can be tried: "
			      "say method pap, chap or mschapv2",
			      p->name);
	return NULL;
}

static int send_test(struct test *t, const char *password)
{
	struct engine *e = t->control->engine;
	struct aaa_auth body = { .auth.method = t->method->method };
	int err;

	memcpy(body.profile, t->profile->name, sizeof(body.profile));
	snprintf(body.auth.our_name, sizeof(body.auth.our_name), "%s",
		 e->config->hostname);
	snprintf(body.call.local_name, sizeof(body.call.local_name), "%s",
		 e->config->hostname);
	memcpy(body.auth.user, t->user, sizeof(body.auth.user));
	body.auth.response_len = (uint16_t)strlen(password);
	memcpy(body.auth.response, password, body.auth.response_len);
	err = channel_request(&e->aaa, AAA_TEST, &body, sizeof(body), NULL, 0,
			      on_test, t);
	explicit_bzero(&body, sizeof(body));
	return err;
}

void test_aaa(struct control *c)
{
	const char *user = control_arg(c, "user"),
		   *password = control_arg(c, "password");
	const struct config_ppp *p;
	const struct method *method;
	struct test *t;
	int err;

	if (!user || !password || strlen(user) >= PPP_NAME_MAX ||
	    strlen(password) > SECRET_MAX) {
		control_error(c,
			      "test aaa needs a user and a password, of at "
			      "most %d bytes each",
			      PPP_NAME_MAX - 1);
		return;
	}
	p = find_profile(c);
	method = p ? find_method(c, p) : NULL;
	if (!method)
		return;
	t = calloc(1, sizeof(*t));
	if (!t) {
		control_error(c, "l2tpd is out of memory");
		return;
	}
	*t = (struct test){ .control = c, .profile = p, .method = method };
	snprintf(t->user, sizeof(t->user), "%s", user);
	err = send_test(t, password);
	if (err) {
		free(t);
		control_error(c, "the aaa process cannot be asked: %s",
			      strerror(-err));
		return;
	}
	c->waiting = true;
}
