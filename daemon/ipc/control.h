/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: l2tpctl and the engine speak lines of JSON over a
 * SOCK_STREAM socket, DIR/control.sock (mode 0660, group l2tpd if it exists).
 *
 * A request is one line, an object:
 *   {"command": "show tunnels", "args": {"tunnel": "upstream"}}
 * The reply is any number of records, a line each, and then one end line:
 *   {"record": {...}}
 *   {"end": {}}  or
 *   {"error": "a sentence that says what, where and what to do"}
 * Several requests may follow each other on one connection.
 *
 * Commands and their args (all optional unless marked *):
 *   add tunnel      remote* (name or address), name, local, port, secret (the
 *                   text, read by l2tpctl from secret-file), hostname, hide,
 *                   challenge (booleans), source_port ("1701"|"ephemeral"),
 *                   encap ("udp"|"ip"), version ("2"|"3"|"auto"), hello,
 *                   idle_timeout, receive_window (numbers, seconds)
 *   add session     tunnel* (name or id), ppp* (profile), name, user, password
 *                   (read by l2tpctl from password-file), ifname, persist
 *                   (boolean), called_number, calling_number
 *   add tunnel lcce     name*, and the keys of an lcce section with '_' for
 *                   '-': remote, port, source_address, source_port, encap,
 *                   initiate, udp_csum, udp6_csum_tx, udp6_csum_rx,
 *                   from_address, from_hostname (arrays, or one string),
 *                   from_router_id, hostname, secret and old_secret (the texts,
 *                   read by l2tpctl from secret-file and old-secret-file),
 *                   challenge, digest, hide_avps, receive_window, hello,
 *                   retransmit, retransmit_cap, retransmit_tries,
 *                   setup_timeout, idle_timeout, max_sessions, redial,
 *                   redial_max, resolve_interval, ipsec, ipsec_connection;
 *                   numbers and times (seconds) also as strings
 *   add session lcce    tunnel* (name), name, and the keys of such a section's
 *                   session: pseudowire ("ethernet"|"vlan"), vlan,
 *                   remote_end_id, pseudowire_id, ifname, mtu, mac, bridge,
 *                   vrf, circuit, cookie (0, 4 or 8), l2_sublayer, sequencing
 *                   (booleans)
 *   add tunnel static   name*, tunnel_id*, peer_tunnel_id* (numbers from 1),
 *                   local*, remote* (addresses), encap ("udp"|"ip"), udp_sport,
 *                   udp_dport (numbers), udp_csum, udp6_csum_tx, udp6_csum_rx
 *                   (booleans)
 *   add session static  tunnel*, name, session_id*, peer_session_id* (numbers
 *                   from 1), cookie, peer_cookie (8 or 16 hexadecimal digits),
 *                   l2spec_type ("none"|"default"), seq ("none"|"send"|"recv"|
 *                   "both"), ifname, vlan, mtu (numbers), mac, bridge, vrf,
 *                   keepalive (seconds), keepalive_address
 *   delete tunnel static   tunnel* (name)
 *   delete session static  tunnel, session* (names)
 *   delete tunnel   tunnel* (name or id)
 *   delete session  tunnel*, session* (name or id); or session* alone, a name
 *                   or its interface
 *   show tunnels    tunnel (name or id), stats (boolean)
 *   show sessions   tunnel, session (name, id, interface or user), user, stats
 *                   (boolean)
 *   show users      user (all sessions of that user), stats (boolean)
 *   show pools      pool (the name of the ppp or pool section)
 *   show radius     server (the name of the radius section)
 *   show tacacs     server (the name of the tacacs section)
 *   show interfaces  ifname (or the session's name), stats (boolean)
 *   show static     tunnel (name), stats (boolean)
 *   clear user      user* -> one record {"user": ..., "sessions": how many}
 *   test aaa        user*, password* (asked for by l2tpctl, or of its
 *                   password-file), ppp (profile; the only one with auth when
 *                   absent), method ("pap", "chap", "mschapv2"; the profile's
 *                   first) -> one record, and an error when the user is refused
 *   show config     -> one record {"text": "..."}: the canonical form
 *   show status     -> one record
 *   set log         level ("error" ... "debug")
 *
 * Documentation/records.md has the keys of every record: what each means, in
 * what unit. CONTROL_SCHEMA is their version, and goes up when one changes its
 * meaning or goes; one that is added is a line there and nothing here.
 * A field that does not apply is absent.
 */
#ifndef L2TPD_IPC_CONTROL_H
#define L2TPD_IPC_CONTROL_H

#define CONTROL_SOCKET	    "control.sock"
#define CONTROL_DIAL_SOCKET "dial.sock"
#define CONTROL_RUNTIME_DIR "/run/l2tpd"
#define CONTROL_LINE_MAX    65536
#define CONTROL_SCHEMA	    1

#endif
