/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An Ethernet pseudowire's interface, and the state of the
 * circuit at either end.
 */
#ifndef L2TPD_ENGINE_L2TP_PW_CIRCUIT_H
#define L2TPD_ENGINE_L2TP_PW_CIRCUIT_H

#include <stdbool.h>

#include "ipc/monitor.h"

struct engine;
struct session;

/*
 * The session is installed: its interface is set up, then the answer goes out.
 * 0; or -errno, and neither follows.
 */
int pw_attach(struct session *s);
/* It is established. */
void pw_up(struct session *s);
void pw_peer_circuit(struct session *s, bool active);
/* The monitor says that our end of the circuit changed. */
void pw_circuit(struct engine *e, const struct monitor_circuit *x);

#endif
