/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one call of this pppd, and its channel to the engine (daemon/ipc/ppp.h).
 * Include compat.h first.
 */
#ifndef L2TPD_PLUGIN_CALL_H
#define L2TPD_PLUGIN_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/fields.h"
#include "ipc/ipc.h"
#include "ipc/ppp.h"

struct call {
	int fd;	      /* call channel; -1: none */
	int pppox;    /* the session's socket; -1: none */
	bool dialled; /* this pppd dialled; else l2tpd started it */
	struct ppp_call_params params;
};
extern struct call call;

/* Owns both fds from here on. */
void call_take(const struct ppp_call_params *p, int pppox, int fd,
	       bool dialled);
/* Tells the scripts about the call. */
void call_environment(void);
/*
 * Says hello and ends pppd's link from now on when the engine
 * says so, or is gone.
 */
void call_begin(void);
/*
 * Why the call will end, where pppd's exit code says less: a sentence. The
 * first one counts, and what the engine said counts more.
 */
void call_because(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* It never begins: its last words, and both fds are closed. */
void call_refuse(const char *why);
/* Notes the interface's counters; they go with the call's last words. */
void call_count(void);
/* Says how it ended and closes both fds; idempotent. */
void call_end(void);

/* An event to the engine; one that is gone is noticed elsewhere. */
void call_tell(enum ppp_call_message type, const void *body, size_t len);
/*
 * Asks the engine and waits for its answer: 0 with the reply in m (result
 * checked, size as asked), or -errno: -ETIMEDOUT, -EPIPE (gone), -ECANCELED
 * (it stopped the call), -EINTR (a signal ends pppd).
 */
int call_ask(enum ppp_call_message type, const void *body, size_t len,
	     struct ipc_message *m, size_t reply_len);

/*
 * Waits until fd is readable: 0, -ETIMEDOUT, or -EINTR when a signal ends pppd.
 */
int call_wait(int fd, int timeout_ms);

#endif
