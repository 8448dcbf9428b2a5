/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line per event, to stderr or syslog, without waiting for either. Each
 * process opens it once, before it gives up its privileges.
 */
#ifndef L2TPD_LIB_LOG_H
#define L2TPD_LIB_LOG_H

#include <stdbool.h>
#include <syslog.h>

enum log_sink { LOG_SINK_STDERR, LOG_SINK_SYSLOG };

/*
 * process: "monitor", "engine", "aaa"; kept by pointer. level:
 * LOG_ERR ... LOG_DEBUG
 */
void log_open(const char *process, enum log_sink sink, int level);
void log_set_level(int level);
/*
 * A syslog that went away is looked for again: not for a process that
 * may not connect().
 */
void log_allow_reconnect(void);
/* Lines go to syslog: not to stderr, which may be closed then. */
bool log_is_syslog(void);
/* This thread's last line at level error, without what is before it; or "". */
const char *log_last_error(void);
/* "error", "warning", "notice", "info" or "debug" as a level, or -EINVAL. */
int log_parse_level(const char *text);
bool log_enabled(int level);
void log_write(int level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...)	log_write(LOG_ERR, __VA_ARGS__)
#define log_warn(...)	log_write(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_write(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)                                     \
	do {                                              \
		if (log_enabled(LOG_INFO))                \
			log_write(LOG_INFO, __VA_ARGS__); \
	} while (0)
#define log_debug(...)                                     \
	do {                                               \
		if (log_enabled(LOG_DEBUG))                \
			log_write(LOG_DEBUG, __VA_ARGS__); \
	} while (0)

#endif
