/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process of one template: started, listened to, and started again when
 * it dies, with growing pauses. ppp.c gives it calls.
 */
#ifndef L2TPD_MONITOR_PPP_TEMPLATE_H
#define L2TPD_MONITOR_PPP_TEMPLATE_H

#include <stdbool.h>
#include <sys/types.h>

#include "ipc/channel.h"
#include "ipc/ppp.h"
#include "lib/config.h"
#include "lib/loop.h"

enum ppp_template_state {
	PPP_TEMPLATE_IS_DOWN,
	PPP_TEMPLATE_IS_STARTING,
	PPP_TEMPLATE_IS_READY
};

struct ppp_template {
	struct loop *loop;
	char profile[CONFIG_NAME_MAX];
	bool lns;
	bool retired; /* does not start again */
	enum ppp_template_state state;
	const char *pppd;
	char **argv; /* owned */
	pid_t pid;   /* 0: none */
	int status;  /* waitpid's, of the last one */
	struct channel channel;
	/* the next start; while it starts, when it is given up */
	struct loop_timer timer;
	unsigned int failures; /* in a row, before it was ready */
	/* it failed for what does not mend itself: a word, a file, a version */
	bool wrong;
	/* stdout and stderr of it and its children; -1: closed */
	int output_fd;
	struct loop_io output;
	size_t line_len;
	/* error: why it failed; while it is ready, a child's last words */
	char line[256], error[256];

	/* It takes calls now. */
	void (*ready)(struct ppp_template *t);
	/* A child of it ended. */
	void (*child_exited)(struct ppp_template *t, pid_t pid, int status);
	/* It is gone, its children are ours. A retired one may be freed now. */
	void (*down)(struct ppp_template *t);
};

/*
 * Takes argv (not NULL), also on failure. The callbacks are set by the caller.
 */
void ppp_template_init(struct ppp_template *t, struct loop *loop,
		       const char *profile, bool lns, const char *pppd,
		       char **argv);
/* kills and reaps it; no callbacks */
void ppp_template_fini(struct ppp_template *t);
void ppp_template_start(struct ppp_template *t); /* from the loop, soon */
/* The template exits when its last child has. */
void ppp_template_end(struct ppp_template *t);
/* True when pid was the template. */
bool ppp_template_reaped(struct ppp_template *t, pid_t pid, int status);

#endif
