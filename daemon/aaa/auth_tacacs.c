/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A user is asked for at TACACS+ servers: authentication, then authorization of
 * PPP with IP (RFC 8907, sections 5.4 and 6). Whatever the method, each is one
 * packet and one reply.
 */
#include "aaa/auth_tacacs.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "aaa/tacacs.h"
#include "aaa/tacacs_service.h"
#include "lib/log.h"

#define PROOF_LEN 42 /* of MS-CHAPv2: "S=" and 40 digits */

/* ---- authentication: the request ---- */

static int add_challenge(struct tacacs_draft *d, const struct ppp_call_auth *q)
{
	bool chap = q->method == PPP_AUTH_CHAP_MD5;
	size_t challenge = q->method == PPP_AUTH_MSCHAPV2 ? 16 : 8;

	if (q->response_len != (chap ? 16 : AUTH_MS_RESPONSE_LEN) ||
	    q->challenge_len == 0 || (!chap && q->challenge_len != challenge))
		return -EINVAL;
	tacacs_draft_bytes(d, TACACS_DATA, &q->id, 1);
	tacacs_draft_bytes(d, TACACS_DATA, q->challenge, q->challenge_len);
	tacacs_draft_bytes(d, TACACS_DATA, q->response, q->response_len);
	return 0;
}

static int build_start(void *arg, struct tacacs_draft *d)
{
	const struct auth_job *j = arg;
	const struct ppp_call_auth *q = &j->q.auth;
	char name[PPP_NAME_MAX];

	auth_server_name(j, name, sizeof(name));
	d->version = TACACS_VERSION_ONE;
	tacacs_draft_number(d, TACACS_ACTION, TACACS_ACTION_LOGIN);
	tacacs_draft_call(d, tacacs_type_of(q->method), name, &j->q.call);
	if (q->method != PPP_AUTH_PAP)
		return add_challenge(d, q);
	tacacs_draft_bytes(d, TACACS_DATA, q->response, q->response_len);
	return 0;
}

/* ---- authorization: the request ---- */

static int build_authorization(void *arg, struct tacacs_draft *d)
{
	const struct auth_job *j = arg;
	char name[PPP_NAME_MAX];

	auth_server_name(j, name, sizeof(name));
	tacacs_draft_number(d, TACACS_AUTHEN_METHOD, TACACS_METHOD_TACACSPLUS);
	tacacs_draft_call(d, tacacs_type_of(j->q.auth.method), name,
			  &j->q.call);
	tacacs_draft_arg(d, "service", "ppp");
	tacacs_draft_arg(d, "protocol", "ip");
	return 0;
}

/* ---- either reply ---- */

static void refuse_unanswered(struct auth_job *j, int result)
{
	char why[PPP_TEXT_MAX];

	tacacs_explain(j->aaa->tacacs, &j->ppp->tacacs, why, sizeof(why));
	auth_refuse_unanswered(j, "TACACS+", &j->ppp->tacacs, result, why);
}

static void read_words(const struct tacacs_answer *an, char *out, size_t size)
{
	if (!tacacs_text(&an->body->text[TACACS_SERVER_MSG], out, size))
		out[0] = '\0';
}

/* For an operator who tries it. */
static void show(struct auth_job *j, const struct tacacs_answer *an)
{
	const struct tacacs_body *b = an->body;
	char text[PPP_TEXT_MAX], line[PPP_TEXT_MAX + 16];

	if (!j->test)
		return;
	j->test->latency_us += an->latency_us;
	read_words(an, text, sizeof(text));
	snprintf(line, sizeof(line), "server_msg = %s", text);
	if (text[0])
		auth_show(j, line);
	for (size_t i = 0; i < b->arg_n; i++)
		if (tacacs_text(&b->arg[i], text, sizeof(text)))
			auth_show(j, text);
}

static void refuse_failed(struct auth_job *j, const struct tacacs_answer *an,
			  const char *what)
{
	char words[PPP_TEXT_MAX];

	read_words(an, words, sizeof(words));
	auth_tell_refusal(j, words);
	auth_refuse(j, false, "the TACACS+ server \"%s\" %s%s%s",
		    an->server->name, what, words[0] ? ": " : "", words);
}

/* ---- authorization: the reply ---- */

static void complain(void *arg, bool restricts, const char *text)
{
	struct auth_job *j = arg;

	/* The rest the server lets us do without. */
	if (restricts)
		auth_note_unapplied(j, text);
	if (auth_may_log(j->aaa, LOG_WARNING))
		log_warn("ppp \"%s\": user \"%s\": of the TACACS+ server's "
			 "authorization: %s",
			 j->q.profile, j->q.auth.user, text);
}

static void take_authorization(struct auth_job *j,
			       const struct tacacs_answer *an)
{
	char why[PPP_TEXT_MAX];

	if (!tacacs_read_service(an->body, &j->r, complain, j, why,
				 sizeof(why))) {
		auth_heed_unapplied(j, "TACACS+", an->server->name);
		return;
	}
	auth_refuse(j, true,
		    "the TACACS+ server \"%s\" demands what cannot be had: %s; "
		    "with '*' in place of '=' it would be left out",
		    an->server->name, why);
}

static void on_authorization(void *arg, int result,
			     const struct tacacs_answer *an)
{
	struct auth_job *j = arg;
	unsigned int status = result ? 0 : an->body->number[TACACS_STATUS];

	if (!result)
		show(j, an);
	if (result)
		refuse_unanswered(j, result);
	else if (status == TACACS_AUTHOR_PASS_ADD ||
		 status == TACACS_AUTHOR_PASS_REPL)
		take_authorization(j, an);
	else
		refuse_failed(j, an, "does not authorize PPP for it");
	auth_answer(j);
}

/* ---- authentication: the reply ---- */

static bool is_proof(const char *text)
{
	if (strncmp(text, "S=", 2) != 0 || strlen(text) < PROOF_LEN)
		return false;
	for (size_t i = 2; i < PROOF_LEN; i++)
		if (!isxdigit((unsigned char)text[i]))
			return false;
	return true;
}

/*
 * MS-CHAPv2's caller wants a proof that the server knows the password (RFC
 * 2759, section 5), of which RFC 8907 has no word: it is taken from the reply's
 * data, or its message.
 */
static bool find_proof(const struct tacacs_answer *an, char *out, size_t size)
{
	const struct tacacs_text *text = an->body->text;

	if ((!tacacs_text(&text[TACACS_DATA], out, size) || !is_proof(out)) &&
	    (!tacacs_text(&text[TACACS_SERVER_MSG], out, size) ||
	     !is_proof(out)))
		return false;
	out[PROOF_LEN] = '\0';
	return true;
}

/* false: refused. */
static bool take_pass(struct auth_job *j, const struct tacacs_answer *an)
{
	struct ppp_call_auth_reply *ppp = &j->r.ppp;
	char words[PPP_TEXT_MAX], proof[PPP_TEXT_MAX];

	ppp->ok = true;
	snprintf(j->r.service.server, sizeof(j->r.service.server), "%s",
		 an->server->name);
	read_words(an, words, sizeof(words));
	snprintf(ppp->message, sizeof(ppp->message), "%s", words);
	if (j->q.auth.method != PPP_AUTH_MSCHAPV2)
		return true;
	if (find_proof(an, proof, sizeof(proof))) {
		auth_tell_success(j, proof, is_proof(words) ? "" : words);
		return true;
	}
	auth_refuse(j, true,
		    "the TACACS+ server \"%s\" accepted the user without "
		    "MS-CHAPv2's \"S=\", so that the caller cannot believe it: "
		    "use chap or pap",
		    an->server->name);
	return false;
}

static bool ask_authorization(struct auth_job *j)
{
	int err = tacacs_send(j->aaa->tacacs, &j->ppp->tacacs,
			      TACACS_AUTHOR_REQUEST, build_authorization,
			      on_authorization, j);

	if (err)
		auth_refuse(j, true, "the TACACS+ servers cannot be asked: %s",
			    strerror(-err));
	return !err;
}

static void on_authentication(void *arg, int result,
			      const struct tacacs_answer *an)
{
	struct auth_job *j = arg;

	if (result) {
		refuse_unanswered(j, result);
		auth_answer(j);
		return;
	}
	show(j, an);
	switch ((enum tacacs_authen_status)an->body->number[TACACS_STATUS]) {
	case TACACS_AUTHEN_PASS:
		if (take_pass(j, an) && ask_authorization(j))
			return;
		break;
	case TACACS_AUTHEN_FAIL:
		refuse_failed(j, an, "rejected it");
		break;
	case TACACS_AUTHEN_FOLLOW:
		refuse_failed(j, an,
			      "sends us to another server, which is no answer "
			      "(RFC 8907, section 10.5.2)");
		break;
	case TACACS_AUTHEN_RESTART:
		refuse_failed(j, an, "does not take this method");
		break;
	case TACACS_AUTHEN_GETDATA:
	case TACACS_AUTHEN_GETUSER:
	case TACACS_AUTHEN_GETPASS:
	case TACACS_AUTHEN_ERROR:
		refuse_failed(j, an, "asks for more, which PPP has no way for");
		break;
	}
	auth_answer(j);
}

void auth_ask_tacacs(struct auth_job *j)
{
	int err;

	if (j->ppp->mppe == CONFIG_MPPE_REQUIRED) {
		auth_refuse(j, true,
			    "mppe = required needs keys, which TACACS+ does "
			    "not have: only users of the users-file can come "
			    "in");
		auth_answer(j);
		return;
	}
	err = tacacs_send(j->aaa->tacacs, &j->ppp->tacacs, TACACS_AUTHEN_START,
			  build_start, on_authentication, j);
	if (!err)
		return;
	auth_refuse(j, true, "the TACACS+ servers cannot be asked: %s",
		    strerror(-err));
	auth_answer(j);
}
