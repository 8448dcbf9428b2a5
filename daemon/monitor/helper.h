/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program of others that runs as long as it is wanted, as a user of its own with
 * one capability: started, told to read its configuration again, started again
 * later and later when it dies, ended.
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
	const char *package;		/* Debian's, for who lacks it */
	const char *user;		/* that the package makes; NULL: it runs as we do, for tests */
	const char *capability;		/* "net_raw" */
	const char *profile;		/* AppArmor's, which knows its own files only; NULL: none */
	const char *ready;		/* what it says when it heeds SIGHUP */
	const char *failed;		/* what it says when it could not read its configuration; NULL: nothing */
	const char *const *bad;		/* its marks of lines that are for the log, up to NULL */
	const char *harmless;		/* but not of those with this; NULL: all */
	bool missing;			/* it was said */
};

struct helper {
	struct helper_program *program;
	struct loop *loop;
	char *argv[8];			/* after its name, up to NULL; the owner's, as all until wanted */
	char *env[4];
	int (*prepare)(struct helper *h);	/* writes its configuration, before each start and each reading */
	void *owner;
	bool wanted;
	bool ready, again;		/* again: its configuration has changed since it was read */
	bool ending;
	pid_t pid;			/* 0: it does not run */
	unsigned int failures;		/* in a row, each soon after its start */
	uint64_t started_ms;
	struct loop_timer timer;	/* to start again, to read again, to be killed */
	int output_fd;			/* -1: closed */
	struct loop_io output;
	size_t line_len;
	char line[512];
};

/* argv, env, prepare and owner are set by the caller. */
void helper_init(struct helper *h, struct loop *loop, struct helper_program *program);
/* Its configuration is another now: runs it, or has it read that. */
void helper_want(struct helper *h);
/* Ends it, and starts it no more until it is wanted. */
void helper_end(struct helper *h);
/* An exit that waitpid saw: false when it is not this one's. */
bool helper_reaped(struct helper *h, pid_t pid, int status);
/* Ends it now: within ms, outside of the loop. */
void helper_fini(struct helper *h, unsigned int ms);

#endif
