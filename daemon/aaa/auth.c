/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AAA_AUTH and AAA_TEST: may this user come in, and what is it given? The
 * profile's users file decides when it has the user; else its RADIUS or TACACS+
 * servers.
 */
#include "aaa/auth.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "aaa/auth_radius.h"
#include "aaa/auth_tacacs.h"
#include "aaa/internal.h"
#include "aaa/verify.h"
#include "crypto/crypto.h"
#include "crypto/mschap.h"
#include "lib/log.h"

/* ---- the users file ---- */

static const char *explain(const struct auth_job *j, int err, bool found,
			   const struct users *users)
{
	switch (err) {
	case -EINVAL:
		return "the response has not the method's form";
	case -ENOTSUP:
		return "OpenSSL lacks an algorithm for it "
		       "(openssl-provider-legacy)";
	default:
		if (!users)
			return j->ppp && j->ppp->users_file ?
				       "the users-file cannot be read" :
				       "there are no users";
		return found ? "wrong password" : "no such user";
	}
}

/* The same for the peer whether user or password is wrong. */
static void decide(struct auth_job *j, const struct users *users, bool found,
		   const struct users_entry *e)
{
	bool usable = found && e->address != USERS_ADDRESS_NONE;
	int err = verify(&j->q.auth, found ? &e->secret : NULL, &j->r.ppp);

	/*
	 * A file that cannot be read knows nobody: that is not
	 * the user's fault.
	 */
	if (err)
		auth_refuse(j, err == -ENOTSUP || (err == -EACCES && !users),
			    "%s", explain(j, err, found, users));
	else if (!usable)
		auth_refuse(j, false,
			    "its address in the users file is \"-\", none");
	else
		j->r.ppp.remote_ipv4 = e->ipv4;
}

/* ---- a request ---- */

static bool method_allowed(const struct auth_job *j)
{
	enum config_auth auth = verify_auth_of(j->q.auth.method);

	return j->ppp && auth && memchr(j->ppp->auth, auth, j->ppp->auth_n);
}

static void with_users(void *arg, const struct users *users)
{
	struct auth_job *j = arg;
	struct users_entry e = { 0 };
	bool allowed = method_allowed(j);
	bool found = allowed && users &&
		     users_find(users, j->name, j->q.auth.our_name, &e);

	if (!allowed) {
		auth_refuse(j, false,
			    "its profile does not list the method in auth");
	} else if (!found && j->ppp->radius.n) {
		auth_ask_radius(j);
		return;
	} else if (!found && j->ppp->tacacs.n) {
		auth_ask_tacacs(j);
		return;
	} else {
		decide(j, users, found, &e);
	}
	secret_clear(&e.secret);
	auth_answer(j);
}

static bool is_complete(const struct aaa_auth *q)
{
	return q && ipc_is_text(q->profile) && ipc_is_text(q->auth.user) &&
	       ipc_is_text(q->auth.our_name) &&
	       ipc_is_text(q->call.session_id) && ipc_is_text(q->call.local) &&
	       ipc_is_text(q->call.peer) && ipc_is_text(q->call.local_name) &&
	       ipc_is_text(q->call.peer_name) &&
	       ipc_is_text(q->call.calling_number) &&
	       ipc_is_text(q->call.called_number) &&
	       ipc_is_text(q->call.ifname) &&
	       q->auth.challenge_len <= PPP_BLOB_MAX &&
	       q->auth.response_len <= PPP_BLOB_MAX;
}

/*
 * From the password that an operator typed: what a caller would
 * send by this method.
 */
static bool answer_for_operator(struct ppp_call_auth *q)
{
	uint8_t hash[16], challenge[8], response[49] = { 0 };
	size_t len = q->response_len;
	bool ok = true;

	q->id = 1;
	q->challenge_len = 16;
	if (q->method != PPP_AUTH_PAP && getrandom(q->challenge, 16, 0) != 16)
		return false;
	if (q->method == PPP_AUTH_CHAP_MD5) {
		ok = crypto_hash_of(CRYPTO_MD5, hash, { &q->id, 1 },
				    { q->response, len }, { q->challenge, 16 });
		memcpy(q->response, hash, sizeof(hash));
		q->response_len = sizeof(hash);
	} else if (q->method == PPP_AUTH_MSCHAPV2) {
		ok = getrandom(response, 16, 0) == 16 &&
		     mschap_challenge_hash(response, q->challenge, q->user,
					   challenge) &&
		     mschap_nt_password_hash(q->response, len, MSCHAP_UTF8,
					     hash) &&
		     mschap_challenge_response(challenge, hash, response + 24);
		memcpy(q->response, response, sizeof(response));
		q->response_len = sizeof(response);
	}
	explicit_bzero(hash, sizeof(hash));
	return ok && q->method != PPP_AUTH_MSCHAPV1;
}

void aaa_request_auth(struct aaa *a, struct ipc_message *m)
{
	const struct aaa_auth *q = ipc_body(m, struct aaa_auth);
	bool test = m->header.type == AAA_TEST;
	struct auth_job *j;
	int err = -EINVAL;

	if (!is_complete(q)) {
		channel_reply(&a->engine.channel, &m->header, err, NULL, 0,
			      NULL, 0);
		return;
	}
	j = calloc(1, sizeof(*j));
	if (j && test)
		j->test = calloc(1, sizeof(*j->test));
	if (!j || (test && !j->test)) {
		free(j);
		channel_reply(&a->engine.channel, &m->header, -ENOMEM, NULL, 0,
			      NULL, 0);
		return;
	}
	j->aaa = a;
	j->asker = aaa_asker_of(&a->engine, &m->header);
	j->q = *q;
	j->ppp = config_ppp_find(a->config, j->q.profile);
	if (j->ppp)
		auth_strip(j->ppp, true, j->q.auth.user, j->name,
			   sizeof(j->name));
	if (test && !answer_for_operator(&j->q.auth)) {
		auth_refuse(j, false, "this method cannot be tried");
		auth_answer(j);
		return;
	}
	store_get(a->store, j->q.profile, with_users, j);
}

void auth_warn(const struct config *c)
{
	for (size_t i = 0; i < c->ppp_n; i++)
		if (memchr(c->ppp[i].auth, CONFIG_AUTH_MSCHAPV1,
			   c->ppp[i].auth_n))
			log_warn("ppp \"%s\": auth lists mschapv1, which is "
				 "broken: who records a call can find its "
				 "password; keep to mschapv2 or chap",
				 c->ppp[i].name);
}
