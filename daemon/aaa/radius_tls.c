/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection of RADIUS over TLS (RFC 6614): the files that it is made with,
 * which the monitor opens each time; TCP; the handshake; bytes in and out, of
 * which neither ever blocks. What ends it is told once, as broken.
 */
#include "aaa/radius_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/log.h"
#include "proto/radius/stream.h"

#define FILE_BYTES_MAX (1u << 20) /* all CAs of a system are a fifth of it */
#define OUT_MAX	       (RADIUS_IDS * 1024u) /* what waits to be sent */
#define READS_MAX      64		    /* of a turn of the loop */

enum phase { FILES, CONNECTING, SHAKING, UP };

/*
 * What the monitor was asked; it outlives a connection that is
 * closed meanwhile.
 */
struct asking {
	struct radius_tls *tls;
};

struct radius_tls {
	struct radius_socket *socket;
	enum phase phase;
	struct asking *asking;
	size_t file; /* that is asked for: of files[] */
	SSL_CTX *ctx;
	SSL *ssl;
	char why[160]; /* it failed */
	struct radius_stream in;
	size_t out_len;
	uint8_t out[OUT_MAX];
};

static const struct config_radius *config_of(const struct radius_tls *t)
{
	return t->socket->line->server->config;
}

static const struct radius_events *events_of(const struct radius_tls *t)
{
	return t->socket->line->server->radius->on;
}

static int __attribute__((format(printf, 2, 3)))
fail(struct radius_tls *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->why, sizeof(t->why), fmt, ap);
	va_end(ap);
	return -EPROTO;
}

/* It is over, and t is gone. err: of what has no words of its own. */
static void give_up(struct radius_tls *t, int err)
{
	char why[sizeof(t->why)];

	snprintf(why, sizeof(why), "%s", t->why[0] ? t->why : strerror(-err));
	events_of(t)->broken(t->socket, why);
}

/* The first thing that OpenSSL complained about. */
static const char *reason(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_error());

	return text ? text : "no reason is given";
}

/* ---- its files ---- */

/* Each returns NULL, or why not. */
static const char *load_ca(SSL_CTX *ctx, BIO *bio)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	X509 *x;
	int n = 0;

	while ((x = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		n += X509_STORE_add_cert(store, x);
		X509_free(x);
	}
	return n ? NULL : reason();
}

/* Ours, and behind it what leads to its signer. */
static const char *load_certificate(SSL_CTX *ctx, BIO *bio)
{
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	int ok = x ? SSL_CTX_use_certificate(ctx, x) : 0;

	X509_free(x);
	while (ok && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		ok = (int)SSL_CTX_add1_chain_cert(ctx, x);
		X509_free(x);
	}
	return ok ? NULL : reason();
}

/* In place of OpenSSL's, which asks the terminal. */
static int no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	*(bool *)arg = true;
	return -1;
}

static const char *load_key(SSL_CTX *ctx, BIO *bio)
{
	bool asked = false;
	EVP_PKEY *key =
		PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &asked);
	int ok = key ? SSL_CTX_use_PrivateKey(ctx, key) : 0;

	EVP_PKEY_free(key);
	if (asked)
		return "it has a passphrase; write the key without one";
	return ok ? NULL : reason();
}

static const struct {
	const char *key;
	enum aaa_file kind;
	bool secret;
	const char *(*load)(SSL_CTX *ctx, BIO *bio);
} files[] = {
	{ "ca-file", AAA_FILE_RADIUS_CA, false, load_ca },
	{ "certificate-file", AAA_FILE_RADIUS_CERTIFICATE, false,
	  load_certificate },
	{ "key-file", AAA_FILE_RADIUS_KEY, true, load_key },
};

static size_t file_n(const struct radius_tls *t)
{
	return config_of(t)->key_file ? 3 : 1;
}

static int load_text(struct radius_tls *t, const char *text, size_t len)
{
	BIO *bio = BIO_new_mem_buf(text, (int)len);
	const char *why;

	if (!bio)
		return -ENOMEM;
	ERR_clear_error();
	why = files[t->file].load(t->ctx, bio);
	BIO_free(bio);
	return why ? fail(t, "its %s cannot be used: %s", files[t->file].key,
			  why) :
		     0;
}

static int load_file(struct radius_tls *t, int fd)
{
	int err = files[t->file].secret ? secret_check_fd(fd) : 0;
	char *text;
	ssize_t len;

	if (err)
		return err;
	text = malloc(FILE_BYTES_MAX);
	if (!text)
		return -ENOMEM;
	len = file_read(fd, text, FILE_BYTES_MAX);
	if (len == FILE_BYTES_MAX)
		err = -EFBIG;
	else
		err = len < 0 ? (int)len : load_text(t, text, (size_t)len);
	explicit_bzero(text, len < 0 ? 0 : (size_t)len);
	free(text);
	return err;
}

static int start_connecting(struct radius_tls *t);
static int ask_file(struct radius_tls *t);

static void on_file(void *arg, int result, struct ipc_message *m)
{
	struct asking *asking = arg;
	struct radius_tls *t = asking->tls;
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);

	free(asking);
	if (t)
		t->asking = NULL;
	if (t && result != -EPIPE) {
		if (!result)
			result = fd < 0 ? fd : load_file(t, fd);
		if (result && !t->why[0])
			fail(t, "its %s cannot be used: %s", files[t->file].key,
			     result == -EACCES ?
				     "others can read it: chmod 600 it" :
				     strerror(-result));
		if (!result)
			result = ++t->file < file_n(t) ? ask_file(t) :
							 start_connecting(t);
		if (result)
			give_up(t, result);
	}
	if (fd >= 0)
		close(fd);
}

static int ask_file(struct radius_tls *t)
{
	const struct radius_server *s = t->socket->line->server;
	struct aaa_open body = { .kind = files[t->file].kind };
	int err;

	t->asking = malloc(sizeof(*t->asking));
	if (!t->asking)
		return -ENOMEM;
	t->asking->tls = t;
	memcpy(body.name, s->config->name, sizeof(body.name));
	err = channel_request(&s->radius->aaa->monitor, AAA_OPEN, &body,
			      sizeof(body), NULL, 0, on_file, t->asking);
	if (err) {
		free(t->asking);
		t->asking = NULL;
	}
	return err;
}

/* ---- what went wrong ---- */

/* The server's certificate was looked at, and this is what it lacks. */
static int fail_certificate(struct radius_tls *t, long check)
{
	bool name = check == X509_V_ERR_HOSTNAME_MISMATCH ||
		    check == X509_V_ERR_IP_ADDRESS_MISMATCH;

	if (name)
		return fail(t,
			    "its certificate is refused: it is not for "
			    "\"%.80s\" (server-name)",
			    config_of(t)->server_name);
	return fail(t, "its certificate is refused: %s",
		    X509_verify_cert_error_string(check));
}

/* The server's end of the connection is gone; it need not have said why. */
static int fail_closed(struct radius_tls *t)
{
	if (t->socket->heard_ms)
		return fail(t, "it closed the connection");
	if (t->phase == SHAKING)
		return fail(t, "it closed the connection before TLS was up: is "
			       "that its port for TLS, does it know this host "
			       "as a client?");
	if (!config_of(t)->certificate_file)
		return fail(t,
			    "it closed the connection without an answer: does "
			    "it want a certificate (certificate-file)?");
	return fail(t, "it closed the connection without an answer: does it "
		       "know our certificate's signer?");
}

/* code: SSL_get_error's. */
static int fail_tls(struct radius_tls *t, int code, int os_error)
{
	long check = SSL_get_verify_result(t->ssl);
	unsigned long error = ERR_peek_error();

	if (t->phase == SHAKING && check != X509_V_OK)
		return fail_certificate(t, check);
	if (error && ERR_GET_REASON(error) >= SSL_AD_REASON_OFFSET)
		return fail(t, "it refused the connection: %s", reason());
	if (code == SSL_ERROR_ZERO_RETURN ||
	    ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING ||
	    (!error && (os_error == ECONNRESET || os_error == EPIPE)))
		return fail_closed(t);
	if (error)
		return fail(t, "TLS failed: %s", reason());
	return fail(t, "the connection failed: %s", strerror(os_error));
}

const char *radius_tls_awaits(const struct radius_tls *t)
{
	switch (t->phase) {
	case FILES:
	case CONNECTING:
		return "it took no connection";
	case SHAKING:
		return "it finished no TLS handshake";
	case UP:
		break;
	}
	return "it did not answer";
}

/* ---- bytes ---- */

/*
 * What SSL_read, SSL_write or SSL_connect said. 0: later, once io is ready for
 * *events as well; or it failed.
 */
static int later(struct radius_tls *t, int n, short *events)
{
	int os_error = errno, code = SSL_get_error(t->ssl, n);

	if (code == SSL_ERROR_WANT_WRITE)
		*events |= LOOP_WRITE;
	if (code == SSL_ERROR_WANT_READ || code == SSL_ERROR_WANT_WRITE)
		return 0;
	return fail_tls(t, code, os_error);
}

static int take_packets(struct radius_tls *t)
{
	const uint8_t *packet;
	enum radius_fault fault;
	size_t len;

	while (!(fault = radius_stream_next(&t->in, &packet, &len)) && len)
		if (!events_of(t)->reply(t->socket, packet, len))
			return fail(t, "it sent a bad reply");
	if (!fault)
		return 0;
	events_of(t)->bad_reply(t->socket, fault);
	return fail(t, "it sent what is no RADIUS: %s",
		    radius_fault_text(fault));
}

/*
 * Never leaves half of a record with OpenSSL, of which the loop would not hear.
 */
static int read_some(struct radius_tls *t, short *events)
{
	for (int i = 0; i < READS_MAX || SSL_pending(t->ssl) > 0; i++) {
		size_t size;
		uint8_t *room = radius_stream_room(&t->in, &size);
		int n, err;

		ERR_clear_error();
		n = SSL_read(t->ssl, room, (int)size);
		if (n <= 0)
			return later(t, n, events);
		radius_stream_add(&t->in, (size_t)n);
		err = take_packets(t);
		if (err)
			return err;
	}
	return 0;
}

/*
 * Each packet in a record of its own: FreeRADIUS (3.2.1) hangs up on a record
 * that has more than one.
 */
static int write_packets(struct radius_tls *t, size_t *at, short *events)
{
	for (*at = 0; *at < t->out_len;) {
		const uint8_t *packet = t->out + *at;
		int n;

		ERR_clear_error();
		n = SSL_write(t->ssl, packet, packet[2] << 8 | packet[3]);
		if (n <= 0)
			return later(t, n, events);
		*at += (size_t)n;
	}
	return 0;
}

static int write_some(struct radius_tls *t, short *events)
{
	size_t at;
	int err = write_packets(t, &at, events);

	t->out_len -= at;
	memmove(t->out, t->out + at, t->out_len);
	explicit_bzero(t->out + t->out_len, at);
	return err;
}

int radius_tls_send(struct radius_tls *t, const uint8_t *data, size_t len)
{
	if (len > sizeof(t->out) - t->out_len)
		return -ENOBUFS;
	memcpy(t->out + t->out_len, data, len);
	t->out_len += len;
	if (t->phase != UP)
		return 0;
	return loop_io_set(t->socket->line->server->radius->loop,
			   &t->socket->io, LOOP_READ | LOOP_WRITE);
}

/* ---- connecting ---- */

static int finish_connecting(struct radius_tls *t)
{
	int err = 0, one = 1;
	socklen_t len = sizeof(err);

	if (getsockopt(t->socket->fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	if (err)
		return fail(t, "it cannot be connected to: %s", strerror(err));
	/* A request does not wait for the acknowledgement of another. */
	(void)setsockopt(t->socket->fd, IPPROTO_TCP, TCP_NODELAY, &one,
			 sizeof(one));
	t->phase = SHAKING;
	return 0;
}

static int shake(struct radius_tls *t, short *events)
{
	char text[64];
	int n;

	ERR_clear_error();
	n = SSL_connect(t->ssl);
	if (n <= 0)
		return later(t, n, events);
	t->phase = UP;
	radius_tls_describe(t, text, sizeof(text));
	log_debug("radius \"%s\": connected by %s", config_of(t)->name, text);
	return 0;
}

/* As far as it goes now. */
static int go_on(struct radius_tls *t, int ready, short *events)
{
	int err = 0;

	if (t->phase == CONNECTING && ready & LOOP_WRITE)
		err = finish_connecting(t);
	if (!err && t->phase == SHAKING)
		err = shake(t, events);
	/* Reading first: an alert says more than a pipe that is broken. */
	if (!err && t->phase == UP)
		err = read_some(t, events);
	if (!err && t->phase == UP)
		err = write_some(t, events);
	return err;
}

static void on_io(struct loop_io *io, int fd, int ready)
{
	struct radius_socket *k = container_of(io, struct radius_socket, io);
	struct radius_tls *t = k->tls;
	short events = LOOP_READ;
	int err = go_on(t, ready, &events);

	(void)fd;
	if (!err && t->phase != CONNECTING)
		err = loop_io_set(k->line->server->radius->loop, io, events);
	if (err)
		give_up(t, err);
}

static int start_ssl(struct radius_tls *t)
{
	const char *name = config_of(t)->server_name;
	struct addr literal;
	int ok;

	t->ssl = SSL_new(t->ctx);
	if (!t->ssl)
		return -ENOMEM;
	if (addr_parse(&literal, name) == 0)
		ok = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(t->ssl),
						   name);
	else
		ok = SSL_set1_host(t->ssl, name) &&
		     SSL_set_tlsext_host_name(t->ssl, name);
	SSL_set_hostflags(t->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	SSL_set_verify(t->ssl, SSL_VERIFY_PEER, NULL);
	return ok && SSL_set_fd(t->ssl, t->socket->fd) ? 0 : -ENOMEM;
}

static int start_connecting(struct radius_tls *t)
{
	struct radius_socket *k = t->socket;
	int err;

	k->fd = server_connect(&k->line->server->base, k->line->port,
			       SOCK_STREAM);
	if (k->fd < 0)
		return fail(t, "it cannot be connected to: %s",
			    strerror(-k->fd));
	t->phase = CONNECTING;
	err = start_ssl(t);
	if (err)
		return err;
	return loop_io_start(k->line->server->radius->loop, &k->io, k->fd,
			     LOOP_READ | LOOP_WRITE, on_io);
}

/* TLS 1.2 and later, whatever openssl.cnf says. */
static SSL_CTX *new_context(void)
{
	SSL_CTX *ctx = OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) ?
			       SSL_CTX_new(TLS_client_method()) :
			       NULL;

	if (!ctx)
		return NULL;
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx,
			    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	/* What could not be written moves to the buffer's begin. */
	SSL_CTX_set_mode(ctx, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	return ctx;
}

struct radius_tls *radius_tls_new(struct radius_socket *k)
{
	struct radius_tls *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->socket = k;
	t->ctx = new_context();
	if (t->ctx && ask_file(t) == 0)
		return t;
	radius_tls_free(t);
	return NULL;
}

void radius_tls_free(struct radius_tls *t)
{
	if (!t)
		return;
	if (t->asking)
		t->asking->tls = NULL;
	/* Said without waiting for the other's; what failed is past saying. */
	if (t->phase == UP && !t->why[0]) {
		ERR_clear_error();
		(void)SSL_shutdown(t->ssl);
	}
	SSL_free(t->ssl);
	SSL_CTX_free(t->ctx);
	explicit_bzero(&t->in, sizeof(t->in));
	explicit_bzero(t->out, t->out_len);
	free(t);
}

void radius_tls_describe(const struct radius_tls *t, char *out, size_t size)
{
	if (t->phase == UP)
		snprintf(out, size, "%s %s", SSL_get_version(t->ssl),
			 SSL_get_cipher_name(t->ssl));
	else
		snprintf(out, size, "%s", "");
}
