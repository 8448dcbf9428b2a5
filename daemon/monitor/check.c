/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of single values that the engine sends; see check.h. */
#include "monitor/check.h"

#include <string.h>

#define PPP_UNIT_MIN 64
#define PPP_UNIT_MAX 16384

bool monitor_is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

bool monitor_has_control(const char *text)
{
	for (; *text; text++)
		if (monitor_is_control(*text))
			return true;
	return false;
}

bool monitor_is_ifname(const char *name)
{
	if (!*name)
		return true;
	return name[0] != '-' && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0 && !strpbrk(name, "/:% ") &&
	       !monitor_has_control(name);
}

bool monitor_is_unit(uint16_t size)
{
	return size == 0 || (size >= PPP_UNIT_MIN && size <= PPP_UNIT_MAX);
}

void monitor_make_plain(char *text)
{
	if (text[0] == '-')
		text[0] = '?';
	for (; *text; text++)
		if (monitor_is_control(*text))
			*text = '?';
}
