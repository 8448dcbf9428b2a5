/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program of others that runs as long as it is wanted, as a user of its own
 * with one capability: started, told to read its configuration again, started
 * again later and later when it dies, ended.
 */
#ifndef L2TPD_MONITOR_HELPER_H
#define L2TPD_MONITOR_HELPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/loop.h"

/* What is the same for all that run it. */
struct helper_program {
	const char *name, *path;
	/* of Debian, named in the log where the program is missing */
	const char *package;
	/* which the package makes; NULL, in tests: it runs as our user */
	const char *user;
	const char *capability; /* "net_raw" */
	/* of AppArmor, in place of the package's; NULL: the package's */
	const char *profile;
	const char *ready; /* what it prints once SIGHUP makes it read again */
	/* what it prints when it refused its configuration; NULL: nothing */
	const char *failed;
	/* lines with one of these go to the log; NULL ends them */
	const char *const *bad;
	const char *harmless; /* but not those with this; NULL: no exception */
	bool missing;	      /* the log has said that it is */
};

struct helper {
	struct helper_program *program;
	struct loop *loop;
	/* Up to wanted, all is set by the owner. */
	char *argv[8]; /* the arguments behind the program's name, up to NULL */
	char *env[4];
	/* writes its configuration, before each start and each reading */
	int (*prepare)(struct helper *h);
	void *owner;
	bool wanted;
	/* again: its configuration has changed since it was read */
	bool ready, again;
	bool ending;
	pid_t pid;	       /* 0: it does not run */
	unsigned int failures; /* in a row, each soon after its start */
	uint64_t started_ms;
	/* to start again, to read again, to be killed */
	struct loop_timer timer;
	int output_fd; /* -1: closed */
	struct loop_io output;
	size_t line_len;
	char line[512];
};

/* argv, env, prepare and owner are set by the caller. */
void helper_init(struct helper *h, struct loop *loop,
		 struct helper_program *program);
/* Its configuration is another now: runs it, or has it read that. */
void helper_want(struct helper *h);
/* Ends it, and starts it no more until it is wanted. */
void helper_end(struct helper *h);
/* An exit that waitpid saw: false when it is not this one's. */
bool helper_reaped(struct helper *h, pid_t pid, int status);
/* Ends it now: within ms, outside of the loop. */
void helper_fini(struct helper *h, unsigned int ms);

#endif
