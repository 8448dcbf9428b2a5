/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What protects a tunnel, as strongSwan's charon tells it: the IKE SA between
 * two addresses and the child SA that covers the tunnel's packets, one SA each
 * way.
 */
#ifndef L2TPD_IPC_IPSEC_H
#define L2TPD_IPC_IPSEC_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"
#include "lib/config.h"

/* of a connection or child of charon's; with the NUL */
#define IPSEC_NAME_MAX 128
#define IPSEC_NEVER    UINT32_MAX

/* The packets of a tunnel. */
struct ipsec_flow {
	enum config_encap encap;
	/* with ports; they mean nothing with CONFIG_ENCAP_IP */
	struct addr local, peer;
};

/* RFC 2367, section 1.3: the life of an SA. */
enum ipsec_life { IPSEC_LARVAL, IPSEC_MATURE, IPSEC_DYING, IPSEC_DEAD };

struct ipsec_ike {
	char name[IPSEC_NAME_MAX]; /* the connection's */
	uint32_t id;		   /* charon's number of it */
	uint8_t version;	   /* 1 or 2 */
	char state[24];		   /* charon's word, in small letters */
	bool initiator;		   /* we are */
	uint64_t initiator_spi, responder_spi; /* IKEv1: cookies */
	/* with the ports that IKE uses: 500, or 4500 */
	struct addr local, remote;
	char local_id[IPSEC_NAME_MAX], remote_id[IPSEC_NAME_MAX];
	bool nat_local, nat_remote; /* who is behind a NAT */
	char proposal[128];
	uint32_t established_s;	    /* ago; IPSEC_NEVER: not yet */
	uint32_t rekey_s, reauth_s; /* left; IPSEC_NEVER: not planned */
};

/* One direction. */
struct ipsec_sa {
	uint32_t spi; /* 0: none yet */
	uint64_t packets, bytes;
	uint32_t used_s; /* ago; IPSEC_NEVER: not yet */
};

struct ipsec_child {
	char name[IPSEC_NAME_MAX];
	uint32_t id, reqid;
	enum ipsec_life life;
	char state[24];		    /* charon's word for it, in small letters */
	char protocol[8], mode[16]; /* "ESP", "transport" */
	bool udp;		    /* ESP within UDP, for a NAT's sake */
	char proposal[96];
	uint32_t installed_s;	  /* ago; IPSEC_NEVER: not yet */
	uint32_t rekey_s, life_s; /* left */
	char local_ts[96], remote_ts[96];
	struct ipsec_sa in, out;
};

enum ipsec_cover {
	IPSEC_UNKNOWN, /* charon could not be asked */
	IPSEC_NO_IKE,
	IPSEC_NO_CHILD, /* there is an IKE SA: ike is filled */
	/* a child SA that protects nothing now: child is filled as well */
	IPSEC_NOT_READY,
	IPSEC_PROTECTED
};

struct ipsec_report {
	enum ipsec_cover cover;
	char why[256]; /* a sentence unless it is IPSEC_PROTECTED */
	struct ipsec_ike ike;
	struct ipsec_child child;
};

#endif
