/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The call channel. pppd's loop has no place for a plugin's fd, so the channel
 * raises SIGIO, and its handler looks whether the engine ends the call. Nothing
 * wakes up while nothing happens.
 */
#include "plugin/compat.h"
#include "plugin/call.h"
#include "plugin/counters.h"
#include "plugin/said.h"
#include "plugin/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ASK_TIMEOUT_MS 30000
#define MPPE_GROWTH    4 /* bytes of each packet: RFC 3078, section 3 */

struct call call = { .fd = -1, .pppox = -1 };

static volatile sig_atomic_t watching;
/* what the engine said; reason "": nothing yet */
static struct ppp_call_down stop;
static bool stop_told, line_is_dead;
static char because[PPP_TEXT_MAX]; /* call_because */
static struct ppp_counters counters;
static bool was_up, have_counters;
static int term_transmits = -1; /* pppd's own number of Terminate-Requests */
static uint64_t serial;

void call_take(const struct ppp_call_params *p, int pppox, int fd, bool dialled)
{
	call = (struct call){
		.fd = fd,
		.pppox = pppox,
		.dialled = dialled,
		.params = *p,
	};
	memset(&stop, 0, sizeof(stop));
	stop_told = line_is_dead = was_up = have_counters = false;
	because[0] = '\0';
}

void call_environment(void)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", call.params.tunnel_id);
	compat_setenv("L2TP_TUNNEL_ID", number);
	snprintf(number, sizeof(number), "%u", call.params.session_id);
	compat_setenv("L2TP_SESSION_ID", number);
	compat_setenv("L2TP_PEER", call.params.remote);
}

/*
 * The engine ended the call: pppd ends its link on a signal, and exits unless
 * it dialled and persists. Safe in a signal handler.
 */
static void hang_up(void)
{
	watching = 0;
	kill(getpid(), call.dialled ? SIGHUP : SIGTERM);
}

/*
 * The policy for a channel whose other end is gone: the call ends with it.
 * Safe in a signal handler.
 */
static void engine_gone(void)
{
	hang_up();
}

/*
 * Acts on what is in the channel, leaving a STOP there to be read. Safe in a
 * signal handler.
 */
static void look(void)
{
	struct ipc_header h;

	while (watching) {
		ssize_t n =
			recv(call.fd, &h, sizeof(h), MSG_PEEK | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			engine_gone();
			return;
		}
		if ((size_t)n == sizeof(h) && h.type == PPP_CALL_STOP) {
			hang_up();
			return;
		}
		/* An answer that came after its deadline. */
		recv(call.fd, &h, sizeof(h), MSG_DONTWAIT);
	}
}

static void on_sigio(int sig)
{
	int saved = errno;

	(void)sig;
	look();
	errno = saved;
}

static void watch(void)
{
	struct sigaction sa = {
		.sa_handler = on_sigio,
		.sa_flags = SA_RESTART,
	};

	/* pppd's own handler of SIGIO would end it. */
	sigaction(SIGIO, &sa, NULL);
	watching = 1;
	fcntl(call.fd, F_SETOWN, getpid());
	fcntl(call.fd, F_SETFL, fcntl(call.fd, F_GETFL) | O_ASYNC);
	look();
}

static void take_stop(const struct ipc_message *m)
{
	const struct ppp_call_down *d =
		ipc_message_fits(ppp_answer_shapes, ppp_answer_shapes_n, m) ?
			ipc_body(m, const struct ppp_call_down) :
			NULL;

	if (d)
		stop = *d;
	if (!stop.reason[0])
		snprintf(stop.reason, sizeof(stop.reason),
			 "l2tpd ended the call");
}

/* Reads whether and why the engine ended the call. */
static void read_stop(void)
{
	struct pollfd p = { .fd = call.fd, .events = POLLIN };
	struct ipc_message m;
	int n;

	while (stop.pppd_status != EXIT_HANGUP && poll(&p, 1, 0) == 1) {
		n = ipc_recv(call.fd, &m);
		if (n == 0 || (n < 0 && n != -EPROTO)) {
			stop.pppd_status = EXIT_HANGUP;
			if (!stop.reason[0])
				snprintf(stop.reason, sizeof(stop.reason),
					 "l2tpd closed the call");
		} else if (n > 0) {
			if (m.header.type == PPP_CALL_STOP)
				take_stop(&m);
			ipc_close_fds(&m);
		}
	}
}

/* LCP is already on its way down and waits for the peer: it need not. */
static void stop_waiting(void *arg)
{
	fsm *lcp = &lcp_fsm[0];

	(void)arg;
	if (lcp->state != CLOSING && lcp->state != STOPPING)
		return;
	lcp_lowerdown(0);
	lcp->callbacks->finished(lcp);
}

/*
 * When LCP closes because the engine ended the call: say why, and when the
 * peer cannot be reached any more, send one Terminate-Request and wait for
 * nothing. Until then the engine may still say so.
 */
static void on_phase(void *ctx, int new_phase)
{
	(void)ctx;
	if (new_phase != PHASE_TERMINATE || call.fd < 0 || line_is_dead)
		return;
	read_stop();
	if (!stop.reason[0])
		return;
	if (!stop_told)
		say(SAY_NOTICE, "%s", stop.reason);
	said_tell(stop.reason);
	stop_told = true;
	if (stop.pppd_status == EXIT_HANGUP) {
		line_is_dead = true;
		watching = 0;
		lcp_fsm[0].maxtermtransmits = 0;
		compat_timeout(stop_waiting, NULL);
	} else {
		watching = 1;
		look();
	}
}

/* With what both ends of an IP packet's way through PPP let it be. */
static void tell_up(struct ppp_call_up *up)
{
	int most = call.params.mtu_most ? call.params.mtu_most :
					  lcp_allowoptions[0].mru;
	int theirs = lcp_hisoptions[0].neg_mru ? lcp_hisoptions[0].mru :
						 PPP_MRU;
	int pad = ccp_fsm[0].state == OPENED && ccp_hisoptions[0].mppe ?
			  MPPE_GROWTH :
			  0;

	up->mtu = (uint16_t)compat_mtu();
	up->mtu_max = (uint16_t)((most < theirs ? most : theirs) - pad);
	up->mtu_pad = (uint8_t)pad;
	strlcpy(up->ifname, compat_ifname(), sizeof(up->ifname));
	strlcpy(up->peer_name, compat_peer_name(), sizeof(up->peer_name));
	was_up = true;
	unit_tell(call.params.link);
	call_tell(PPP_CALL_UP, up, sizeof(*up));
}

static void on_ip(void *ctx, int arg)
{
	struct ppp_call_up up = {
		.family = AF_INET,
		.local_ipv4 = ipcp_gotoptions[0].ouraddr,
		.remote_ipv4 = ipcp_hisoptions[0].hisaddr,
	};

	(void)ctx;
	(void)arg;
	if (!call.params.lns) {
		up.dns[0] = ipcp_gotoptions[0].dnsaddr[0];
		up.dns[1] = ipcp_gotoptions[0].dnsaddr[1];
	}
	tell_up(&up);
}

static void on_ipv6(void *ctx, int arg)
{
	struct ppp_call_up up = { .family = AF_INET6 };

	(void)ctx;
	(void)arg;
	memcpy(up.local_ifid, &ipv6cp_gotoptions[0].ourid,
	       sizeof(up.local_ifid));
	memcpy(up.remote_ifid, &ipv6cp_hisoptions[0].hisid,
	       sizeof(up.remote_ifid));
	tell_up(&up);
}

static void net_down(uint8_t family)
{
	struct ppp_call_up down = { .family = family };

	strlcpy(down.ifname, compat_ifname(), sizeof(down.ifname));
	call_tell(PPP_CALL_NETDOWN, &down, sizeof(down));
}

static void on_ip_down(void *ctx, int arg)
{
	(void)ctx;
	(void)arg;
	net_down(AF_INET);
}

static void on_ipv6_down(void *ctx, int arg)
{
	(void)ctx;
	(void)arg;
	net_down(AF_INET6);
}

void call_begin(void)
{
	static bool notified;
	struct ppp_call_hello hello = {
		.pid = getpid(),
		.pppd_version = COMPAT_VERSION,
	};

	if (!notified) {
		compat_notify(COMPAT_PHASE, on_phase);
		compat_notify(COMPAT_IP_UP, on_ip);
		compat_notify(COMPAT_IP_DOWN, on_ip_down);
		compat_notify(COMPAT_IPV6_UP, on_ipv6);
		compat_notify(COMPAT_IPV6_DOWN, on_ipv6_down);
		notified = true;
	}
	said_begin(!call.params.lns);
	if (term_transmits < 0)
		term_transmits = lcp_fsm[0].maxtermtransmits;
	lcp_fsm[0].maxtermtransmits = term_transmits;
	call_tell(PPP_CALL_HELLO, &hello, sizeof(hello));
	watch();
}

void call_because(const char *fmt, ...)
{
	va_list ap;

	if (because[0])
		return;
	va_start(ap, fmt);
	vsnprintf(because, sizeof(because), fmt, ap);
	va_end(ap);
	said_tell(because);
	say(SAY_ERROR, "%s", because);
}

void call_count(void)
{
	if (was_up && counters_read(compat_ifname(), &counters) == 0)
		have_counters = true;
}

/*
 * What pppd told the peer when it closed LCP by itself, where that says more
 * than its exit code.
 */
static const char *closed_because(void)
{
	static const struct {
		const char *pppd, *ours;
	} words[] = {
		{ "MPPE required but not available",
		  "MPPE is required and cannot be had here" },
		{ "MPPE required",
		  "MPPE is required and the peer would not encrypt" },
		{ "MPPE disabled", "the peer switched MPPE off" },
		{ "Too many MPPE errors",
		  "too many packets could not be decrypted (MPPE)" },
		{ "peer refused to authenticate",
		  "the peer refuses every method of authentication that it is asked for" },
	};
	const char *said = lcp_fsm[0].term_reason;

	for (size_t i = 0; said && i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(said, words[i].pppd, strlen(words[i].pppd)) == 0)
			return words[i].ours;
	return NULL;
}

/* A sentence for pppd's exit code, where pppd(8) explains it. */
static const char *sentence(int code)
{
	switch (code) {
	/* clang-format off */
	case EXIT_OK:			return "the peer ended the connection";
	case EXIT_FATAL_ERROR:		return "pppd met a fatal error, which its own log tells";
	case EXIT_OPTION_ERROR:		return "pppd refuses its options; its own log tells which";
	case EXIT_NOT_ROOT:		return "pppd is not run by root";
	case EXIT_NO_KERNEL_SUPPORT:	return "the kernel has no PPP (CONFIG_PPP)";
	case EXIT_LOCK_FAILED:		return "pppd could not lock its line";
	case EXIT_OPEN_FAILED:		return "pppd could not open its line";
	case EXIT_PTYCMD_FAILED:	return "pppd's connect program failed";
	case EXIT_CALLBACK:		return "the peer is to call back";
	case EXIT_INIT_FAILED:		return "pppd's init program failed";
	case COMPAT_EXIT_CNID_AUTH_FAILED:
					return "pppd does not take calls from this number";
	case EXIT_USER_REQUEST:		return "pppd was told to stop";
	case EXIT_CONNECT_FAILED:	return "the call could not be made";
	case EXIT_NEGOTIATION_FAILED:	return "PPP could not be negotiated with the peer";
	case EXIT_PEER_AUTH_FAILED:	return "the peer failed to authenticate itself";
	case EXIT_IDLE_TIMEOUT:		return "the link was idle for too long";
	case EXIT_CONNECT_TIME:		return "the time limit of the connection was reached";
	case EXIT_PEER_DEAD:		return "the peer does not answer LCP echo requests";
	case EXIT_HANGUP:		return "the session was closed";
	case EXIT_LOOPBACK:		return "the line is looped back";
	case EXIT_AUTH_TOPEER_FAILED:	return "the peer refused our authentication";
	case COMPAT_EXIT_TRAFFIC_LIMIT:	return "the traffic limit was reached";
	default:			return "pppd ended with a status that it does not explain";
		/* clang-format on */
	}
}

static void find_reason(int code, char *out, size_t size)
{
	const char *closed = closed_because(), *said = said_by_peer();

	if (stop.reason[0])
		snprintf(out, size, "%s", stop.reason);
	else if (because[0])
		snprintf(out, size, "%s", because);
	else if (closed)
		snprintf(out, size, "%s", closed);
	else
		snprintf(out, size, "%s%s%s", sentence(code),
			 said[0] ? ": " : "", said);
}

static void last_words(int code)
{
	struct ppp_call_down down = {
		.pppd_status = code,
		.have_counters = have_counters,
		.counters = counters,
	};

	watching = 0;
	if (call.fd >= 0) {
		find_reason(down.pppd_status, down.reason, sizeof(down.reason));
		call_tell(PPP_CALL_DOWN, &down, sizeof(down));
		close(call.fd);
		call.fd = -1;
	}
	if (call.pppox >= 0) {
		close(call.pppox);
		call.pppox = -1;
	}
}

void call_end(void)
{
	last_words(compat_exit_code());
}

void call_refuse(const char *why)
{
	call_because("%s", why);
	last_words(EXIT_OPTION_ERROR);
}

void call_tell(enum ppp_call_message type, const void *body, size_t len)
{
	struct ipc_header h = { .type = (uint16_t)type };

	if (call.fd >= 0)
		ipc_send(call.fd, &h, body, len, NULL, 0);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int call_wait(int fd, int timeout_ms)
{
	int64_t deadline = now_ms() + timeout_ms;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	sigset_t block, old;
	int err = 0;

	/*
	 * Blocked outside of ppoll, so that none comes between the
	 * look and the wait.
	 */
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGHUP);
	sigprocmask(SIG_BLOCK, &block, &old);
	for (;;) {
		int64_t left = deadline - now_ms();
		struct timespec ts = { left / 1000, left % 1000 * 1000000 };
		int n;

		err = compat_signalled() ? -EINTR : left <= 0 ? -ETIMEDOUT : 0;
		if (err)
			break;
		n = ppoll(&p, 1, &ts, &old);
		if (n > 0)
			break;
		if (n < 0 && errno != EINTR) {
			err = -errno;
			break;
		}
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return err;
}

/* One message of the channel while asking: 1 when it is the answer. */
static int take_answer(enum ppp_call_message type, struct ipc_message *m,
		       size_t reply_len)
{
	int n = ipc_recv(call.fd, m);

	if (n == 0)
		return -EPIPE;
	if (n == -EAGAIN || n == -EPROTO)
		return 0;
	if (n < 0)
		return n;
	ipc_close_fds(m);
	if (m->header.type == PPP_CALL_STOP) {
		take_stop(m);
		return -ECANCELED;
	}
	if (m->header.type != type || m->header.serial != serial)
		return 0;
	if (m->header.result)
		return m->header.result;
	return m->len == reply_len && ipc_message_fits(ppp_answer_shapes,
						       ppp_answer_shapes_n, m) ?
		       1 :
		       -EPROTO;
}

int call_ask(enum ppp_call_message type, const void *body, size_t len,
	     struct ipc_message *m, size_t reply_len)
{
	int64_t deadline = now_ms() + ASK_TIMEOUT_MS;
	struct ipc_header h = { .type = (uint16_t)type, .serial = ++serial };
	int err;

	if (call.fd < 0)
		return -EPIPE;
	watching = 0;
	err = ipc_send(call.fd, &h, body, len, NULL, 0);
	while (err == 0) {
		err = call_wait(call.fd, (int)(deadline - now_ms()));
		if (err == 0)
			err = take_answer(type, m, reply_len);
	}
	if (stop.reason[0]) {
		hang_up();
	} else {
		watching = 1;
		look();
	}
	return err > 0 ? 0 : err;
}
