/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of what is added by command; see words.h. */
#include "monitor/words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "monitor/check.h"

bool words_is_ifname(const char name[IFNAMSIZ])
{
	return memchr(name, 0, IFNAMSIZ) && monitor_is_ifname(name);
}

bool words_is_enum(unsigned int value, unsigned int last)
{
	return value <= last;
}

char *words_text(const char *text)
{
	return *text ? (char *)(uintptr_t)text : NULL;
}

int words_refuse(struct monitor_outcome *out, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out->why, sizeof(out->why), fmt, ap);
	va_end(ap);
	return err;
}

int words_answer(struct request *q, int err, const struct monitor_outcome *out)
{
	request_answer(q, out, sizeof(*out));
	return err == -EINVAL && out->why[0] ? -ENOTSUP : err;
}
