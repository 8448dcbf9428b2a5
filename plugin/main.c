/* SPDX-License-Identifier: GPL-2.0-or-later */
/* l2tpd.so: what pppd looks for in a plugin. */
#include "plugin/compat.h"
#include "plugin/files.h"
#include "plugin/line.h"
#include "plugin/methods.h"
#include "plugin/mppe.h"
#include "plugin/template.h"
#include "plugin/unit.h"

#include "lib/version.h"

#define EXPORT __attribute__((visibility("default")))

extern const char pppd_version[];
extern void plugin_init(void);

EXPORT const char pppd_version[] = COMPAT_VERSION;

/* For l2tpd, which cannot load it and tells it from one for another pppd. */
static const char mark[]
	__attribute__((used)) = L2TPD_PLUGIN_MARK COMPAT_VERSION;

EXPORT void plugin_init(void)
{
	compat_add_options(files_options);
	compat_add_options(methods_options);
	compat_add_options(mppe_options);
	compat_add_options(unit_options);
	compat_add_options(template_options);
	compat_set_channel(&line_channel);
}
