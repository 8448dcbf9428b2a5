/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to charon: asked for from the monitor, then packets of vici each
 * way in the loop. It has one command under way at a time, as vici has it.
 */
#ifndef L2TPD_AAA_IPSEC_CONN_H
#define L2TPD_AAA_IPSEC_CONN_H

#include "ipc/channel.h"
#include "lib/loop.h"
#include "proto/vici/vici.h"

#define IPSEC_OUT_MAX 1024

struct ipsec_conn;

struct ipsec_conn_events {
	void (*open)(struct ipsec_conn *c);
	/* false: the connection was closed, and its memory may be gone. */
	bool (*packet)(struct ipsec_conn *c, const struct vici_packet *p);
	/*
	 * It could not be opened, ended, or was not understood; why is a
	 * sentence. The owner closes.
	 */
	void (*failed)(struct ipsec_conn *c, const char *why);
};

struct ipsec_conn {
	struct loop *loop;
	struct loop_io io;
	const struct ipsec_conn_events *events;
	struct ipsec_asking *asking; /* of the monitor; NULL: not */
	int fd;			     /* -1: closed */
	uint8_t *in;
	size_t in_len, in_size;
	uint8_t out[IPSEC_OUT_MAX];
	size_t out_len, out_sent;
};

/* 0, and one of events.open and events.failed is called later; or -errno. */
int ipsec_conn_open(struct ipsec_conn *c, struct loop *loop,
		    struct channel *monitor,
		    const struct ipsec_conn_events *events);
/* idempotent, also for a zeroed one */
void ipsec_conn_close(struct ipsec_conn *c);
/*
 * Each has one packet sent by the loop: 0, -EMSGSIZE when it does not fit, or
 * another -errno.
 */
int ipsec_conn_register(struct ipsec_conn *c, const char *event);
struct ipsec_pair {
	const char *key, *value;
};
int ipsec_conn_command(struct ipsec_conn *c, const char *name,
		       const struct ipsec_pair *args, size_t n);

#endif
