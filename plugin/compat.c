/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only file that knows which pppd this is; see compat.h. */
#include "plugin/compat.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef L2TPD_PPPD25
/* Exported by every pppd, but no longer declared for plugins. */
extern int options_from_list(struct wordlist *w, int priv);
extern int privileged_option;
extern char our_name[MAXNAMELEN], user[MAXNAMELEN];
extern int ccp_test(int unit, unsigned char *option, int len, int for_transmit);
extern void continue_networks(int unit);
#else
/* pppd may be built without MPPE. */
#pragma weak mppe_send_key
#pragma weak mppe_recv_key
#pragma weak mppe_keys_set
extern int got_sighup;
#endif

static void text(char *out, size_t size, const char *fmt, va_list ap)
{
	vsnprintf(out, size, fmt, ap);
}

void say(enum say_level level, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	text(line, sizeof(line), fmt, ap);
	va_end(ap);
	switch (level) {
	case SAY_INFO:
		info("%s", line);
		break;
	case SAY_NOTICE:
		notice("%s", line);
		break;
	case SAY_WARN:
		warn("%s", line);
		break;
	case SAY_ERROR:
		error("%s", line);
		break;
	}
}

void say_option(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	text(line, sizeof(line), fmt, ap);
	va_end(ap);
#ifdef L2TPD_PPPD25
	ppp_option_error("%s", line);
#else
	option_error("%s", line);
#endif
}

void compat_add_options(option_t *options)
{
#ifdef L2TPD_PPPD25
	ppp_add_options(options);
#else
	add_options(options);
#endif
}

bool compat_apply_options(const char *const *words)
{
	struct wordlist list[16];
	size_t n = 0;
	bool ok;

	memset(list, 0, sizeof(list));
	for (; words[n]; n++) {
		if (n == sizeof(list) / sizeof(list[0]))
			return false;
		list[n].word = strdup(words[n]); /* pppd may write into it */
		if (!list[n].word)
			return false;
		if (n)
			list[n - 1].next = &list[n];
	}
	ok = n == 0 || options_from_list(list, 1);
	while (n--)
		free(list[n].word);
	return ok;
}

bool compat_option_privileged(void)
{
	return privileged_option != 0;
}

#ifdef L2TPD_PPPD25
void compat_notify(enum compat_event event, void (*fn)(void *ctx, int arg))
{
	static const ppp_notify_t type[] = {
		[COMPAT_IP_UP] = NF_IP_UP,
		[COMPAT_IP_DOWN] = NF_IP_DOWN,
		[COMPAT_IPV6_UP] = NF_IPV6_UP,
		[COMPAT_IPV6_DOWN] = NF_IPV6_DOWN,
		[COMPAT_AUTH_UP] = NF_AUTH_UP,
		[COMPAT_PHASE] = NF_PHASE_CHANGE,
		[COMPAT_EXIT] = NF_EXIT,
	};

	ppp_add_notify(type[event], fn, NULL);
}
#else
void compat_notify(enum compat_event event, void (*fn)(void *ctx, int arg))
{
	static struct notifier **const list[] = {
		[COMPAT_IP_UP] = &ip_up_notifier,
		[COMPAT_IP_DOWN] = &ip_down_notifier,
		[COMPAT_IPV6_UP] = &ipv6_up_notifier,
		[COMPAT_IPV6_DOWN] = &ipv6_down_notifier,
		[COMPAT_AUTH_UP] = &auth_up_notifier,
		[COMPAT_PHASE] = &phasechange,
		[COMPAT_EXIT] = &exitnotify,
	};

	add_notifier(list[event], fn, NULL);
}
#endif

void compat_set_channel(struct channel *channel)
{
	the_channel = channel;
#ifdef L2TPD_PPPD25
	ppp_set_modem(false);
#else
	modem = 0;
#endif
}

int compat_establish(int fd)
{
#ifdef L2TPD_PPPD25
	return ppp_generic_establish(fd);
#else
	return generic_establish_ppp(fd);
#endif
}

void compat_disestablish(int fd)
{
#ifdef L2TPD_PPPD25
	ppp_generic_disestablish(fd);
#else
	generic_disestablish_ppp(fd);
#endif
}

void compat_set_device(const char *name)
{
#ifdef L2TPD_PPPD25
	ppp_set_devnam(name);
	ppp_set_pppdevnam(name);
#else
	strlcpy(devnam, name, sizeof(devnam));
	strlcpy(ppp_devnam, name, sizeof(ppp_devnam));
#endif
}

void compat_set_remote_number(const char *number)
{
#ifdef L2TPD_PPPD25
	ppp_set_remote_number(number);
#else
	strlcpy(remote_number, number, sizeof(remote_number));
#endif
}

void compat_setenv(const char *name, const char *value)
{
#ifdef L2TPD_PPPD25
	ppp_script_setenv((char *)(uintptr_t)name, (char *)(uintptr_t)value, 0);
#else
	script_setenv((char *)(uintptr_t)name, (char *)(uintptr_t)value, 0);
#endif
}

void compat_timeout(void (*fn)(void *), void *arg)
{
#ifdef L2TPD_PPPD25
	ppp_timeout(fn, arg, 0, 0);
#else
	timeout(fn, arg, 0, 0);
#endif
}

const char *compat_ifname(void)
{
#ifdef L2TPD_PPPD25
	return ppp_ifname();
#else
	return ifname;
#endif
}

int compat_mtu(void)
{
#ifdef L2TPD_PPPD25
	return ppp_get_mtu(0);
#else
	return netif_get_mtu(0);
#endif
}

void compat_set_mtu(int mtu)
{
#ifdef L2TPD_PPPD25
	ppp_set_mtu(0, mtu);
#else
	netif_set_mtu(0, mtu);
#endif
}

int compat_exit_code(void)
{
#ifdef L2TPD_PPPD25
	return (int)ppp_status();
#else
	return status;
#endif
}

const char *compat_our_name(void)
{
	return our_name;
}

const char *compat_user(void)
{
	return user;
}

const char *compat_peer_name(void)
{
#ifdef L2TPD_PPPD25
	static char name[MAXNAMELEN];

	ppp_peer_authname(name, sizeof(name));
	return name;
#else
	return peer_authname;
#endif
}

bool compat_signalled(void)
{
#ifdef L2TPD_PPPD25
	return ppp_signaled(SIGTERM) || ppp_signaled(SIGHUP);
#else
	return got_sigterm || got_sighup;
#endif
}

bool compat_set_mppe_keys(const uint8_t send[16], const uint8_t recv[16])
{
#ifdef L2TPD_PPPD25
	unsigned char s[16], r[16];

	memcpy(s, send, sizeof(s));
	memcpy(r, recv, sizeof(r));
	mppe_set_keys(s, r, sizeof(s)); /* clears them */
	return true;
#else
	if (!&mppe_keys_set)
		return false;
	memcpy(mppe_send_key, send, 16);
	memcpy(mppe_recv_key, recv, 16);
	mppe_keys_set = 1;
	return true;
#endif
}

bool compat_have_mppe_keys(void)
{
#ifdef L2TPD_PPPD25
	return mppe_keys_isset();
#else
	return &mppe_keys_set && mppe_keys_set;
#endif
}

bool compat_kernel_takes(uint8_t *option, int len)
{
	return ccp_test(0, option, len, 0) > 0;
}

void compat_continue_networks(void)
{
	continue_networks(0);
}
