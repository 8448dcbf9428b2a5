/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data plane as the engine has it: asked for by requests, answered later.
 * Behind it is the monitor, who speaks with the kernel, or the null data plane,
 * whose books are kept here. Nobody above needs to know which.
 *
 * Every request returns 0, and done is called once, never from within; or
 * -errno, and done is not called: -EOPNOTSUPP, this data plane has no such
 * thing. A link is named by its id.
 */
#ifndef L2TPD_ENGINE_KERNEL_H
#define L2TPD_ENGINE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/channel.h"
#include "ipc/monitor.h"

struct engine;

/*
 * What it takes to have a tunnel or session removed again, had before it is put
 * there: memory may be short by then, and a removal must not fail. Zeroed has
 * nothing; part of what it is about.
 */
struct kernel_hold {
	struct channel_out *removal;	  /* the tunnel's or session's */
	struct channel_out *socket_close; /* the tunnel's socket's */
};

/* For a socket that was not asked for by kernel_tunnel_socket. 0 or -ENOMEM. */
int kernel_hold_socket(struct kernel_hold *h);
void kernel_hold_fini(struct kernel_hold *h);

int kernel_start(struct engine *e, bool null); /* 0 or -ENOMEM */
void kernel_free(struct engine *e);
const char *kernel_name(const struct engine *e); /* "kernel" or "null" */
/* Whether it has PPP interfaces, which a pppd that dials needs. */
bool kernel_has_ppp(const struct engine *e);

/*
 * The socket of a tunnel that a peer opened: done's message has its fd, or none
 * where the tunnel needs no socket of its own.
 */
int kernel_tunnel_socket(struct engine *e, struct kernel_hold *h,
			 const struct monitor_socket *s, channel_done *done,
			 void *arg);
/*
 * The socket of a tunnel that we opened, which hears whoever answers, is its
 * peer's from now on. It is the monitor's work with any data plane.
 */
int kernel_tunnel_connect(struct engine *e, uint32_t tunnel_id,
			  const struct addr *peer, channel_done *done,
			  void *arg);
int kernel_tunnel_add(struct engine *e, struct kernel_hold *h,
		      const struct monitor_tunnel *t, channel_done *done,
		      void *arg);
void kernel_tunnel_del(struct engine *e, struct kernel_hold *h,
		       uint32_t tunnel_id);
/*
 * The monitor's copy of the tunnel's socket goes: we have it too, or asked the
 * data plane for it.
 */
void kernel_tunnel_forget(struct engine *e, struct kernel_hold *h,
			  uint32_t tunnel_id, bool has_socket, bool asked);
int kernel_tunnel_stats(struct engine *e, uint32_t tunnel_id,
			channel_done *done, void *arg);

int kernel_session_add(struct engine *e, struct kernel_hold *h, uint64_t link,
		       const struct dp_session *s, channel_done *done,
		       void *arg);
int kernel_session_modify(struct engine *e, uint64_t link,
			  const struct dp_session *s, channel_done *done,
			  void *arg);
void kernel_session_del(struct engine *e, struct kernel_hold *h, uint64_t link,
			const struct dp_session *s);
int kernel_session_stats(struct engine *e, uint64_t link, channel_done *done,
			 void *arg);

/* An Ethernet session's interface; done's message: struct monitor_pw_reply. */
int kernel_pseudowire(struct engine *e, const struct monitor_pw *p,
		      channel_done *done, void *arg);
int kernel_pseudowire_show(struct engine *e, uint64_t link, channel_done *done,
			   void *arg);
/* The same of a PPP interface; both replies are struct monitor_pw_show. */
int kernel_ppp_show(struct engine *e, uint64_t link, const char *ifname,
		    channel_done *done, void *arg);
/* The peer's end of the circuit is up or down. */
void kernel_pseudowire_peer(struct engine *e, uint64_t link, bool up);

#endif
