/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ioctls of /dev/ppp; see ppp.h. */
#include "netlink/ppp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ppp-ioctl.h>
#include <linux/ppp_defs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_ppp(void)
{
	int fd = open("/dev/ppp", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

/* Closes the fd of a call that failed. */
static int give_up(int fd)
{
	int err = -errno;

	close(fd);
	return err;
}

int ppp_channel_open(int pppox)
{
	int channel, fd;

	if (ioctl(pppox, PPPIOCGCHAN, &channel) < 0)
		return -errno;
	fd = open_ppp();
	if (fd >= 0 && ioctl(fd, PPPIOCATTCHAN, &channel) < 0)
		return give_up(fd);
	return fd;
}

/* ---- units ---- */

static int join(int channel, int unit, int number)
{
	int err = ppp_unit_pass(unit, AF_INET, false);

	/* A kernel without IPv6 drops its packets by itself. */
	(void)ppp_unit_pass(unit, AF_INET6, false);
	if (!err && ioctl(channel, PPPIOCCONNECT, &number) < 0)
		err = -errno;
	return err;
}

int ppp_unit_open(int channel, int *ifindex, char ifname[IFNAMSIZ])
{
	int number = -1, fd = open_ppp(), err;
	char name[IFNAMSIZ];

	if (fd < 0)
		return fd;
	if (ioctl(fd, PPPIOCNEWUNIT, &number) < 0)
		return give_up(fd);
	snprintf(name, sizeof(name), "ppp%d", number);
	err = join(channel, fd, number);
	if (!err) {
		*ifindex = (int)if_nametoindex(name);
		err = *ifindex ? 0 : -errno;
	}
	if (err) {
		close(fd);
		return err;
	}
	memcpy(ifname, name, sizeof(name));
	return fd;
}

int ppp_unit_pass(int unit, int family, bool pass)
{
	struct npioctl np = {
		.protocol = family == AF_INET6 ? PPP_IPV6 : PPP_IP,
		.mode = pass ? NPMODE_PASS : NPMODE_DROP,
	};

	return ioctl(unit, PPPIOCSNPMODE, &np) < 0 ? -errno : 0;
}

int ppp_unit_set_mru(int unit, uint16_t mru)
{
	int value = mru;

	return ioctl(unit, PPPIOCSMRU, &value) < 0 ? -errno : 0;
}

/* ---- CCP ---- */

int ppp_unit_set_ccp(int unit, const struct ppp_ccp_state *s)
{
	int flags = (s->open ? SC_CCP_OPEN : 0) | (s->up ? SC_CCP_UP : 0) |
		    (s->must_encrypt ? SC_MUST_COMP : 0);

	return ioctl(unit, PPPIOCSFLAGS, &flags) < 0 ? -errno : 0;
}

int ppp_unit_set_mppe(int unit, bool send,
		      const uint8_t option[PPP_MPPE_OPTION],
		      const uint8_t key[PPP_MPPE_KEY])
{
	uint8_t bytes[PPP_MPPE_OPTION + PPP_MPPE_KEY];
	struct ppp_option_data data = {
		.ptr = bytes,
		.length = sizeof(bytes),
		.transmit = send,
	};
	int err;

	memcpy(bytes, option, PPP_MPPE_OPTION);
	memcpy(bytes + PPP_MPPE_OPTION, key, PPP_MPPE_KEY);
	err = ioctl(unit, PPPIOCSCOMPRESS, &data) < 0 ? -errno : 0;
	explicit_bzero(bytes, sizeof(bytes));
	return err;
}
