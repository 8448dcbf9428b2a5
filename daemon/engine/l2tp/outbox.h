/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control messages that leave when the turn settles: nothing is sent before
 * what it depends on is decided.
 */
#ifndef L2TPD_ENGINE_L2TP_OUTBOX_H
#define L2TPD_ENGINE_L2TP_OUTBOX_H

struct engine;
struct l2tp_effect;
struct sock;

int outbox_start(struct engine *e); /* 0 or -ENOMEM */
void outbox_free(struct engine *e);
/*
 * Copies the packet of a SEND effect; it leaves from own or, without one,
 * from a listener.
 */
void outbox_queue(struct engine *e, const struct l2tp_effect *effect,
		  struct sock *own);
/*
 * Sends what is queued. What cannot be sent is lost as on any
 * link, and counted.
 */
void outbox_flush(struct engine *e);
/*
 * Data leaves by the socket without UDP checksums from now on; control messages
 * have theirs (RFC 3931, section 4.1.2.3).
 */
void outbox_drop_checksums(struct sock *s);

#endif
