/* SPDX-License-Identifier: GPL-2.0-or-later */
/* l2tpd.so: what pppd looks for in a plugin. */
#include "plugin/compat.h"
#include "plugin/line.h"
#include "plugin/template.h"

#define EXPORT __attribute__((visibility("default")))

extern const char pppd_version[];
extern void plugin_init(void);

EXPORT const char pppd_version[] = COMPAT_VERSION;

static option_t template_options[] = {
	{ "l2tpd-template", o_special, (void *)template_option,
	  "Serve calls for l2tpd (used by l2tpd only, as the last option)",
	  OPT_PRIV | OPT_NOPRINT },
	{ .name = NULL },
};

EXPORT void plugin_init(void)
{
	compat_add_options(template_options);
	compat_set_channel(&line_channel);
}
