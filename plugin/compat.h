/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pppd as the plugin sees it, the same for 2.4.9 and 2.5. Include it before
 * everything else: pppd 2.4.9 declares a bool of its own. pppd's older header
 * guards hang on its build's defines, which rules.mk repeats.
 */
#ifndef L2TPD_PLUGIN_COMPAT_H
#define L2TPD_PLUGIN_COMPAT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/ppp_defs.h>

#include <pppd/pppd.h>
#ifdef L2TPD_PPPD25
#include <pppd/options.h>
#include <pppd/chap.h>
#include <pppd/mppe.h>
#else
#include <pppd/chap-new.h>
#include <pppd/chap_ms.h>
#endif
#include <pppd/fsm.h>
#include <pppd/lcp.h>
#include <pppd/ipcp.h>
#include <pppd/eui64.h>
#include <pppd/ipv6cp.h>
#include <pppd/ccp.h>
#include <pppd/upap.h>

#include <stdbool.h>

#ifdef L2TPD_PPPD25
#define COMPAT_VERSION PPPD_VERSION
#else
#define COMPAT_VERSION VERSION
#endif

/* 2.4.9 names these only in some builds */
#define COMPAT_EXIT_TRAFFIC_LIMIT    20
#define COMPAT_EXIT_CNID_AUTH_FAILED 21

/* pppd's log, at its levels; say_option is for what is wrong with an option. */
enum say_level { SAY_INFO, SAY_NOTICE, SAY_WARN, SAY_ERROR };
void say(enum say_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void say_option(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

void compat_add_options(option_t *options);
/*
 * Options that pppd takes as if a secrets file of root's gave them; NULL ends.
 * false: refused.
 */
bool compat_apply_options(const char *const *words);
/* the option being parsed comes from root */
bool compat_option_privileged(void);

enum compat_event {
	COMPAT_IP_UP,
	COMPAT_IP_DOWN,
	COMPAT_IPV6_UP,
	COMPAT_IPV6_DOWN,
	COMPAT_AUTH_UP,
	COMPAT_PHASE,
	COMPAT_EXIT,
};
void compat_notify(enum compat_event event, void (*fn)(void *ctx, int arg));

void compat_set_channel(struct channel *channel); /* in place of the tty */
int compat_establish(int fd); /* PPPoX fd to a PPP unit: fd or -1 */
void compat_disestablish(int fd);
void compat_set_device(const char *name); /* for the log and the scripts */
void compat_set_remote_number(const char *number);
void compat_setenv(const char *name, const char *value); /* for the scripts */
/* at once, from pppd's loop */
void compat_timeout(void (*fn)(void *), void *arg);

const char *compat_ifname(void);
int compat_mtu(void);
void compat_set_mtu(int mtu);
int compat_exit_code(void);
const char *compat_our_name(void);
const char *compat_user(void);	    /* our name for the peer */
const char *compat_peer_name(void); /* authenticated; "" when not */
/*
 * SIGTERM, SIGINT or SIGHUP came: pppd acts on it when it is back in its loop.
 */
bool compat_signalled(void);
/* Keys of RFC 3079 for CCP; false when this pppd has no MPPE. */
bool compat_set_mppe_keys(const uint8_t send[16], const uint8_t recv[16]);
/* from there, or made by pppd from our own password */
bool compat_have_mppe_keys(void);
/* Whether the kernel can decompress by this CCP option, its key behind it. */
bool compat_kernel_takes(uint8_t *option, int len);
/* The network protocols that pppd holds back while CCP decides about MPPE. */
void compat_continue_networks(void);

#endif
