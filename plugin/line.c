/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The L2TP session as pppd's line. The session's PPPoX socket, connected by
 * the monitor, becomes a channel of a PPP unit; pppd sees no packet of IP.
 */
#include "plugin/compat.h"
#include "plugin/call.h"
#include "plugin/dial.h"
#include "plugin/line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_MTU   1460 /* of 1500: IP 20, UDP 8, L2TP up to 12 */
#define FRAME_MAX  1600
#define FRAMES_MAX 4

/*
 * LCP frames that were there before the socket was bound. Kernels without the
 * hand-over in PPPIOCGCHAN would drop them, and the peer would wait for its
 * retransmission.
 */
static struct {
	int len;
	uint8_t data[FRAME_MAX];
} early[FRAMES_MAX];
static int early_n;

static void line_check(void)
{
	lcp_options *want = &lcp_wantoptions[0], *allow = &lcp_allowoptions[0];

	if (call.pppox < 0 && !dial_check())
		exit(EXIT_OPTION_ERROR);
	/*
	 * Of no use here: not asked for. A peer that asks gets its way, as it
	 * changes nothing and a Configure-Reject costs a round trip.
	 */
	want->neg_asyncmap = want->neg_pcompression = want->neg_accompression =
		0;
	if (!dial_wanted())
		return;
	/* These do not survive lost packets. */
	ipcp_wantoptions[0].neg_vj = ipcp_allowoptions[0].neg_vj = 0;
	ccp_wantoptions[0].deflate = ccp_allowoptions[0].deflate = 0;
	ccp_wantoptions[0].bsd_compress = ccp_allowoptions[0].bsd_compress = 0;
	/* Values that nobody chose. */
	if (allow->mru == MAXMRU)
		allow->mru = LINE_MTU;
	if (want->mru == DEFMRU)
		want->mru = LINE_MTU;
}

static int line_connect(void)
{
	char name[64];

	early_n = 0;
	if (dial_wanted() && dial() < 0)
		return -1;
	if (call.pppox < 0) {
		/*
		 * l2tpd gives a pppd of its own one call; persist is l2tpd's.
		 */
		say(SAY_ERROR, "the call is over");
		return -1;
	}
	snprintf(name, sizeof(name), "l2tp:%u/%u", call.params.tunnel_id,
		 call.params.session_id);
	compat_set_device(name);
	call_begin();
	return call.pppox;
}

static void feed_early(void *arg)
{
	(void)arg;
	for (int i = 0; i < early_n; i++)
		lcp_protent.input(0, early[i].data + 2, early[i].len - 2);
	early_n = 0;
}

static void take_early(int fd)
{
	while (early_n < FRAMES_MAX) {
		ssize_t n =
			recv(fd, early[early_n].data, FRAME_MAX, MSG_DONTWAIT);

		if (n < 0)
			break;
		/* Before LCP is open nothing else is listened to. */
		if (n < 6 || early[early_n].data[0] != 0xc0 ||
		    early[early_n].data[1] != 0x21)
			continue;
		early[early_n++].len = (int)n;
	}
	if (early_n)
		compat_timeout(feed_early, NULL);
}

static int line_establish(int fd)
{
	int unit;

	take_early(fd);
	if (call.params.ifname[0] && if_nametoindex(call.params.ifname)) {
		call_because("the interface name %s is taken by another "
			     "interface",
			     call.params.ifname);
		return -1;
	}
	errno = 0;
	unit = compat_establish(fd);
	if (unit < 0)
		call_because("pppd could not make the call's interface: %s",
			     errno ? strerror(errno) : "its log tells why");
	return unit;
}

/* The interface goes with the channel. */
static void line_disestablish(int fd)
{
	call_count();
	compat_disestablish(fd);
}

static void line_cleanup(void)
{
	call_end();
}

/* In a child of pppd's that becomes a script. */
static void line_close(void)
{
	close(call.pppox);
	close(call.fd);
}

struct channel line_channel = {
	.options = dial_options,
	.check_options = line_check,
	.connect = line_connect,
	.establish_ppp = line_establish,
	.disestablish_ppp = line_disestablish,
	.cleanup = line_cleanup,
	.close = line_close,
};
