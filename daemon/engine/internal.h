/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the engine share: its tunnels, calls and peers, and who
 * drives what.
 *
 * The protocol core (proto/l2tp) speaks in effects; effects.c takes them and
 * calls the tunnel_on_ and call_on_ functions. Those must not call back into the
 * core: they engine_defer what has to be said to it. Objects are freed at the
 * end of a turn of the loop only, when nothing on the stack can hold them.
 */
#ifndef L2TPD_ENGINE_INTERNAL_H
#define L2TPD_ENGINE_INTERNAL_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "ipc/aaa.h"
#include "ipc/channel.h"
#include "ipc/ipsec.h"
#include "ipc/monitor.h"
#include "ipc/ppp.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "lib/secret.h"
#include "lib/table.h"
#include "netlink/dataplane.h"
#include "proto/l2tp/l2tp.h"

struct engine;
struct tunnel;
struct call;
struct peer;
struct peer_session;
struct dial;
struct pool;
struct pools;
struct registry;
struct accounting;
struct ipv6;
struct subscriber;
struct control;

/* A UDP socket: a listener, or one connected to a tunnel's peer. */
struct sock {
	struct loop_io io;
	struct engine *engine;
	int fd;
	struct addr local;	/* a listener's may be the any address */
	bool connected;
	struct addr peer;
	bool dead;		/* to be freed at the end of the turn */
	bool no_csum;		/* data leaves by it without a UDP checksum */
	struct sock *garbage_next;
};

/* How far an object is in the data plane. */
enum install { INSTALL_NONE, INSTALL_BUSY, INSTALL_DONE, INSTALL_FAILED };

struct tunnel {
	struct engine *engine;
	struct l2tp_tunnel *core;	/* NULL once the core let it go */
	uint32_t id;
	bool up;			/* the control connection is established */
	bool down;			/* TUNNEL_DOWN was seen */
	bool closing;			/* goes when its last call has */
	enum install install;
	unsigned int refs;		/* the core's, one per call, one per outstanding request */
	struct loop_timer timer;	/* the core's deadline */
	struct sock *sock;		/* its own; NULL: it uses a listener's */
	const struct config_lns *lns;	/* responder */
	struct peer *peer;		/* initiator, or a configured LCCE; NULL once the peer let go */
	bool holds_peer;		/* responder: the peer must not go before it */
	bool guarded;			/* IPsec protects it, and the aaa process watches for its end */
	uint32_t reqid;			/* of its SAs */
	uint64_t path;			/* its key in engine->paths; 0: none */
	struct call *calls;
	struct tunnel *next, **prev;	/* engine->tunnels */
	struct tunnel *garbage_next;
	struct l2tp_cause cause;	/* of closing */
};

/* What an L2TPv3 session's data packets look like, and how the circuit is at either end. */
struct pseudowire {
	const struct config_pw *config;	/* NULL: PPP's */
	uint16_t type;			/* L2TP_PW_* */
	uint8_t cookie[8], cookie_len;	/* that the peer must send */
	uint8_t peer_cookie[8], peer_cookie_len;	/* and we */
	bool sublayer, sequencing;	/* both ways */
	bool circuit_up, peer_up;
	uint32_t serial;		/* of the peer's request */
	uint64_t changed_ms;		/* when either end of the circuit changed last; 0: it did not */
};

enum ppp_phase { PPP_NONE, PPP_STARTING, PPP_RUNNING, PPP_UP, PPP_STOPPING };

struct call {
	struct tunnel *tunnel;
	struct l2tp_session *core;
	struct call *next, **prev;	/* tunnel->calls */
	uint32_t id;
	bool established, down, gone;
	bool sequencing;
	bool ppp_child;			/* the monitor runs its pppd; else it dialled by itself */
	uint8_t ppp_phase;		/* enum ppp_phase */
	uint8_t install;		/* enum install */
	uint8_t install_tries;
	struct loop_timer timer;	/* to install again; to wait no more for a pppd that dialled */
	unsigned int refs;
	const struct config_ppp *profile;	/* NULL: a dialling pppd's */
	struct peer_session *wanted;	/* the session of a peer that this call is */
	struct pseudowire *pw;		/* of an L2TPv3 session, else NULL */
	struct channel ppp;		/* call channel; open while a pppd runs */
	int32_t pid;
	uint32_t lease;			/* IPv4 from a pool or fixed, host order; 0: none */
	struct pool *lease_pool;	/* that keeps the books of it */
	char acct_id[SERVICE_ID_MAX];	/* Acct-Session-Id; "" until it is needed */
	struct subscriber *subscriber;	/* from its authentication to PPP's end; NULL: none */
	struct ppp_counters last;	/* of its interface, from pppd's last words */
	bool have_last, last_words;	/* last_words: it had some */
	int32_t pppd_status;
	uint32_t local_ipv4, remote_ipv4;	/* network order, while up */
	char ifname[IFNAMSIZ];
	char *user;			/* authenticated, or ours */
	char *ppp_reason;		/* what pppd said when it ended */
	bool reason_is_ours;		/* it is what we refused the caller for: pppd only followed */
	uint64_t up_ms;
	struct l2tp_cause *cause;	/* of the CDN that follows pppd's end; NULL: none decided */
	struct call *garbage_next;
};

/* Whom we call: a lac section, an added tunnel, a dialling pppd's LNS; or an LCCE, that may call us. */
struct peer {
	struct engine *engine;
	struct peer *next, **prev;
	char name[CONFIG_NAME_MAX];
	char *server;
	uint16_t port;
	struct addr source;
	bool ephemeral;
	struct config_tunnel cfg;
	char *hostname;			/* owned; cfg.hostname points to it or to the configuration's */
	struct secret secret;
	const struct config_lcce *lcce;	/* NULL: an LNS */
	struct config_lcce *added;	/* owned: lcce points to it; NULL: to the configuration's */
	struct secret old_secret;
	uint8_t version;		/* 2 or 3 */
	bool fallback;			/* version 3, and 2 with a peer that has no other */
	enum dp_encap encap;
	enum { PEER_CONFIGURED, PEER_ADDED, PEER_DIALLED } origin;
	enum { PEER_IDLE, PEER_RESOLVING, PEER_OPENING, PEER_CONNECTING, PEER_UP } state;
	struct tunnel *tunnel;
	struct addr addresses[AAA_RESOLVE_MAX];
	unsigned int address_n, address_next;
	uint32_t resolve_ms;		/* how often its name is looked up again; 0: to redial only */
	struct loop_timer resolve_timer;
	bool looking_up;
	struct peer_session *sessions;
	unsigned int refs;		/* outstanding requests */
	unsigned int id_tries;
	bool removed;			/* goes when nothing holds it */
	char last_error[160];
};

struct peer_session {
	struct peer *peer;
	struct peer_session *next;
	char name[CONFIG_NAME_MAX];
	char *user;
	char *called_number, *calling_number;
	char ifname[IFNAMSIZ];
	const struct config_ppp *profile;
	const struct config_pw *pw;	/* of an LCCE; else NULL */
	struct config_pw *added;	/* owned: pw points to it; NULL: to the configuration's */
	bool asking;			/* the monitor is asked whether it may be */
	bool persist;
	bool once;			/* a dialling pppd's: it goes with its call */
	bool removed;			/* do not redial; goes when its call has */
	bool remembered;		/* the aaa process holds its password */
	uint32_t redial_min_ms, redial_max_ms, redial_ms;
	bool wanted;			/* it should be up now, and nothing delays it */
	struct loop_timer redial;	/* set: it waits */
	uint64_t up_ms;			/* since when its call has stood; 0: it does not */
	struct call *call;
	struct dial *dial;		/* a pppd waits for it */
	char last_error[160];
};

struct counters {
	uint64_t packets_in, packets_out, send_errors, calls_up, calls_failed,
		 tunnels_up, tunnels_refused, auth_ok, auth_failed, logs_suppressed;
};

struct engine {
	struct loop *loop;
	struct config *config;
	struct l2tp_endpoint *core;
	struct channel monitor, aaa;
	struct dataplane *books;	/* the null data plane; NULL: the monitor installs */
	struct sock **listeners;
	uint32_t listen_n, listen_ready;
	struct secret *lns_secrets;	/* by index of the lns section */
	uint32_t *lns_tunnels;		/* tunnels of each lns section */
	struct pools *pools;		/* address.c */
	struct registry *registry;		/* registry.c: subscribers by name, number and address */
	struct accounting *accounting;	/* account.c */
	struct ipv6 *ipv6;		/* ipv6.c: prefixes and who has them */
	bool one_tunnel_per_path;
	uint64_t path_seed;
	struct table paths;		/* of addresses and ports -> struct tunnel */
	struct table ppp_calls;		/* call_link -> struct call that a child of the monitor's serves */
	struct table pseudowires;	/* call_link -> struct call of an L2TPv3 session */
	struct peer *peers, **peers_end;	/* in the order of their coming: the first lcce that matches serves */
	struct tunnel *tunnels;		/* all that the core has, also those that only wait for a last acknowledgement */
	struct loop_io control_io, dial_io;
	int control_fd, dial_fd;
	struct control *controls;	/* connections */
	struct dial *dials;
	struct deferred { void (*fn)(void *); void *arg; } *todo;
	size_t todo_n, todo_at, todo_size;
	bool settling;
	struct tunnel *garbage_tunnels;
	struct sock *garbage_socks;
	struct dial *garbage_dials;
	unsigned int clients;		/* connections of l2tpctl and of dialling pppds */
	struct loop_timer accept_timer;
	struct call *garbage_calls;
	struct loop_timer stop_timer;
	uint64_t stop_deadline, started_ms;
	bool stopping, stop_down;	/* stop_down: only acknowledgements are awaited */
	unsigned int starting;		/* requests outstanding before we are ready */
	uint64_t log_window_ms;
	unsigned int log_count;
	struct counters counters;
	int status;
};

/* ---- engine.c ---- */
void engine_random(void *ctx, void *buf, size_t len);
/* What an effect's handler has to say to the core is said after all effects were taken. */
void engine_defer(struct engine *e, void (*fn)(void *), void *arg);
/* Call after every call into the core: takes the effects, runs what was deferred, sets timers. */
void engine_settle(struct engine *e);
static inline uint64_t engine_now(struct engine *e) { return loop_now(e->loop); }
/* True at most LOG_RATE times a second: for lines that a peer can cause. */
bool engine_may_log(struct engine *e);
struct l2tp_cause cause_make(uint16_t result, uint16_t error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * A local client was accepted: false when it was not, or is one too many (fd is
 * closed); the listeners then rest for a moment.
 */
bool engine_may_serve(struct engine *e, int fd);

/* ---- net.c ---- */
/* Nothing is read before sock_start; fd is closed on failure. */
struct sock *sock_new(struct engine *e, int fd, const struct addr *local, const struct addr *peer);
int sock_start(struct sock *s);
void sock_free(struct sock *s);		/* at the end of this turn; NULL is allowed */
void socks_collect(struct engine *e);
void net_send(struct engine *e, const struct l2tp_effect *effect);

/* ---- effects.c ---- */
bool effects_take(struct engine *e);	/* true when there were some */

/* ---- tunnel.c ---- */
struct tunnel *tunnel_new(struct engine *e, struct l2tp_tunnel *core);
void tunnel_get(struct tunnel *t);
void tunnel_put(struct tunnel *t);
void tunnel_on_request(struct engine *e, struct l2tp_tunnel *core);
void tunnel_on_up(struct tunnel *t);
void tunnel_on_down(struct tunnel *t, const struct l2tp_effect *effect);
void tunnel_on_free(struct tunnel *t);
void tunnel_set_timer(struct tunnel *t);
/* Clears its calls in good order, then StopCCN. */
void tunnel_close(struct tunnel *t, const struct l2tp_cause *cause);
void tunnel_call_gone(struct tunnel *t);
/* At once, its calls with it: nothing reaches the peer any more. */
void tunnel_drop(struct tunnel *t, const struct l2tp_cause *cause);
/* A responder's tunnel is this peer's; it lets go of it when it is down, or another takes its place. */
void tunnel_join_peer(struct tunnel *t, struct peer *p);
void tunnel_leave_peer(struct tunnel *t);
/* Answers its SCCRQ; what makes it refused is in its cause. */
void tunnel_accept(struct tunnel *t);
void tunnel_reject(struct tunnel *t);
static inline bool tunnel_is_udp(const struct tunnel *t)
{
	return l2tp_tunnel_peer(t->core)->port != 0;
}

/* ---- tunnel_install.c ---- */
/* A socket before the tunnel is accepted, which follows. 0 or -errno. */
int tunnel_ask_socket(struct tunnel *t);
/* It is established: into the data plane. Calls and the peer are told. */
void tunnel_install(struct tunnel *t);
void tunnel_config_fill(struct engine *e, struct l2tp_tunnel_config *out,
			const struct config_tunnel *cfg, const struct secret *secret);
const char *tunnel_describe(const struct tunnel *t, char *buf, size_t size);

/* ---- lcce.c: the peers of L2TPv3 ---- */
struct peer *lcce_new(struct engine *e, const struct config_lcce *l);	/* NULL: out of memory */
struct peer_session *lcce_session_new(struct peer *p, const struct config_pw *pw);	/* the same */
/* What it owns. */
void lcce_free(struct peer *p);
void lcce_session_free(struct peer_session *s);
/* It is deleted: the monitor forgets it if it was added. */
void lcce_session_forget(struct peer_session *s);
/* The peer whose SCCRQ this is, or NULL. */
struct peer *lcce_find(struct engine *e, struct l2tp_tunnel *core);
void lcce_config_fill(struct engine *e, struct l2tp_tunnel_config *out, const struct peer *p);
void lns_config_fill_v3(struct engine *e, struct l2tp_tunnel_config *out);
/* Of those that the peer may ask for, the one that its Remote End ID names, or NULL. */
struct peer_session *lcce_find_session(struct peer *p, const struct l2tp_call_params *asked);
/* Returns buf; 64 octets show most. */
const char *lcce_format_end_id(const struct l2tp_call_params *p, char *buf, size_t size);
/* The established tunnel is its peer's only one from now on. */
void lcce_adopt(struct tunnel *t);

/* ---- ipsec.c: connections that IPsec must protect ---- */
bool ipsec_is_required(const struct peer *p);	/* NULL: no */
struct ipsec_flow ipsec_flow_of(const struct addr *local, const struct addr *peer);
typedef void ipsec_told(void *arg, const struct ipsec_report *r);
/* Whether the packets are protected; child: of strongSwan's, that is begun for it. 0 or -errno. */
int ipsec_ask(struct engine *e, const struct ipsec_flow *flow, const char *child /* or NULL */,
	      ipsec_told *told, void *arg);
/* Nothing in clear for a tunnel that the monitor has made the socket of. */
int ipsec_protect(struct engine *e, uint32_t tunnel_id, uint32_t reqid, channel_done *done, void *arg);
/* Its SAs are watched; their end is the tunnel's. */
void ipsec_watch(struct tunnel *t, uint32_t reqid);
void ipsec_unwatch(struct tunnel *t);
void ipsec_state(struct engine *e, const struct aaa_ipsec_state *x);
void ipsec_again(struct engine *e);		/* to an aaa process that is new */

/* ---- follow.c: ends that move ---- */
/* The host has lost an address of its own. */
void follow_address_gone(struct engine *e, const struct addr *ours);
/* The peer's name is looked up from time to time while that is of use; call when that may have changed. */
void follow_name(struct peer *p);

/* By what the monitor knows a session. */
static inline uint64_t link_of_ids(uint32_t tunnel_id, uint32_t session_id)
{
	return (uint64_t)tunnel_id << 32 | session_id;
}

static inline uint64_t call_link(const struct call *c)
{
	return link_of_ids(c->tunnel->id, c->id);
}

/* ---- pw.c: pseudowires ---- */
/* config NULL: PPP's. NULL: out of memory. */
struct pseudowire *pw_new(const struct config_pw *config, bool sequencing);
int pw_give(struct call *c, struct pseudowire *w);	/* the call's from now on; 0, or -ENOMEM, also of NULL */
void pw_free(struct call *c);
bool pw_is_ethernet(const struct call *c);
/* What our request or answer says. */
void pw_params(const struct pseudowire *w, const struct peer_session *s /* NULL: unknown */,
	       struct l2tp_call_params *p);
/* Both ends have said what they want: how the data plane is to do it. */
void pw_describe(struct call *c, struct dp_session *s);
/* The session is installed: its interface, then call_accept. 0 or -errno. */
int pw_attach(struct call *c);
void pw_up(struct call *c);
void pw_peer_circuit(struct call *c, bool active);
/* The monitor says that our end of the circuit changed. */
void pw_circuit(struct engine *e, const struct monitor_circuit *x);

/* ---- path.c ---- */
/*
 * Whether a tunnel of ours has these addresses and ports, where the
 * kernel can have one only; it is asked for a sign of life. path_take: 0, or
 * -EADDRINUSE for the same reason.
 */
bool path_is_taken(struct engine *e, const struct addr *local, const struct addr *peer);
/* The same, but a tunnel that we only ask for does not count: a tie decides (RFC 3931, 5.4.3). */
bool path_is_established(struct engine *e, const struct addr *local, const struct addr *peer);
int path_take(struct tunnel *t, const struct addr *local, const struct addr *peer);
void path_release(struct tunnel *t);

/* ---- call.c ---- */
struct call *call_new(struct tunnel *t, struct l2tp_session *core);
void call_get(struct call *c);
void call_put(struct call *c);
void call_on_request(struct tunnel *t, struct l2tp_session *core);
void call_on_answer(struct call *c);
void call_on_up(struct call *c);
void call_on_down(struct call *c, const struct l2tp_effect *effect);
void call_on_free(struct call *c);
/* The tunnel is in the data plane now, or will never be: calls that waited go on. */
void call_tunnel_installed(struct call *c);
/* All is ready for it: the answer goes out. Or it is not: a CDN. */
void call_accept(struct call *c);
void call_refuse(struct call *c, const struct l2tp_cause *cause);
/* Its pppd is gone: the CDN follows, or the call is over. */
void call_ppp_ended(struct call *c);
/* What its CDN will say; false: out of memory. */
bool call_set_cause(struct call *c, const struct l2tp_cause *cause);
/* Ends PPP in good order, then the CDN. */
void call_close(struct call *c, const struct l2tp_cause *cause);
const char *call_describe(const struct call *c, char *buf, size_t size);

/* ---- ppp.c: the PPP port ---- */
/* The call is established: run PPP on it. */
void ppp_start(struct call *c);
/* A pppd that dialled has the call: fd is our end of its channel. */
void ppp_adopt(struct call *c, int fd);
/* link_is_dead: the session is gone, so that pppd need not take its leave of the peer. */
void ppp_stop(struct call *c, const char *reason, bool link_is_dead);
/* The monitor says that its pppd ended. */
void ppp_exited(struct engine *e, const struct monitor_ppp_exit *x);
/* It ended, however we know: the lease goes back, the call is told. */
void ppp_ended(struct call *c);
const char *ppp_phase_name(const struct call *c);

/* ---- registry.c: who is here, by every key that an operator or a CoA uses ---- */
enum registry_key {
	REGISTRY_NAME, REGISTRY_ID, REGISTRY_ADDRESS, REGISTRY_PREFIX6, REGISTRY_DELEGATED6, REGISTRY_KEYS
};
/* A place among those whose key has the same hash. */
struct registry_link {
	uint64_t hash;
	struct subscriber *next, *prev;
	bool in;
};

int registry_start(struct engine *e);
/* Whether one more may come: 0, or -EUSERS with a sentence in why. */
int registry_may_add(struct engine *e, const struct config_ppp *profile, const struct service *given,
		     char *why, size_t size);
int registry_add(struct subscriber *s);		/* 0 or -ENOMEM */
void registry_del(struct subscriber *s);
/* Its address is known now, or another: the call's. */
void registry_readdress(struct subscriber *s);
/* Its PPP ends: it is still found, but no limit counts it. */
void registry_leave(struct subscriber *s);
void registry_free(struct engine *e);
/* The first that has the key, then the next after it; NULL: no more. Addresses in network order. */
struct subscriber *registry_by_name(struct engine *e, const char *user);
struct subscriber *registry_next_of_name(const struct subscriber *s);
struct subscriber *registry_by_id(struct engine *e, const char *acct_id);
struct subscriber *registry_by_address(struct engine *e, uint32_t ipv4);
struct subscriber *registry_next_of_address(const struct subscriber *s);
/* key: REGISTRY_PREFIX6 (announced on the link) or REGISTRY_DELEGATED6; the very prefix. */
struct subscriber *registry_by_prefix6(struct engine *e, enum registry_key key, const struct service_prefix6 *p);
struct subscriber *registry_next_of_prefix6(const struct subscriber *s, enum registry_key key);
/*
 * A walk over all, from the oldest, that may pause while they come and go:
 * *place begins as 0 and is the walk's own. NULL at the end.
 */
struct subscriber *registry_walk(struct engine *e, uint64_t *place);
/* A user's name as a number that nobody outside can foresee; 0: "". */
uint64_t registry_name_key(const struct engine *e, const char *user);
size_t registry_count(const struct engine *e);

/* ---- subscriber.c ---- */
/*
 * What an authenticated call is given, and since when. It is made when the
 * caller's name is known to be true, is up with its first network protocol and
 * ends with its PPP, when everything that it holds goes back.
 */
struct subscriber {
	struct call *call;
	struct service given;		/* the reply's, completed by the profile's; a CoA changes it */
	bool local;			/* the users file let it in, no RADIUS server */
	bool up;			/* a network protocol is, or was: accounting has begun */
	uint64_t up_ms, active_ms;	/* since when; when it was last seen to send or receive */
	struct ppp_counters counters;	/* the last that are known */
	struct ppp_call_mppe mppe;
	struct service_call about;	/* as it was last described with its session there */
	uint32_t local_ipv4, remote_ipv4;	/* ours, the caller's, also when IPCP is down again; network order */
	uint32_t dns[2];		/* told to the caller, or to us when we call; network order */
	uint8_t local_ifid[8], remote_ifid[8];	/* zero: no IPv6 */
	enum service_end end;		/* Acct-Terminate-Cause, once it is known; 0: by what pppd says */
	struct loop_timer session_timer, idle_timer, interim_timer;
	struct pool_books *prefix6_lease, *delegated6_lease;	/* whose they are, to go back */
	bool prefix6_claimed, delegated6_claimed;	/* given by the reply, and kept from all pools */
	struct registry_link registry[REGISTRY_KEYS];
	uint64_t serial;		/* registry.c's, in the order of their coming; 0: it does not have it */
	struct subscriber *older, *newer;
	bool leaving;			/* its PPP ends: no limit counts it */
};

/*
 * The caller was let in: 0, or an error with a sentence for the log in why:
 * -EUSERS (a limit), -ENOSPC (no address or prefix), -EADDRINUSE, -ENOMEM. A
 * caller that authenticates again keeps what it has.
 */
int subscriber_admit(struct call *c, const struct aaa_auth_reply *from, struct ppp_call_auth_reply *reply,
		     char *why, size_t size);
void subscriber_net_up(struct call *c, const struct ppp_call_up *up);
void subscriber_mppe(struct call *c, const struct ppp_call_mppe *mppe);
/* PPP ended: accounting stops, the operator's program is told, all goes back. */
void subscriber_end(struct call *c);
void subscriber_free(struct call *c);	/* the engine ends: nobody is told */
/* What changes says (AAA_COA_*) is taken from to, and put into effect. */
void subscriber_change(struct subscriber *s, uint32_t changes, const struct service *to);
/* Why it will end: the first that is said counts. */
void subscriber_set_end(struct call *c, enum service_end end);
/* The profile's word where the reply had none; of the call, its profile and user count. */
void subscriber_complete(struct service *s, const struct call *c);
/* What a RADIUS server is told of a call. */
void subscriber_describe(struct call *c, struct service_call *out);
/* Counters of its interface, now; done with result -errno when there are none. Holds the call meanwhile. */
typedef void subscriber_stats_done(struct subscriber *s, int result);
void subscriber_stats(struct subscriber *s, subscriber_stats_done *done);

/* ---- account.c ---- */
int accounting_start(struct engine *e);		/* 0 or -ENOMEM; says Accounting-On */
void account_up(struct subscriber *s);
void account_down(struct subscriber *s);	/* s goes after this */
void account_interval(struct subscriber *s);	/* its interim interval changed, or came */
void accounting_again(struct engine *e);	/* another aaa process: what it was not told is said again */
void accounting_stop(struct engine *e);		/* Accounting-Off */
bool accounting_is_idle(const struct engine *e);	/* all that was said is safe */
void accounting_free(struct engine *e);

/* ---- coa.c ---- */
void coa_request(struct engine *e, const struct aaa_coa *q);

/* ---- ipv6.c ---- */
int ipv6_start(struct engine *e);
/*
 * Prefixes from the profile's pools, the ones that the user had last before others,
 * where the reply gave none; what it gave is reserved, so that no pool gives it to
 * another. 0, -ENOSPC, -EADDRINUSE or -ENOMEM, with a sentence in why and nothing taken.
 */
int ipv6_assign(struct subscriber *s, char *why, size_t size);
void ipv6_release(struct subscriber *s);
void ipv6_free(struct engine *e);
/* A walk as pools_next, over the pools of prefixes. */
const struct pool_books *ipv6_pools_next(const struct engine *e, size_t *place);

/* ---- address.c ---- */
int pools_start(struct engine *e);
void pools_free(struct engine *e);
/*
 * The caller's IPv4 address: the reply's; else one of the pool section that is
 * named (pool is not ""); else the profile's fixed one; else one of the
 * profile's pools, in their order, the one that the user had last before others.
 * A caller that authenticates again keeps what it has. 0, -ENOSPC, -ENOENT (no
 * such pool), -EADDRINUSE, -EADDRNOTAVAIL (our own) or -ENOMEM, with a sentence in why.
 */
int address_assign(struct call *c, const char *pool, const char *user, struct ppp_call_auth_reply *reply,
		   char *why, size_t size);
void address_release(struct call *c);
struct pool *pools_of(struct engine *e, const struct config_ppp *profile);	/* the profile's own */
/* A pool, and what is told of it. */
struct pool_books {
	const char *kind, *name;	/* of the section: "ppp" or "pool"; of prefixes: their key */
	const struct config_ranges *ranges, *reserve;
	const struct config_prefixes *prefixes;	/* IPv6, in place of ranges */
	unsigned int length;			/* of each that is given */
	struct pool *pool;
	uint64_t exhausted;		/* calls that found it empty */
	uint64_t logged_ms;
};
/* A walk over all that have addresses: *place begins as 0. NULL at the end. */
const struct pool_books *pools_next(const struct engine *e, size_t *place);

/* ---- pool.c ---- */
/*
 * Of these ranges, without those in reserve, which only pool_claim gives, and
 * without our own addresses. The ranges are copied. NULL: out of memory. user is
 * a key, registry_name_key; 0: nobody's.
 */
struct pool *pool_new(const struct config_ranges *ranges, const struct config_ranges *reserve,
		      const uint32_t *own, size_t own_n);
void pool_free(struct pool *p);
/*
 * Of the prefixes of length bits (64 at most) that are in these, which have no more
 * bits than that, and none of which is in another. An address is then such a prefix
 * by its number; 0 is none.
 */
struct pool *pool_new_prefixes(const struct config_prefixes *prefixes, unsigned int length);
uint64_t pool_prefix_number(const uint8_t addr[16], unsigned int length);
bool pool_has(const struct pool *p, uint64_t address);	/* in host order, as all here; reserved ones too */
int pool_take(struct pool *p, uint64_t user, uint64_t *address);	/* 0, -ENOSPC or -ENOMEM */
/* What the user had last and nobody has now: 0 or -ENOENT. */
int pool_take_again(struct pool *p, uint64_t user, uint64_t *address);
/* A given address, in the pool or not: 0, -EADDRINUSE or -ENOMEM. */
int pool_claim(struct pool *p, uint64_t address, uint64_t user);
void pool_give(struct pool *p, uint64_t address);
struct pool_usage {
	uint64_t size, reserved;	/* size: with the reserved ones */
	uint64_t used, free;		/* used: with those that are fixed; free: for anybody */
	uint64_t known;			/* at rest, kept for who had them */
};
struct pool_usage pool_usage(const struct pool *p);

/* ---- peer.c, redial.c: whom we call ---- */
int peers_start(struct engine *e);
struct peer *peer_new(struct engine *e, const char *name, const char *server);
struct peer *peer_find(struct engine *e, const char *name);
void peer_remove(struct peer *p, const struct l2tp_cause *cause);
/* Frees what is removed and unused, later: the caller may still hold it. */
void peer_collect(struct peer *p);
struct peer_session *peer_session_new(struct peer *p, const char *name);
struct peer_session *peer_session_find(struct peer *p, const char *name);
void peer_session_remove(struct peer_session *s, const struct l2tp_cause *cause);
/* Brings it up now: dials the tunnel when there is none. */
void peer_session_want(struct peer_session *s);
/* The same where this end is to call; else it waits for the peer. */
void peer_session_start(struct peer_session *s);
void peer_hold(struct peer *p);
/* What its name means now; count is at least 1. */
void peer_set_addresses(struct peer *p, const struct aaa_resolve_reply *r);
void peer_release(struct peer *p);	/* it may go at the end of the turn */
const char *peer_kind(const struct peer *p);	/* its section's keyword */
/* Up to a quarter less, so that a thousand clients do not all come back at once. */
uint32_t with_jitter(uint32_t ms);
void peer_session_up(struct peer_session *s);
/* Its call ended or could not be made: redial later, or give up. */
void peer_session_failed(struct peer_session *s, const char *reason);
void peer_tunnel_up(struct peer *p);
void peer_tunnel_down(struct peer *p, const char *reason);
void peer_defaults(struct config_tunnel *cfg);
void peers_free(struct engine *e);

/* ---- dial.c: pppd call NAME ---- */
int dial_serve(struct engine *e);
void dials_collect(struct engine *e);
void dial_done(struct dial *d, struct call *c);
void dial_failed(struct dial *d, const char *reason);
void dials_free(struct engine *e);

/* ---- control.c, command.c ---- */
int control_serve(struct engine *e);
void controls_free(struct engine *e);

#endif
