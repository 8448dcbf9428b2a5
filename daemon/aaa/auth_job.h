/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A question whether a user may come in, from its asking to its one answer:
 * what the users file, RADIUS and TACACS+ each do with it.
 */
#ifndef L2TPD_AAA_AUTH_JOB_H
#define L2TPD_AAA_AUTH_JOB_H

#include "aaa/internal.h"

/* RFC 2433, 2759: 24 or 16 + 8, then 24, and a flag */
#define AUTH_MS_RESPONSE_LEN 49

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

static inline bool auth_is_mschap(const struct auth_job *j)
{
	return j->q.auth.method == PPP_AUTH_MSCHAPV1 ||
	       j->q.auth.method == PPP_AUTH_MSCHAPV2;
}

/* user@realm and DOMAIN\user, as the profile wants them. */
void auth_strip(const struct config_ppp *p, bool realm, const char *from,
		char *to, size_t size);
/*
 * The name for a server: an MS-CHAPv2 response is made with the name as the
 * peer has it, realm and all.
 */
void auth_server_name(const struct auth_job *j, char *to, size_t size);
/*
 * A peer that guesses passwords must not fill the log as well. What the log's
 * level hides takes nobody's place.
 */
bool auth_may_log(struct aaa *a, int level);
/* Says j->r, and ends the job. */
void auth_answer(struct auth_job *j);
/*
 * Makes j->r a refusal with that reason; unavailable: nobody could say whether
 * the password is right.
 */
void auth_refuse(struct auth_job *j, bool unavailable, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* That no server of the list answered, or why they could not be asked. */
void auth_refuse_unanswered(struct auth_job *j, const char *protocol,
			    const struct config_strings *servers, int result,
			    const char *why);
/* A part of a reply that cannot be applied: the first one is kept. */
void auth_note_unapplied(struct auth_job *j, const char *text);
/* Refuses one that is accepted without it, where the profile wants that. */
void auth_heed_unapplied(struct auth_job *j, const char *protocol,
			 const char *server);
/* What the peer is told of a refusal, with the server's words or "". */
void auth_tell_refusal(struct auth_job *j, const char *words);
/* The same of MS-CHAPv2's success; proof: "S=" and 40 digits. */
void auth_tell_success(struct auth_job *j, const char *proof,
		       const char *words);
/* Another line for an operator who tries it; without a test nothing. */
void auth_show(struct auth_job *j, const char *line);

#endif
