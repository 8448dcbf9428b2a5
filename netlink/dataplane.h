/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data plane: a few calls on plain structs that install tunnels and
 * sessions where packets are carried. No netlink type crosses this port.
 * Two implementations: the kernel (l2tp genetlink, PPPoX, rtnetlink; needs
 * CAP_NET_ADMIN) and null, which keeps books only.
 * All calls are synchronous and return 0 or -errno unless they say otherwise.
 */
#ifndef L2TPD_DATAPLANE_H
#define L2TPD_DATAPLANE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/addr.h"

enum dp_encap { DP_ENCAP_UDP, DP_ENCAP_IP };
enum dp_pseudowire { DP_PW_PPP, DP_PW_ETH, DP_PW_ETH_VLAN };

struct dp_tunnel {
	uint8_t version;		/* 2 or 3 */
	enum dp_encap encap;
	uint32_t tunnel_id;		/* local; unique per network namespace, v2 and v3 together */
	uint32_t peer_tunnel_id;
	int fd;				/* bound and connected socket; the caller keeps it open */
};

struct dp_session {
	uint32_t tunnel_id;
	uint32_t session_id;		/* local; unique per tunnel (v2) or namespace (v3 over IP) */
	uint32_t peer_session_id;
	enum dp_pseudowire pseudowire;
	bool send_seq, recv_seq, lns_mode;
	uint32_t reorder_timeout_ms;	/* 0: out-of-order frames are dropped when recv_seq */
	char ifname[IFNAMSIZ];		/* Ethernet pseudowires; "" lets the kernel name it */
	uint8_t cookie[8], peer_cookie[8];
	uint8_t cookie_len, peer_cookie_len;	/* 0, 4 or 8; v3 only */
	uint16_t mtu;			/* 0: the kernel's */
};

struct dp_stats {
	uint64_t rx_packets, rx_bytes, rx_errors, rx_seq_discards, rx_oos, rx_cookie_discards, rx_invalid;
	uint64_t tx_packets, tx_bytes, tx_errors;
};

/* One object of a dump; session is zero for a tunnel. */
struct dp_object {
	uint8_t version;
	uint32_t tunnel_id, peer_tunnel_id, session_id, peer_session_id;
	char ifname[IFNAMSIZ];
	struct dp_stats stats;
};

struct dataplane;

struct dataplane_ops {
	const char *name;		/* "kernel" or "null" */
	void (*free)(struct dataplane *dp);
	/* -EEXIST: the id is taken (by anyone in this namespace): pick another. */
	int (*tunnel_add)(struct dataplane *dp, const struct dp_tunnel *t);
	/* Removes its sessions too. -ENOENT when it is gone already. */
	int (*tunnel_del)(struct dataplane *dp, uint32_t tunnel_id);
	int (*tunnel_stats)(struct dataplane *dp, uint32_t tunnel_id, struct dp_stats *out);
	int (*session_add)(struct dataplane *dp, const struct dp_session *s);
	int (*session_modify)(struct dataplane *dp, const struct dp_session *s);	/* seq, reorder, mtu */
	int (*session_del)(struct dataplane *dp, uint32_t tunnel_id, uint32_t session_id);
	int (*session_stats)(struct dataplane *dp, uint32_t tunnel_id, uint32_t session_id,
			     struct dp_stats *out);
	/*
	 * Opens the PPPoX socket of an installed PPP session, connected, not yet
	 * bound to PPP: frames wait in it until pppd's PPPIOCGCHAN. Returns a
	 * CLOEXEC fd that the caller owns, or -errno. tunnel_fd: the tunnel's
	 * socket, whose peer address it takes.
	 */
	int (*session_open)(struct dataplane *dp, const struct dp_tunnel *t,
			    const struct dp_session *s);
	/* Calls cb for every tunnel, then every session, until it returns non-zero. */
	int (*dump)(struct dataplane *dp, int (*cb)(void *ctx, const struct dp_object *o), void *ctx);
	/*
	 * The interface that the route to dst leaves by: its name, or -errno
	 * (-ENETUNREACH). So that a peer behind its own tunnel can be refused.
	 */
	int (*route_interface)(struct dataplane *dp, const struct addr *dst, char name[IFNAMSIZ]);
};

struct dataplane { const struct dataplane_ops *ops; };

/*
 * The kernel's. NULL with a sentence in err (what is missing, which module or
 * option to look at) when it cannot be used.
 */
struct dataplane *dataplane_kernel_new(char *err, size_t errlen);
struct dataplane *dataplane_null_new(void);

#endif
