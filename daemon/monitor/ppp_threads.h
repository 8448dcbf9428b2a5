/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads for what the kernel makes one wait for: a PPPoX socket's channel,
 * before Linux 6.12, and the end of an interface, on all. Each waits for its
 * own, but all of them for the same grace period of RCU.
 */
#ifndef L2TPD_MONITOR_PPP_THREADS_H
#define L2TPD_MONITOR_PPP_THREADS_H

#include "lib/loop.h"

struct ppp_threads;

struct ppp_threads *ppp_threads_new(struct loop *loop); /* NULL: memory, fds */
/* Waits until all has been done, and tells of it; NULL is allowed. */
void ppp_threads_free(struct ppp_threads *t);

/* fd: the channel, which is arg's now, or -errno. Called in the loop. */
typedef void ppp_attached(void *arg, int fd);
/*
 * Opens the channel of a PPPoX socket, which may be closed meanwhile. 0; or
 * -errno, and done is not called.
 */
int ppp_threads_attach(struct ppp_threads *t, int pppox, ppp_attached *done,
		       void *arg);
/*
 * Closes channel and unit, -1 where there is none, and removes the interface of
 * that index, 0 for none, should somebody else have the unit as well.
 */
void ppp_threads_close(struct ppp_threads *t, int channel, int unit,
		       int ifindex);

#endif
