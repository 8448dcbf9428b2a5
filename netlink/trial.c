/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One tunnel and session on the loopback, and a few frames sent to them: what
 * pppox_ioctl and l2tp_udp_encap_recv of this kernel make of those.
 */
#include "netlink/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ppp-ioctl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netlink/pppox.h"

#define ID_TRIES   8
#define ARRIVAL_MS 1000
#define REMOVAL_MS 200

/* Two UDP sockets on the loopback, connected to each other. */
static bool socket_pair(int fd[2])
{
	struct sockaddr_in a[2];
	socklen_t len = sizeof(a[0]);

	fd[0] = fd[1] = -1;
	for (int i = 0; i < 2; i++) {
		a[i] = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		};
		fd[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd[i] < 0 || bind(fd[i], (struct sockaddr *)&a[i], len) ||
		    getsockname(fd[i], (struct sockaddr *)&a[i], &len))
			goto err;
	}
	for (int i = 0; i < 2; i++)
		if (connect(fd[i], (struct sockaddr *)&a[1 - i], len))
			goto err;
	return true;
err:
	for (int i = 0; i < 2; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return false;
}

static int tunnel_add(struct dataplane *dp, struct dp_tunnel *t)
{
	int ret = -EEXIST;

	for (int i = 0; i < ID_TRIES && ret == -EEXIST; i++) {
		uint16_t id;

		if (getrandom(&id, sizeof(id), 0) != sizeof(id) || !id)
			continue;
		t->tunnel_id = id;
		t->peer_tunnel_id = id;
		ret = dp->ops->tunnel_add(dp, t);
	}
	return ret;
}

static bool readable(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, timeout_ms) == 1;
}

/* A data packet with one PPP frame, as a peer would send it. */
static bool send_frame(int sender, uint16_t tunnel_id, uint32_t session_id)
{
	/* version 2 without options; then PPP: an LCP Discard-Request */
	const uint8_t packet[] = {
		/* clang-format off */
		0, 2, (uint8_t)(tunnel_id >> 8), (uint8_t)tunnel_id,
		(uint8_t)(session_id >> 8), (uint8_t)session_id,
		0xff, 0x03, 0xc0, 0x21, 11, 1, 0, 8, 0, 0, 0, 0,
		/* clang-format on */
	};

	return send(sender, packet, sizeof(packet), 0) ==
	       (ssize_t)sizeof(packet);
}

/*
 * A frame for another tunnel, by our tunnel's socket. It must not reach our
 * session, but come up the socket as one that the kernel has no session for.
 */
static bool other_tunnel_comes_up(struct dataplane *dp,
				  const struct dp_tunnel *t,
				  const struct dp_session *s, int sender)
{
	struct dp_stats stats;

	if (dp->ops->session_stats(dp, s->tunnel_id, s->session_id, &stats) ||
	    stats.rx_packets ||
	    !send_frame(sender, (uint16_t)(t->tunnel_id ^ 1), s->session_id))
		return false;
	for (int ms = 0; ms < ARRIVAL_MS; ms++) {
		if (readable(t->fd, 1))
			return true;
		if (dp->ops->session_stats(dp, s->tunnel_id, s->session_id,
					   &stats) ||
		    stats.rx_packets)
			return false;
	}
	return false;
}

static bool frame_in_channel(int pppox)
{
	int channel;
	int ppp = open("/dev/ppp", O_RDWR | O_CLOEXEC);
	bool found;

	if (ppp < 0)
		return false;
	found = !ioctl(pppox, PPPIOCGCHAN, &channel) &&
		!ioctl(ppp, PPPIOCATTCHAN, &channel) && readable(ppp, 0);
	close(ppp);
	return found;
}

static void try_session(struct dataplane *dp, const struct dp_tunnel *t,
			int sender, struct trial *out)
{
	struct dp_session s = {
		.tunnel_id = t->tunnel_id,
		.session_id = 1,
		.peer_session_id = 1,
	};
	int pppox;

	if (dp->ops->session_add(dp, &s))
		return;
	pppox = pppox_open(t, s.session_id, s.peer_session_id);
	if (pppox < 0)
		return;
	out->heeds_tunnel_id = other_tunnel_comes_up(dp, t, &s, sender);
	out->keeps_frames =
		send_frame(sender, (uint16_t)t->tunnel_id, s.session_id) &&
		readable(pppox, ARRIVAL_MS) && frame_in_channel(pppox);
	close(pppox);
}

/*
 * The kernel removes the tunnel later, in a work queue; until then a
 * dump would show it.
 */
static void wait_removal(struct dataplane *dp, uint32_t tunnel_id)
{
	struct dp_stats stats;

	for (int ms = 0;
	     ms < REMOVAL_MS && !dp->ops->tunnel_stats(dp, tunnel_id, &stats);
	     ms++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

struct trial trial_run(struct dataplane *dp)
{
	struct dp_tunnel t = { .version = 2, .encap = DP_ENCAP_UDP };
	struct trial result = { 0 };
	int fd[2];

	if (!socket_pair(fd))
		return result;
	t.fd = fd[0];
	if (!tunnel_add(dp, &t)) {
		try_session(dp, &t, fd[1], &result);
		dp->ops->tunnel_del(dp, t.tunnel_id);
		wait_removal(dp, t.tunnel_id);
	}
	close(fd[0]);
	close(fd[1]);
	return result;
}
