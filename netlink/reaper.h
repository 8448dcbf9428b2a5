/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that remove sessions. Before Linux 6.12 the removal waits for an RCU
 * grace period, each thread for its own session but all of them for the same
 * period, while whoever asked goes on.
 */
#ifndef L2TPD_NETLINK_REAPER_H
#define L2TPD_NETLINK_REAPER_H

#include <stdint.h>

struct reaper;

/*
 * NULL without memory or netlink. No thread runs before there is
 * something to remove.
 */
struct reaper *reaper_new(void);
/*
 * On this kernel SESSION_DELETE waits for nothing. Called before
 * any thread runs.
 */
void reaper_delete_is_quick(struct reaper *r);
/* Finishes what it was given, then ends. */
void reaper_free(struct reaper *r);

/*
 * Removes an installed session; one whose PPPoX socket somebody has, when that
 * is closed or in half a second. 0, -ENOENT when its removal has begun already,
 * or -errno; then nothing happens.
 */
int reaper_session(struct reaper *r, uint32_t tunnel_id, uint32_t session_id);
/* Forgets removals that have not begun: the tunnel's own does the same. */
void reaper_forget_tunnel(struct reaper *r, uint32_t tunnel_id);
/* Closes the fd: 0 or -errno; then it is still open. */
int reaper_fd(struct reaper *r, int fd);
/*
 * Why no thread could be started for the last removal, so that it was done by
 * who asked, who had to wait for the kernel: -errno, or 0.
 */
int reaper_error(struct reaper *r);

#endif
