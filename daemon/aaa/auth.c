/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AAA_AUTH and AAA_TEST: may this user come in, and what is it given? The
 * profile's users file decides when it has the user; else its RADIUS servers.
 */
#include "aaa/auth.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "aaa/crypto.h"
#include "aaa/internal.h"
#include "aaa/mschap.h"
#include "aaa/radius.h"
#include "aaa/radius_accept.h"
#include "aaa/verify.h"
#include "lib/log.h"

#define REFUSALS_PER_SECOND 20 /* in the log */
#define LOG_WINDOW_MS	    1000
/* RFC 2433, 2759: 24 or 16 + 8, then 24, and a flag */
#define MS_RESPONSE_LEN	    49

struct auth_job {
	struct aaa *aaa;
	struct aaa_asker asker;
	struct aaa_auth q;
	const struct config_ppp *ppp; /* NULL: there is no such profile */
	/* the user's, without what the profile strips */
	char name[PPP_NAME_MAX];
	struct aaa_auth_reply r;
	struct aaa_test_reply *test;  /* of an AAA_TEST */
	char unapplied[PPP_TEXT_MAX]; /* the first; "": none */
};

/* ---- names ---- */

/* user@realm and DOMAIN\user, as the profile wants them. */
static void strip(const struct config_ppp *p, bool realm, const char *from,
		  char *to, size_t size)
{
	const char *backslash = p->strip_domain ? strrchr(from, '\\') : NULL;
	char *at;

	snprintf(to, size, "%s", backslash ? backslash + 1 : from);
	at = realm && p->strip_realm ? strrchr(to, '@') : NULL;
	if (at && at != to)
		*at = '\0';
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

/*
 * A peer that guesses passwords must not fill the log as well. What the log's
 * level hides takes nobody's place.
 */
static bool may_log(struct aaa *a, int level)
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

	if (!may_log(j->aaa, r->unavailable ? LOG_ERR : LOG_NOTICE))
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
			 r->service.radius[0] ? ", radius " : "",
			 r->service.radius);
	else
		log_refusal(j);
}

static void answer(struct auth_job *j)
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

static void __attribute__((format(printf, 3, 4)))
refuse(struct auth_job *j, bool unavailable, const char *fmt, ...)
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
		refuse(j, err == -ENOTSUP || (err == -EACCES && !users), "%s",
		       explain(j, err, found, users));
	else if (!usable)
		refuse(j, false,
		       "its address in the users file is \"-\", none");
	else
		j->r.ppp.remote_ipv4 = e->ipv4;
}

/* ---- RADIUS: the request ---- */

static int add_mschap(struct radius_builder *b, const struct ppp_call_auth *q)
{
	uint8_t v[2 + 48] = { q->id };
	bool v2 = q->method == PPP_AUTH_MSCHAPV2;

	if (q->response_len != MS_RESPONSE_LEN ||
	    q->challenge_len != (v2 ? 16 : 8))
		return -EINVAL;
	v[1] = v2 ? 0 : q->response[48];
	memcpy(v + 2, q->response, 48);
	radius_add_vendor(b, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_CHAP_CHALLENGE,
			  q->challenge, q->challenge_len);
	radius_add_vendor(b, RADIUS_VENDOR_MICROSOFT,
			  v2 ? RADIUS_MS_CHAP2_RESPONSE :
			       RADIUS_MS_CHAP_RESPONSE,
			  v, sizeof(v));
	return 0;
}

static int add_chap(struct radius_builder *b, const struct ppp_call_auth *q)
{
	uint8_t v[17] = { q->id };

	if (q->response_len != 16 || q->challenge_len == 0 ||
	    q->challenge_len > RADIUS_VALUE_MAX)
		return -EINVAL;
	memcpy(v + 1, q->response, 16);
	radius_add(b, RADIUS_CHAP_PASSWORD, v, sizeof(v));
	radius_add(b, RADIUS_CHAP_CHALLENGE, q->challenge, q->challenge_len);
	return 0;
}

static int build(void *arg, struct radius_builder *b,
		 const struct radius_server_info *server)
{
	const struct auth_job *j = arg;
	const struct ppp_call_auth *q = &j->q.auth;
	char name[PPP_NAME_MAX];
	int err = -EINVAL;

	/*
	 * An MS-CHAPv2 response is made with the name as the peer has
	 * it, realm and all.
	 */
	strip(j->ppp, q->method != PPP_AUTH_MSCHAPV2, q->user, name,
	      sizeof(name));
	radius_add_text(b, RADIUS_USER_NAME, name);
	switch (q->method) {
	case PPP_AUTH_PAP:
		err = radius_add_password(b, server->secret, q->response,
					  q->response_len);
		break;
	case PPP_AUTH_CHAP_MD5:
		err = add_chap(b, q);
		break;
	case PPP_AUTH_MSCHAPV1:
	case PPP_AUTH_MSCHAPV2:
		err = add_mschap(b, q);
		break;
	}
	if (!err)
		radius_add_call(b, &j->q.call);
	return err;
}

/* ---- RADIUS: the reply ---- */

static void complain(void *arg, const char *text)
{
	struct auth_job *j = arg;

	if (!j->unapplied[0])
		snprintf(j->unapplied, sizeof(j->unapplied), "%s", text);
	if (may_log(j->aaa, LOG_WARNING))
		log_warn("ppp \"%s\": user \"%s\": the RADIUS server's %s",
			 j->q.profile, j->q.auth.user, text);
}

/* All Reply-Messages, one behind the other. */
static void read_message(const struct radius_view *v, char *out, size_t size)
{
	struct radius_cursor c = { 0 };
	struct radius_attribute a;
	size_t len = 0;

	out[0] = '\0';
	while (radius_next(v, &c, &a))
		if (!a.vendor && a.type == RADIUS_REPLY_MESSAGE &&
		    radius_text(&a, out + len, size - len))
			len = strlen(out);
}

/*
 * "S=..." of MS-CHAP2-Success, behind the identifier; false when it is missing.
 */
static bool read_success(struct auth_job *j, const struct radius_view *v,
			 const char *message)
{
	struct radius_attribute a;
	char proof[64];

	if (j->q.auth.method != PPP_AUTH_MSCHAPV2)
		return true;
	if (!radius_find(v, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_CHAP2_SUCCESS,
			 &a) ||
	    a.len < 2)
		return false;
	a.value++;
	a.len--;
	if (!radius_text(&a, proof, sizeof(proof)))
		return false;
	snprintf(j->r.ppp.message, sizeof(j->r.ppp.message), "%s M=%.150s",
		 proof, message[0] ? message : "Access granted");
	return true;
}

/* As a reject, where it is none for this caller. */
static bool is_meant(struct auth_job *j, const struct radius_answer *an)
{
	char why[192];

	if (radius_accept_fits(an->view, why, sizeof(why)))
		return true;
	refuse(j, false, "the RADIUS server \"%s\" accepted it with %s",
	       an->server.config->name, why);
	return false;
}

static void read_service(struct auth_job *j, const struct radius_answer *an)
{
	radius_read_service(an->view, &j->r, complain, j);
	radius_accept_restrictions(an->view, j->ppp->ip_up != NULL, complain,
				   j);
}

static void heed_unapplied(struct auth_job *j, const struct radius_answer *an)
{
	if (j->unapplied[0] && j->r.ppp.ok &&
	    j->ppp->unapplied == CONFIG_UNAPPLIED_REFUSE)
		refuse(j, true,
		       "the RADIUS server \"%s\" accepted it with %s "
		       "(unapplied = refuse)",
		       an->server.config->name, j->unapplied);
}

static void take_accept(struct auth_job *j, const struct radius_answer *an)
{
	struct ppp_call_auth_reply *ppp = &j->r.ppp;
	bool mschap = j->q.auth.method == PPP_AUTH_MSCHAPV1 ||
		      j->q.auth.method == PPP_AUTH_MSCHAPV2;
	const char *name = an->server.config->name;
	char message[PPP_TEXT_MAX];

	if (!is_meant(j, an))
		return;
	ppp->ok = true;
	read_service(j, an);
	memcpy(j->r.service.radius, name, sizeof(j->r.service.radius));
	read_message(an->view, message, sizeof(message));
	snprintf(ppp->message, sizeof(ppp->message), "%s", message);
	if (!read_success(j, an->view, message)) {
		refuse(j, true,
		       "the RADIUS server \"%s\" accepted the user without "
		       "MS-CHAP2-Success, so that the caller cannot believe it",
		       name);
		return;
	}
	if (mschap)
		radius_read_mppe(an->view, an->server.secret, an->request_auth,
				 j->q.auth.method == PPP_AUTH_MSCHAPV1 ?
					 j->q.auth.challenge :
					 NULL,
				 ppp, complain, j);
	if (mschap && j->ppp->mppe == CONFIG_MPPE_REQUIRED &&
	    !ppp->have_mppe_keys)
		refuse(j, true,
		       "the RADIUS server \"%s\" accepted the user "
		       "but sent no MPPE keys (MS-MPPE-Send-Key, "
		       "MS-MPPE-Recv-Key), which mppe = required needs",
		       name);
	heed_unapplied(j, an);
}

static void take_reject(struct auth_job *j, const struct radius_answer *an)
{
	const char *name = an->server.config->name;
	struct ppp_call_auth_reply *ppp = &j->r.ppp;
	struct radius_attribute a;
	char message[PPP_TEXT_MAX], error[PPP_TEXT_MAX], *retry, *words;

	read_message(an->view, message, sizeof(message));
	verify(&j->q.auth, NULL, ppp); /* the form that the method has for it */
	words = strstr(ppp->message, " M=");
	if (j->q.auth.method == PPP_AUTH_PAP ||
	    j->q.auth.method == PPP_AUTH_CHAP_MD5) {
		if (message[0])
			snprintf(ppp->message, sizeof(ppp->message), "%s",
				 message);
	} else if (radius_find(an->view, RADIUS_VENDOR_MICROSOFT,
			       RADIUS_MS_CHAP_ERROR, &a) &&
		   a.len > 1) {
		a.value++;
		a.len--;
		/* Windows gives up at what has not this form. */
		if (radius_text(&a, error, sizeof(error)) &&
		    strncmp(error, "E=", 2) == 0) {
			/* pppd ends the link: there is no other try. */
			retry = strstr(error, "R=1");
			if (retry)
				retry[2] = '0';
			memcpy(ppp->message, error, sizeof(ppp->message));
		}
	} else if (words && message[0]) {
		words += strlen(" M=");
		snprintf(words,
			 sizeof(ppp->message) - (size_t)(words - ppp->message),
			 "%.180s", message);
	}
	refuse(j, false, "the RADIUS server \"%s\" rejected it%s%s", name,
	       message[0] ? ": " : "", message);
}

static void show(struct auth_job *j, const struct radius_answer *an)
{
	struct radius_cursor c = { 0 };
	struct radius_attribute a;
	size_t len = 0;
	char line[600];

	j->test->latency_us = an->latency_us;
	while (radius_next(an->view, &c, &a)) {
		radius_format(&a, line, sizeof(line));
		if (len + strlen(line) + 2 > sizeof(j->test->text))
			break;
		len += (size_t)snprintf(j->test->text + len,
					sizeof(j->test->text) - len, "%s\n",
					line);
	}
}

static void list_servers(const struct config_ppp *p, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < p->radius.n && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s",
					i ? ", " : "", p->radius.v[i]);
}

/* There is no answer, or none that can be used. */
static void refuse_unanswered(struct auth_job *j, int result)
{
	char servers[160], why[PPP_TEXT_MAX];

	list_servers(j->ppp, servers, sizeof(servers));
	radius_explain(j->aaa->radius, RADIUS_PORT_AUTH, &j->ppp->radius, why,
		       sizeof(why));
	if (result == -ETIMEDOUT)
		refuse(j, true, "no RADIUS server answers (%s): %s", servers,
		       why);
	else if (result == -EINVAL || result == -EMSGSIZE)
		refuse(j, false, "the response has not the method's form");
	else
		refuse(j, true, "the RADIUS servers (%s) cannot be asked: %s",
		       servers, strerror(-result));
}

static void on_reply(void *arg, int result, const struct radius_answer *an)
{
	struct auth_job *j = arg;

	if (result)
		refuse_unanswered(j, result);
	else if (an->view->code == RADIUS_ACCESS_ACCEPT)
		take_accept(j, an);
	else if (an->view->code == RADIUS_ACCESS_CHALLENGE)
		refuse(j, false,
		       "the RADIUS server \"%s\" asks for more "
		       "(Access-Challenge), which PPP has no way for",
		       an->server.config->name);
	else
		take_reject(j, an);
	if (!result && j->test)
		show(j, an);
	answer(j);
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
	int err;

	if (!allowed) {
		refuse(j, false,
		       "its profile does not list the method in auth");
	} else if (!found && j->ppp->radius.n) {
		err = radius_send(j->aaa->radius, RADIUS_PORT_AUTH,
				  &j->ppp->radius, RADIUS_ACCESS_REQUEST, build,
				  on_reply, j);
		if (!err)
			return;
		refuse(j, true, "the RADIUS servers cannot be asked: %s",
		       strerror(-err));
	} else {
		decide(j, users, found, &e);
	}
	secret_clear(&e.secret);
	answer(j);
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
		strip(j->ppp, true, j->q.auth.user, j->name, sizeof(j->name));
	if (test && !answer_for_operator(&j->q.auth)) {
		refuse(j, false, "this method cannot be tried");
		answer(j);
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
