/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See radius_lab.h. */
#include "radius_lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "aaa/acct.h"
#include "aaa/auth.h"
#include "config_text.h"
#include "proto/radius/internal.h"

struct lab lab;
char lab_answered_by;
static int real_stderr = -1;
static bool (*waiting_for)(void);

/* ---- a server ---- */

static bool is_signed(const struct radius_view *v, const struct secret *secret)
{
	uint8_t copy[RADIUS_PACKET_MAX], hmac[16];

	if (v->len < 38 || v->data[20] != RADIUS_MESSAGE_AUTHENTICATOR ||
	    v->data[21] != 18)
		return false;
	memcpy(copy, v->data, v->len);
	memset(copy + 22, 0, 16);
	return radius_hmac(hmac, secret,
			   (struct md5_part[]){ { copy, v->len } }, 1) &&
	       memcmp(hmac, v->data + 22, 16) == 0;
}

static enum radius_code code_for(const struct lab_server *s,
				 const struct radius_view *v,
				 enum radius_port kind)
{
	if (v->code == RADIUS_ACCESS_REQUEST)
		return s->code;
	return kind == RADIUS_PORT_AUTH ? RADIUS_ACCESS_ACCEPT :
					  RADIUS_ACCOUNTING_RESPONSE;
}

static void send_to(int fd, const void *data, size_t len,
		    const struct sockaddr_in *to)
{
	assert_int_equal(sendto(fd, data, len, 0, (const struct sockaddr *)to,
				sizeof(*to)),
			 len);
}

static void reply(struct lab_server *s, enum radius_port kind,
		  const struct radius_view *v, enum lab_mode mode,
		  const struct sockaddr_in *to)
{
	static uint8_t big[RADIUS_PACKET_MAX + 1];
	struct secret secret = { 0 };
	struct radius_builder b;
	uint8_t zero[16] = { 0 };
	enum radius_code code = mode == LAB_BAD_CODE ? RADIUS_COA_ACK :
						       code_for(s, v, kind);
	uint8_t id = (uint8_t)(v->id + (mode == LAB_OTHER_ID ? 100 : 0));

	secret_set(&secret, s->secret, strlen(s->secret));
	if (mode == LAB_OTHER_SECRET)
		secret.data[0] ^= 1;
	radius_begin(&b, code, id, zero);
	if (mode != LAB_UNSIGNED)
		radius_add_signature(&b);
	if (s->fill)
		s->fill(&b, v);
	if (mode == LAB_BAD_SIGNATURE)
		b.signature = 0;
	assert_int_equal(radius_sign_reply(&b, &secret, v->authenticator), 0);
	if (mode == LAB_OVERSIZED) {
		memcpy(big, b.data, b.len);
		send_to(s->fd[kind], big, sizeof(big), to);
		return;
	}
	if (mode == LAB_BAD_ATTRIBUTE)
		b.data[21] = 200;
	send_to(s->fd[kind], b.data, b.len - (mode == LAB_TRUNCATED), to);
}

static void on_request(struct lab_server *s, enum radius_port kind)
{
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	uint8_t data[RADIUS_PACKET_MAX];
	struct secret secret = { 0 };
	struct radius_view v;
	ssize_t n = recvfrom(s->fd[kind], data, sizeof(data), 0,
			     (struct sockaddr *)&from, &from_len);

	if (n < 0)
		return;
	assert_int_equal(radius_parse(&v, data, (size_t)n), RADIUS_OK);
	secret_set(&secret, s->secret, strlen(s->secret));
	if (v.code == RADIUS_STATUS_SERVER)
		s->probes++;
	else
		s->requests++;
	if (v.code != RADIUS_ACCOUNTING_REQUEST)
		s->all_signed = s->all_signed && is_signed(&v, &secret);
	s->all_same = s->all_same &&
		      (!s->last_len || (s->last_len == v.len &&
					memcmp(s->last, data, v.len) == 0));
	memcpy(s->last, data, v.len);
	s->last_len = v.len;
	if (s->mode == LAB_SILENT)
		return;
	if (s->deaf) {
		s->deaf--;
		return;
	}
	if (s->mode != LAB_ANSWER)
		reply(s, kind, &v, s->mode, &from);
	if (!s->only_bad)
		reply(s, kind, &v, LAB_ANSWER, &from);
}

static void on_readable(struct loop_io *io, int fd, int events)
{
	(void)fd;
	(void)events;
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < RADIUS_PORTS; k++)
			if (io == &lab.server[i].io[k])
				on_request(&lab.server[i], (enum radius_port)k);
}

void lab_listen(struct lab_server *s, enum radius_port kind)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(s->port[kind]),
	};
	socklen_t len = sizeof(sin);
	int size = 1 << 22;

	s->fd[kind] =
		socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(s->fd[kind] >= 0);
	setsockopt(s->fd[kind], SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	assert_int_equal(bind(s->fd[kind], (struct sockaddr *)&sin, len), 0);
	assert_int_equal(getsockname(s->fd[kind], (struct sockaddr *)&sin,
				     &len),
			 0);
	s->port[kind] = ntohs(sin.sin_port);
	assert_int_equal(loop_io_start(lab.a.loop, &s->io[kind], s->fd[kind],
				       LOOP_READ, on_readable),
			 0);
}

void lab_close(struct lab_server *s, enum radius_port kind)
{
	if (s->fd[kind] < 0)
		return;
	loop_io_stop(&s->io[kind]);
	close(s->fd[kind]);
	s->fd[kind] = -1;
}

/* ---- the monitor and the engine ---- */

static const char *file_text(enum aaa_file kind)
{
	switch (kind) {
	case AAA_FILE_USERS:
		return lab.users;
	case AAA_FILE_RADIUS_CA:
		return lab.ca;
	case AAA_FILE_RADIUS_CERTIFICATE:
		return lab.certificate;
	case AAA_FILE_RADIUS_KEY:
		return lab.key;
	case AAA_FILE_PASSWORD:
	case AAA_FILE_RADIUS:
	case AAA_FILE_TACACS:
	case AAA_FILE_COA:
		break;
	}
	return lab.secret;
}

static void on_monitor_message(struct channel *c, struct ipc_message *m)
{
	const struct aaa_open *o = ipc_body(m, struct aaa_open);
	const char *text;
	int fd = -1;

	assert_int_equal(m->header.type, AAA_OPEN);
	assert_non_null(o);
	text = file_text(o->kind);
	if (text) {
		fd = memfd_create("test", MFD_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(fchmod(fd, 0600), 0);
		assert_int_equal(write(fd, text, strlen(text)), strlen(text));
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	}
	channel_reply(c, &m->header, text ? 0 : -ENOENT, NULL, 0, &fd,
		      text ? 1 : 0);
	if (fd >= 0)
		close(fd);
}

static void on_aaa_message(struct channel *c, struct ipc_message *m)
{
	(void)c;
	if (m->header.type == AAA_RUNS)
		aaa_request_runs(&lab.a, m);
	else if (m->header.type == AAA_ACCT)
		aaa_request_acct(&lab.a, m);
	else
		aaa_request_auth(&lab.a, m);
}

static void on_closed(struct channel *c)
{
	channel_close(c);
}

static void open_pair(struct channel *ours, struct channel *theirs,
		      void (*on_ours)(struct channel *, struct ipc_message *),
		      void (*on_theirs)(struct channel *, struct ipc_message *))
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
				    fd),
			 0);
	assert_int_equal(channel_open(ours, lab.a.loop, fd[0], on_ours,
				      on_closed),
			 0);
	assert_int_equal(channel_open(theirs, lab.a.loop, fd[1], on_theirs,
				      on_closed),
			 0);
}

/* ---- the whole ---- */

static struct config *configure(const char *ppp, const char *way)
{
	static const char form[] =
		"hostname = \"lns\"\nlisten { address = 127.0.0.1 }\n"
		"ppp \"isp\" { auth = { mschapv2, chap, pap, "
		"mschapv1 } radius = { \"a\", \"b\" } %s }\n"
		"radius \"a\" { address = \"127.0.0.1\" %s }\n"
		"radius \"b\" { address = \"127.0.0.1\" auth-port = %u "
		"acct-port = %u secret-file = \"/s\" }\n";
	char text[2048], udp[128];
	struct config *c;

	snprintf(udp, sizeof(udp),
		 "auth-port = %u acct-port = %u secret-file = \"/s\"",
		 lab.server[0].port[0], lab.server[0].port[1]);
	snprintf(text, sizeof(text), form, ppp, way ? way : udp,
		 lab.server[1].port[0], lab.server[1].port[1]);
	c = config_text(text);
	for (size_t i = 0; i < c->radius_n; i++) {
		c->radius[i].timeout_ms = 200;
		if (c->radius[i].transport == CONFIG_TRANSPORT_UDP)
			c->radius[i].tries = 2;
		c->radius[i].dead_ms = 100;
	}
	return c;
}

bool lab_is_ready(void)
{
	const struct config_strings *all = &lab.a.config->ppp[0].radius;

	for (size_t i = 0; i < all->n; i++)
		if (!radius_is_ready(lab.a.radius,
				     &(struct config_strings){ &all->v[i], 1 }))
			return false;
	return true;
}

static void nothing(struct channel *c, struct ipc_message *m)
{
	(void)c;
	(void)m;
}

void lab_start(const char *ppp)
{
	lab_start_with(ppp, NULL);
}

void lab_open(void)
{
	lab = (struct lab){
		.secret = "secret\n",
		.users = "bob * builder 10.9.9.9\neve * apple\n",
		.log = memfd_create("log", MFD_CLOEXEC),
	};
	real_stderr = dup(STDERR_FILENO);
	assert_true(lab.log >= 0 && real_stderr >= 0);
	lab.a.loop = loop_new();
	assert_non_null(lab.a.loop);
	for (int i = 0; i < 2; i++)
		lab.server[i].fd[0] = lab.server[i].fd[1] = -1;
}

void lab_run(struct config *config)
{
	open_pair(&lab.a.monitor, &lab.monitor, nothing, on_monitor_message);
	open_pair(&lab.a.engine.channel, &lab.engine, on_aaa_message, nothing);
	lab.a.config = config;
	dup2(lab.log, STDERR_FILENO);
	lab.a.workers = workers_new(lab.a.loop, 1, 8);
	lab.a.store = store_new(lab.a.loop, &lab.a.monitor, lab.a.config);
	lab.a.radius = radius_new(&lab.a);
	lab.a.tacacs = tacacs_new(&lab.a);
	assert_true(lab.a.workers && lab.a.store && lab.a.radius &&
		    lab.a.tacacs);
}

void lab_start_with(const char *ppp, const char *way)
{
	lab_open();
	for (int i = 0; i < 2; i++) {
		lab.server[i] = (struct lab_server){
			.mode = LAB_ANSWER,
			.secret = "secret",
			.code = RADIUS_ACCESS_ACCEPT,
			.all_signed = true,
			.all_same = true,
		};
		for (int k = 0; k < RADIUS_PORTS; k++)
			lab_listen(&lab.server[i], (enum radius_port)k);
	}
	lab_run(configure(ppp, way));
	lab_wait(lab_is_ready);
}

void lab_stop(void)
{
	char text[4096];
	ssize_t n;

	channel_close(&lab.a.engine.channel);
	channel_close(&lab.engine);
	channel_close(&lab.a.monitor);
	channel_close(&lab.monitor);
	loop_timer_stop(&lab.a.log_window);
	workers_free(lab.a.workers);
	radius_free(lab.a.radius);
	tacacs_free(lab.a.tacacs);
	store_free(lab.a.store);
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < RADIUS_PORTS; k++)
			lab_close(&lab.server[i], (enum radius_port)k);
	config_free(lab.a.config);
	loop_free(lab.a.loop);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	lseek(lab.log, 0, SEEK_SET);
	while ((n = read(lab.log, text, sizeof(text))) > 0)
		if (write(STDERR_FILENO, text, (size_t)n) < 0)
			break;
	close(lab.log);
}

static void check_done(void *arg)
{
	(void)arg;
	if (waiting_for())
		loop_stop(lab.a.loop);
}

static void on_late(struct loop_timer *t)
{
	(void)t;
	loop_stop(lab.a.loop);
}

/* What a server in another process counts wakes nobody here. */
static void on_look(struct loop_timer *t)
{
	loop_timer_set(lab.a.loop, t, loop_now_fresh(lab.a.loop) + 5, on_look);
}

void lab_wait(bool (*done)(void))
{
	struct loop_timer late = { 0 }, look = { 0 };

	waiting_for = done;
	on_look(&look);
	/* Longer than the longest pause between two attempts (acct.c). */
	loop_timer_set(lab.a.loop, &late, loop_now_fresh(lab.a.loop) + 90000,
		       on_late);
	loop_set_idle(lab.a.loop, check_done, NULL);
	assert_int_equal(loop_run(lab.a.loop), 0);
	loop_timer_stop(&late);
	loop_timer_stop(&look);
	assert_true(done());
}

unsigned int lab_logged(const char *text)
{
	static char log[1 << 20];
	ssize_t n = pread(lab.log, log, sizeof(log) - 1, 0);
	unsigned int count = 0;

	log[n < 0 ? 0 : n] = '\0';
	for (const char *p = log; (p = strstr(p, text)); p++)
		count++;
	return count;
}

static int build_nothing(void *arg, struct radius_builder *b,
			 const struct radius_server_info *server)
{
	(void)arg;
	(void)server;
	radius_add_text(b, RADIUS_USER_NAME, "alice");
	return 0;
}

static void on_done(void *arg, int result, const struct radius_answer *answer)
{
	int *out = arg;

	assert_int_equal(*out, 1);
	assert_true(!result == (answer != NULL));
	if (answer)
		lab_answered_by = answer->server.config->name[0];
	*out = result;
}

int lab_send(int *result)
{
	*result = 1;
	return radius_send(lab.a.radius, RADIUS_PORT_AUTH,
			   &lab.a.config->ppp[0].radius, RADIUS_ACCESS_REQUEST,
			   build_nothing, on_done, result);
}

int lab_account(int *result, radius_build *build)
{
	*result = 1;
	return radius_send(lab.a.radius, RADIUS_PORT_ACCT,
			   &lab.a.config->ppp[0].radius,
			   RADIUS_ACCOUNTING_REQUEST, build, on_done, result);
}

struct aaa_radius_state lab_state(unsigned int server)
{
	struct aaa_radius_state state;

	assert_int_equal(radius_state(lab.a.radius, server, &state), 0);
	return state;
}
