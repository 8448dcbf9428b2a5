/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: l2tpctl and the engine speak lines of JSON over a
 * SOCK_STREAM socket, DIR/control.sock (mode 0660, group l2tpd if it exists).
 *
 * A request is one line, an object:
 *   {"command": "show tunnels", "args": {"tunnel": "upstream"}}
 * The reply is any number of records, a line each, and then one end line:
 *   {"record": {...}}
 *   {"end": {}}  or  {"error": "a sentence that says what, where and what to do"}
 * Several requests may follow each other on one connection.
 *
 * Commands and their args (all optional unless marked *):
 *   add tunnel      remote* (name or address), name, local, port, secret (the
 *                   text, read by l2tpctl from secret-file), hostname,
 *                   hide, challenge (booleans), source_port ("1701"|"ephemeral"),
 *                   hello, idle_timeout, receive_window (numbers, seconds)
 *   add session     tunnel* (name or id), ppp* (profile), name, user, password
 *                   (read by l2tpctl from password-file), ifname, persist
 *                   (boolean), called_number, calling_number
 *   delete tunnel   tunnel* (name or id)
 *   delete session  tunnel*, session* (name or id); or session* alone, a name
 *   show tunnels    tunnel (name or id), stats (boolean)
 *   show sessions   tunnel, session, user, stats (boolean)
 *   show config     -> one record {"text": "..."}: the canonical form
 *   show status     -> one record: version, uptime_s, pid, tunnels, sessions,
 *                   half_open, dataplane, counters of packets and refusals
 *   set log         level ("error" ... "debug")
 *
 * Fields of a tunnel record: name, role ("lns"|"lac"), profile, state, initiator
 *   (boolean), tunnel_id, peer_tunnel_id, local, remote ("addr:port"),
 *   peer_hostname, peer_vendor, peer_firmware, version, sessions, uptime_s,
 *   idle_s, ns, nr, window (congestion), peer_window, unacknowledged, queued, sent, received,
 *   retransmitted, duplicates, out_of_order, dropped; with stats: rx_packets,
 *   rx_bytes, rx_errors, tx_packets, tx_bytes, tx_errors
 * Fields of a session record: name, tunnel, tunnel_id, session_id,
 *   peer_tunnel_id, peer_session_id, kind ("lac incoming", "lns incoming",
 *   "lac outgoing", "lns outgoing"), state, ppp (profile), ppp_state, user, ifname,
 *   local_ipv4, remote_ipv4, remote, pid, calling_number, called_number,
 *   call_serial, uptime_s, redial_in_s, last_error; with stats as above
 * A field that does not apply is absent.
 */
#ifndef L2TPD_IPC_CONTROL_H
#define L2TPD_IPC_CONTROL_H

#define CONTROL_SOCKET		"control.sock"
#define CONTROL_DIAL_SOCKET	"dial.sock"
#define CONTROL_RUNTIME_DIR	"/run/l2tpd"
#define CONTROL_LINE_MAX	65536

#endif
