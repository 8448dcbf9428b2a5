/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine may ask of the monitor, and what the monitor tells it. Every
 * request is checked by the monitor: ids, addresses and names of configured
 * things, never a path or a command line. A reply carries the request's type
 * and serial, result 0 or -errno, and the fds named here.
 *
 * A session is known by its link: a number that the engine chooses, not 0, not
 * below first_link of monitor_start and not of the next engine
 * (MONITOR_LINK_BITS), so that no two sessions of one l2tpd ever have the same,
 * whatever engine had them; the monitor refuses any other. The ids that the
 * kernel and the peer know a session by are used again, and stand in struct
 * dp_session only.
 */
#ifndef L2TPD_IPC_MONITOR_H
#define L2TPD_IPC_MONITOR_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "ipc/ppp.h"
#include "ipc/service.h"
#include "lib/addr.h"
#include "lib/config.h"
#include "netlink/dataplane.h"

enum monitor_message {
	/*
	 * event, first: monitor_start; fds: aaa channel, config text (memfd),
	 * control listener, dial listener
	 */
	MONITOR_START = 1,
	/*
	 * request: monitor_secret; reply fd: the secret file, open for reading
	 */
	MONITOR_SECRET,
	/*
	 * request: monitor_listen; reply fd: UDP socket bound to listen[index]
	 */
	MONITOR_LISTEN,
	/* request: monitor_socket; reply: monitor_socket_reply, fd */
	MONITOR_SOCKET,
	/*
	 * request: monitor_connect: the peer of a socket that was asked for
	 * unconnected is known
	 */
	MONITOR_SOCKET_CONNECT,
	/* request: monitor_tunnel */
	MONITOR_TUNNEL_ADD,
	/*
	 * event: monitor_tunnel_id: out of the kernel; its sessions are
	 * deleted before
	 */
	MONITOR_TUNNEL_DEL,
	/*
	 * event: monitor_tunnel_id: the monitor's copy of the socket; a
	 * StopCCN may still need it after the _DEL
	 */
	MONITOR_SOCKET_CLOSE,
	/*
	 * request: monitor_session; -EEXIST: the link, or an id in the
	 * kernel, is taken
	 */
	MONITOR_SESSION_ADD,
	/* request: monitor_session: sequencing of an installed one */
	MONITOR_SESSION_MODIFY,
	/* event: monitor_link; stops its pppd first when it has one */
	MONITOR_SESSION_DEL,
	/* request: monitor_link; reply: struct dp_stats */
	MONITOR_SESSION_STATS,
	/* request: monitor_tunnel_id; reply: struct dp_stats */
	MONITOR_TUNNEL_STATS,
	/*
	 * request: monitor_link; reply: monitor_mtu, what the call may begin
	 * with; fds: PPPoX socket, both ends of a call channel: for a pppd that
	 * dialled
	 */
	MONITOR_SESSION_FD,
	/*
	 * request: monitor_ppp; reply fd: the engine's end of the call
	 * channel (ipc/ppp.h); -ENOEXEC: the profile's pppd does not start,
	 * reply: monitor_ppp_reply
	 */
	MONITOR_PPP_START,
	/*
	 * event: monitor_link: SIGTERM, SIGKILL 10 s later; the exit
	 * comes as an event
	 */
	MONITOR_PPP_STOP,
	MONITOR_PPP_EXIT, /* event: monitor_ppp_exit */
	/* event: l2tpd stops: the engine clears all calls, then exits 0 */
	MONITOR_STOP,
	/* event from the engine: it listens and has given up its privileges */
	MONITOR_READY,
	/*
	 * request, without a body; reply: monitor_config_file, whether the
	 * file that l2tpd was started with says what runs
	 */
	MONITOR_CONFIG_FILE,
	/* event: the aaa process died and another runs; fd: its channel */
	MONITOR_AAA,
	/*
	 * request: struct addr; reply: monitor_route, the interface a packet to
	 * it leaves by
	 */
	MONITOR_ROUTE,
	/*
	 * request: monitor_net: the session's PPP interface gets rates, MTU,
	 * routes, prefixes; asked again it is changed to that. What it was
	 * given goes with the interface or the session.
	 */
	MONITOR_NET,
	/*
	 * request: monitor_interface; reply: struct ppp_counters of
	 * the PPP interface
	 */
	MONITOR_LINK_STATS,
	/* request: monitor_interface; reply: monitor_pw_show, of the same */
	MONITOR_PPP_SHOW,
	/*
	 * event: monitor_script: runs the profile's ip-up or
	 * ip-down beside the call
	 */
	MONITOR_SCRIPT,
	/*
	 * request: monitor_pw; reply: monitor_pw_reply: an installed Ethernet
	 * session's interface gets what its lcce section's session says (MTU,
	 * MAC, VLAN, bridge or VRF, up), and is watched from now on.
	 */
	MONITOR_PW,
	/*
	 * A session that is added by command, beside those of the configuration
	 * and checked as they are: MONITOR_PW finds it from now on, until it is
	 * deleted or the engine ends. Sessions that are there keep what they
	 * were given.
	 */
	MONITOR_PW_ADD, /* request: monitor_pw_add; reply: monitor_outcome */
	MONITOR_PW_DEL, /* event: monitor_pw_name */
	/*
	 * event: monitor_circuit: the peer's end of the circuit is up or down
	 * (operstate up, dormant)
	 */
	MONITOR_PW_PEER,
	MONITOR_PW_SHOW, /* request: monitor_link; reply: monitor_pw_show */
	/* event to the engine: monitor_circuit: our end of it changed */
	MONITOR_CIRCUIT,
	/*
	 * request: monitor_ipsec: from now on the kernel takes nothing for this
	 * tunnel in clear, and sends nothing so; asked again, by the SAs of
	 * another reqid. It ends with the tunnel's socket.
	 */
	MONITOR_IPSEC,
	/*
	 * Static tunnels, which are the monitor's: added by command, they are
	 * checked as the configuration is, kept in state-dir and made. Replies
	 * with a sentence of what is wrong: monitor_outcome; added is also what
	 * cannot be made yet, which is tried again.
	 */
	MONITOR_STATIC_ADD,	    /* request: monitor_static */
	MONITOR_STATIC_SESSION_ADD, /* request: monitor_static_session */
	/*
	 * request: monitor_static_name; one of the configuration is back
	 * at the next start
	 */
	MONITOR_STATIC_DEL,
	/*
	 * request: monitor_static_name, of a tunnel; -ENOENT: it
	 * has no static one
	 */
	MONITOR_STATIC_FIND,
	/*
	 * request: monitor_static_place; reply: monitor_static_show;
	 * -ENOENT: no more
	 */
	MONITOR_STATIC_SHOW,
	/*
	 * event to the engine: struct addr, one of our own that tunnels have:
	 * the host has lost it; again from time to time, as long as that is so.
	 */
	MONITOR_ADDRESS_GONE,
	/*
	 * request: monitor_source; reply: monitor_socket_reply: what a new
	 * socket would be bound to
	 */
	MONITOR_SOURCE,
	/* event to the engine: monitor_secret, whose file has changed */
	MONITOR_SECRET_CHANGED,
	/*
	 * request: monitor_ppp_net: which protocols are up on the session's PPP
	 * interface. Its MTU follows the way to the peer, and it has what its
	 * profile says of default route and segment sizes.
	 */
	MONITOR_PPP_NET,
	/* event to the engine: monitor_mtu, of such an interface */
	MONITOR_MTU,
	/*
	 * event to the engine, and the same back as soon as it is read: the
	 * process is not hung
	 */
	MONITOR_ALIVE,
	/* event from the engine: monitor_failed: it cannot start, and ends */
	MONITOR_FAILED,
	/*
	 * PPP of our own, of profiles with the backend builtin. The session's
	 * channel, over which LCP and authentication go: request:
	 * monitor_attach; reply: monitor_attached, some ms later; fd: the
	 * channel
	 */
	MONITOR_PPP_ATTACH,
	/*
	 * request: monitor_unit; reply: monitor_interface: the session gets an
	 * interface, down; fd: its unit, over which frames of CCP go
	 */
	MONITOR_PPP_UNIT,
	/*
	 * request: monitor_ppp_address: a network protocol is up on the
	 * interface, or down
	 */
	MONITOR_PPP_ADDRESS,
	/* request: monitor_ppp_mppe: the state of encryption on it */
	MONITOR_PPP_MPPE,
	/*
	 * request: monitor_link; reply: monitor_detached. Channel and interface
	 * go; the engine has closed its fds of both before.
	 */
	MONITOR_PPP_DETACH,
	/*
	 * request, without a body: which of these interfaces have received
	 * packets since the last time. Before the reply come events,
	 * MONITOR_PPP_HEARD
	 */
	MONITOR_PPP_LISTEN,
	/* event to the engine: monitor_ppp_heard */
	MONITOR_PPP_HEARD,
};
/* one more than the last of them */
#define MONITOR_MESSAGES (MONITOR_PPP_HEARD + 1)

/* An engine has so many bits of a link's number for its own sessions. */
#define MONITOR_LINK_BITS 40

struct monitor_static {
	char name[CONFIG_NAME_MAX];
	uint32_t tunnel_id, peer_tunnel_id;
	enum config_encap encap;
	struct addr local, remote; /* with the ports */
	bool udp_csum, udp6_csum_tx, udp6_csum_rx;
};

struct monitor_static_session {
	/* name "": sessionN, the first that is free */
	char tunnel[CONFIG_NAME_MAX], name[CONFIG_NAME_MAX];
	uint32_t session_id, peer_session_id;
	struct config_cookie cookie, peer_cookie;
	enum config_l2spec l2spec;
	enum config_seq seq;
	uint16_t vlan, mtu;
	uint8_t mac[6];
	bool has_mac;
	char ifname[IFNAMSIZ], bridge[IFNAMSIZ], vrf[IFNAMSIZ]; /* "": none */
	uint32_t keepalive_ms;
	struct addr keepalive_address;
};

/* session "": the tunnel; tunnel "": the one that has such a session */
struct monitor_static_name {
	char tunnel[CONFIG_NAME_MAX], session[CONFIG_NAME_MAX];
};

enum monitor_config_state {
	MONITOR_CONFIG_SAME,
	MONITOR_CONFIG_CHANGED,	   /* it says something else */
	MONITOR_CONFIG_FAULTY,	   /* l2tpd would not start with it */
	MONITOR_CONFIG_UNREADABLE, /* nor without it */
};
struct monitor_config_file {
	uint8_t state; /* enum monitor_config_state */
	char path[256];
	char why[512]; /* a sentence, of the last two */
};

/* What the operator is told who added or deleted something. */
struct monitor_outcome {
	char name[CONFIG_NAME_MAX]; /* of the static session that was added */
	char why[512];		    /* "" with result 0 */
};

/* zeroed: the first */
struct monitor_static_place {
	uint32_t tunnel, session;
};

struct monitor_pw {
	uint64_t link;
	/* configured ones, or of MONITOR_PW_ADD */
	char lcce[CONFIG_NAME_MAX], session[CONFIG_NAME_MAX];
};

/*
 * Of a session that is added by command the monitor is told what its interface
 * needs, and the name of the lcce. All else about both stays with the engine.
 */
struct monitor_pw_add {
	char lcce[CONFIG_NAME_MAX], session[CONFIG_NAME_MAX];
	enum config_pw_type type;
	uint16_t vlan, mtu;
	uint8_t mac[6];
	bool has_mac;
	/* "": none */
	char ifname[IFNAMSIZ], bridge[IFNAMSIZ], vrf[IFNAMSIZ],
		circuit[IFNAMSIZ];
};

struct monitor_pw_name {
	char lcce[CONFIG_NAME_MAX], session[CONFIG_NAME_MAX];
};

struct monitor_pw_reply {
	char ifname[IFNAMSIZ];
	/*
	 * the interface is administratively up, and the configured
	 * circuit has a carrier
	 */
	bool circuit_up;
	uint32_t mtu;
};

struct monitor_ipsec {
	uint32_t tunnel_id; /* with a socket of MONITOR_SOCKET */
	uint32_t reqid;	    /* of the SAs that protect it; not 0 */
};

struct monitor_circuit {
	uint64_t link;
	bool up;
};

struct monitor_pw_show {
	char ifname[IFNAMSIZ], master[IFNAMSIZ];
	uint32_t ifindex, mtu;
	uint8_t mac[6];
	bool admin_up, oper_up;
	uint64_t rx_packets, tx_packets, rx_bytes, tx_bytes, rx_errors,
		tx_errors, rx_drops, tx_drops;
};

/* A session, or a tunnel that has none. */
struct monitor_static_show {
	struct monitor_static_place next;
	bool by_command, has_session, up;
	/* answers pings or does not; neither: not known, or none are sent */
	bool alive, silent;
	bool answered;
	uint32_t answer_s; /* since the last answer */
	struct monitor_static tunnel;
	struct monitor_static_session session;
	struct monitor_pw_show link; /* ifname "": there is none */
	char why[512];		     /* why it is not up */
};

struct monitor_failed {
	char why[512]; /* a sentence */
};

struct monitor_link {
	uint64_t link;
};

struct monitor_interface {
	uint64_t link;
	char ifname[IFNAMSIZ]; /* of the session's PPP interface */
};

struct monitor_ppp_net {
	struct monitor_interface interface;
	bool ipv4, ipv6;  /* are up */
	uint16_t mtu_max; /* as the peer and the caller's service let it be */
	uint8_t mtu_pad;  /* bytes that each packet gets longer (MPPE) */
};

struct monitor_mtu {
	uint64_t link;
	uint32_t mtu;	   /* of its interface */
	uint32_t path_mtu; /* of the way to the peer; 0: not known */
};

struct monitor_net {
	struct monitor_interface interface;
	char profile[CONFIG_NAME_MAX];
	uint64_t rate_down, rate_up; /* bit/s; 0: no limit */
	uint16_t mtu;		     /* 0: as it is */
	struct service_prefix6 prefix6, delegated6;
	uint8_t local_ifid[8]; /* of ours, also in the link's prefix */
	/*
	 * of the caller's link-local address: the way to the delegated prefix
	 */
	uint8_t remote_ifid[8];
	uint8_t dns6_n;
	uint8_t dns6[2][16];
	uint8_t route_n;
	struct service_route route[SERVICE_ROUTES_MAX];
};

struct monitor_script {
	struct monitor_interface interface;
	char profile[CONFIG_NAME_MAX];
	bool up;
	struct service_call call; /* has the ids that the program is told */
	struct service service;
	uint32_t local_ipv4, remote_ipv4;
	uint8_t local_ifid[8], remote_ifid[8];
	uint32_t dns[2];
	/* of ip-down */
	uint32_t session_time_s;
	struct ppp_counters counters;
	char reason[PPP_TEXT_MAX];
};

struct monitor_start {
	bool null_dataplane; /* the engine keeps the books itself */
	/* this kernel mixes tunnels with the same addresses and ports */
	bool one_tunnel_per_path;
	int32_t log_level;
	uint32_t listen_n;
	/* how many sessions there may be: max-sessions, or the files end */
	uint32_t sessions_most;
	/* the first that this engine may use, of MONITOR_LINK_BITS */
	uint64_t first_link;
};

struct monitor_secret {
	enum {
		MONITOR_SECRET_LNS,
		MONITOR_SECRET_LNS_OLD,
		MONITOR_SECRET_LAC,
		MONITOR_SECRET_LAC_OLD,
		MONITOR_SECRET_LCCE,
		MONITOR_SECRET_LCCE_OLD
	} kind;
	char name[CONFIG_NAME_MAX];
};

struct monitor_listen {
	uint32_t index;
};

struct monitor_socket {
	/*
	 * the local id that will own it: 16 bits in version 2, 32 in version 3
	 */
	uint32_t tunnel_id;
	uint8_t version;
	/*
	 * DP_ENCAP_IP: bound to the id as well (l2tp_conn_id); addresses
	 * without ports
	 */
	enum dp_encap encap;
	struct addr local; /* unset: any; port 1701 (shared) or 0 (ephemeral) */
	struct addr peer;
	/*
	 * UDP: it hears whoever answers, and is connected before the tunnel is
	 * added
	 */
	bool unconnected;
};
struct monitor_connect {
	uint32_t tunnel_id;
	struct addr peer;
};
struct monitor_socket_reply {
	struct addr local;
};

struct monitor_source {
	struct addr local, peer;
}; /* local unset: any */

struct monitor_tunnel {
	uint8_t version;
	enum dp_encap encap;
	uint32_t tunnel_id, peer_tunnel_id;
	/*
	 * UDP: data packets are sent without a checksum; over IPv6
	 * taken without one
	 */
	bool no_csum_tx, no_csum_rx;
};

struct monitor_route {
	char ifname[IFNAMSIZ];
};

struct monitor_tunnel_id {
	uint32_t tunnel_id;
};

struct monitor_session {
	uint64_t link;
	struct dp_session session;
};

struct monitor_ppp {
	uint64_t link;
	char profile[CONFIG_NAME_MAX]; /* a ppp section with backend pppd */
	struct ppp_call_params params;
};

struct monitor_attach {
	uint64_t link;
	char profile[CONFIG_NAME_MAX]; /* a ppp section with backend builtin */
	bool caller;		       /* we called */
};
struct monitor_attached {
	/* what the call may begin with, and become; see ppp_call_params */
	uint16_t mtu, mru, mtu_most;
	uint32_t path_mtu; /* of the way to the peer; 0: not known */
};

struct monitor_unit {
	struct monitor_interface interface; /* ifname "": pppN */
	uint16_t mru;			    /* what the peer may send, bytes */
};

struct monitor_ppp_address {
	uint64_t link;
	uint8_t family; /* AF_INET or AF_INET6 */
	bool up;
	/* of the interface; what follows counts with up only, as this does */
	uint16_t mtu;
	uint32_t local_ipv4, remote_ipv4; /* network order */
	uint8_t local_ifid[8], remote_ifid[8];
};

struct monitor_ppp_mppe {
	uint64_t link;
	/*
	 * CCP is negotiated: the kernel looks at its frames, and an Ack starts
	 * what was set here before it, each way
	 */
	bool open;
	bool up;	    /* CCP agreed on it */
	bool required;	    /* with up: nothing goes in clear */
	bool send, receive; /* set anew, with these keys */
	uint8_t send_option[6], receive_option[6]; /* of RFC 3078, section 2 */
	uint8_t send_key[16], receive_key[16];
};

#define MONITOR_HEARD_MAX 1000
struct monitor_ppp_heard {
	uint32_t n;
	uint64_t link[MONITOR_HEARD_MAX];
};

struct monitor_detached {
	bool have_counters; /* it had an interface */
	struct ppp_counters counters;
};

struct monitor_ppp_exit {
	uint64_t link;
	int32_t status; /* of waitpid */
	int32_t pid;	/* 0: there never was one */
	/* what the monitor knows of it beside that; "": nothing */
	char why[PPP_TEXT_MAX];
};

struct monitor_ppp_reply {
	char why[PPP_TEXT_MAX];
};

#endif
