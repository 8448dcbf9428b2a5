/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPP in the kernel, by /dev/ppp: the channel of a session, over which LCP and
 * authentication go, and the unit on it, which is the interface. All ioctls
 * stand here: whoever speaks PPP over the two fds reads and writes only. A
 * frame in either begins with its protocol, two bytes, without address and
 * control.
 */
#ifndef L2TPD_NETLINK_PPP_H
#define L2TPD_NETLINK_PPP_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Opens the channel of a PPPoX socket. Frames that came before wait in it. It
 * may wait for the kernel, 10 to 20 ms before Linux 6.12, so that a thread
 * calls it. A CLOEXEC and non-blocking fd, or -errno.
 */
int ppp_channel_open(int pppox);

/*
 * Makes an interface, down, by the next free name pppN, and joins the channel
 * to it. Packets of IPv4 and IPv6 are dropped both ways. Returns the same kind
 * of fd, whose last close removes the interface, or -errno; *ifindex and ifname
 * are set with success.
 */
int ppp_unit_open(int channel, int *ifindex, char ifname[IFNAMSIZ]);

/* AF_INET or AF_INET6: its packets pass, or are dropped. 0 or -errno. */
int ppp_unit_pass(int unit, int family, bool pass);

/* Bytes of the longest frame that the peer may send. 0 or -errno. */
int ppp_unit_set_mru(int unit, uint16_t mru);

/* How the kernel follows CCP on the unit. */
struct ppp_ccp_state {
	/* it looks at CCP's frames: an Ack starts, a Reset resets */
	bool open;
	bool up; /* packets may be compressed */
	/* what is not encrypted is neither sent nor taken */
	bool must_encrypt;
};
int ppp_unit_set_ccp(int unit, const struct ppp_ccp_state *s); /* 0, -errno */

#define PPP_MPPE_OPTION 6 /* bytes of MPPE's option of CCP (RFC 3078, 2) */
#define PPP_MPPE_KEY	16
/*
 * MPPE for what is sent, or received, from the next Configure-Ack on that goes
 * that way; the ioctl is refused where the kernel has no ppp_mppe. 0 or -errno.
 */
int ppp_unit_set_mppe(int unit, bool send,
		      const uint8_t option[PPP_MPPE_OPTION],
		      const uint8_t key[PPP_MPPE_KEY]);

#endif
