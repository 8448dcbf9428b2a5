/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The template serves calls from within the handler of its last option. At
 * that point pppd has set up its tables and read its options; it has no
 * signal handler, no /dev/ppp, no socket, no database, no pid file and no
 * process group of its own yet. All that comes after the options, in the
 * child. What is shared is the state of the random numbers (seeded anew here)
 * and the connection to syslog (a datagram socket; it adds the pid itself).
 */
#include "plugin/compat.h"
#include "plugin/auth.h"
#include "plugin/call.h"
#include "plugin/template.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct template
{
	int fd;	     /* to the monitor */
	int signals; /* SIGCHLD, as a readable fd */
	int null;
	sigset_t mask; /* to give back to a child */
};

static int tell(const struct template *t, uint16_t type, uint64_t serial,
		int result, const void *body, size_t len)
{
	struct ipc_header h = {
		.type = type,
		.serial = serial,
		.result = result,
	};

	return ipc_send(t->fd, &h, body, len, NULL, 0);
}

/*
 * pppd makes magic numbers and challenges from drand48's state, which every
 * child inherits. 2.5's OpenSSL notices a fork by itself.
 */
static int reseed(void)
{
	unsigned short seed[3];
	unsigned int other;

	if (getrandom(seed, sizeof(seed), 0) != sizeof(seed) ||
	    getrandom(&other, sizeof(other), 0) != sizeof(other))
		return -errno;
	seed48(seed);
	srandom(other);
	return 0;
}

static unsigned char no_scripts;

option_t template_options[] = {
	{ "l2tpd-noscripts", o_bool, &no_scripts,
	  "Run no script of /etc/ppp (in a profile of l2tpd's)", OPT_PRIV | 1 },
	{ "l2tpd-template", o_special, (void *)template_option,
	  "Serve calls for l2tpd (used by l2tpd only, as the last option)",
	  OPT_PRIV | OPT_NOPRINT },
	{ .name = NULL },
};

/*
 * pppd runs up to six scripts for a call, each a shell and run-parts, and has
 * no option to leave all of them out: it looks whether they exist. So they do
 * not exist for this template and its calls: their /etc/ppp is empty. pppd
 * has read its options by now.
 */
static int hide_scripts(void)
{
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 ||
	    mount("none", "/etc/ppp", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "mode=755") < 0)
		return -errno;
	return 0;
}

/* What only this call has, on top of the profile. */
static bool apply_params(const struct ppp_call_params *p)
{
	const char *words[5];
	int n = 0;

	if (p->user[0] && !p->lns) {
		words[n++] = "user";
		words[n++] = p->user;
	}
	if (p->ifname[0]) {
		words[n++] = "ifname";
		words[n++] = p->ifname;
	}
	words[n] = NULL;
	if (!compat_apply_options(words))
		return false;
	if (p->mtu)
		lcp_allowoptions[0].mru = p->mtu;
	if (p->mru) {
		lcp_wantoptions[0].mru = p->mru;
		lcp_wantoptions[0].neg_mru = 1;
	}
	if (p->lns)
		compat_set_remote_number(
			p->calling_number[0] ? p->calling_number : p->remote);
	call_environment();
	return true;
}

/* In the child. 1: pppd goes on with the call; 0: it exits. */
static int become_call(struct template *t, struct ipc_message *m)
{
	const struct ppp_call_params *p =
		ipc_body(m, const struct ppp_call_params);

	close(t->fd);
	close(t->signals);
	sigprocmask(SIG_SETMASK, &t->mask, NULL);
	/* pppd signals its group, and ^C is for the daemon. */
	setsid();
	/*
	 * stderr stays: options that contradict each other are only found now.
	 */
	dup2(t->null, STDIN_FILENO);
	dup2(t->null, STDOUT_FILENO);
	close(t->null);
	if (reseed() < 0) {
		say_option("no random numbers: %s", strerror(errno));
		return 0;
	}
	call_take(p, ipc_take_fd(m, 0), ipc_take_fd(m, 1), false);
	auth_install();
	if (apply_params(p))
		return 1;
	call_refuse("pppd does not take the call's user or interface name");
	return 0;
}

static bool params_ok(const struct ipc_message *m)
{
	return m->nfds == 2 &&
	       ipc_message_fits(ppp_template_shapes, ppp_template_shapes_n, m);
}

/* True in the child, with what pppd's option handler shall return. */
static bool start_call(struct template *t, struct ipc_message *m, int *handled)
{
	struct ppp_template_started started = { 0 };
	int result = -EINVAL;
	pid_t pid;

	if (params_ok(m)) {
		pid = fork();
		if (pid == 0) {
			*handled = become_call(t, m);
			return true;
		}
		result = pid < 0 ? -errno : 0;
		started.pid = pid;
	}
	ipc_close_fds(m);
	tell(t, m->header.type, m->header.serial, result, &started,
	     sizeof(started));
	return false;
}

static void report_exits(const struct template *t)
{
	struct ppp_template_exit gone = { 0 };
	struct signalfd_siginfo si;
	int how;
	pid_t pid;

	while (read(t->signals, &si, sizeof(si)) == sizeof(si))
		continue;
	while ((pid = waitpid(-1, &how, WNOHANG)) > 0) {
		gone.pid = pid;
		gone.status = how;
		tell(t, PPP_TEMPLATE_EXIT, 0, 0, &gone, sizeof(gone));
	}
}

/*
 * The monitor closed the channel: it is done with this template, or it died.
 * Calls that still run end by themselves when the engine closes their
 * channels; until then they keep their parent, which reaps them.
 */
static void abandoned(void)
{
	while (wait(NULL) > 0 || errno == EINTR)
		continue;
	_exit(0);
}

static int serve(struct template *t)
{
	struct ppp_call_hello ready = {
		.pid = getpid(),
		.pppd_version = COMPAT_VERSION,
	};
	static struct ipc_message m;
	int handled, n;

	if (tell(t, PPP_TEMPLATE_READY, 0, 0, &ready, sizeof(ready)) < 0)
		abandoned();
	for (;;) {
		struct pollfd p[2] = {
			{ .fd = t->fd, .events = POLLIN },
			{ .fd = t->signals, .events = POLLIN },
		};

		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents)
			report_exits(t);
		if (!p[0].revents)
			continue;
		n = ipc_recv(t->fd, &m);
		if (n == -EPROTO || n == -EAGAIN)
			continue;
		if (n <= 0)
			abandoned();
		if (m.header.type != PPP_TEMPLATE_CALL)
			ipc_close_fds(&m);
		else if (start_call(t, &m, &handled))
			return handled;
	}
}

int template_option(char **argv)
{
	struct template t = { .fd = -1 };
	sigset_t chld;
	char *end;
	long fd;

	errno = 0;
	fd = strtol(argv[0], &end, 10);
	if (errno || *end || end == argv[0] || fd < 3 ||
	    fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0) {
		say_option("l2tpd-template: %s is not an open file descriptor",
			   argv[0]);
		return 0;
	}
	t.fd = (int)fd;
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, &t.mask);
	t.signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	t.null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (t.signals < 0 || t.null < 0) {
		say_option("l2tpd-template: %s", strerror(errno));
		return 0;
	}
	/*
	 * Where that is not allowed (a container), calls are dearer, but not
	 * other than they would be.
	 */
	if (no_scripts && hide_scripts() < 0)
		say(SAY_WARN,
		    "l2tpd-noscripts: no /etc/ppp of its own, so the scripts "
		    "there run: %s",
		    strerror(errno));
	return serve(&t);
}
