/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See auth_job.h. */
#include "aaa/auth_job.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/verify.h"
#include "lib/log.h"

#define REFUSALS_PER_SECOND 20 /* in the log */
#define LOG_WINDOW_MS	    1000

/* ---- names ---- */

void auth_strip(const struct config_ppp *p, bool realm, const char *from,
		char *to, size_t size)
{
	const char *backslash = p->strip_domain ? strrchr(from, '\\') : NULL;
	char *at;

	snprintf(to, size, "%s", backslash ? backslash + 1 : from);
	at = realm && p->strip_realm ? strrchr(to, '@') : NULL;
	if (at && at != to)
		*at = '\0';
}

void auth_server_name(const struct auth_job *j, char *to, size_t size)
{
	auth_strip(j->ppp, j->q.auth.method != PPP_AUTH_MSCHAPV2,
		   j->q.auth.user, to, size);
}

/* ---- the end of a job ---- */

static void on_log_window(struct loop_timer *t)
{
	struct aaa *a = container_of(t, struct aaa, log_window);

	if (a->log_dropped)
		log_notice("%u more lines about users who were refused in the "
			   "last second were left out",
			   a->log_dropped);
}

bool auth_may_log(struct aaa *a, int level)
{
	if (!log_enabled(level))
		return false;
	if (!loop_timer_is_set(&a->log_window)) {
		a->log_count = a->log_dropped = 0;
		if (loop_timer_set(a->loop, &a->log_window,
				   loop_now(a->loop) + LOG_WINDOW_MS,
				   on_log_window))
			return true;
	}
	if (a->log_count < REFUSALS_PER_SECOND) {
		a->log_count++;
		return true;
	}
	a->log_dropped++;
	return false;
}

static void log_refusal(const struct auth_job *j)
{
	const struct aaa_auth_reply *r = &j->r;
	const char *method = verify_method_name(j->q.auth.method);

	if (!auth_may_log(j->aaa, r->unavailable ? LOG_ERR : LOG_NOTICE))
		return;
	if (r->unavailable)
		log_error("ppp \"%s\": user \"%s\" cannot come in (%s): %s",
			  j->q.profile, j->q.auth.user, method, r->why);
	else
		log_notice("ppp \"%s\": user \"%s\" is refused (%s): %s",
			   j->q.profile, j->q.auth.user, method, r->why);
}

static void log_result(const struct auth_job *j)
{
	const struct aaa_auth_reply *r = &j->r;

	if (j->test)
		return;
	if (r->ppp.ok)
		log_info("ppp \"%s\": user \"%s\" is accepted (%s%s%s)",
			 j->q.profile, j->q.auth.user,
			 verify_method_name(j->q.auth.method),
			 !r->service.server[0] ? "" :
			 j->ppp->tacacs.n      ? ", tacacs " :
						 ", radius ",
			 r->service.server);
	else
		log_refusal(j);
}

void auth_answer(struct auth_job *j)
{
	struct aaa_auth_reply *r = &j->r;

	if (!r->service.user[0])
		snprintf(r->service.user, sizeof(r->service.user), "%s",
			 j->name);
	log_result(j);
	if (j->test) {
		j->test->reply = *r;
		/* Keys are nobody's to see. */
		explicit_bzero(j->test->reply.ppp.mppe_send_key,
			       sizeof(r->ppp.mppe_send_key));
		explicit_bzero(j->test->reply.ppp.mppe_recv_key,
			       sizeof(r->ppp.mppe_recv_key));
		aaa_answer(&j->aaa->engine, &j->asker, 0, j->test,
			   sizeof(*j->test));
		free(j->test);
	} else {
		aaa_answer(&j->aaa->engine, &j->asker, 0, r, sizeof(*r));
	}
	explicit_bzero(j, sizeof(*j));
	free(j);
}

void auth_refuse(struct auth_job *j, bool unavailable, const char *fmt, ...)
{
	va_list ap;

	/* What the peer is told: as for a wrong password. */
	if (j->r.ppp.ok || !j->r.ppp.message[0])
		verify(&j->q.auth, NULL, &j->r.ppp);
	j->r.ppp.ok = false;
	j->r.unavailable = unavailable;
	va_start(ap, fmt);
	vsnprintf(j->r.why, sizeof(j->r.why), fmt, ap);
	va_end(ap);
}

static void list_servers(const struct config_strings *servers, char *out,
			 size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < servers->n && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s",
					i ? ", " : "", servers->v[i]);
}

void auth_refuse_unanswered(struct auth_job *j, const char *protocol,
			    const struct config_strings *servers, int result,
			    const char *why)
{
	char names[160];

	list_servers(servers, names, sizeof(names));
	if (result == -ETIMEDOUT)
		auth_refuse(j, true, "no %s server answers (%s): %s", protocol,
			    names, why);
	else if (result == -EINVAL || result == -EMSGSIZE)
		auth_refuse(j, false, "the response has not the method's form");
	else
		auth_refuse(j, true, "the %s servers (%s) cannot be asked: %s",
			    protocol, names, strerror(-result));
}

void auth_note_unapplied(struct auth_job *j, const char *text)
{
	if (!j->unapplied[0])
		snprintf(j->unapplied, sizeof(j->unapplied), "%s", text);
}

void auth_heed_unapplied(struct auth_job *j, const char *protocol,
			 const char *server)
{
	if (j->unapplied[0] && j->r.ppp.ok &&
	    j->ppp->unapplied == CONFIG_UNAPPLIED_REFUSE)
		auth_refuse(j, true,
			    "the %s server \"%s\" accepted it with %s "
			    "(unapplied = refuse)",
			    protocol, server, j->unapplied);
}

/* ---- what the peer is told ---- */

void auth_tell_refusal(struct auth_job *j, const char *words)
{
	struct ppp_call_auth_reply *ppp = &j->r.ppp;
	char *at;

	verify(&j->q.auth, NULL, ppp); /* the form that the method has for it */
	if (!words[0])
		return;
	if (!auth_is_mschap(j)) {
		snprintf(ppp->message, sizeof(ppp->message), "%s", words);
		return;
	}
	at = strstr(ppp->message, " M=");
	if (!at)
		return;
	at += strlen(" M=");
	snprintf(at, sizeof(ppp->message) - (size_t)(at - ppp->message),
		 "%.180s", words);
}

void auth_tell_success(struct auth_job *j, const char *proof, const char *words)
{
	snprintf(j->r.ppp.message, sizeof(j->r.ppp.message), "%.60s M=%.150s",
		 proof, words[0] ? words : "Access granted");
}

void auth_show(struct auth_job *j, const char *line)
{
	size_t len = j->test ? strlen(j->test->text) : 0;

	if (j->test && len + strlen(line) + 2 <= sizeof(j->test->text))
		snprintf(j->test->text + len, sizeof(j->test->text) - len,
			 "%s\n", line);
}
