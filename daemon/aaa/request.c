/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine asks: is this the user, what is our password there, what is
 * the address of that name. A request is copied, waits for what it needs, and
 * is answered once.
 */
#include "aaa/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aaa/resolve.h"
#include "aaa/verify.h"
#include "lib/log.h"

#define REFUSALS_PER_SECOND 20	/* in the log */

static bool is_text(const char *s, size_t size)
{
	return memchr(s, 0, size) != NULL;
}

/* ---- AAA_AUTH ---- */

struct auth_job {
	struct aaa *aaa;
	struct ipc_header header;
	struct aaa_auth q;
};

/* A peer that guesses passwords must not fill the log as well. */
static bool may_log(struct aaa *a)
{
	uint64_t second = loop_now(a->loop) / 1000;

	if (second != a->log_second) {
		if (a->log_dropped)
			log_notice("%u more refusals are not shown", a->log_dropped);
		a->log_second = second;
		a->log_count = a->log_dropped = 0;
	}
	if (a->log_count < REFUSALS_PER_SECOND) {
		a->log_count++;
		return true;
	}
	a->log_dropped++;
	return false;
}

static void log_refusal(struct auth_job *j, const char *why)
{
	if (may_log(j->aaa))
		log_notice("ppp \"%s\": user \"%s\" is refused (%s): %s", j->q.profile,
			   j->q.auth.user, verify_method_name(j->q.auth.method), why);
}

static bool method_allowed(const struct auth_job *j)
{
	const struct config_ppp *ppp = config_ppp_find(j->aaa->config, j->q.profile);
	enum config_auth auth = verify_auth_of(j->q.auth.method);

	return ppp && auth && memchr(ppp->auth, auth, ppp->auth_n);
}

static const char *explain(int err, bool found, const struct users *users)
{
	switch (err) {
	case -EINVAL:
		return "the response has not the method's form";
	case -ENOTSUP:
		return "OpenSSL lacks an algorithm for it (openssl-provider-legacy)";
	default:
		return found ? "wrong password" : users ? "no such user" : "there are no users";
	}
}

/* Fills r; the same for the peer whether user or password is wrong. */
static void decide(struct auth_job *j, const struct users *users, struct ppp_call_auth_reply *r)
{
	const struct ppp_call_auth *q = &j->q.auth;
	struct users_entry e = { 0 };
	bool allowed = method_allowed(j);
	bool found = allowed && users && users_find(users, q->user, q->our_name, &e);
	bool usable = found && e.address != USERS_ADDRESS_NONE;
	int err = verify(q, found ? &e.secret : NULL, r);

	if (!allowed)
		log_refusal(j, "its profile does not list the method in auth");
	else if (err)
		log_refusal(j, explain(err, found, users));
	else if (!usable)
		log_refusal(j, "its address in the users file is \"-\", none");
	if (!err && !usable)	/* with the refusal's message */
		verify(q, NULL, r);
	if (r->ok) {
		r->remote_ipv4 = e.ipv4;
		log_info("ppp \"%s\": user \"%s\" is accepted (%s)", j->q.profile, q->user,
			 verify_method_name(q->method));
	}
	secret_clear(&e.secret);
}

static void answer_auth(void *arg, const struct users *users)
{
	struct auth_job *j = arg;
	struct aaa_auth_reply r = { 0 };

	decide(j, users, &r.ppp);
	channel_reply(&j->aaa->engine, &j->header, 0, &r, sizeof(r), NULL, 0);
	explicit_bzero(&r, sizeof(r));
	explicit_bzero(j, sizeof(*j));
	free(j);
}

void aaa_request_auth(struct aaa *a, struct ipc_message *m)
{
	const struct aaa_auth *q = ipc_body(m, struct aaa_auth);
	struct auth_job *j;

	if (!q || !is_text(q->profile, sizeof(q->profile)) ||
	    !is_text(q->auth.user, sizeof(q->auth.user)) ||
	    !is_text(q->auth.our_name, sizeof(q->auth.our_name)) ||
	    q->auth.challenge_len > PPP_BLOB_MAX || q->auth.response_len > PPP_BLOB_MAX) {
		channel_reply(&a->engine, &m->header, -EINVAL, NULL, 0, NULL, 0);
		return;
	}
	j = malloc(sizeof(*j));
	if (!j) {
		channel_reply(&a->engine, &m->header, -ENOMEM, NULL, 0, NULL, 0);
		return;
	}
	*j = (struct auth_job){ .aaa = a, .header = m->header, .q = *q };
	store_get(a->store, j->q.profile, answer_auth, j);
}

/* ---- AAA_SECRET ---- */

struct secret_job {
	struct aaa *aaa;
	struct ipc_header header;
	struct aaa_secret q;
};

/* Ends the job; secret may be NULL with an error. */
static void answer_secret(struct secret_job *j, int err, const struct secret *secret)
{
	struct ppp_call_secret_reply r = { 0 };

	if (!err) {
		r.len = secret->len;
		memcpy(r.secret, secret->data, secret->len);
	}
	channel_reply(&j->aaa->engine, &j->header, err, &r, sizeof(r), NULL, 0);
	explicit_bzero(&r, sizeof(r));
	free(j);
}

static void on_password(void *arg, int result, struct ipc_message *m)
{
	struct secret_job *j = arg;
	struct secret s = { 0 };
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);

	if (!result)
		result = fd < 0 ? fd : secret_read_fd(&s, fd);
	if (fd >= 0)
		close(fd);
	if (result)
		log_error("lac \"%s\" session \"%s\": cannot use its password-file: %s", j->q.lac,
			  j->q.session, result == -EACCES ? "others can read it: chmod 600 it" :
			  result == -ENODATA ? "it is empty" : strerror(-result));
	answer_secret(j, result, &s);
	secret_clear(&s);
}

static bool has_password_file(const struct aaa *a, const char *lac, const char *session)
{
	const struct config_lac *l = config_lac_find(a->config, lac);
	size_t i;

	for (i = 0; l && i < l->sessions_n; i++)
		if (strcmp(l->sessions[i].name, session) == 0)
			return l->sessions[i].password_file != NULL;
	return false;
}

static void secret_from_users(void *arg, const struct users *users)
{
	struct secret_job *j = arg;
	const struct ppp_call_secret *q = &j->q.secret;
	struct users_entry e = { 0 };

	if (users && users_find(users, q->user, q->remote, &e)) {
		answer_secret(j, 0, &e.secret);
	} else {
		log_error("lac \"%s\" session \"%s\": no password for user \"%s\" at \"%s\"; set "
			  "password-file, or add it to the users-file of ppp \"%s\"", j->q.lac,
			  j->q.session, q->user, q->remote, j->q.profile);
		answer_secret(j, -ENOENT, NULL);
	}
	secret_clear(&e.secret);
}

static void ask_password_file(struct secret_job *j)
{
	struct aaa_open body = { .kind = AAA_FILE_PASSWORD };
	int err;

	memcpy(body.name, j->q.lac, sizeof(body.name));
	memcpy(body.session, j->q.session, sizeof(body.session));
	err = channel_request(&j->aaa->monitor, AAA_OPEN, &body, sizeof(body), NULL, 0,
			      on_password, j);
	if (err)
		answer_secret(j, err, NULL);
}

/* What l2tpctl said, the session's own file, the profile's users: the first that there is. */
void aaa_request_secret(struct aaa *a, struct ipc_message *m)
{
	const struct aaa_secret *q = ipc_body(m, struct aaa_secret);
	const struct secret *known;
	struct secret_job *j;

	if (!q || !is_text(q->profile, sizeof(q->profile)) || !is_text(q->lac, sizeof(q->lac)) ||
	    !is_text(q->session, sizeof(q->session)) ||
	    !is_text(q->secret.user, sizeof(q->secret.user)) ||
	    !is_text(q->secret.remote, sizeof(q->secret.remote))) {
		channel_reply(&a->engine, &m->header, -EINVAL, NULL, 0, NULL, 0);
		return;
	}
	j = malloc(sizeof(*j));
	if (!j) {
		channel_reply(&a->engine, &m->header, -ENOMEM, NULL, 0, NULL, 0);
		return;
	}
	*j = (struct secret_job){ .aaa = a, .header = m->header, .q = *q };
	known = remember_get(&a->remember, j->q.lac, j->q.session);
	if (known)
		answer_secret(j, 0, known);
	else if (has_password_file(a, j->q.lac, j->q.session))
		ask_password_file(j);
	else
		store_get(a->store, j->q.profile, secret_from_users, j);
}

/* ---- AAA_RESOLVE ---- */

struct resolve_job {
	struct workers_job job;
	struct aaa *aaa;
	struct ipc_header header;
	struct aaa_resolve q;
	struct aaa_resolve_reply r;
	int result;
};

static void run_resolve(struct workers_job *job)
{
	struct resolve_job *j = (struct resolve_job *)job;

	j->result = resolve(&j->q, &j->r);
}

static void done_resolve(struct workers_job *job)
{
	struct resolve_job *j = (struct resolve_job *)job;

	channel_reply(&j->aaa->engine, &j->header, j->result, &j->r, sizeof(j->r), NULL, 0);
	free(j);
}

static void refuse_resolve(struct aaa *a, struct ipc_message *m, int err, const char *why)
{
	struct aaa_resolve_reply r = { 0 };

	strncpy(r.error, why, sizeof(r.error) - 1);
	channel_reply(&a->engine, &m->header, err, &r, sizeof(r), NULL, 0);
}

void aaa_request_resolve(struct aaa *a, struct ipc_message *m)
{
	const struct aaa_resolve *q = ipc_body(m, struct aaa_resolve);
	struct resolve_job *j;
	int err;

	if (!q || !is_text(q->name, sizeof(q->name)) || !q->name[0]) {
		refuse_resolve(a, m, -EINVAL, "that is no name");
		return;
	}
	j = calloc(1, sizeof(*j));
	if (!j) {
		refuse_resolve(a, m, -ENOMEM, "out of memory");
		return;
	}
	j->job.run = run_resolve;
	j->job.done = done_resolve;
	j->aaa = a;
	j->header = m->header;
	j->q = *q;
	err = workers_add(a->workers, &j->job);
	if (err) {
		free(j);
		refuse_resolve(a, m, err, "too many names wait for the resolver");
	}
}
