/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data plane: a few calls on plain structs that install tunnels and
 * sessions where packets are carried. No netlink type crosses this port.
 * Two implementations: the kernel (l2tp genetlink, PPPoX, rtnetlink; needs
 * CAP_NET_ADMIN) and null, which keeps books only.
 * All calls are synchronous and return 0 or -errno unless they say otherwise:
 * -EINVAL for what no kernel would take, -EEXIST for an id that is taken,
 * -ENOENT for a tunnel or session that is not there. One thread calls.
 */
#ifndef L2TPD_DATAPLANE_H
#define L2TPD_DATAPLANE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/addr.h"

enum dp_encap { DP_ENCAP_UDP, DP_ENCAP_IP };
/*
 * ETH_VLAN is ETH whose frames have a tag: its VLAN interface is made by who
 * added the session.
 */
enum dp_pseudowire { DP_PW_PPP, DP_PW_ETH, DP_PW_ETH_VLAN };

struct dp_tunnel {
	uint8_t version; /* 2 or 3 */
	enum dp_encap encap;
	/* local; unique per network namespace, v2 and v3 together */
	uint32_t tunnel_id;
	uint32_t peer_tunnel_id;
	/* bound and connected socket; the caller keeps it open; -1: static */
	int fd;
	/*
	 * Of a static tunnel: the kernel makes the socket, from local to peer
	 * (over UDP with ports, over IP without), which nobody reads. It stays
	 * until tunnel_del, whoever ends.
	 */
	struct addr local, peer;
	bool udp_csum; /* IPv4; without, the checksum is 0 */
	/* IPv6: send without, take without */
	bool udp6_zero_csum_tx, udp6_zero_csum_rx;
};

struct dp_session {
	uint32_t tunnel_id;
	/* local; unique per tunnel (v2) or namespace (v3 over IP) */
	uint32_t session_id;
	uint32_t peer_session_id;
	enum dp_pseudowire pseudowire;
	bool send_seq, recv_seq, lns_mode;
	/* 0: out-of-order frames are dropped when recv_seq */
	uint32_t reorder_timeout_ms;
	/* Ethernet pseudowires; "" lets the kernel name it, l2tpethN */
	char ifname[IFNAMSIZ];
	/*
	 * v3 only; 0, 4 or 8 bytes each. The kernel's words: cookie goes out
	 * with our packets (it is the peer's Assigned Cookie AVP), peer_cookie
	 * has to come in with the peer's (it is ours).
	 */
	uint8_t cookie[8], peer_cookie[8];
	uint8_t cookie_len, peer_cookie_len;
	bool no_l2_sublayer; /* v3: without the default L2-specific sublayer */
	/* Ethernet pseudowires; 0: the kernel's. PPP's is pppd's */
	uint16_t mtu;
};

struct dp_stats {
	uint64_t rx_packets, rx_bytes, rx_errors, rx_seq_discards, rx_oos,
		rx_cookie_discards, rx_invalid;
	uint64_t tx_packets, tx_bytes, tx_errors;
};

/*
 * A session's place in a table of the kernel's ids; with session
 * 0, its tunnel's.
 */
static inline uint64_t dp_session_key(uint32_t tunnel_id, uint32_t session_id)
{
	return (uint64_t)tunnel_id << 32 | session_id;
}

/* One object of a dump; session is zero for a tunnel. */
struct dp_object {
	uint8_t version;
	uint32_t tunnel_id, peer_tunnel_id, session_id, peer_session_id;
	char ifname[IFNAMSIZ];
	struct dp_stats stats;
};

struct dataplane;

struct dataplane_ops {
	const char *name; /* "kernel" or "null" */
	void (*free)(struct dataplane *dp);
	/*
	 * -EEXIST: the id is taken (by anyone in this namespace): pick another.
	 * Static ones also -EADDRNOTAVAIL (local is not ours) and -EADDRINUSE
	 * (the port is anybody's: none is shared).
	 */
	int (*tunnel_add)(struct dataplane *dp, const struct dp_tunnel *t);
	/*
	 * Removes its sessions too. -ENOENT when it is gone already. The kernel
	 * does it in a work queue: until that has run, the id is still taken.
	 * t->fd stays open and can never carry another tunnel.
	 */
	int (*tunnel_del)(struct dataplane *dp, uint32_t tunnel_id);
	int (*tunnel_stats)(struct dataplane *dp, uint32_t tunnel_id,
			    struct dp_stats *out);
	/* A PPP session drops what it receives until session_open. */
	int (*session_add)(struct dataplane *dp, const struct dp_session *s);
	/* seq, reorder, mtu */
	int (*session_modify)(struct dataplane *dp, const struct dp_session *s);
	/*
	 * 0: the removal has begun; it does not wait for the kernel (but see
	 * removal_waits), so until it has ended (some ms; half a second when a
	 * pppd keeps the PPPoX socket that long) the id is still taken. That
	 * socket goes dead without a hangup: stop its pppd as well.
	 */
	int (*session_del)(struct dataplane *dp, uint32_t tunnel_id,
			   uint32_t session_id);
	int (*session_stats)(struct dataplane *dp, uint32_t tunnel_id,
			     uint32_t session_id, struct dp_stats *out);
	/*
	 * The interface that an Ethernet session was made with;
	 * -ENODEV: it is PPP.
	 */
	int (*session_interface)(struct dataplane *dp, uint32_t tunnel_id,
				 uint32_t session_id, char name[IFNAMSIZ]);
	/*
	 * Opens the PPPoX socket of an installed PPP session, for pppd to take
	 * (PPPIOCGCHAN, then PPPIOCATTCHAN). Frames wait for that, in the
	 * socket or in its PPP channel; before this call the kernel drops them,
	 * so call it as soon as the session is installed, before the peer knows
	 * its id. Returns a CLOEXEC fd that the caller owns, or -errno; -EEXIST
	 * when the session has had one. Its last close removes the session.
	 */
	int (*session_open)(struct dataplane *dp, const struct dp_tunnel *t,
			    const struct dp_session *s);
	/*
	 * Closes an fd of session_open without waiting for the kernel, which
	 * takes 10 to 20 ms for the last copy before Linux 6.12.
	 */
	void (*session_close)(struct dataplane *dp, int fd);
	/*
	 * Calls cb for every tunnel, then every session, of anyone in this
	 * namespace, until it returns non-zero; dump returns that. cb may call
	 * the data plane.
	 */
	int (*dump)(struct dataplane *dp,
		    int (*cb)(void *ctx, const struct dp_object *o), void *ctx);
	/*
	 * The interface that the route to dst leaves by: its name, or -errno
	 * (-ENETUNREACH). So that a peer behind its own tunnel can be refused.
	 */
	int (*route_interface)(struct dataplane *dp, const struct addr *dst,
			       char name[IFNAMSIZ]);
};

struct dataplane {
	const struct dataplane_ops *ops;
	/*
	 * This kernel (before 6.12) gives data packets to the session of that
	 * id in their socket's tunnel, whichever tunnel they name: two tunnels
	 * with the same two addresses and ports would get each other's frames.
	 * Whoever makes the sockets refuses the second one.
	 */
	bool one_tunnel_per_path;
	/*
	 * Why the last session_del and session_close waited for the kernel,
	 * which they else leave to threads: -errno of starting one, or 0.
	 */
	int removal_waits;
	/*
	 * For the log: what else is known about the last call that failed (the
	 * kernel's own words, or the module to look at); "" for nothing.
	 */
	char text[160];
};

/*
 * The kernel's. NULL with a sentence in err (what is missing, which module or
 * option to look at) when it cannot be used. From the first session_del or
 * session_close on it runs threads, which take no signals; fork with exec
 * stays safe.
 */
struct dataplane *dataplane_kernel_new(char *err, size_t errlen);
/*
 * Books only, in the kernel's terms. session_open gives an eventfd on which
 * nothing ever happens; every route leaves by "lo".
 */
struct dataplane *dataplane_null_new(void);

/*
 * Can this kernel run PPP over L2TP (PPPoX sockets, /dev/ppp)? 0, or -errno
 * with a sentence in err that names the module and the option.
 */
int dataplane_ppp_check(char *err, size_t errlen);

#endif
