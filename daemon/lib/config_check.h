/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the cross-checks of a configuration: what they share, and those of
 * the sections of L2TPv3.
 */
#ifndef L2TPD_LIB_CONFIG_CHECK_H
#define L2TPD_LIB_CONFIG_CHECK_H

#include "lib/config_key.h"

struct check {
	const struct config *c;
	const struct config_place *place;
	int *line;
	struct config_why *why;
};

/* -EINVAL, with the place of a key of obj (a section's struct). */
#define fail(ch, obj, key, ...)                                           \
	(*(ch)->line = (ch)->place->line((ch)->place->arg, (obj), (key)), \
	 config_fail((ch)->why, __VA_ARGS__))

/* Whether the file has this key of obj. */
#define given(ch, obj, key) ((ch)->place->given((ch)->place->arg, (obj), (key)))

/* Each returns 0, or -EINVAL with line and why. */

/* ---- config_check.c ---- */
int config_check_lac(struct check *ch, const struct config_lac *l);
/* of a lac section */
int config_check_session(struct check *ch, const struct config_session *s);

/* ---- config_check_lcce.c ---- */
int config_check_lcce(struct check *ch, const struct config_lcce *l);
int config_check_pw(struct check *ch, const struct config_pw *p);
/* Beside another session of its lcce. */
int config_check_pw_beside(struct check *ch, const struct config_pw *p,
			   const struct config_pw *other);

/* ---- config_check_static.c ---- */
int config_check_statics(struct check *ch); /* or -ENOMEM */

/* ---- config_check_common.c: what sections of several kinds have ---- */
int config_check_tunnel(struct check *ch, const void *obj,
			const struct config_tunnel *t, const char *secret_key);
int config_check_resolve(struct check *ch, const void *obj,
			 uint32_t resolve_ms);
/* The VLAN interface on top of a session's interface is named IFNAME.VLAN. */
int config_check_vlan_name(struct check *ch, const void *session,
			   const char *ifname, uint16_t vlan);
/* What the interface of a session joins. */
int config_check_join(struct check *ch, const void *session, const char *ifname,
		      const char *bridge, const char *vrf);
/* Whether something is listened to in this encapsulation. */
bool config_check_listens(const struct config *c, enum config_encap encap);

#endif
