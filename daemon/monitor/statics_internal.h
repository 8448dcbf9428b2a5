/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of static tunnels share: what is wanted, and what has become
 * of it. statics.c brings the kernel there, statics_start.c begins with what is
 * there already, and statics_request.c changes what is wanted.
 */
#ifndef L2TPD_MONITOR_STATICS_INTERNAL_H
#define L2TPD_MONITOR_STATICS_INTERNAL_H

#include "monitor/statics.h"

#include "monitor/static_ping.h"
#include "netlink/rtnl.h"

struct static_state {
	bool there; /* we have made it in the kernel */
	/* it is in the record: it is there, or is about to be made */
	bool recorded;
	bool given; /* of a session: its interface has what is wanted */
	bool off;   /* deleted by command, although the configuration has it */
	char *why;  /* the last error; NULL: none */
	/* of a session with keepalive that is there; else NULL */
	struct static_ping *ping;
};

struct static_tunnel {
	const struct config_static *config;
	struct static_state state;
	struct static_state *sessions; /* as config's */
};

/*
 * All that is wanted: first the tunnels of the configuration, then those that
 * were added by command.
 */
struct static_set {
	struct config *config;
	struct static_tunnel *tunnels;
	size_t n;
};

struct statics {
	struct statics_options options;
	struct loop *loop;
	struct loop_timer timer;
	struct rtnl rtnl;
	bool has_rtnl;
	struct static_set set;
	char *made; /* what STATICS_MADE has */
	/* until then what we removed may still be there, and in the way */
	uint64_t settling_until_ms;
};

static inline bool static_is_configured(const struct statics *s, size_t i)
{
	return i < s->options.config->statics_n;
}

/* Of config, which it takes over when it succeeds. 0 or -ENOMEM. */
int static_set_init(struct static_set *set, struct config *config);
void static_set_fini(struct static_set *set);

/* From now on this is wanted: takes set over, and brings the kernel there. */
void statics_want(struct statics *s, struct static_set *set);
/* Takes out of the kernel what is off. */
void statics_drop(struct statics *s, struct static_tunnel *t, size_t session);
void statics_drop_tunnel(struct statics *s, struct static_tunnel *t);
/* Brings the kernel to what is wanted. */
void statics_work(struct statics *s);
/*
 * The configuration, with these in place of what was added by command: as if
 * all stood in the file. NULL with a sentence.
 */
struct config *statics_compose(const struct statics *s, const char *added,
			       char *why, size_t size);
/* The sections as text, which the caller frees; NULL: no memory. */
char *statics_print(const struct config_static *v, size_t n);

#endif
