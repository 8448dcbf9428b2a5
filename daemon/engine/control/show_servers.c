/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show radius and tacacs: which servers answer, how fast, and what they were
 * asked. The aaa process is asked for one after the other.
 */
#include <errno.h>
#include <string.h>

#include "engine/control/commands.h"
#include "engine/control/record.h"
#include "engine/control/reply.h"
#include "engine/control/walk.h"
#include "engine/engine.h"
#include "ipc/aaa.h"

static const char *server_state(unsigned int state)
{
	static const char *const names[] = {
		[AAA_SERVER_UNKNOWN] = "unknown",
		[AAA_SERVER_ALIVE] = "alive",
		[AAA_SERVER_DEAD] = "dead",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : NULL;
}

static const char *signature_state(unsigned int state)
{
	static const char *const names[] = {
		[AAA_SIGNATURE_UNUSED] = NULL,
		[AAA_SIGNATURE_IGNORED] = "not required",
		[AAA_SIGNATURE_AWAITED] = "required once there was one",
		[AAA_SIGNATURE_MISSED] = "missing",
		[AAA_SIGNATURE_REQUIRED] = "required",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : NULL;
}

static json_t *radius_record(const void *body)
{
	const struct aaa_radius_state *s = body;
	json_t *o = json_object();

	record_text(o, "server", s->name);
	record_text(o, "address", s->address);
	record_text(o, "transport",
		    s->transport == CONFIG_TRANSPORT_TLS ? "tls" : "udp");
	record_text(o, "tls", s->tls);
	record_number(o, "auth_port", s->auth_port);
	record_number(o, "acct_port", s->acct_port);
	record_text(o, "auth", server_state(s->auth));
	record_text(o, "acct", server_state(s->acct));
	record_text(o, "message_authenticator", signature_state(s->signature));
	if (s->changed_ms_ago)
		record_number(o, "changed_s", s->changed_ms_ago / 1000);
	record_some(o, "auth_latency_us", s->auth_latency_us);
	record_some(o, "acct_latency_us", s->acct_latency_us);
	record_number(o, "auth_requests", s->auth_requests);
	record_number(o, "auth_accepts", s->auth_accepts);
	record_number(o, "auth_rejects", s->auth_rejects);
	record_number(o, "auth_challenges", s->auth_challenges);
	record_number(o, "auth_timeouts", s->auth_timeouts);
	record_number(o, "acct_requests", s->acct_requests);
	record_number(o, "acct_responses", s->acct_responses);
	record_number(o, "acct_timeouts", s->acct_timeouts);
	record_number(o, "retransmits", s->retransmits);
	record_number(o, "bad_replies", s->bad_replies);
	record_number(o, "outstanding", s->outstanding);
	record_number(o, "acct_queued", s->queued);
	record_text(o, "last_error", s->last_error);
	return o;
}

static bool is_radius(const void *body)
{
	const struct aaa_radius_state *s = body;

	return ipc_is_text(s->name) && ipc_is_text(s->address) &&
	       ipc_is_text(s->tls) && ipc_is_text(s->last_error);
}

/* ---- TACACS+ ---- */

static json_t *tacacs_record(const void *body)
{
	const struct aaa_tacacs_state *s = body;
	json_t *o = json_object();

	record_text(o, "server", s->name);
	record_text(o, "address", s->address);
	record_number(o, "port", s->port);
	record_text(o, "state", server_state(s->state));
	if (s->changed_ms_ago)
		record_number(o, "changed_s", s->changed_ms_ago / 1000);
	record_some(o, "auth_latency_us", s->auth_latency_us);
	record_some(o, "acct_latency_us", s->acct_latency_us);
	record_number(o, "connections", s->connections);
	if (s->shared)
		json_object_set_new(o, "single_connection", json_true());
	record_number(o, "outstanding", s->outstanding);
	record_number(o, "acct_queued", s->queued);
	record_number(o, "authen_requests", s->authen_requests);
	record_number(o, "authen_passes", s->authen_passes);
	record_number(o, "authen_fails", s->authen_fails);
	record_number(o, "author_requests", s->author_requests);
	record_number(o, "author_passes", s->author_passes);
	record_number(o, "author_fails", s->author_fails);
	record_number(o, "acct_requests", s->acct_requests);
	record_number(o, "acct_responses", s->acct_responses);
	record_number(o, "timeouts", s->timeouts);
	record_number(o, "server_errors", s->errors);
	record_number(o, "bad_replies", s->bad_replies);
	record_text(o, "last_error", s->last_error);
	return o;
}

static bool is_tacacs(const void *body)
{
	const struct aaa_tacacs_state *s = body;

	return ipc_is_text(s->name) && ipc_is_text(s->address) &&
	       ipc_is_text(s->last_error);
}

/* ---- either ---- */

struct kind {
	enum aaa_message message;
	const char *what; /* of which there is none */
	size_t size;	  /* of the reply, which begins with the name */
	bool (*is_complete)(const void *body);
	json_t *(*record)(const void *body);
};

static const struct kind radius_kind = {
	AAA_RADIUS, "radius section", sizeof(struct aaa_radius_state),
	is_radius,  radius_record,
};

static const struct kind tacacs_kind = {
	AAA_TACACS, "tacacs section", sizeof(struct aaa_tacacs_state),
	is_tacacs,  tacacs_record,
};

static void on_server(struct control *c, const struct kind *k, int result,
		      struct ipc_message *m)
{
	const char *wanted = control_arg(c, "server");
	const char *name = m && m->len == k->size ? (const char *)m->body :
						    NULL;

	c->waiting = false;
	if (!result && (!name || !k->is_complete(m->body)))
		result = -EPROTO;
	if (c->over) {
		control_resume(c);
		return;
	}
	if (result == -ENOENT) {
		walk_finish(c, k->what, wanted);
	} else if (result) {
		control_error(c, "the aaa process does not answer: %s",
			      strerror(-result));
	} else if (!wanted || strcmp(name, wanted) == 0) {
		c->found++;
		control_record(c, k->record(m->body));
	}
	control_resume(c);
	turn_settle(&c->engine->turn);
}

static void on_radius(void *c, int result, struct ipc_message *m)
{
	on_server(c, &radius_kind, result, m);
}

static void on_tacacs(void *c, int result, struct ipc_message *m)
{
	on_server(c, &tacacs_kind, result, m);
}

static void ask(struct control *c, enum aaa_message message,
		void (*done)(void *arg, int result, struct ipc_message *m))
{
	struct aaa_radius body = { .index = (uint32_t)c->place++ };
	int err = channel_request(&c->engine->aaa, message, &body, sizeof(body),
				  NULL, 0, done, c);

	c->waiting = err == 0;
	if (err)
		control_error(c, "the aaa process cannot be asked: %s",
			      strerror(-err));
}

static void produce_radius(struct control *c)
{
	ask(c, radius_kind.message, on_radius);
}

static void produce_tacacs(struct control *c)
{
	ask(c, tacacs_kind.message, on_tacacs);
}

void show_radius(struct control *c)
{
	walk_start(c, produce_radius);
}

void show_tacacs(struct control *c)
{
	walk_start(c, produce_tacacs);
}
