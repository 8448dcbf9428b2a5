/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is the same of every server that is asked, whatever it speaks: its
 * secret and its address, the way to it, whether it lives, and which one of a
 * list has its turn.
 */
#ifndef L2TPD_AAA_SERVER_H
#define L2TPD_AAA_SERVER_H

#include "ipc/aaa.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "lib/secret.h"

struct aaa;
struct server;

/* between two lines of the log about the same fault of a server */
#define SERVER_LOG_PAUSE_MS 10000

struct server_ops {
	const char *section; /* of the configuration, for the log */
	enum aaa_file file;  /* its secret-file, as the monitor knows it */
	/* Its address or its secret is another one now. */
	void (*changed)(struct server *s);
	/* The same, or they are there for the first time: it can be asked. */
	void (*ready)(struct server *s);
	/*
	 * Whether it answers: then it stays at an address that still is
	 * among those of its name.
	 */
	bool (*serves)(const struct server *s);
};

/* Zeroed, then server_start. What points to the configuration stays there. */
struct server {
	const struct server_ops *ops;
	struct aaa *aaa;
	const char *name, *host;
	const char *secret_file;   /* NULL: the secret is set already */
	const struct addr *source; /* unset: the kernel's choice */
	struct secret secret;
	struct addr address; /* without port; unset: not resolved yet */
	bool resolving, opening;
	bool changed; /* its secret-file, while it was opened */
	uint64_t resolved_ms, opened_ms; /* when it was asked for last */
	int secret_error;		 /* that was logged last */
	struct loop_timer retry_timer; /* while address or secret are missing */
	uint64_t send_logged_ms;
	char last_error[AAA_ERROR_MAX];
};

/* Asks for its secret and its address. */
void server_start(struct server *s);
void server_stop(struct server *s); /* its secret is cleared */
void server_error(struct server *s, const char *text);
/* A request cannot be sent: one line for many. */
void server_cannot_send(struct server *s, const char *why);
/* Its address and its secret are known. */
bool server_is_usable(const struct server *s);
/* Each at most once a second. */
void server_ask_secret(struct server *s);
void server_ask_address(struct server *s);
/* Its secret-file has changed: it is read again. */
void server_secret_changed(struct server *s);
/*
 * A socket of this type (SOCK_DGRAM, SOCK_STREAM), which the caller owns: bound
 * to the source, connected to the port or about to be; or -errno.
 */
int server_connect(const struct server *s, uint16_t port, int type);

/* ---- alive and dead ---- */

/* A server, or what of it lives and dies for itself. */
struct server_life {
	struct server *server;
	const char *what; /* "its accounting port", or "it" */
	enum aaa_server_state state;
	char why[AAA_ERROR_MAX]; /* it is dead; "": it is not */
	/* It answers, but what it says cannot be taken. */
	bool unfit;
	uint64_t changed_ms, heard_ms; /* heard_ms: of the last right reply */
	struct loop_timer timer;       /* dead: until it is looked at */
};

/* It said something right. true: it was not alive before. */
bool server_heard(struct server_life *l);
/*
 * It is dead, and look is called after dead_ms. false: it was dead already, and
 * still is.
 */
bool server_bury(struct server_life *l, uint32_t dead_ms,
		 void (*look)(struct loop_timer *t));
/* The same with a clause for the log, which is told unless it was dead. */
bool server_dies(struct server_life *l, uint32_t dead_ms,
		 void (*look)(struct loop_timer *t), const char *why);
/*
 * The same of one that answers, but wrongly. As only a request can show whether
 * that is over, it is tried again and again, and told once.
 */
bool server_is_unfit(struct server_life *l, uint32_t dead_ms,
		     void (*look)(struct loop_timer *t), const char *why);
/* Why a request of now was not answered by it: a clause. NULLs: no section. */
const char *server_why_not(const struct server *s, const struct server_life *l);

/* ---- lists ---- */

/* The life that counts, of a server of this name that is usable; or NULL. */
typedef const struct server_life *server_find(const void *ctx,
					      const char *name);
/*
 * The place in the list of the next to try, without the places that are bits of
 * tried: of the living first, then of the dead. -1: none is left.
 */
int server_choose(const struct config_strings *list, uint64_t tried,
		  server_find *find, const void *ctx);
/* Whether one of them is not dead, as far as is known. */
bool server_any_lives(const struct config_strings *list, server_find *find,
		      const void *ctx);
/*
 * Why none of them answered: why()'s clause, for each one where they differ,
 * cut where it is longer.
 */
void server_explain(const struct config_strings *list,
		    const char *(*why)(const void *ctx, const char *name),
		    const void *ctx, char *out, size_t size);

#endif
