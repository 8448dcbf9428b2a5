/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files and sockets that the monitor opens for the others; see files.h. Paths
 * come from the configuration only.
 */
#include "monitor/files.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ipc/aaa.h"
#include "ipc/control.h"
#include "ipc/ipc.h"
#include "lib/log.h"

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ?
		       -errno :
		       0;
}

int monitor_unix_listener(const char *dir, const char *name)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int type = strcmp(name, CONTROL_SOCKET) == 0 ? SOCK_STREAM :
						       SOCK_SEQPACKET;
	struct group *group;
	mode_t mask;
	int fd, n;

	n = snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/*
	 * Only one that is surely dead makes room: whatever answers, or is too
	 * busy to (EAGAIN), belongs to a daemon that runs.
	 */
	n = connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 ? errno : 0;
	close(fd);
	if (n != ECONNREFUSED && n != ENOENT)
		return -EADDRINUSE;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	(void)unlink(sun.sun_path);
	mask = umask(0117);
	n = bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 ||
			    listen(fd, 128) < 0 ?
		    -errno :
		    0;
	(void)umask(mask);
	if (n) {
		close(fd);
		return n;
	}
	group = getgrnam("l2tpd");
	if (group && geteuid() == 0 &&
	    chown(sun.sun_path, 0, group->gr_gid) < 0)
		log_warn("%s: cannot give it to group l2tpd: %s", sun.sun_path,
			 strerror(errno));
	return fd;
}

static int open_file(const char *path)
{
	int fd;

	if (!path)
		return -ENOENT;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		int err = -errno;

		log_error("%s: cannot be opened: %s", path, strerror(errno));
		return err;
	}
	return fd;
}

static const struct config_tunnel *lns_tunnel(const struct config *c,
					      const char *name)
{
	for (size_t i = 0; i < c->lns_n; i++)
		if (strcmp(c->lns[i].name, name) == 0)
			return &c->lns[i].tunnel;
	return NULL;
}

static const struct config_tunnel *lac_tunnel(const struct config *c,
					      const char *name)
{
	const struct config_lac *lac = config_lac_find(c, name);

	return lac ? &lac->tunnel : NULL;
}

static const struct config_tunnel *lcce_tunnel(const struct config *c,
					       const char *name)
{
	const struct config_lcce *lcce = config_lcce_find(c, name);

	return lcce ? &lcce->tunnel : NULL;
}

static int open_new(const struct config_tunnel *t)
{
	return t ? open_file(t->secret_file) : -ENOENT;
}

static int open_old(const struct config_tunnel *t)
{
	return t ? open_file(t->old_secret_file) : -ENOENT;
}

int monitor_open_secret(const struct config *c, const struct monitor_secret *s)
{
	if (!ipc_is_text(s->name))
		return -EINVAL;
	switch (s->kind) {
	case MONITOR_SECRET_LNS:
		return open_new(lns_tunnel(c, s->name));
	case MONITOR_SECRET_LNS_OLD:
		return open_old(lns_tunnel(c, s->name));
	case MONITOR_SECRET_LAC:
		return open_new(lac_tunnel(c, s->name));
	case MONITOR_SECRET_LAC_OLD:
		return open_old(lac_tunnel(c, s->name));
	case MONITOR_SECRET_LCCE:
		return open_new(lcce_tunnel(c, s->name));
	case MONITOR_SECRET_LCCE_OLD:
		return open_old(lcce_tunnel(c, s->name));
	}
	return -EINVAL;
}

static const char *password_file(const struct config_lac *lac,
				 const char *session)
{
	for (size_t i = 0; lac && i < lac->sessions_n; i++)
		if (strcmp(lac->sessions[i].name, session) == 0)
			return lac->sessions[i].password_file;
	return NULL;
}

static const char *coa_file(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->coa_n; i++)
		if (strcmp(c->coa[i].name, name) == 0)
			return c->coa[i].secret_file;
	return NULL;
}

int monitor_open_aaa_file(const struct config *c, int kind, const char *name,
			  const char *session)
{
	const struct config_ppp *ppp = config_ppp_find(c, name);
	const struct config_radius *radius = config_radius_find(c, name);
	const struct config_tacacs *tacacs = config_tacacs_find(c, name);

	switch ((enum aaa_file)kind) {
	case AAA_FILE_USERS:
		return open_file(ppp ? ppp->users_file : NULL);
	case AAA_FILE_PASSWORD:
		return open_file(
			password_file(config_lac_find(c, name), session));
	case AAA_FILE_COA:
		return open_file(coa_file(c, name));
	case AAA_FILE_RADIUS:
		return open_file(radius ? radius->secret_file : NULL);
	case AAA_FILE_TACACS:
		return open_file(tacacs ? tacacs->secret_file : NULL);
	case AAA_FILE_RADIUS_CA:
		return open_file(radius ? radius->ca_file : NULL);
	case AAA_FILE_RADIUS_CERTIFICATE:
		return open_file(radius ? radius->certificate_file : NULL);
	case AAA_FILE_RADIUS_KEY:
		return open_file(radius ? radius->key_file : NULL);
	}
	return -ENOENT;
}

int monitor_open_queue(const struct config *c)
{
	char path[PATH_MAX];
	bool wanted = false;
	int fd;

	for (size_t i = 0; i < c->ppp_n; i++)
		wanted = wanted || c->ppp[i].accounting;
	if (!wanted)
		return -ENOENT;
	if (mkdir(c->state_dir, 0700) < 0 && errno != EEXIST) {
		fd = -errno;
		log_error("state-dir %s: cannot be made: %s", c->state_dir,
			  strerror(errno));
		return fd;
	}
	snprintf(path, sizeof(path), "%s/accounting.queue", c->state_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY,
		  0600);
	if (fd < 0) {
		fd = -errno;
		log_error("%s: the accounting queue cannot be opened: %s", path,
			  strerror(errno));
	}
	return fd;
}

int monitor_coa_socket(const struct config *c)
{
	struct addr all = c->coa_address;
	struct sockaddr_storage ss;
	char text[ADDR_STRLEN];
	socklen_t len;
	int fd, err;

	if (c->coa_n == 0)
		return -ENOENT;
	if (!addr_is_set(&c->coa_address))
		all.family = AF_INET6;
	len = addr_to_sockaddr(&all, &ss);
	fd = socket(all.family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/*
	 * "::" takes IPv4 as well. A host without IPv6 hears all of
	 * its IPv4 addresses.
	 */
	if (fd < 0 && errno == EAFNOSUPPORT && !addr_is_set(&c->coa_address)) {
		all.family = AF_INET;
		len = addr_to_sockaddr(&all, &ss);
		fd = socket(all.family,
			    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	}
	err = fd < 0 ? -errno : 0;
	if (!err && all.family == AF_INET6)
		err = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	/* A reply has to come from the address that the request was sent to. */
	if (!err && all.family == AF_INET6)
		err = set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	else if (!err)
		err = set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
	if (!err && bind(fd, (struct sockaddr *)&ss, len) < 0)
		err = -errno;
	if (!err)
		return fd;
	log_error("coa-address %s: cannot be listened to: %s",
		  addr_format_port(&all, text), strerror(-err));
	if (fd >= 0)
		close(fd);
	return err;
}

int monitor_config_fd(const char *text, size_t len)
{
	int fd = memfd_create("l2tpd.conf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int err;

	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len ||
	    lseek(fd, 0, SEEK_SET) < 0 ||
	    fcntl(fd, F_ADD_SEALS,
		  F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) <
		    0) {
		err = errno ? -errno : -EIO;
		close(fd);
		return err;
	}
	return fd;
}
