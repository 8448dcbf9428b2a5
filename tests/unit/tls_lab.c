/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See tls_lab.h. */
#include "tls_lab.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/radius/radius.h"

struct tls_peer *tls_peer;
static pid_t peer_pid;

/* ---- certificates ---- */

static char *text_of(BIO *bio)
{
	char *data, *copy;
	long len = BIO_get_mem_data(bio, &data);

	copy = calloc(1, (size_t)len + 1);
	assert_non_null(copy);
	memcpy(copy, data, (size_t)len);
	BIO_free(bio);
	return copy;
}

static X509 *certificate_from(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	assert_non_null(x);
	BIO_free(bio);
	return x;
}

static EVP_PKEY *key_from(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	assert_non_null(key);
	BIO_free(bio);
	return key;
}

static void add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

struct tls_pair tls_make(const struct tls_pair *signer, const char *names,
			 int days)
{
	static long serial;
	EVP_PKEY *key = EVP_EC_gen("P-256"),
		 *signer_key = signer ? key_from(signer->key) : key;
	X509 *x = X509_new(),
	     *issuer = signer ? certificate_from(signer->certificate) : x;
	BIO *certificate_out = BIO_new(BIO_s_mem()),
	    *key_out = BIO_new(BIO_s_mem());
	char name[40];

	assert_true(key && x && certificate_out && key_out);
	snprintf(name, sizeof(name), "certificate %ld", ++serial);
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
				   MBSTRING_UTF8, (const unsigned char *)name,
				   -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(issuer));
	X509_time_adj_ex(X509_getm_notBefore(x), -30, 0, NULL);
	X509_time_adj_ex(X509_getm_notAfter(x), days, 0, NULL);
	X509_set_pubkey(x, key);
	add_extension(x, issuer, NID_basic_constraints,
		      names ? "CA:FALSE" : "critical,CA:TRUE");
	if (names)
		add_extension(x, issuer, NID_subject_alt_name, names);
	assert_true(X509_sign(x, signer_key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(certificate_out, x), 1);
	assert_int_equal(PEM_write_bio_PrivateKey(key_out, key, NULL, NULL, 0,
						  NULL, NULL),
			 1);
	if (signer) {
		X509_free(issuer);
		EVP_PKEY_free(signer_key);
	}
	X509_free(x);
	EVP_PKEY_free(key);
	return (struct tls_pair){ text_of(certificate_out), text_of(key_out) };
}

void tls_pair_free(struct tls_pair *p)
{
	free(p->certificate);
	free(p->key);
	*p = (struct tls_pair){ 0 };
}

/* ---- the server's process: nobody there to hear an assertion ---- */

static void must(bool ok)
{
	if (!ok)
		_exit(1);
}

/* The answer, in data; its length. */
static size_t answer_to(const uint8_t *request, size_t len,
			uint8_t data[static RADIUS_PACKET_MAX])
{
	enum radius_code code = RADIUS_ACCESS_ACCEPT;
	const uint8_t zero[16] = { 0 };
	struct secret secret = { 0 };
	struct radius_builder b;
	struct radius_view v;

	must(radius_parse(&v, request, len) == RADIUS_OK);
	if (v.code == RADIUS_ACCOUNTING_REQUEST)
		code = RADIUS_ACCOUNTING_RESPONSE;
	secret_set(&secret,
		   tls_peer->mode == TLS_OTHER_SECRET ? "other!" : "radsec", 6);
	radius_begin(&b, code, v.id, zero);
	radius_add_signature(&b);
	must(radius_sign_reply(&b, &secret, v.authenticator) == 0);
	if (tls_peer->mode == TLS_LENGTH) {
		b.data[2] = (uint8_t)(tls_peer->length >> 8);
		b.data[3] = (uint8_t)tls_peer->length;
	}
	memcpy(data, b.data, b.len);
	return b.len;
}

static void write_all(SSL *ssl, const uint8_t *data, size_t len, size_t step)
{
	size_t n;

	for (size_t at = 0; at < len; at += step)
		must(SSL_write_ex(ssl, data + at,
				  len - at < step ? len - at : step, &n) == 1);
}

static void hang_up(SSL *ssl)
{
	SSL_shutdown(ssl);
	_exit(0);
}

/*
 * What is sent upon the nth request of a connection; held has the
 * answer that waits.
 */
static void reply(SSL *ssl, unsigned int nth, const uint8_t *data, size_t len)
{
	static uint8_t held[2 * RADIUS_PACKET_MAX];
	static size_t held_len;

	switch (tls_peer->mode) {
	case TLS_SILENT:
	case TLS_NO_HANDSHAKE:
		return;
	case TLS_HANG_UP:
		hang_up(ssl);
		break;
	case TLS_HANG_UP_ONCE:
		if (tls_peer->answers == 1) {
			tls_peer->mode = TLS_ANSWER;
			hang_up(ssl);
		}
		break;
	case TLS_TORN:
		write_all(ssl, data, len, 1);
		tls_peer->answers++;
		return;
	case TLS_LATE:
	case TLS_PAIRS:
		if (nth == 1) {
			memcpy(held, data, len);
			held_len = len;
			return;
		}
		if (tls_peer->mode == TLS_LATE && nth == 3) {
			write_all(ssl, held, held_len, held_len);
		} else if (tls_peer->mode == TLS_PAIRS && nth == 2) {
			memmove(held + len, held, held_len);
			memcpy(held, data, len);
			write_all(ssl, held, len + held_len, len + held_len);
			tls_peer->answers += 2;
			return;
		}
		break;
	case TLS_ANSWER:
	case TLS_LENGTH:
	case TLS_OTHER_SECRET:
	case TLS_HANG_UP_IDLE:
		break;
	}
	write_all(ssl, data, len, len);
	tls_peer->answers++;
	if (tls_peer->mode == TLS_HANG_UP_IDLE)
		hang_up(ssl);
}

static void serve(SSL_CTX *ctx, int fd)
{
	SSL *ssl = SSL_new(ctx);

	must(ssl && SSL_set_fd(ssl, fd));
	while (tls_peer->mode == TLS_NO_HANDSHAKE)
		pause();
	must(SSL_accept(ssl) == 1);
	__atomic_fetch_add(&tls_peer->connections, 1, __ATOMIC_SEQ_CST);
	for (unsigned int nth = 1;; nth++) {
		uint8_t request[RADIUS_PACKET_MAX], data[RADIUS_PACKET_MAX];
		size_t len;

		/* A record is a packet, for FreeRADIUS as well. */
		must(SSL_read_ex(ssl, request, sizeof(request), &len) == 1 &&
		     len >= RADIUS_HEADER);
		must(len == ((size_t)request[2] << 8 | request[3]));
		if (request[0] == RADIUS_STATUS_SERVER)
			__atomic_fetch_add(&tls_peer->probes, 1,
					   __ATOMIC_SEQ_CST);
		else
			__atomic_fetch_add(&tls_peer->requests, 1,
					   __ATOMIC_SEQ_CST);
		len = answer_to(request, len, data);
		reply(ssl, nth, data, len);
	}
}

static SSL_CTX *server_context(const struct tls_pair *own,
			       const struct tls_pair *ca)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	must(ctx &&
	     SSL_CTX_use_certificate(ctx, certificate_from(own->certificate)) ==
		     1 &&
	     SSL_CTX_use_PrivateKey(ctx, key_from(own->key)) == 1);
	if (!ca)
		return ctx;
	must(X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx),
				 certificate_from(ca->certificate)) == 1);
	SSL_CTX_set_verify(ctx,
			   SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
			   NULL);
	return ctx;
}

/* A process for each connection, all in one group. */
static void run(SSL_CTX *ctx, int listener)
{
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		int fd = accept(listener, (struct sockaddr *)&from, &len);
		pid_t pid;

		must(fd >= 0);
		tls_peer->from = from.sin_addr.s_addr;
		pid = fork();
		must(pid >= 0);
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(listener);
			serve(ctx, fd);
		}
		close(fd);
	}
}

uint16_t tls_peer_start(const struct tls_pair *own, const struct tls_pair *ca,
			uint16_t port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	socklen_t len = sizeof(sin);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	if (!tls_peer)
		tls_peer = mmap(NULL, sizeof(*tls_peer), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(tls_peer, MAP_FAILED);
	memset(tls_peer, 0, sizeof(*tls_peer));
	peer_pid = fork();
	assert_true(peer_pid >= 0);
	if (peer_pid == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGCHLD, SIG_IGN);
		signal(SIGPIPE, SIG_IGN);
		/*
		 * Not the client's ends: they are closed when the
		 * client closes them.
		 */
		must(dup2(fd, 3) == 3 && close_range(4, ~0u, 0) == 0);
		run(server_context(own, ca), 3);
	}
	setpgid(peer_pid, peer_pid);
	close(fd);
	return ntohs(sin.sin_port);
}

void tls_peer_kill(void)
{
	if (peer_pid <= 0)
		return;
	kill(-peer_pid, SIGKILL);
	while (waitpid(peer_pid, NULL, 0) < 0)
		;
	peer_pid = 0;
}
