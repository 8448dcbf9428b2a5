/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ethernet pseudowires: a session's interface is given what its lcce section
 * or a command says, stands between the two ends of the circuit, and is watched for what
 * becomes of ours. The interface, and a VLAN interface on it, go with the session.
 */
#ifndef L2TPD_MONITOR_PW_H
#define L2TPD_MONITOR_PW_H

#include "ipc/monitor.h"

struct monitor;
struct msession;

/*
 * MTU, MAC, VLAN, bridge or VRF, up; all of it or nothing. It is dormant until
 * pw_peer says that the peer's end is up. 0 or -errno, said in the log.
 */
int pw_request(struct monitor *m, const struct monitor_pw *r, struct monitor_pw_reply *out);
int pw_peer(struct monitor *m, const struct monitor_circuit *r);
int pw_show(struct monitor *m, const struct monitor_ids *r, struct monitor_pw_show *out);
/* The session ends. */
void pw_forget(struct monitor *m, struct msession *s);
/* After the last pw_forget. */
void pws_free(struct monitor *m);

#endif
