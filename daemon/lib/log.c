/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log: one line per event in one write, so that lines of several
 * processes and threads never mix. Nobody waits for its reader: a line that
 * finds no room is lost, and the next one says how many were. Syslog is spoken
 * over a socket of our own, because glibc's syslog() reconnects at will, which
 * the sandbox would punish.
 */
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/printable.h"

#define LINE_MAX_LEN 1200

static const char *log_process = "l2tpd";
static int log_level = LOG_INFO;
static int log_fd = -1; /* connected to /dev/log; -1: stderr */
static bool log_reconnect;
static atomic_uint log_lost; /* lines that the log's reader was too slow for */
static _Thread_local char last_error[LINE_MAX_LEN];

/*
 * stderr as it is written to without waiting for its reader. O_NONBLOCK belongs
 * to the open file, which others have as well, the shell that started us among
 * them: a pipe or terminal is opened once more, a socket has its flag for each
 * call, and a regular file never waits.
 */
enum stderr_kind { STDERR_FILE, STDERR_SOCKET, STDERR_OWN, STDERR_SHARED };
static enum stderr_kind stderr_kind = STDERR_SHARED;
static int stderr_fd = STDERR_FILENO; /* another with STDERR_OWN */

static const struct sockaddr_un syslog_addr = {
	.sun_family = AF_UNIX,
	.sun_path = "/dev/log",
};

static int syslog_connect(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&syslog_addr,
		    sizeof(syslog_addr)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void stderr_close(void)
{
	if (stderr_fd != STDERR_FILENO)
		close(stderr_fd);
	stderr_fd = STDERR_FILENO;
	stderr_kind = STDERR_SHARED;
}

static void stderr_open(void)
{
	struct stat st;
	int fd;

	stderr_close();
	if (fstat(STDERR_FILENO, &st) < 0)
		return;
	if (S_ISSOCK(st.st_mode)) {
		stderr_kind = STDERR_SOCKET;
	} else if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode)) {
		stderr_kind = STDERR_FILE;
	} else {
		fd = open("/proc/self/fd/2",
			  O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (fd < 0)
			return;
		stderr_fd = fd;
		stderr_kind = STDERR_OWN;
	}
}

void log_open(const char *process, enum log_sink sink, int level)
{
	log_process = process;
	log_level = level;
	if (log_fd >= 0)
		close(log_fd);
	log_fd = -1;
	stderr_open();
	if (sink != LOG_SINK_SYSLOG)
		return;
	tzset(); /* reads /etc/localtime while it is in reach */
	log_fd = syslog_connect();
	if (log_fd >= 0)
		stderr_close(); /* somebody may wait for its end */
	else
		log_warn("no syslog at /dev/log (%m); logging to stderr");
}

void log_set_level(int level)
{
	log_level = level;
}

void log_allow_reconnect(void)
{
	log_reconnect = true;
}

bool log_is_syslog(void)
{
	return log_fd >= 0;
}

bool log_enabled(int level)
{
	return level <= log_level;
}

static const char *level_name(int level)
{
	switch (level) {
	case LOG_EMERG:
	case LOG_ALERT:
	case LOG_CRIT:
	case LOG_ERR:
		return "error: ";
	case LOG_WARNING:
		return "warning: ";
	case LOG_DEBUG:
		return "debug: ";
	default:
		return "";
	}
}

/* Appends text of whomever, as it may be shown. */
static size_t append_clean(char *line, size_t n, size_t size, const char *text)
{
	char one[PRINTABLE_MAX];
	size_t taken;

	while ((taken = printable_next(text, one)) && n + strlen(one) < size) {
		memcpy(line + n, one, strlen(one));
		n += strlen(one);
		text += taken;
	}
	return n;
}

static bool is_gone(int err)
{
	return err == ECONNREFUSED || err == ENOTCONN || err == EPIPE;
}

static bool is_full(int err)
{
	return err == EAGAIN || err == ENOBUFS || err == ENOMEM;
}

/*
 * An event loop never waits for its log: a line that does not fit is
 * counted as lost.
 */
static bool send_syslog(const char *line, size_t len)
{
	ssize_t n = send(log_fd, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	/* A syslog that started again has another socket at the same path. */
	if (n < 0 && log_reconnect && is_gone(errno) &&
	    connect(log_fd, (const struct sockaddr *)&syslog_addr,
		    sizeof(syslog_addr)) == 0)
		n = send(log_fd, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	return n >= 0;
}

/* Says behind a line how many are missing before it; its new length. */
static size_t append_lost(char *line, size_t len, size_t size,
			  unsigned int lost)
{
	if (lost)
		len += (size_t)snprintf(line + len, size - len,
					" (%u lines before this one were lost)",
					lost);
	return len;
}

static bool write_syslog(int level, const char *text, size_t len)
{
	char line[LINE_MAX_LEN + 128], stamp[32];
	unsigned int lost = atomic_exchange(&log_lost, 0);
	struct timespec now;
	struct tm tm;
	int head;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%b %e %T", &tm);
	head = snprintf(line, sizeof(line),
			"<%d>%s l2tpd[%d]: ", LOG_DAEMON | level, stamp,
			(int)getpid());
	memcpy(line + head, text, len);
	len += (size_t)head;
	len = append_lost(line, len, sizeof(line), lost);
	if (send_syslog(line, len))
		return true;
	if (is_full(errno)) {
		atomic_fetch_add(&log_lost, lost + 1);
		return true;
	}
	atomic_fetch_add(&log_lost, lost);
	return false;
}

/*
 * One that is shared may be filled by another between the look and the
 * write.
 */
static bool has_room(void)
{
	struct pollfd p = { .fd = stderr_fd, .events = POLLOUT };

	return stderr_kind != STDERR_SHARED ||
	       (poll(&p, 1, 0) == 1 && !(p.revents & POLLNVAL));
}

static ssize_t put_stderr(const char *line, size_t len)
{
	if (stderr_kind == STDERR_SOCKET)
		return send(stderr_fd, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	return has_room() ? write(stderr_fd, line, len) : -1;
}

/* A log that cannot be written has nowhere to complain but in its next line. */
static void write_stderr(const char *text, size_t len)
{
	unsigned int lost = atomic_exchange(&log_lost, 0);
	char line[LINE_MAX_LEN + 128];

	memcpy(line, "l2tpd ", 6);
	memcpy(line + 6, text, len);
	len = append_lost(line, len + 6, sizeof(line) - 1, lost);
	line[len++] = '\n';
	if (put_stderr(line, len) < 0)
		atomic_fetch_add(&log_lost, lost + 1);
}

const char *log_last_error(void)
{
	return last_error;
}

void log_write(int level, const char *fmt, ...)
{
	char text[LINE_MAX_LEN - 64], line[LINE_MAX_LEN];
	int saved = errno, head;
	size_t n;
	va_list ap;

	if (!log_enabled(level))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (level <= LOG_ERR)
		memcpy(last_error, text, sizeof(text));
	head = snprintf(line, sizeof(line), "%s: %s", log_process,
			level_name(level));
	n = append_clean(line, (size_t)head, sizeof(line) - 1, text);
	if (log_fd < 0 || !write_syslog(level, line, n))
		write_stderr(line, n);
	errno = saved;
}

int log_parse_level(const char *text)
{
	static const struct {
		const char *name;
		int level;
	} levels[] = {
		{ "error", LOG_ERR },	  { "warning", LOG_WARNING },
		{ "notice", LOG_NOTICE }, { "info", LOG_INFO },
		{ "debug", LOG_DEBUG },
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(levels[i].name, text) == 0)
			return levels[i].level;
	return -EINVAL;
}
