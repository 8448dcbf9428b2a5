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
 *   show tunnels    tunnel (name or id), stats (boolean)
 *   show sessions   tunnel, session, user, stats (boolean)
 *   show users      user (all sessions of that user), stats (boolean)
 *   show pools      name (of the ppp or pool section)
 *   show radius     name (of the radius section)
 *   show interfaces  name (of the interface), stats (boolean)
 *   show static     tunnel (name), stats (boolean)
 *   clear user      user* -> one record {"user": ..., "sessions": how many}
 *   test aaa        user*, password* (asked for by l2tpctl, or of its
 *                   password-file), ppp (profile; the only one with auth when
 *                   absent), method ("pap", "chap", "mschapv2"; the profile's
 *                   first) -> one record, and an error when the user is refused
 *   show config     -> one record {"text": "..."}: the canonical form
 *   show status     -> one record: version, uptime_s, pid, tunnels, sessions,
 *                   half_open, half_open_displaced (before their time, by
 *                   others), dataplane, counters of packets and refusals
 *   set log         level ("error" ... "debug")
 *
 * Fields of a tunnel record: name, role ("lns"|"lac"), profile, state,
 *   initiator (boolean), tunnel_id, peer_tunnel_id, local, remote
 *   ("addr:port"), peer_hostname, peer_vendor, peer_firmware, version,
 *   sessions, uptime_s, idle_s, ns, nr, window (congestion), peer_window,
 *   unacknowledged, queued, sent, received, retransmitted, duplicates,
 *   out_of_order, dropped; with stats: rx_packets, rx_bytes, rx_errors,
 *   tx_packets, tx_bytes, tx_errors
 * Fields of a session record: name, tunnel, tunnel_id, session_id,
 *   peer_tunnel_id, peer_session_id, kind ("lac incoming", "lns incoming",
 *   "lac outgoing", "lns outgoing"), state, ppp (profile), ppp_state, user,
 *   ifname, local_ipv4, remote_ipv4, remote, pid, calling_number,
 *   called_number, call_serial, uptime_s, redial_in_s, last_error, encryption,
 *   session_left_s; with stats as above
 * Fields of a user record: user, state ("starting", "up", "ending"), ppp,
 *   tunnel, tunnel_id, session_id, ifname, local_ipv4, remote_ipv4,
 *   interface_id, dns (array), prefix6, delegated6, session_timeout_s,
 *   session_left_s, idle_timeout_s, idle_s, idle_left_s, interim_s, rate_down,
 *   rate_up (bit/s), port_limit, mtu, named_pool, filter_id, routes, dns6
 *   (arrays), server (the radius section, or "local"), acct_session_id,
 *   encryption, since (UTC), uptime_s; with stats rx_packets, rx_bytes,
 *   tx_packets, tx_bytes of its interface
 * Fields of a pool record: name, kind ("ppp" or "pool"), ranges, reserve
 *   (arrays), size (with the reserved), used (with what is fixed), reserved,
 *   free (for anybody), known (at rest, kept for who had them), exhausted
 *   (calls refused)
 * Fields of a radius record: name, address, transport ("udp", "tls"), tls
 *   (version and cipher of a connection that is up), auth_port, acct_port,
 *   auth, acct ("unknown", "alive", "dead"), changed_s, auth_latency_us,
 *   acct_latency_us, auth_requests, auth_accepts, auth_rejects,
 *   auth_challenges, auth_timeouts, acct_requests, acct_responses,
 *   acct_timeouts, retransmits, bad_replies, outstanding, queued (accounting
 *   records of all servers), last_error
 * Fields of a test's record: user, result ("accepted", "refused",
 *   "unavailable"), why, ppp, method, server, latency_us, message,
 *   accounted_as, address, pools (array: where the address would come from),
 *   warning, interface_id, dns, what is given as in a user record, mppe_keys
 *   (true), attributes (array: the reply's)
 * Fields of an interface's record: ifname, ifindex, kind ("pseudowire",
 *   "static", "ppp"), admin, link, circuit, peer_circuit ("up", "down"),
 *   changed_s, mtu, mac, master (bridge or VRF), tunnel, version, encap, local,
 *   remote, tunnel_state, peer_hostname, peer_router_id, tunnel_id,
 *   peer_tunnel_id, ns, nr, session, session_state, session_id,
 *   peer_session_id, call_serial, pseudowire ("ethernet", "vlan"), vlan,
 *   remote_end_id or pseudowire_id (number), cookie (what we send), peer_cookie
 *   (hexadecimal), uptime_s; counters as of a session, and rx_drops, tx_drops;
 *   with IPsec ipsec ("yes", "no", "unknown"), ipsec_why, ike_version,
 *   ike_connection, ike_state, ike_side ("initiator", "responder"),
 *   ike_initiator_spi, ike_responder_spi, ike_local, ike_remote, ike_local_id,
 *   ike_remote_id, ike_nat, ike_proposal, ike_created (UTC), ike_rekey_s,
 *   ike_reauth_s; child, child_mode, child_proposal, child_local, child_remote,
 *   child_rekey_s; of its SAs sa_in_ and sa_out_ with spi, state ("larval",
 *   "mature", "dying", "dead"), created, last_used (UTC), left_s, packets,
 *   bytes
 * Fields of a static session's record (a tunnel without one has a record too):
 *   tunnel, origin ("configuration", "command"), tunnel_id, peer_tunnel_id,
 *   encap, local, remote ("addr:port"), udp_csum, udp6_csum_tx, udp6_csum_rx
 *   (booleans), session, session_id, peer_session_id, state ("up", "down"),
 *   cookie, peer_cookie, l2spec_type, seq, ifname, vlan, mtu, mac, master,
 *   keepalive_s, keepalive_address, keepalive_state ("alive", "silent"),
 *   keepalive_answer_s, last_error; counters as of an interface
 * A field that does not apply is absent.
 */
#ifndef L2TPD_IPC_CONTROL_H
#define L2TPD_IPC_CONTROL_H

#define CONTROL_SOCKET	    "control.sock"
#define CONTROL_DIAL_SOCKET "dial.sock"
#define CONTROL_RUNTIME_DIR "/run/l2tpd"
#define CONTROL_LINE_MAX    65536

#endif
