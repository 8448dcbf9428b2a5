/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Static tunnels: those of the configuration and those that were added by
 * command are in the kernel, and stay there when the engine or l2tpd itself
 * ends. A record in state-dir tells the next l2tpd which of the kernel's are
 * ours; any others are left alone.
 */
#ifndef L2TPD_MONITOR_STATICS_H
#define L2TPD_MONITOR_STATICS_H

#include <stdbool.h>
#include <stddef.h>

#include "ipc/monitor.h"
#include "lib/loop.h"
#include "monitor/request.h"

struct statics;

struct statics_options {
	const struct config *config;
	/* its canonical form, borrowed like the rest */
	const char *config_text;
	struct dataplane *dp;
	/* sessions have real ones: not with the null data plane */
	bool interfaces;
	/* Whether a session of version 3 that is not static has this id. */
	bool (*has_session)(void *ctx, uint32_t session_id);
	/*
	 * Whether one that is neither static nor of the configuration has an
	 * interface of this name.
	 */
	bool (*has_ifname)(void *ctx, const char *ifname);
	void *ctx;
};

/*
 * Makes what is wanted and missing, and removes what it made before and is not
 * wanted any more. What cannot be done is said and tried again. NULL: no
 * memory.
 */
struct statics *statics_new(struct loop *loop, const struct statics_options *o);
/* The kernel keeps them all. */
void statics_free(struct statics *s);

bool statics_has_session(const struct statics *s, uint32_t session_id);
bool statics_has_ifname(const struct statics *s, const char *ifname);
bool statics_has_tunnel(const struct statics *s, const char *name);

extern const struct request_row static_rows[]; /* of a struct statics */

/*
 * What these rows do. 0 or -errno; reply->why says what is wrong and what to
 * do.
 */
int statics_add(struct statics *s, const struct monitor_static *r,
		struct monitor_outcome *reply);
int statics_add_session(struct statics *s,
			const struct monitor_static_session *r,
			struct monitor_outcome *reply);
int statics_del(struct statics *s, const struct monitor_static_name *r,
		struct monitor_outcome *reply);
/* -ENOENT: there is nothing at this place or behind it. */
int statics_show(struct statics *s, const struct monitor_static_place *r,
		 struct monitor_static_show *out);

#endif
