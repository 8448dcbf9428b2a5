/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both data planes refuse before anything else looks at it. */
#ifndef L2TPD_NETLINK_CHECK_H
#define L2TPD_NETLINK_CHECK_H

#include "netlink/dataplane.h"

/* The kernel is to make its socket. */
bool dp_tunnel_is_static(const struct dp_tunnel *t);
/* 0 or -EINVAL */
int dp_tunnel_check(const struct dp_tunnel *t);
/* version: the tunnel's, or 0 where it is not known. 0 or -EINVAL. */
int dp_session_check(const struct dp_session *s, uint8_t version);

#endif
