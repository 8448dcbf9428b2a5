/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sessions of lcce sections by their names, and by the names that they give
 * their interfaces: those of the configuration, and those that were added by
 * command, which stay until they are deleted or the engine ends.
 */
#ifndef L2TPD_MONITOR_PW_SECTIONS_H
#define L2TPD_MONITOR_PW_SECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/monitor.h"

struct pw_section {
	char lcce[CONFIG_NAME_MAX];
	const struct config_pw *config;
	struct config *added; /* owns config; NULL: the configuration owns it */
	struct pw_section *next, **prev; /* of those that were added */
	/* one while it can be found, and one for each interface made by it */
	unsigned int refs;
};

struct pw_sections;

/* c is borrowed; NULL: no memory */
struct pw_sections *pw_sections_new(const struct config *c);
void pw_sections_free(struct pw_sections *p);

/* A reference to it, or NULL. */
struct pw_section *pw_sections_get(struct pw_sections *p, const char *lcce,
				   const char *session);
void pw_section_put(struct pw_section *s);
bool pw_sections_has_ifname(const struct pw_sections *p, const char *ifname);

/*
 * The engine's requests. 0 or -errno; out->why says what is
 * wrong and what to do.
 */
int pw_sections_add(struct pw_sections *p, const struct monitor_pw_add *r,
		    struct monitor_outcome *out);
int pw_sections_del(struct pw_sections *p, const struct monitor_pw_name *r);
/* Those that were added go: the engine is gone. p may be NULL. */
void pw_sections_clear(struct pw_sections *p);

#endif
