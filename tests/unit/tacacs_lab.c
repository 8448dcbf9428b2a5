/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See tacacs_lab.h. */
#include "tacacs_lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_text.h"

struct tacacs_lab_server tacacs_lab[2];

static void hang_up(struct tacacs_lab_server *s,
		    struct tacacs_lab_connection *c)
{
	if (c->fd < 0)
		return;
	loop_io_stop(&c->io);
	close(c->fd);
	c->fd = -1;
	s->open--;
}

/* ---- a reply ---- */

static struct secret secret_of(const struct tacacs_lab_server *s)
{
	struct secret key = { 0 };

	secret_set(&key, s->secret, strlen(s->secret));
	if (s->mode == TACACS_LAB_OTHER_SECRET)
		key.data[0] ^= 1;
	return key;
}

static enum tacacs_kind reply_kind(enum tacacs_kind request)
{
	return request == TACACS_AUTHEN_START	? TACACS_AUTHEN_REPLY :
	       request == TACACS_AUTHOR_REQUEST ? TACACS_AUTHOR_REPLY :
						  TACACS_ACCT_REPLY;
}

static void send_all(int fd, const uint8_t *data, size_t len, size_t piece)
{
	for (size_t at = 0; at < len; at += piece) {
		size_t n = len - at < piece ? len - at : piece;

		assert_int_equal(send(fd, data + at, n, MSG_NOSIGNAL), n);
	}
}

/* What is wrong with it, of a packet that is ready. */
static void spoil(enum tacacs_lab_mode mode, uint8_t *packet)
{
	if (mode == TACACS_LAB_LONG)
		packet[8] = 0x7f;
	else if (mode == TACACS_LAB_VERSION)
		packet[0] = 'H';
	else if (mode == TACACS_LAB_PLAIN)
		packet[3] |= TACACS_UNENCRYPTED;
	else if (mode == TACACS_LAB_LYING)
		/* the last length of either reply; the pad is kept */
		packet[TACACS_HEADER + 3] ^= 0x20;
}

static void say(struct tacacs_lab_server *s, struct tacacs_lab_connection *c,
		enum tacacs_lab_mode mode, const struct tacacs_body *body)
{
	struct tacacs_header h = s->last;
	struct secret key = secret_of(s);
	enum tacacs_kind kind = reply_kind(s->last_kind);
	static uint8_t packet[TACACS_HEADER + TACACS_BODY_MAX];
	int len;

	h.seq_no = mode == TACACS_LAB_SEQUENCE ? 4 : 2;
	h.flags = s->shares ? TACACS_SINGLE_CONNECT : 0;
	if (mode == TACACS_LAB_TYPE)
		h.type = h.type == TACACS_ACCT ? TACACS_AUTHOR : TACACS_ACCT;
	if (mode == TACACS_LAB_OTHER_SESSION)
		h.session_id++;
	if (mode == TACACS_LAB_SEQUENCE)
		h.type = TACACS_AUTHEN;
	len = tacacs_write_packet(&h, &key, kind, body, packet, sizeof(packet));
	assert_true(len > TACACS_HEADER);
	spoil(mode, packet);
	if (mode == TACACS_LAB_HALF)
		len = TACACS_HEADER + 2;
	send_all(c->fd, packet, (size_t)len,
		 mode == TACACS_LAB_DRIP ? 1 : (size_t)len);
	if (mode == TACACS_LAB_HALF)
		hang_up(s, c);
}

static void answer(struct tacacs_lab_server *s, struct tacacs_lab_connection *c)
{
	struct tacacs_body body = { .number[TACACS_STATUS] = 1 };

	if (s->fill)
		s->fill(s->last_kind, &s->last_body, &body);
	if (s->mode == TACACS_LAB_STATUS)
		body.number[TACACS_STATUS] = 0x77;
	if (s->mode == TACACS_LAB_OTHER_SESSION)
		say(s, c, TACACS_LAB_OTHER_SESSION, &body);
	say(s, c,
	    s->mode == TACACS_LAB_OTHER_SESSION ? TACACS_LAB_ANSWER : s->mode,
	    &body);
}

/* ---- a request ---- */

static void take(struct tacacs_lab_server *s, struct tacacs_lab_connection *c,
		 const struct tacacs_header *h, const uint8_t *body)
{
	struct secret key = { 0 };
	enum tacacs_kind kind;

	secret_set(&key, s->secret, strlen(s->secret));
	assert_true(tacacs_kind_of(h->type, h->seq_no, &kind));
	memcpy(s->last_data, body, h->length);
	assert_true(tacacs_obfuscate(h, &key, s->last_data, h->length));
	assert_int_equal(tacacs_read_body(kind, s->last_data, h->length,
					  &s->last_body),
			 TACACS_OK);
	if (kind == TACACS_AUTHEN_CONTINUE) {
		assert_int_equal(s->last_body.number[TACACS_FLAGS],
				 TACACS_CONTINUE_ABORT);
		s->aborts++;
		return;
	}
	s->last = *h;
	s->last_kind = kind;
	s->requests++;
	c->requests++;
	if (s->mode == TACACS_LAB_CLOSE ||
	    (s->close_at && c->requests > s->close_at))
		hang_up(s, c);
	else if (s->mode != TACACS_LAB_SILENT)
		answer(s, c);
}

static struct tacacs_lab_server *
server_of(const struct tacacs_lab_connection *c)
{
	return c >= tacacs_lab[1].connections &&
			       c < tacacs_lab[1].connections +
					       TACACS_LAB_CONNECTIONS ?
		       &tacacs_lab[1] :
		       &tacacs_lab[0];
}

static void on_readable(struct loop_io *io, int fd, int events)
{
	struct tacacs_lab_connection *c =
		container_of(io, struct tacacs_lab_connection, io);
	struct tacacs_lab_server *s = server_of(c);
	struct tacacs_header h;
	uint8_t *room, *body;
	size_t size;
	ssize_t n;

	(void)events;
	room = tacacs_stream_room(&c->in, &size);
	n = recv(fd, room, size, 0);
	if (n <= 0) {
		hang_up(s, c);
		return;
	}
	tacacs_stream_add(&c->in, (size_t)n);
	while (c->fd >= 0 &&
	       tacacs_stream_next(&c->in, &h, &body) == TACACS_OK && body)
		take(s, c, &h, body);
}

static void on_caller(struct loop_io *io, int fd, int events)
{
	struct tacacs_lab_server *s =
		container_of(io, struct tacacs_lab_server, io);
	struct tacacs_lab_connection *c = s->connections;

	(void)events;
	while (c->fd >= 0)
		c++;
	assert_true(c < s->connections + TACACS_LAB_CONNECTIONS);
	*c = (struct tacacs_lab_connection){ .fd = accept(fd, NULL, NULL) };
	assert_true(c->fd >= 0);
	s->accepted++;
	s->open++;
	s->most = s->open > s->most ? s->open : s->most;
	assert_int_equal(loop_io_start(lab.a.loop, &c->io, c->fd, LOOP_READ,
				       on_readable),
			 0);
}

void tacacs_lab_listen(struct tacacs_lab_server *s)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(s->port),
	};
	socklen_t len = sizeof(sin);
	int one = 1;

	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(s->fd >= 0);
	setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(s->fd, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(listen(s->fd, 256), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&sin, &len), 0);
	s->port = ntohs(sin.sin_port);
	assert_int_equal(loop_io_start(lab.a.loop, &s->io, s->fd, LOOP_READ,
				       on_caller),
			 0);
}

void tacacs_lab_close(struct tacacs_lab_server *s)
{
	for (int i = 0; i < TACACS_LAB_CONNECTIONS; i++)
		hang_up(s, &s->connections[i]);
	if (s->fd < 0)
		return;
	loop_io_stop(&s->io);
	close(s->fd);
	s->fd = -1;
}

/* ---- the whole ---- */

static struct config *configure(const char *ppp, const char *keys)
{
	char text[2048];
	struct config *c;

	snprintf(text, sizeof(text),
		 "hostname = \"lns\"\nlisten { address = 127.0.0.1 }\n"
		 "ppp \"isp\" { auth = { mschapv2, chap, pap, mschapv1 } "
		 "tacacs = { \"a\", \"b\" } %s }\n"
		 "tacacs \"a\" { address = \"127.0.0.1\" port = %u "
		 "secret-file = \"/s\" %s }\n"
		 "tacacs \"b\" { address = \"127.0.0.1\" port = %u "
		 "secret-file = \"/s\" %s }\n",
		 ppp, tacacs_lab[0].port, keys, tacacs_lab[1].port, keys);
	c = config_text(text);
	for (size_t i = 0; i < c->tacacs_n; i++) {
		c->tacacs[i].timeout_ms = 300;
		c->tacacs[i].dead_ms = 200;
	}
	return c;
}

static bool is_ready(void)
{
	const struct config_strings *all = &lab.a.config->ppp[0].tacacs;

	for (size_t i = 0; i < all->n; i++)
		if (!tacacs_is_ready(lab.a.tacacs,
				     &(struct config_strings){ &all->v[i], 1 }))
			return false;
	return true;
}

void tacacs_lab_start(const char *ppp, const char *keys)
{
	lab_open();
	for (int i = 0; i < 2; i++) {
		struct tacacs_lab_server *s = &tacacs_lab[i];

		memset(s, 0, sizeof(*s));
		s->secret = "secret";
		s->shares = true;
		for (int k = 0; k < TACACS_LAB_CONNECTIONS; k++)
			s->connections[k].fd = -1;
		tacacs_lab_listen(s);
	}
	lab_run(configure(ppp, keys));
	lab_wait(is_ready);
}

void tacacs_lab_stop(void)
{
	for (int i = 0; i < 2; i++)
		tacacs_lab_close(&tacacs_lab[i]);
	lab_stop();
}

bool tacacs_lab_has_arg(const struct tacacs_lab_server *s, const char *arg)
{
	for (size_t i = 0; i < s->last_body.arg_n; i++)
		if (s->last_body.arg[i].len == strlen(arg) &&
		    memcmp(s->last_body.arg[i].data, arg, strlen(arg)) == 0)
			return true;
	return false;
}

bool tacacs_lab_has_text(const struct tacacs_lab_server *s,
			 enum tacacs_field field, const char *text)
{
	const struct tacacs_text *t = &s->last_body.text[field];

	return t->len == strlen(text) && memcmp(t->data, text, t->len) == 0;
}

struct aaa_tacacs_state tacacs_lab_state(unsigned int server)
{
	struct aaa_tacacs_state state;

	assert_int_equal(tacacs_state(lab.a.tacacs, server, &state), 0);
	return state;
}
