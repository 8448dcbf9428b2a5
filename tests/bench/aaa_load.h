/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aaa-load: authentications through the aaa process. aaa_load.c asks,
 * aaa_delay.c makes a server slow.
 */
#ifndef L2TPD_BENCH_AAA_LOAD_H
#define L2TPD_BENCH_AAA_LOAD_H

#include <stdint.h>
#include <sys/types.h>

uint64_t aaa_load_now_ns(void); /* monotonic */

/*
 * A process that relays to a port of this host and holds each answer back for
 * delay_ms, however many there are. *port is the relay's own then. Ends this
 * process with a message when it cannot.
 */
pid_t aaa_delay_start(uint16_t *port, unsigned int delay_ms);
void aaa_delay_stop(pid_t pid);

#endif
