/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dialler: one request to l2tpd's dial socket; see dial.h. */
#include "plugin/compat.h"
#include "plugin/call.h"
#include "plugin/dial.h"
#include "plugin/unit.h"
#include "lib/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DIAL_TIMEOUT_MS 60000
#define DIAL_SOCKET	"/run/l2tpd/dial.sock"

static char server[PPP_NAME_MAX], lac[64], host_name[PPP_NAME_MAX];
static char secret_file[256], socket_path[108] = DIAL_SOCKET;
static bool secret_privileged; /* named by root: opened as root */
static int port, source_port;
static unsigned char hide;

static int set_secret_file(char **argv)
{
	if (strlen(argv[0]) >= sizeof(secret_file)) {
		say_option("l2tp-secret-file: the name is too long");
		return 0;
	}
	strlcpy(secret_file, argv[0], sizeof(secret_file));
	secret_privileged = compat_option_privileged();
	return 1;
}

/*
 * What root's file says, a user does not change: else root's secret could be
 * tried out on a server of the user's.
 */
#define FIXED (OPT_PRIO | OPT_PRIVFIX)

option_t dial_options[] = {
	{ "l2tp-server", o_string, server, "L2TP server: name or address",
	  FIXED | OPT_STATIC, NULL, sizeof(server) },
	{ "l2tp-lac", o_string, lac,
	  "lac section of l2tpd's configuration to dial by", FIXED | OPT_STATIC,
	  NULL, sizeof(lac) },
	{ "l2tp-port", o_int, &port, "UDP port of the L2TP server",
	  FIXED | OPT_LIMITS, NULL, 65535, 1 },
	{ "l2tp-source-port", o_int, &source_port,
	  "1701, or 0 for an ephemeral port of ours", FIXED | OPT_LIMITS, NULL,
	  1701, 0 },
	{ "l2tp-secret-file", o_special, (void *)set_secret_file,
	  "File whose first line is the tunnel's secret", FIXED | OPT_NOPRINT },
	{ "l2tp-hostname", o_string, host_name,
	  "Host name that we give to the server", FIXED | OPT_STATIC, NULL,
	  sizeof(host_name) },
	{ "l2tp-hide", o_bool, &hide, "Hide AVPs", FIXED | 1 },
	{ "l2tp-socket", o_string, socket_path, "Where l2tpd takes calls",
	  FIXED | OPT_PRIV | OPT_STATIC, NULL, sizeof(socket_path) },
	{ .name = NULL },
};

bool dial_wanted(void)
{
	return server[0] || lac[0];
}

bool dial_check(void)
{
	if (!dial_wanted()) {
		say_option("l2tpd.so needs the option l2tp-server or l2tp-lac");
		return false;
	}
	if (server[0] && lac[0]) {
		say_option("l2tp-server and l2tp-lac exclude each other");
		return false;
	}
	if (lac[0] &&
	    (port || secret_file[0] || source_port || host_name[0] || hide)) {
		say_option("l2tp-lac takes everything about the tunnel from "
			   "l2tpd's configuration: no other l2tp option goes "
			   "with it");
		return false;
	}
	if (hide && !secret_file[0]) {
		say_option("l2tp-hide needs l2tp-secret-file: AVPs are hidden "
			   "with the secret");
		return false;
	}
	if (source_port != 0 && source_port != 1701) {
		say_option("l2tp-source-port is 1701 or 0");
		return false;
	}
	return true;
}

/*
 * A file that an ordinary user names is opened with that user's rights, as
 * pppd may be setuid root.
 */
static int open_secret(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int fd, err;

	if (!secret_privileged &&
	    (setegid(getgid()) < 0 || seteuid(getuid()) < 0))
		fd = -1;
	else
		fd = open(secret_file,
			  O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	err = errno;
	if (!secret_privileged && (seteuid(uid) < 0 || setegid(gid) < 0))
		abort();
	if (fd < 0)
		say(SAY_ERROR, "l2tp-secret-file %s: %s", secret_file,
		    strerror(err));
	return fd;
}

static int read_secret(struct ppp_dial *d)
{
	struct secret secret;
	int fd = open_secret(), err;

	if (fd < 0)
		return -1;
	err = secret_read_fd(&secret, fd);
	close(fd);
	if (err) {
		say(SAY_ERROR, "l2tp-secret-file %s: %s%s", secret_file,
		    strerror(-err),
		    err == -EACCES  ? "; it must be readable by its owner only "
				      "(chmod 600)" :
		    err == -ENODATA ? "; its first line is empty" :
				      "");
		return -1;
	}
	d->secret_len = secret.len;
	memcpy(d->secret, secret.data, secret.len);
	secret_clear(&secret);
	return 0;
}

static int connect_daemon(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		say(SAY_ERROR, "no socket for l2tpd: %s", strerror(errno));
		return -1;
	}
	strlcpy(sa.sun_path, socket_path, sizeof(sa.sun_path));
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
		say(SAY_ERROR, "l2tpd is not running: connect %s: %s",
		    socket_path, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

static int request(int fd)
{
	struct ipc_header h = { .type = PPP_DIAL, .serial = 1 };
	struct ppp_dial d = {
		.port = (uint16_t)port,
		.source_1701 = source_port == 1701,
		.hide = hide,
		.mtu = (uint16_t)lcp_allowoptions[0].mru,
	};
	int err;

	strlcpy(d.server, server, sizeof(d.server));
	strlcpy(d.lac, lac, sizeof(d.lac));
	strlcpy(d.hostname, host_name, sizeof(d.hostname));
	strlcpy(d.user, compat_user(), sizeof(d.user));
	if (secret_file[0] && read_secret(&d))
		return -1;
	err = ipc_send(fd, &h, &d, sizeof(d), NULL, 0);
	explicit_bzero(d.secret, sizeof(d.secret));
	if (err < 0)
		say(SAY_ERROR, "l2tpd does not take the call: %s",
		    strerror(-err));
	return err;
}

/*
 * The peers file's sizes, or pppd's default of 1500, are what they may be at
 * most: the way to the server may have room for less, at each call anew.
 */
static void take_sizes(struct ppp_call_params *p)
{
	static int most_mtu, most_mru;

	if (!most_mtu) {
		most_mtu = lcp_allowoptions[0].mru;
		most_mru = lcp_wantoptions[0].mru;
	}
	p->mtu_most = (uint16_t)most_mtu;
	if (!p->mtu)
		return;
	lcp_allowoptions[0].mru = p->mtu < most_mtu ? p->mtu : most_mtu;
	lcp_wantoptions[0].mru = p->mtu < most_mru ? p->mtu : most_mru;
	lcp_wantoptions[0].neg_mru |= p->mtu < most_mru;
}

static int take_reply(struct ipc_message *m)
{
	const struct ppp_dial_reply *r =
		ipc_body(m, const struct ppp_dial_reply);

	if (!ipc_message_fits(ppp_dialled_shapes, ppp_dialled_shapes_n, m)) {
		say(SAY_ERROR,
		    "l2tpd and l2tpd.so are not of one build: reinstall both");
		return -1;
	}
	if (m->header.result) {
		say(SAY_ERROR, "%.*s", (int)sizeof(r->error) - 1,
		    r->error[0] ? r->error : strerror(-m->header.result));
		return -1;
	}
	if (m->nfds != 2) {
		say(SAY_ERROR, "l2tpd gave no session");
		return -1;
	}
	call_take(&r->params, ipc_take_fd(m, 0), ipc_take_fd(m, 1), true);
	take_sizes(&call.params);
	unit_beside(socket_path);
	call_environment();
	return 0;
}

static int await_reply(int fd)
{
	static struct ipc_message m;
	int err = call_wait(fd, DIAL_TIMEOUT_MS);

	if (err == -ETIMEDOUT) {
		say(SAY_ERROR, "l2tpd did not make the call within %d s",
		    DIAL_TIMEOUT_MS / 1000);
		return -1;
	}
	if (err == -EINTR)
		return -1; /* pppd says that it was told to stop */
	err = ipc_recv(fd, &m);
	if (err == -EPROTO) {
		say(SAY_ERROR,
		    "l2tpd and l2tpd.so are not of one build: reinstall both");
		return -1;
	}
	if (err <= 0) {
		say(SAY_ERROR, "l2tpd went away while it dialled");
		return -1;
	}
	err = take_reply(&m);
	ipc_close_fds(&m);
	return err;
}

int dial(void)
{
	int fd = connect_daemon(), err;

	if (fd < 0)
		return -1;
	if (lac[0])
		say(SAY_INFO, "dialling by %s", lac);
	else
		say(SAY_INFO, "dialling %s", server);
	err = request(fd);
	if (err == 0)
		err = await_reply(fd);
	close(fd); /* l2tpd gives up the call when it has not answered yet */
	return err;
}
