/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How an accounting record is said to the servers of a profile. */
#ifndef L2TPD_AAA_ACCT_WAY_H
#define L2TPD_AAA_ACCT_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aaa;
struct config_ppp;

/* A record on its way: its bytes (acct_record.h), and whom its end is told. */
struct acct_sending {
	const uint8_t *body;
	size_t len;
	/*
	 * Called once, never from within send: 0 when a server has it; -EINVAL
	 * or -EMSGSIZE when it can never be said; else no server took it.
	 */
	void (*done)(void *arg, int result);
	void *arg;
};

struct acct_way {
	/* 0 or -errno: done is not called then. s stays until it is. */
	int (*send)(struct aaa *a, const struct config_ppp *p,
		    struct acct_sending *s);
	/* Whether a server can be asked at all: its secret is there. */
	bool (*is_ready)(const struct aaa *a, const struct config_ppp *p);
	/* Whether one answers, as far as is known. */
	bool (*is_alive)(const struct aaa *a, const struct config_ppp *p);
};

extern const struct acct_way acct_by_radius, acct_by_tacacs;

#endif
