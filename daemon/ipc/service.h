/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one call is given beyond its PPP: by a RADIUS server's reply, by the
 * profile where the reply is silent, by a CoA-Request later. Made by the aaa
 * process, kept by the engine, put into the kernel by the monitor.
 */
#ifndef L2TPD_IPC_SERVICE_H
#define L2TPD_IPC_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/ppp.h"

#define SERVICE_ROUTES_MAX  16
#define SERVICE_CLASSES_MAX 4
#define SERVICE_CLASS_MAX   253 /* bytes of one Class attribute */
#define SERVICE_NAME_MAX    64	/* of a pool or filter, with the NUL */
/* of a timeout: none, whatever the profile says */
#define SERVICE_FOREVER	    0xffffffffu

/* len 0: none; the bits past len are zero */
struct service_prefix6 {
	uint8_t len;
	uint8_t addr[16];
};

/*
 * Framed-Route, Framed-IPv6-Route: by way of the caller, whatever
 * the gateway says.
 */
struct service_route {
	uint8_t family;	 /* AF_INET or AF_INET6 */
	uint8_t len;	 /* of the prefix, in bits */
	uint8_t dst[16]; /* the first 4 bytes for IPv4 */
	uint32_t metric; /* 0: the kernel's default */
};

struct service {
	/* for accounting: the reply's User-Name, else what authenticated */
	char user[PPP_NAME_MAX];
	/* 0: the profile's; SERVICE_FOREVER: none */
	uint32_t session_timeout_s, idle_timeout_s;
	uint32_t interim_s; /* Acct-Interim-Interval; 0: the profile's */
	/* bit/s towards and from the caller; 0: the profile's */
	uint64_t rate_down, rate_up;
	uint32_t port_limit; /* calls of this user at once; 0: the profile's */
	uint16_t mtu;	     /* Framed-MTU; 0: the profile's */
	/* Framed-Pool: a pool section; "": the profile's */
	char pool[SERVICE_NAME_MAX];
	/* Framed-IPv6-Prefix, announced on the link */
	struct service_prefix6 prefix6;
	/* Delegated-IPv6-Prefix, for DHCPv6-PD */
	struct service_prefix6 delegated6;
	bool have_ifid;
	uint8_t ifid[8]; /* Framed-Interface-Id: the caller's */
	uint8_t dns6_n;
	uint8_t dns6[2][16]; /* DNS-Server-IPv6-Address */
	uint8_t route_n;
	struct service_route route[SERVICE_ROUTES_MAX];
	/* told to the operator's programs, and shown */
	char filter_id[SERVICE_NAME_MAX];
	uint8_t class_n;
	uint8_t class_len[SERVICE_CLASSES_MAX];
	uint8_t classes[SERVICE_CLASSES_MAX][SERVICE_CLASS_MAX];
	/* the radius or tacacs section that answered; "": the users file did */
	char server[SERVICE_NAME_MAX];
};

/* Who calls, as the engine knows it: what a RADIUS server is told. */
#define SERVICE_ID_MAX 33 /* of an Acct-Session-Id, with the NUL */
struct service_call {
	/* Acct-Session-Id: unique over restarts */
	char session_id[SERVICE_ID_MAX];
	uint32_t tunnel_id, id, peer_tunnel_id, peer_id;
	/* the tunnel's ends, addresses as text without port */
	char local[64], peer[64];
	/* host names of the tunnel's ends */
	char local_name[PPP_NAME_MAX], peer_name[PPP_NAME_MAX];
	char calling_number[PPP_NAME_MAX],
		called_number[PPP_NAME_MAX]; /* "" when not told */
	uint32_t call_serial;		     /* Acct-Tunnel-Connection */
	/* bit/s, of the connect speeds; 0: not told */
	uint64_t tx_speed, rx_speed;
	char ifname[IFNAMSIZ]; /* "" until it is up */
};

/*
 * NAS-Port (RFC 2865, section 5.5): the low 16 bits of both ids. Those of
 * version 2 are no longer, so that no other call has the same now; of version
 * 3 NAS-Port-Id tells for certain.
 */
static inline uint32_t service_nas_port(const struct service_call *c)
{
	return c->tunnel_id << 16 | (c->id & 0xffff);
}

/* RFC 2866, section 5.10, with RFC 2867 and what later came into use. */
enum service_end {
	SERVICE_END_USER_REQUEST = 1,
	SERVICE_END_LOST_CARRIER = 2,
	SERVICE_END_LOST_SERVICE = 3,
	SERVICE_END_IDLE_TIMEOUT = 4,
	SERVICE_END_SESSION_TIMEOUT = 5,
	SERVICE_END_ADMIN_RESET = 6,
	SERVICE_END_ADMIN_REBOOT = 7,
	SERVICE_END_PORT_ERROR = 8,
	SERVICE_END_NAS_ERROR = 9,
	SERVICE_END_NAS_REQUEST = 10,
	SERVICE_END_NAS_REBOOT = 11,
	SERVICE_END_PORT_UNNEEDED = 12,
	SERVICE_END_PORT_PREEMPTED = 13,
	SERVICE_END_USER_ERROR = 17,
};

#endif
