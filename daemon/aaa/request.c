/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What else the engine asks: what is our password there, what is the address of
 * that name. A request is copied, waits for what it needs, and is answered
 * once.
 */
#include "aaa/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aaa/resolve.h"
#include "lib/log.h"

/* ---- AAA_SECRET ---- */

struct secret_job {
	struct aaa *aaa;
	struct aaa_asker asker;
	struct aaa_secret q;
};

/* Ends the job; secret may be NULL with an error. */
static void answer_secret(struct secret_job *j, int err,
			  const struct secret *secret)
{
	struct ppp_call_secret_reply r = { 0 };

	if (!err) {
		r.len = secret->len;
		memcpy(r.secret, secret->data, secret->len);
	}
	aaa_answer(&j->aaa->engine, &j->asker, err, &r, sizeof(r));
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
		log_error("lac \"%s\" session \"%s\": cannot "
			  "use its password-file: %s",
			  j->q.lac, j->q.session,
			  result == -EACCES ?
				  "others can read it: chmod 600 it" :
			  result == -ENODATA ? "it is empty" :
					       strerror(-result));
	answer_secret(j, result, &s);
	secret_clear(&s);
}

static bool has_password_file(const struct aaa *a, const char *lac,
			      const char *session)
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
		log_error("lac \"%s\" session \"%s\": no password for "
			  "user \"%s\" at \"%s\"; set password-file, "
			  "or add it to the users-file of ppp \"%s\"",
			  j->q.lac, j->q.session, q->user, q->remote,
			  j->q.profile);
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
	err = channel_request(&j->aaa->monitor, AAA_OPEN, &body, sizeof(body),
			      NULL, 0, on_password, j);
	if (err)
		answer_secret(j, err, NULL);
}

/*
 * What l2tpctl said, the session's own file, the profile's users: the first
 * that there is.
 */
void aaa_request_secret(struct aaa *a, struct ipc_message *m)
{
	const struct aaa_secret *q = ipc_body(m, struct aaa_secret);
	const struct secret *known;
	struct secret_job *j;

	if (!q || !ipc_is_text(q->profile) || !ipc_is_text(q->lac) ||
	    !ipc_is_text(q->session) || !ipc_is_text(q->secret.user) ||
	    !ipc_is_text(q->secret.remote)) {
		channel_reply(&a->engine.channel, &m->header, -EINVAL, NULL, 0,
			      NULL, 0);
		return;
	}
	j = malloc(sizeof(*j));
	if (!j) {
		channel_reply(&a->engine.channel, &m->header, -ENOMEM, NULL, 0,
			      NULL, 0);
		return;
	}
	*j = (struct secret_job){
		.aaa = a,
		.asker = aaa_asker_of(&a->engine, &m->header),
		.q = *q,
	};
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
	struct aaa_asker asker;
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

	aaa_answer(&j->aaa->engine, &j->asker, j->result, &j->r, sizeof(j->r));
	free(j);
}

static void refuse_resolve(struct aaa *a, struct ipc_message *m, int err,
			   const char *why)
{
	struct aaa_resolve_reply r = { 0 };

	strncpy(r.error, why, sizeof(r.error) - 1);
	channel_reply(&a->engine.channel, &m->header, err, &r, sizeof(r), NULL,
		      0);
}

void aaa_request_resolve(struct aaa *a, struct ipc_message *m)
{
	const struct aaa_resolve *q = ipc_body(m, struct aaa_resolve);
	struct resolve_job *j;
	int err;

	if (!q || !ipc_is_text(q->name) || !q->name[0]) {
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
	j->asker = aaa_asker_of(&a->engine, &m->header);
	j->q = *q;
	err = workers_add(a->workers, &j->job);
	if (err) {
		free(j);
		refuse_resolve(a, m, err,
			       "too many names wait for the resolver");
	}
}
