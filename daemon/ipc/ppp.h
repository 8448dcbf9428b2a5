/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PPP port's messages, all of ipc.h's form:
 * - call channel: a pppd (plugin) and the engine, one socketpair per call;
 * - template channel: the monitor and the pppd template of a profile;
 * - dial socket: a pppd started by someone else (pppd call NAME) and the
 *   engine;
 * - units socket: any pppd of a call, and the monitor.
 */
#ifndef L2TPD_IPC_PPP_H
#define L2TPD_IPC_PPP_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#define PPP_NAME_MAX 256 /* user names, with the NUL */
#define PPP_TEXT_MAX 256
#define PPP_BLOB_MAX 256

/*
 * What is particular to one call; the rest is the template's options. IPv4 in
 * network order, 0: unset.
 */
struct ppp_call_params {
	uint64_t link; /* of the session, as in ipc/monitor.h */
	/* the kernel's: pppd's device name and its scripts tell them */
	uint32_t tunnel_id, session_id;
	bool lns; /* we authenticate and assign; else we are the caller */
	char ifname[IFNAMSIZ];	 /* "": pppN */
	char user[PPP_NAME_MAX]; /* caller: our name */
	/* peer's host name: pppd's remote number, for scripts and logs */
	char remote[PPP_NAME_MAX];
	char calling_number[PPP_NAME_MAX];
	uint32_t local_ipv4, remote_ipv4;
	uint32_t dns[2];
	uint16_t mtu, mru;
	/* what the MTU may become while the call is up; 0: no more than mtu */
	uint16_t mtu_most;
};

/* ---- call channel ---- */
enum ppp_call_message {
	/* plugin to engine */
	PPP_CALL_HELLO = 1, /* event: ppp_call_hello, first */
	PPP_CALL_AUTH, /* request: ppp_call_auth; reply: ppp_call_auth_reply */
	/* request: ppp_call_secret; reply: ppp_call_secret_reply (caller) */
	PPP_CALL_SECRET,
	PPP_CALL_UP,	  /* event: ppp_call_up, for IPv4 and for IPv6 */
	PPP_CALL_NETDOWN, /* event: ppp_call_up, the protocol that went down */
	/*
	 * event: ppp_call_mppe: CCP agreed on encryption, or changed it, or
	 * the call goes on without it
	 */
	PPP_CALL_MPPE,
	/* event: ppp_call_down, the last; the socket closes then */
	PPP_CALL_DOWN,
	/* engine to plugin */
	/*
	 * event: ppp_call_down with the reason: close LCP, exit. pppd_status 16
	 * (EXIT_HANGUP): the peer cannot be reached any more, do not wait for
	 * it. Closing the channel means the same as that.
	 */
	PPP_CALL_STOP,
};

struct ppp_call_hello {
	int32_t pid;
	char pppd_version[32];
};

enum ppp_auth_method {
	PPP_AUTH_PAP = 1,
	PPP_AUTH_CHAP_MD5,
	PPP_AUTH_MSCHAPV1,
	PPP_AUTH_MSCHAPV2
};

struct ppp_call_auth {
	enum ppp_auth_method method;
	char user[PPP_NAME_MAX];
	char our_name[PPP_NAME_MAX];
	uint8_t id; /* CHAP identifier */
	uint16_t challenge_len;
	uint8_t challenge[PPP_BLOB_MAX];
	uint16_t response_len; /* PAP: the password */
	/* CHAP-MD5: 16 bytes; MS-CHAP: the 49 bytes of the response */
	uint8_t response[PPP_BLOB_MAX];
};

struct ppp_call_auth_reply {
	bool ok;
	/*
	 * for the peer; MS-CHAPv2: "S=... M=..." or "E=691 R=0 C=... V=3
	 * M=...", or without that form why it is refused, whatever its
	 * password is
	 */
	char message[PPP_TEXT_MAX];
	/*
	 * 0: as the call's parameters say; remote 0xffffffff: the peer's choice
	 */
	uint32_t local_ipv4, remote_ipv4;
	uint32_t dns[2];
	uint16_t mtu; /* 0: as the call's parameters say */
	bool have_ifid;
	uint8_t remote_ifid[8]; /* the caller's interface identifier */
	bool have_mppe_keys;
	/* MS-CHAP session keys, RFC 3079 */
	uint8_t mppe_send_key[16], mppe_recv_key[16];
	/*
	 * MS-MPPE-Encryption-Policy and -Types of RFC 2548; 0: the profile's
	 * options hold
	 */
	uint8_t mppe_policy, mppe_types;
};

struct ppp_call_secret {
	char user[PPP_NAME_MAX];
	char remote[PPP_NAME_MAX];
};
struct ppp_call_secret_reply {
	uint16_t len;
	uint8_t secret[PPP_BLOB_MAX];
};

struct ppp_call_up {
	uint8_t family; /* AF_INET or AF_INET6 */
	char ifname[IFNAMSIZ];
	uint32_t local_ipv4, remote_ipv4;
	uint8_t local_ifid[8], remote_ifid[8];
	uint32_t dns[2]; /* caller: what the peer told */
	uint16_t mtu;
	/*
	 * what it may be at most: the peer's MRU, and what the engine said;
	 * bytes that each packet gets longer (MPPE) are taken off
	 */
	uint16_t mtu_max;
	uint8_t mtu_pad;
	char peer_name[PPP_NAME_MAX]; /* authenticated */
};

/* bits 40 or 128; 0: not encrypted */
struct ppp_call_mppe {
	uint8_t bits;
	bool stateful;
};

/*
 * Of the PPP interface: what the network layers sent and received, as
 * accounting counts.
 */
struct ppp_counters {
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets;
};

struct ppp_call_down {
	int32_t pppd_status; /* pppd's exit code, EXIT_* of pppd(8) */
	bool have_counters;
	/* the last, when the interface was ever up */
	struct ppp_counters counters;
	char reason[PPP_TEXT_MAX]; /* a sentence */
};

/* ---- template channel ---- */
enum ppp_template_message {
	PPP_TEMPLATE_READY = 1, /* template to monitor, event: ppp_call_hello */
	/*
	 * monitor to template, request: ppp_call_params; fds: PPPoX socket,
	 * call channel; reply: ppp_template_started
	 */
	PPP_TEMPLATE_CALL,
	PPP_TEMPLATE_EXIT, /* template to monitor, event: ppp_template_exit */
};
struct ppp_template_started {
	int32_t pid;
};
struct ppp_template_exit {
	int32_t pid, status;
}; /* status of waitpid */

/* ---- dial socket ---- */
enum ppp_dial_message {
	/*
	 * Plugin to engine, request: ppp_dial. Reply: ppp_dial_reply, once the
	 * call is established; fds: PPPoX socket, call channel.
	 */
	PPP_DIAL = 1,
};
struct ppp_dial {
	char server[PPP_NAME_MAX]; /* name or address; or "" and lac */
	char lac[64];  /* a configured lac section in place of a server */
	uint16_t port; /* 0: 1701 */
	bool source_1701;
	char hostname[PPP_NAME_MAX]; /* ours; "": the configuration's */
	bool hide;
	uint16_t mtu;
	char user[PPP_NAME_MAX];
	/*
	 * Read by the dialling pppd, with its user's rights: the engine reads
	 * nobody's files.
	 */
	uint16_t secret_len;
	uint8_t secret[PPP_BLOB_MAX];
};

struct ppp_dial_reply {
	char error[PPP_TEXT_MAX]; /* with result != 0: a sentence */
	struct ppp_call_params params;
};

/* ---- units socket: datagrams; a file that root alone can write to ---- */
#define PPP_UNITS_SOCKET "units.sock" /* beside the dial socket */
enum ppp_unit_message {
	PPP_UNIT = 1, /* event: ppp_unit, before each PPP_CALL_UP */
};

struct ppp_unit {
	uint64_t link; /* of the call's parameters */
	uint32_t ifindex;
};

#endif
