/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A user is asked for at RADIUS servers. */
#include "aaa/auth_radius.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "aaa/radius.h"
#include "aaa/radius_accept.h"
#include "lib/log.h"

/* ---- the request ---- */

static int add_mschap(struct radius_builder *b, const struct ppp_call_auth *q)
{
	uint8_t v[2 + 48] = { q->id };
	bool v2 = q->method == PPP_AUTH_MSCHAPV2;

	if (q->response_len != AUTH_MS_RESPONSE_LEN ||
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

	auth_server_name(j, name, sizeof(name));
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

/* ---- the reply ---- */

static void complain(void *arg, const char *text)
{
	struct auth_job *j = arg;

	auth_note_unapplied(j, text);
	if (auth_may_log(j->aaa, LOG_WARNING))
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
	auth_tell_success(j, proof, message);
	return true;
}

/* As a reject, where it is none for this caller. */
static bool is_meant(struct auth_job *j, const struct radius_answer *an)
{
	char why[192];

	if (radius_accept_fits(an->view, why, sizeof(why)))
		return true;
	auth_refuse(j, false, "the RADIUS server \"%s\" accepted it with %s",
		    an->server.config->name, why);
	return false;
}

static void read_service(struct auth_job *j, const struct radius_answer *an)
{
	radius_read_service(an->view, &j->r, complain, j);
	radius_accept_restrictions(an->view, j->ppp->ip_up != NULL, complain,
				   j);
}

static void take_accept(struct auth_job *j, const struct radius_answer *an)
{
	struct ppp_call_auth_reply *ppp = &j->r.ppp;
	bool mschap = auth_is_mschap(j);
	const char *name = an->server.config->name;
	char message[PPP_TEXT_MAX];

	if (!is_meant(j, an))
		return;
	ppp->ok = true;
	read_service(j, an);
	memcpy(j->r.service.server, name, sizeof(j->r.service.server));
	read_message(an->view, message, sizeof(message));
	snprintf(ppp->message, sizeof(ppp->message), "%s", message);
	if (!read_success(j, an->view, message)) {
		auth_refuse(
			j, true,
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
		auth_refuse(j, true,
			    "the RADIUS server \"%s\" accepted the user "
			    "but sent no MPPE keys (MS-MPPE-Send-Key, "
			    "MS-MPPE-Recv-Key), which mppe = required needs",
			    name);
	auth_heed_unapplied(j, "RADIUS", name);
}

static void take_reject(struct auth_job *j, const struct radius_answer *an)
{
	const char *name = an->server.config->name;
	struct ppp_call_auth_reply *ppp = &j->r.ppp;
	struct radius_attribute a;
	char message[PPP_TEXT_MAX], error[PPP_TEXT_MAX], *retry;
	bool has_error;

	read_message(an->view, message, sizeof(message));
	has_error = auth_is_mschap(j) &&
		    radius_find(an->view, RADIUS_VENDOR_MICROSOFT,
				RADIUS_MS_CHAP_ERROR, &a) &&
		    a.len > 1;
	auth_tell_refusal(j, has_error ? "" : message);
	if (has_error) {
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
	}
	auth_refuse(j, false, "the RADIUS server \"%s\" rejected it%s%s", name,
		    message[0] ? ": " : "", message);
}

static void show(struct auth_job *j, const struct radius_answer *an)
{
	struct radius_cursor c = { 0 };
	struct radius_attribute a;
	char line[600];

	j->test->latency_us = an->latency_us;
	while (radius_next(an->view, &c, &a)) {
		radius_format(&a, line, sizeof(line));
		auth_show(j, line);
	}
}

/* There is no answer, or none that can be used. */
static void refuse_unanswered(struct auth_job *j, int result)
{
	char why[PPP_TEXT_MAX];

	radius_explain(j->aaa->radius, RADIUS_PORT_AUTH, &j->ppp->radius, why,
		       sizeof(why));
	auth_refuse_unanswered(j, "RADIUS", &j->ppp->radius, result, why);
}

static void on_reply(void *arg, int result, const struct radius_answer *an)
{
	struct auth_job *j = arg;

	if (result)
		refuse_unanswered(j, result);
	else if (an->view->code == RADIUS_ACCESS_ACCEPT)
		take_accept(j, an);
	else if (an->view->code == RADIUS_ACCESS_CHALLENGE)
		auth_refuse(j, false,
			    "the RADIUS server \"%s\" asks for more "
			    "(Access-Challenge), which PPP has no way for",
			    an->server.config->name);
	else
		take_reject(j, an);
	if (!result && j->test)
		show(j, an);
	auth_answer(j);
}

void auth_ask_radius(struct auth_job *j)
{
	int err = radius_send(j->aaa->radius, RADIUS_PORT_AUTH, &j->ppp->radius,
			      RADIUS_ACCESS_REQUEST, build, on_reply, j);

	if (!err)
		return;
	auth_refuse(j, true, "the RADIUS servers cannot be asked: %s",
		    strerror(-err));
	auth_answer(j);
}
