/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bench that pppd's tests stand on; see ppp_lab.h. */
#include "ppp_lab.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <net/if.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc/ipc.h"
#include "lib/log.h"

static const struct lab_kind over_udp = {
	.name = "v2 over UDP",
	.version = 2,
	.encap = DP_ENCAP_UDP,
	.family = AF_INET,
};

static struct ppp_end *running;

/* ---- the loop ---- */

static void on_deadline(struct loop_timer *t)
{
	struct ppp_lab *p = container_of(t, struct ppp_lab, deadline);

	p->timed_out = true;
}

struct condition {
	struct ppp_lab *p;
	bool (*cond)(void *arg);
	void *arg;
};

static void on_idle(void *arg)
{
	struct condition *c = arg;

	if (c->p->timed_out || c->cond(c->arg))
		loop_stop(c->p->loop);
}

bool ppp_lab_run(struct ppp_lab *p, bool (*cond)(void *arg), void *arg,
		 unsigned int ms)
{
	struct condition c = { p, cond, arg };
	int failed;

	p->timed_out = false;
	loop_timer_set(p->loop, &p->deadline, loop_now_fresh(p->loop) + ms,
		       on_deadline);
	loop_set_idle(p->loop, on_idle, &c);
	failed = loop_run(p->loop);
	if (failed)
		errx(1, "loop: %s", strerror(-failed));
	loop_timer_stop(&p->deadline);
	return cond(arg);
}

/* ---- the monitor's part ---- */

void ppp_lab_reap(struct ppp_lab *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != p->user_pid) {
			ppp_runner_reaped(p->runner, pid, status);
			continue;
		}
		p->user_exited = true;
		p->user_status = status;
	}
}

static void on_sigchld(struct loop_signal *s, int signo)
{
	(void)signo;
	ppp_lab_reap(container_of(s, struct ppp_lab, sigchld));
}

static void on_exited(void *arg, uint64_t link, pid_t pid, int status,
		      const char *why)
{
	(void)why;
	(void)arg;
	for (struct ppp_end **at = &running; *at; at = &(*at)->next) {
		struct ppp_end *e = *at;

		if (e->params.link != link)
			continue;
		*at = e->next;
		e->exited = true;
		e->exit_pid = pid;
		e->status = status;
		return;
	}
	errx(1, "call %#llx ended twice", (unsigned long long)link);
}

static struct config *parse(const char *text)
{
	char why[512] = "";
	FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	struct config *c = f ? config_parse(f, "test.conf", why, sizeof(why)) :
			       NULL;

	if (!c)
		errx(1, "%s", why);
	fclose(f);
	return c;
}

void ppp_lab_open(struct ppp_lab *p, const char *argv0, const char *config_text)
{
	const char *plugin = getenv("L2TPD_TEST_PLUGIN");
	char text[512], self[PATH_MAX], path[PATH_MAX + 32];

	memset(p, 0, sizeof(*p));
	log_open("test", LOG_SINK_STDERR,
		 getenv("L2TPD_TEST_DEBUG") ? LOG_DEBUG : LOG_ERR);
	snprintf(self, sizeof(self), "%s", argv0);
	snprintf(path, sizeof(path), "%s/../../l2tpd.so", dirname(self));
	if (!realpath(plugin ? plugin : path, p->plugin))
		err(1, "%s", plugin ? plugin : path);
	lab_namespace();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGPIPE, SIG_IGN);
	p->lab.dp = dataplane_kernel_new(text, sizeof(text));
	if (!p->lab.dp)
		errx(1, "%s", text);
	lab_sockets(&p->lab, &over_udp);
	for (int i = 0; i < 2; i++)
		if (p->lab.dp->ops->tunnel_add(p->lab.dp, &p->lab.tunnel[i]))
			errx(1, "tunnel: %s", p->lab.dp->text);
	p->loop = loop_new();
	if (!p->loop ||
	    loop_signal_start(p->loop, &p->sigchld, SIGCHLD, on_sigchld))
		err(1, "loop");
	p->config = parse(config_text);
	p->runner = ppp_runner_new(p->loop, p->config, p->plugin, NULL,
				   on_exited, p);
	if (!p->runner)
		err(1, "runner");
	p->pppd = getenv("L2TPD_TEST_PPPD");
	if (p->pppd)
		ppp_runner_set_pppd(p->runner, p->pppd);
}

void ppp_lab_close(struct ppp_lab *p)
{
	ppp_runner_free(p->runner);
	running = NULL;
	loop_signal_stop(&p->sigchld);
	loop_timer_stop(&p->deadline);
	loop_free(p->loop);
	config_free(p->config);
	for (int i = 0; i < 2; i++)
		p->lab.dp->ops->tunnel_del(p->lab.dp,
					   p->lab.tunnel[i].tunnel_id);
	lab_close_sockets(&p->lab);
	p->lab.dp->ops->free(p->lab.dp);
}

/* ---- the engine's part ---- */

bool ppp_lab_password_ok(const struct ppp_call_auth *a)
{
	static const char password[] = PPP_LAB_PASSWORD;
	uint8_t digest[EVP_MAX_MD_SIZE],
		text[1 + sizeof(password) + PPP_BLOB_MAX];
	size_t n = 0;

	if (strcmp(a->user, PPP_LAB_USER) != 0)
		return false;
	if (a->method == PPP_AUTH_PAP)
		return a->response_len == sizeof(password) - 1 &&
		       !memcmp(a->response, password, a->response_len);
	if (a->method != PPP_AUTH_CHAP_MD5 || a->challenge_len > PPP_BLOB_MAX)
		return false;
	text[n++] = a->id;
	memcpy(text + n, password, sizeof(password) - 1);
	n += sizeof(password) - 1;
	memcpy(text + n, a->challenge, a->challenge_len);
	n += a->challenge_len;
	EVP_Digest(text, n, digest, NULL, EVP_md5(), NULL);
	return a->response_len == 16 && !memcmp(digest, a->response, 16);
}

/*
 * RFC 2759 section 8.7, the server's proof, made from the caller's: the caller
 * takes it only when all that it is made from came through as it was.
 */
static void mschapv2_proof(const struct ppp_call_auth *a, char *text,
			   size_t size)
{
	/* MD4 of MD4 of the bench's password, each byte a character */
	static const uint8_t hash_hash[16] = {
		0xb9, 0x18, 0x3f, 0x8e, 0xc8, 0x34, 0x8b, 0xf3,
		0xe7, 0xa8, 0xa6, 0x51, 0x14, 0x0b, 0x0a, 0x5f,
	};
	const char *name = strrchr(a->user, '\\') ? strrchr(a->user, '\\') + 1 :
						    a->user;
	uint8_t digest[20], challenge[20];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (a->response_len != 49 || a->challenge_len != 16)
		errx(1, "MS-CHAPv2 with %u and %u bytes", a->response_len,
		     a->challenge_len);
	EVP_DigestInit(ctx, EVP_sha1());
	EVP_DigestUpdate(ctx, a->response, 16);
	EVP_DigestUpdate(ctx, a->challenge, 16);
	EVP_DigestUpdate(ctx, name, strlen(name));
	EVP_DigestFinal(ctx, challenge, NULL);
	EVP_DigestInit(ctx, EVP_sha1());
	EVP_DigestUpdate(ctx, hash_hash, sizeof(hash_hash));
	EVP_DigestUpdate(ctx, a->response + 24, 24);
	EVP_DigestUpdate(ctx, "Magic server to client signing constant", 39);
	EVP_DigestFinal(ctx, digest, NULL);
	EVP_DigestInit(ctx, EVP_sha1());
	EVP_DigestUpdate(ctx, digest, sizeof(digest));
	EVP_DigestUpdate(ctx, challenge, 8);
	EVP_DigestUpdate(ctx, "Pad to make it do more than one iteration", 41);
	EVP_DigestFinal(ctx, digest, NULL);
	EVP_MD_CTX_free(ctx);
	for (size_t i = 0, n = (size_t)snprintf(text, size, "S=");
	     i < sizeof(digest); i++)
		n += (size_t)snprintf(text + n, size - n, "%02X", digest[i]);
	strncat(text, " M=welcome", size - strlen(text) - 1);
}

static void answer_auth(struct ppp_end *e, const struct ipc_header *h)
{
	struct ppp_call_auth_reply r = {
		.remote_ipv4 = e->give_remote,
		.mtu = e->give.mtu,
		.have_ifid = e->give.have_ifid,
		.mppe_policy = e->give.mppe_policy,
		.mppe_types = e->give.mppe_types,
	};

	memcpy(r.remote_ifid, e->give.ifid, sizeof(r.remote_ifid));
	if (e->auth_msg.method == PPP_AUTH_MSCHAPV2) {
		r.ok = !e->refuse &&
		       strcmp(e->auth_msg.user, PPP_LAB_USER) == 0;
		r.have_mppe_keys = r.ok && !e->give.no_keys;
		mschapv2_proof(&e->auth_msg, r.message, sizeof(r.message));
	} else {
		r.ok = !e->refuse && ppp_lab_password_ok(&e->auth_msg);
		snprintf(r.message, sizeof(r.message), "%s",
			 r.ok ? "welcome" : "go away");
	}
	if (!r.ok && e->auth_msg.method == PPP_AUTH_MSCHAPV2)
		r.message[0] = '\0'; /* the plugin makes one */
	channel_reply(&e->channel, h, 0, &r, sizeof(r), NULL, 0);
}

static void answer_secret(struct ppp_end *e, const struct ipc_header *h)
{
	struct ppp_call_secret_reply r = {
		.len = sizeof(PPP_LAB_PASSWORD) - 1,
	};

	memcpy(r.secret, PPP_LAB_PASSWORD, r.len);
	channel_reply(&e->channel, h, 0, &r, sizeof(r), NULL, 0);
}

static const void *body(const struct ipc_message *m, size_t len)
{
	if (m->len != len)
		errx(1, "message %u has %zu bytes, not %zu", m->header.type,
		     m->len, len);
	return m->body;
}

static void on_message(struct channel *c, struct ipc_message *m)
{
	struct ppp_end *e = container_of(c, struct ppp_end, channel);

	switch ((enum ppp_call_message)m->header.type) {
	case PPP_CALL_HELLO:
		e->hello_msg = *(const struct ppp_call_hello *)
				       body(m, sizeof(e->hello_msg));
		e->hello = true;
		return;
	case PPP_CALL_AUTH:
		e->auth_msg = *(
			const struct ppp_call_auth *)body(m,
							  sizeof(e->auth_msg));
		e->auths++;
		if (!e->mute)
			answer_auth(e, &m->header);
		return;
	case PPP_CALL_SECRET:
		e->secrets++;
		if (!e->mute)
			answer_secret(e, &m->header);
		return;
	case PPP_CALL_UP:
		e->up_msg =
			*(const struct ppp_call_up *)body(m, sizeof(e->up_msg));
		if (e->up_msg.family == AF_INET6)
			e->up6_msg = e->up_msg;
		e->up = true;
		e->up_ms = lab_now_ms();
		return;
	case PPP_CALL_NETDOWN:
		body(m, sizeof(struct ppp_call_up));
		e->netdown = true;
		return;
	case PPP_CALL_MPPE:
		e->mppe_msg = *(
			const struct ppp_call_mppe *)body(m,
							  sizeof(e->mppe_msg));
		e->mppes++;
		return;
	case PPP_CALL_DOWN:
		e->down_msg = *(
			const struct ppp_call_down *)body(m,
							  sizeof(e->down_msg));
		e->has_down = true;
		return;
	case PPP_CALL_STOP:
		break;
	}
	errx(1, "message %u from pppd", m->header.type);
}

static void on_closed(struct channel *c)
{
	struct ppp_end *e = container_of(c, struct ppp_end, channel);

	e->closed = true;
	channel_close(c);
}

void ppp_end_open(struct ppp_end *e, struct ppp_lab *p, int end, uint32_t n,
		  const char *profile)
{
	struct dataplane *dp = p->lab.dp;

	memset(e, 0, sizeof(*e));
	e->lab = p;
	e->profile = profile;
	e->session = lab_session(&p->lab, end, n);
	if (dp->ops->session_add(dp, &e->session))
		errx(1, "session: %s", dp->text);
	e->pppox = dp->ops->session_open(dp, &p->lab.tunnel[end], &e->session);
	if (e->pppox < 0)
		errx(1, "PPPoX: %s", dp->text);
	e->params = (struct ppp_call_params){
		.link = dp_session_key(e->session.tunnel_id,
				       e->session.session_id),
		.tunnel_id = e->session.tunnel_id,
		.session_id = e->session.session_id,
		.lns = end == 1,
	};
	snprintf(e->params.remote, sizeof(e->params.remote), "peer of %u", n);
	if (end == 1)
		e->params.remote_ipv4 = htonl(0x0a400100 + n);
	else
		snprintf(e->params.user, sizeof(e->params.user), "%s",
			 PPP_LAB_USER);
}

int ppp_end_channel(struct ppp_end *e)
{
	int sv[2], failed = ipc_pair(sv);

	if (!failed)
		failed = channel_open(&e->channel, e->lab->loop, sv[0],
				      on_message, on_closed);
	if (failed)
		errx(1, "call channel: %s", strerror(-failed));
	return sv[1];
}

int ppp_end_start(struct ppp_end *e)
{
	int fd = ppp_end_channel(e);
	int failed;

	e->started_ms = lab_now_ms();
	failed = ppp_runner_start(e->lab->runner, e->profile, &e->params,
				  e->pppox, fd);
	close(fd);
	if (failed) {
		channel_close(&e->channel);
		return failed;
	}
	e->next = running;
	running = e;
	return 0;
}

void ppp_end_stop(struct ppp_end *e, int pppd_status, const char *reason)
{
	struct ppp_call_down d = { .pppd_status = pppd_status };

	snprintf(d.reason, sizeof(d.reason), "%s", reason);
	if (channel_event(&e->channel, PPP_CALL_STOP, &d, sizeof(d), NULL, 0))
		errx(1, "a pppd cannot be told to stop");
}

void ppp_end_close(struct ppp_end *e)
{
	struct dataplane *dp = e->lab->lab.dp;

	channel_close(&e->channel);
	if (e->pppox >= 0)
		close(e->pppox);
	e->pppox = -1;
	dp->ops->session_del(dp, e->session.tunnel_id, e->session.session_id);
}

/* ---- what is left ---- */

bool ppp_lab_no_children(void)
{
	double end = lab_now_ms() + 10000;

	while (lab_now_ms() < end) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return true;
		if (pid == 0)
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 },
				  NULL);
	}
	return false;
}

bool ppp_lab_interface_exists(const char *name)
{
	return if_nametoindex(name) != 0;
}
