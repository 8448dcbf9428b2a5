/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields of a record. What is empty or zero is left out, but not a number. */
#ifndef L2TPD_ENGINE_CONTROL_RECORD_H
#define L2TPD_ENGINE_CONTROL_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "ipc/ipsec.h"
#include "ipc/monitor.h"
#include "lib/addr.h"

struct subscriber;

void record_text(json_t *o, const char *key, const char *text);
void record_number(json_t *o, const char *key, uint64_t value);
/* in UTC: 2026-11-21T08:00:00Z */
void record_time(json_t *o, const char *key, time_t when);
/* a number, unless it is 0 */
void record_some(json_t *o, const char *key, uint64_t value);
/* and key_port, unless it has none */
void record_address(json_t *o, const char *key, const struct addr *a);
void record_ipv4(json_t *o, const char *key, uint32_t network_order);
/* eight at most */
void record_hex(json_t *o, const char *key, const uint8_t *bytes, size_t len);
void record_ifid(json_t *o, const char *key, const uint8_t id[8]);
void record_dns(json_t *o, const uint32_t dns[2]); /* an array, network order */
/* What the kernel knows of an interface; nothing of none. */
void record_link(json_t *o, const struct monitor_pw_show *r);
/* What a caller is given, in fields of its own. */
void record_service(json_t *o, const struct service *s);
/* What a session's record tells of its subscriber. */
void record_encryption_and_time(json_t *o, const struct subscriber *s,
				uint64_t now);
/*
 * What protects a tunnel: ipsec, ipsec_why, ike_*, child_*, sa_in_*, sa_out_*.
 * now: seconds since 1970.
 */
void record_ipsec(json_t *o, const struct ipsec_report *r, uint64_t now);
const char *record_up_or_down(bool up);

#endif
