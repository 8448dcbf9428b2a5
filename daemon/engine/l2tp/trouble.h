/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a control connection that we ask for is not there yet, as far as known.
 */
#ifndef L2TPD_ENGINE_L2TP_TROUBLE_H
#define L2TPD_ENGINE_L2TP_TROUBLE_H

#include <stddef.h>

struct sock;
struct tunnel;

#define TROUBLE_MAX 160

/*
 * "no answer yet, 3 sent", "refused by 192.0.2.1 (ICMP)", into buf, which is
 * returned; "" of one that is up, that the peer opened, or that was asked just
 * now.
 */
const char *trouble_of(const struct tunnel *t, char *buf, size_t size);
/* The same in front of the reason for which it was given up in the end. */
void trouble_explain(const struct tunnel *t, char *why, size_t size);

/*
 * Reads what ICMP said of packets that left by a tunnel's own socket. It is
 * forgotten when the next packet of the peer comes.
 */
void trouble_read(struct sock *s);
/* The kernel did not send a packet; err is -errno. */
void trouble_sending(struct sock *s, int err);

#endif
