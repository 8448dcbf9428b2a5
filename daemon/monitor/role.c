/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a process of l2tpd's is started and ended; see role.h. */
#include "monitor/role.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROLE_FD	       3
#define RESTART_MIN_MS 1000
#define RESTART_MAX_MS 60000
#define ROLE_STABLE_MS 60000

/*
 * Only async-signal-safe calls between fork and exec: other threads may exist.
 */
static void exec_role(const struct monitor_options *o, const struct role *role,
		      int fd)
{
	char level[16];
	char *argv[] = {
		(char *)(uintptr_t) "l2tpd",
		(char *)(uintptr_t) "--role",
		(char *)(uintptr_t)role->name,
		(char *)(uintptr_t) "--log-level",
		level,
		(char *)(uintptr_t) "--runtime-dir",
		(char *)(uintptr_t)o->runtime_dir,
		(char *)(uintptr_t)(o->foreground ? "--foreground" :
						    "--background"),
		NULL,
	};
	sigset_t none;

	level[0] = (char)('0' + o->log_level % 10);
	level[1] = '\0';
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/*
	 * In the background it logs to syslog; an open stderr would keep
	 * waiting who started us.
	 */
	if (!o->foreground && access("/dev/log", W_OK) == 0)
		dup2(STDOUT_FILENO, STDERR_FILENO);
	if (fd == ROLE_FD ? fcntl(fd, F_SETFD, 0) < 0 : dup2(fd, ROLE_FD) < 0)
		_exit(126);
	execv("/proc/self/exe", argv);
	_exit(127);
}

int role_spawn(struct role *role, struct loop *loop,
	       const struct monitor_options *o,
	       void (*message)(struct channel *, struct ipc_message *),
	       void (*closed)(struct channel *))
{
	int sv[2], err = ipc_pair(sv);
	pid_t pid;

	if (err)
		return err;
	pid = fork();
	if (pid < 0) {
		err = -errno;
		close(sv[0]);
		close(sv[1]);
		return err;
	}
	if (pid == 0)
		exec_role(o, role, sv[1]);
	close(sv[1]);
	role->pid = pid;
	role->started_ms = loop_now_fresh(loop);
	pulse_begin(&role->pulse, role->started_ms);
	err = channel_open(&role->channel, loop, sv[0], message, closed);
	role->channel.pauses = true;
	if (err) {
		close(sv[0]);
		role->channel.fd = -1;
	}
	return err;
}

void role_drop(struct role *role)
{
	if (role->pid > 0) {
		kill(role->pid, SIGKILL);
		waitpid(role->pid, NULL, 0);
	}
	role->pid = 0;
	channel_close(&role->channel);
}

void role_describe(int status, char *buf, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(buf, size, "signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(buf, size, "exit status %d", WEXITSTATUS(status));
}

void role_count_failure(struct role *role, uint64_t now_ms)
{
	role->failures = now_ms - role->started_ms < ROLE_STABLE_MS ?
				 role->failures + 1 :
				 1;
}

unsigned int role_schedule(struct role *role, struct loop *loop,
			   void (*start)(struct loop_timer *))
{
	unsigned int doubled = role->failures > 6 ? 6 : role->failures - 1;
	uint64_t delay = (uint64_t)RESTART_MIN_MS << doubled;

	if (delay > RESTART_MAX_MS)
		delay = RESTART_MAX_MS;
	loop_timer_set(loop, &role->restart, loop_now(loop) + delay, start);
	return (unsigned int)(delay / 1000);
}
