/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine asks of the aaa process: who a user is, what an address is.
 * Replies carry the request's serial, in any order.
 */
#ifndef L2TPD_IPC_AAA_H
#define L2TPD_IPC_AAA_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/ipsec.h"
#include "ipc/ppp.h"
#include "ipc/service.h"
#include "lib/addr.h"
#include "lib/config.h"

enum aaa_message {
	/*
	 * event from the monitor, first: aaa_start; fds: engine channel, config
	 * text (memfd), then those that aaa_start says are there
	 */
	AAA_START = 1,
	/*
	 * request to the monitor: aaa_open; reply fd: that file of the
	 * configuration, for reading
	 */
	AAA_OPEN,
	AAA_AUTH, /* request from the engine: aaa_auth; reply: aaa_auth_reply */
	AAA_SECRET, /* request: aaa_secret; reply: ppp_call_secret_reply */
	/*
	 * event from the engine: aaa_remember; the password of a session that
	 * l2tpctl added
	 */
	AAA_REMEMBER,
	AAA_FORGET, /* event: aaa_remember, the secret unused */
	/*
	 * request: aaa_resolve; reply: aaa_resolve_reply; -ENOENT: no such
	 * name, -EAGAIN: the resolver failed for now
	 */
	AAA_RESOLVE,
	/*
	 * request: aaa_acct; reply: none, once it is safe from our own end.
	 * When an engine dies, the aaa process says the stop of each session
	 * that has had a start or an interim record and no stop.
	 */
	AAA_ACCT,
	AAA_COA, /* event to the engine: aaa_coa */
	/* event from the engine: aaa_coa_done, one for each AAA_COA */
	AAA_COA_DONE,
	/*
	 * request: aaa_radius; reply: aaa_radius_state; -ENOENT past the last
	 */
	AAA_RADIUS,
	/* request: aaa_radius; reply: aaa_tacacs_state; the same */
	AAA_TACACS,
	/* request: aaa_auth, as a call would ask; reply: aaa_test_reply */
	AAA_TEST,
	/*
	 * request to the monitor, without a body; reply fd: a connection to
	 * charon's vici socket
	 */
	AAA_VICI,
	AAA_IPSEC_SHOW, /* request: ipsec_flow; reply: ipsec_report */
	/*
	 * request: aaa_ipsec_initiate; reply: ipsec_report, once the SAs are
	 * there or cannot be, within AAA_IPSEC_INITIATE_MS. It is not an error
	 * that they are there already.
	 */
	AAA_IPSEC_INITIATE,
	/*
	 * event from the engine: aaa_ipsec_watch; again, to an aaa
	 * process that is new
	 */
	AAA_IPSEC_WATCH,
	AAA_IPSEC_UNWATCH, /* event: aaa_ipsec_watch, the flow unused */
	/*
	 * event to the engine: aaa_ipsec_state; first when it is
	 * known, then on changes
	 */
	AAA_IPSEC_STATE,
	/*
	 * event from the monitor; fd: the channel to another engine, for the
	 * one before has died. What that asked is answered to nobody, and what
	 * it watched is not watched any more.
	 */
	AAA_ENGINE,
	/*
	 * event from the monitor: aaa_open, whose file of a secret has changed
	 */
	AAA_CHANGED,
	/*
	 * request: aaa_acct, of a session that has had its start: it is not
	 * sent, but known to an aaa process that is new
	 */
	AAA_RUNS,
	/*
	 * event from the monitor, between the death of an engine and
	 * AAA_ENGINE: aaa_counted
	 */
	AAA_COUNTED,
	/*
	 * event from the monitor, and the same back as soon as it is read: the
	 * process is not hung
	 */
	AAA_ALIVE,
};

struct aaa_start {
	/* fd: the accounting queue, a file of state-dir, read and write */
	bool has_queue;
	bool has_coa; /* fd: a UDP socket bound to the coa-address */
};

enum aaa_file {
	AAA_FILE_USERS,
	AAA_FILE_PASSWORD,
	AAA_FILE_RADIUS,
	AAA_FILE_TACACS,
	AAA_FILE_COA,
	AAA_FILE_RADIUS_CA,
	AAA_FILE_RADIUS_CERTIFICATE,
	AAA_FILE_RADIUS_KEY,
};
struct aaa_open {
	enum aaa_file kind;
	/* of the ppp, lac, radius, tacacs or coa section */
	char name[CONFIG_NAME_MAX];
	/* of the lac's session, for AAA_FILE_PASSWORD */
	char session[CONFIG_NAME_MAX];
};

struct aaa_auth {
	char profile[CONFIG_NAME_MAX]; /* ppp section */
	struct service_call call;
	struct ppp_call_auth auth;
};

struct aaa_auth_reply {
	struct ppp_call_auth_reply ppp;
	struct service service; /* with ppp.ok */
	/*
	 * Why not, for the log and for CLI and CDN where it is not the user's
	 * fault: "" with ppp.ok. Without a fault of the password: no server
	 * answered, MPPE keys are missing.
	 */
	char why[PPP_TEXT_MAX];
	bool unavailable; /* nobody could say whether the password is right */
};

struct aaa_test_reply {
	struct aaa_auth_reply reply;
	uint32_t latency_us;
	/* the reply's attributes, a line each: "Name = value" */
	char text[4096];
};

enum aaa_acct_kind {
	AAA_ACCT_START = 1,
	AAA_ACCT_STOP,
	AAA_ACCT_INTERIM,
	AAA_ACCT_ON = 7,
	AAA_ACCT_OFF
};

/*
 * One accounting record, complete in itself: it may be sent by a
 * later aaa process.
 */
struct aaa_acct {
	enum aaa_acct_kind kind;
	/* unique over restarts: one that is asked for twice counts once */
	uint64_t serial;
	/* whose servers; all that have some for ON and OFF */
	char profile[CONFIG_NAME_MAX];
	struct service_call call;
	/* its user, Class, prefixes and the server that answered */
	struct service service;
	uint64_t when; /* Event-Timestamp, seconds since 1970 */
	uint32_t session_time_s;
	uint32_t local_ipv4, remote_ipv4; /* network order; 0: none */
	uint8_t remote_ifid[8];		  /* zero: none */
	struct ppp_counters counters;
	enum service_end end; /* of a STOP */
	char authentic;	      /* Acct-Authentic: 1 by a server, 2 local */
};

/* What the kernel had counted when the engine died. */
#define AAA_COUNTED_MAX 128
struct aaa_counted {
	uint32_t n;
	struct aaa_count {
		char ifname[IFNAMSIZ]; /* of the session's PPP interface */
		struct ppp_counters counters;
	} of[AAA_COUNTED_MAX];
};

/* RFC 5176: which sessions, and what of them. */
enum aaa_coa_kind { AAA_COA_DISCONNECT = 1, AAA_COA_CHANGE };
/* of changes: what of the service counts */
#define AAA_COA_SESSION_TIMEOUT 0x01u
#define AAA_COA_IDLE_TIMEOUT	0x02u
#define AAA_COA_INTERIM		0x04u
#define AAA_COA_RATE_DOWN	0x08u
#define AAA_COA_RATE_UP		0x80u
#define AAA_COA_RATE		(AAA_COA_RATE_DOWN | AAA_COA_RATE_UP)
#define AAA_COA_FILTER		0x10u
#define AAA_COA_CLASS		0x20u
#define AAA_COA_ROUTES		0x40u
struct aaa_coa {
	uint64_t serial;
	enum aaa_coa_kind kind;
	char client[CONFIG_NAME_MAX]; /* the coa section of who asks */
	/*
	 * All that are given must match; the aaa process sees to it that one
	 * is.
	 */
	char session_id[SERVICE_ID_MAX];
	char user[PPP_NAME_MAX];
	uint32_t address; /* Framed-IP-Address, network order */
	/* Framed-IPv6-Prefix, Delegated-IPv6-Prefix */
	struct service_prefix6 prefix6, delegated6;
	bool have_ifid;
	uint8_t ifid[8]; /* Framed-Interface-Id */
	/* or the tunnel's ends, as a RADIUS server is told */
	char calling_number[PPP_NAME_MAX], called_number[PPP_NAME_MAX];
	bool have_nas_port;
	uint32_t nas_port;    /* both ids, 16 bits each */
	char nas_port_id[32]; /* the interface, or "l2tp TUNNEL/SESSION" */
	uint32_t changes;     /* AAA_COA_* */
	struct service service;
};
struct aaa_coa_done {
	uint64_t serial;
	uint32_t sessions; /* that matched and were done */
	/* RFC 5176, section 3.6, when none was; 503: no such session */
	uint32_t error_cause;
};

/* Whether a server answers, as far as is known. */
enum aaa_server_state { AAA_SERVER_UNKNOWN, AAA_SERVER_ALIVE, AAA_SERVER_DEAD };

/* of the configuration's radius, or tacacs, sections */
struct aaa_radius {
	uint32_t index;
};
#define AAA_ERROR_MAX 256
struct aaa_radius_state {
	char name[CONFIG_NAME_MAX];
	char address[64]; /* "" while it is not resolved */
	uint16_t auth_port, acct_port;
	enum config_transport transport;
	char tls[64]; /* version and cipher of a connection that is up; "" */
	enum aaa_server_state auth, acct;
	uint64_t auth_requests, auth_accepts, auth_rejects, auth_challenges,
		auth_timeouts;
	uint64_t acct_requests, acct_responses, acct_timeouts;
	/* a wrong authenticator, malformed, or nothing asked */
	uint64_t retransmits, bad_replies;
	uint32_t auth_latency_us, acct_latency_us; /* smoothed */
	uint32_t outstanding;
	uint64_t queued; /* accounting records on disk; the same for all */
	uint64_t changed_ms_ago; /* alive or dead since; 0: never seen */
	/* the Message-Authenticator of replies to Access-Requests */
	enum {
		AAA_SIGNATURE_UNUSED,  /* TLS has better */
		AAA_SIGNATURE_IGNORED, /* not required */
		AAA_SIGNATURE_AWAITED, /* auto: required once there was one */
		AAA_SIGNATURE_MISSED,  /* auto: replies without were taken */
		AAA_SIGNATURE_REQUIRED
	} signature;
	char last_error[AAA_ERROR_MAX];
};

struct aaa_tacacs_state {
	char name[CONFIG_NAME_MAX];
	char address[64]; /* "" while it is not resolved */
	uint16_t port;
	enum aaa_server_state state;
	uint32_t connections;
	bool shared; /* it takes many requests on one */
	uint64_t authen_requests, authen_passes, authen_fails;
	uint64_t author_requests, author_passes, author_fails;
	uint64_t acct_requests, acct_responses;
	uint64_t timeouts;
	uint64_t errors;      /* it said that it failed */
	uint64_t bad_replies; /* malformed, or nothing asked */
	uint32_t auth_latency_us, acct_latency_us; /* smoothed */
	uint32_t outstanding;
	uint64_t queued; /* accounting records on disk; the same for all */
	uint64_t changed_ms_ago; /* alive or dead since; 0: never seen */
	char last_error[AAA_ERROR_MAX];
};

#define AAA_VICI_SOCKET	      "/run/charon.vici"
#define AAA_IPSEC_INITIATE_MS 30000
struct aaa_ipsec_initiate {
	struct ipsec_flow flow;
	/*
	 * of charon's configuration; "ike/child" where several
	 * connections have it
	 */
	char child[IPSEC_NAME_MAX];
};

struct aaa_ipsec_watch {
	/* the engine's own; one that is there already gets the new flow */
	uint64_t id;
	struct ipsec_flow flow;
};

/*
 * Told when cover becomes or ceases to be IPSEC_PROTECTED, or reqid changes. An
 * end is told three seconds late, if it lasts: SAs that are made anew at a
 * reauthentication are missing for a moment. IPSEC_UNKNOWN: charon is gone, SAs
 * in the kernel stay until their life is over.
 */
struct aaa_ipsec_state {
	uint64_t id;
	enum ipsec_cover cover;
	/* what the kernel knows the SAs by; with IPSEC_PROTECTED */
	uint32_t reqid;
	char why[256];
};

struct aaa_secret {
	char profile[CONFIG_NAME_MAX];
	char lac[CONFIG_NAME_MAX], session[CONFIG_NAME_MAX];
	struct ppp_call_secret secret;
};

/* Asked for by AAA_SECRET with the same lac and session. */
struct aaa_remember {
	char lac[CONFIG_NAME_MAX], session[CONFIG_NAME_MAX];
	struct ppp_call_secret_reply secret;
};

struct aaa_resolve {
	char name[256];
	uint16_t family; /* AF_UNSPEC: any */
};
#define AAA_RESOLVE_MAX 8
struct aaa_resolve_reply {
	uint32_t count;
	/* in the resolver's order, port 0 */
	struct addr address[AAA_RESOLVE_MAX];
	char error[128];
};

#endif
