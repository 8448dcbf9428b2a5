/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pppd's authentication and address hooks, answered by the engine; see auth.h.
 */
#include "plugin/compat.h"
#include "plugin/auth.h"
#include "plugin/call.h"
#include "plugin/files.h"
#include "plugin/methods.h"
#include "plugin/mppe.h"
#include "plugin/said.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PEERS_CHOICE 0xffffffffu

static uint32_t remote_address;	       /* 0: not ours to say */
static fsm_callbacks ipv6cp_callbacks; /* ours */
static const fsm_callbacks *pppds_ipv6cp;
static bool authenticated;
static char message[PPP_TEXT_MAX]; /* pppd keeps a pointer to PAP's */

/* What the peer sent, before pppd made it printable. */
static struct {
	uint16_t user_len, secret_len;
	uint8_t user[PPP_NAME_MAX], secret[PPP_BLOB_MAX];
} raw;

void auth_addresses(uint32_t local, uint32_t remote, const uint32_t dns[2])
{
	struct ipcp_options *want = &ipcp_wantoptions[0],
			    *allow = &ipcp_allowoptions[0];

	if (local) {
		want->ouraddr = local;
		want->accept_local = !call.params.lns;
	}
	if (remote == PEERS_CHOICE) {
		want->hisaddr = 0;
		want->accept_remote = 1;
	} else if (remote) {
		want->hisaddr = remote;
		want->accept_remote = !call.params.lns;
	}
	if (remote)
		remote_address = remote;
	if (call.params.lns && (dns[0] || dns[1])) {
		allow->dnsaddr[0] = dns[0] ? dns[0] : dns[1];
		allow->dnsaddr[1] = dns[0] ? dns[1] : 0;
	}
	/*
	 * pppd's ms-dns tells a single one twice; the one that is not there is
	 * rejected.
	 */
	if (call.params.lns && allow->dnsaddr[1] == allow->dnsaddr[0])
		allow->dnsaddr[1] = 0;
}

/*
 * pppd names the identifier that the peer shall have once, and then
 * takes what it says.
 */
static int insist_on_ifid(fsm *f, unsigned char *p, int *len, int dont_nak)
{
	eui64_zero(ipv6cp_gotoptions[0].hisid);
	return pppds_ipv6cp->reqci(f, p, len, dont_nak);
}

static void auth_ifid(const uint8_t remote[8])
{
	ipv6cp_options *want = &ipv6cp_wantoptions[0];

	memcpy(&want->hisid, remote, sizeof(want->hisid));
	want->opt_remote = 1;
	want->accept_remote = 0;
	if (pppds_ipv6cp)
		return;
	pppds_ipv6cp = ipv6cp_fsm[0].callbacks;
	ipv6cp_callbacks = *pppds_ipv6cp;
	ipv6cp_callbacks.reqci = insist_on_ifid;
	ipv6cp_fsm[0].callbacks = &ipv6cp_callbacks;
}

/*
 * LCP is open, and its MTU set; the next time that it opens, this one
 * bounds it as well.
 */
static void auth_mtu(uint16_t mtu)
{
	int now = compat_mtu();

	if (mtu < lcp_allowoptions[0].mru)
		lcp_allowoptions[0].mru = mtu;
	if (mtu < call.params.mtu_most)
		call.params.mtu_most = mtu;
	if (now > mtu)
		compat_set_mtu(mtu);
}

/* What an accepted caller is given, the first time. */
static void take_reply(const struct ppp_call_auth_reply *reply)
{
	auth_addresses(reply->local_ipv4, reply->remote_ipv4, reply->dns);
	if (reply->have_ifid)
		auth_ifid(reply->remote_ifid);
	if (reply->mtu)
		auth_mtu(reply->mtu);
	mppe_verdict(reply->mppe_policy, reply->mppe_types);
}

static bool auth_is_wanted(void)
{
	const lcp_options *want = &lcp_wantoptions[0];

	return want->neg_upap || want->neg_chap || want->neg_eap;
}

/* The message of a refusal, without MS-CHAP's fields, ends the link as well. */
static void tell_at_the_end(void)
{
	const char *m = strstr(message, " M=");

	if (strncmp(message, "E=", 2) != 0)
		said_tell(message);
	else if (m)
		said_tell(m + 3);
}

/*
 * Asks about a peer. A peer that is asked again while its link is up keeps
 * its addresses.
 */
static bool ask(struct ppp_call_auth *a)
{
	const struct ppp_call_auth_reply *reply;
	struct ipc_message m;
	bool ok = false;
	int err;

	err = call_ask(PPP_CALL_AUTH, a, sizeof(*a), &m, sizeof(*reply));
	explicit_bzero(a, sizeof(*a));
	message[0] = '\0';
	if (err) {
		say(SAY_ERROR,
		    "l2tpd did not say whether the peer may come in: %s",
		    strerror(-err));
		snprintf(message, sizeof(message),
			 "authentication is not available");
		said_tell(message);
		return false;
	}
	reply = ipc_body(&m, const struct ppp_call_auth_reply);
	ok = reply->ok;
	snprintf(message, sizeof(message), "%.*s",
		 (int)sizeof(reply->message) - 1, reply->message);
	if (!ok)
		tell_at_the_end();
	if (ok && !authenticated)
		take_reply(reply);
	if (ok && reply->have_mppe_keys &&
	    !compat_set_mppe_keys(reply->mppe_send_key, reply->mppe_recv_key))
		say(SAY_WARN,
		    "this pppd has no MPPE: the link will not be encrypted");
	explicit_bzero(m.body, m.len);
	authenticated = authenticated || ok;
	return ok;
}

/*
 * pppd hands on names and passwords with every byte that is not ASCII spelt
 * out. Takes the bytes as the peer sent them instead, when they are the same
 * thing; pppd may also have cut a domain off, and then its word holds.
 */
static void peer_text(char *out, size_t size, const char *from_pppd,
		      const uint8_t *sent, uint16_t len)
{
	char printable[4 * PPP_NAME_MAX];

	slprintf(printable, sizeof(printable), "%.*v", (int)len, sent);
	if (len < size &&
	    strncmp(printable, from_pppd, PPP_NAME_MAX - 1) == 0 &&
	    !memchr(sent, 0, len)) {
		memcpy(out, sent, len);
		out[len] = '\0';
	} else {
		strlcpy(out, from_pppd, size);
	}
	explicit_bzero(printable, sizeof(printable));
}

static int pap_auth(char *name, char *password, char **msg,
		    struct wordlist **addrs, struct wordlist **opts)
{
	struct ppp_call_auth a = { .method = PPP_AUTH_PAP };
	bool ok;

	*addrs = NULL;
	*opts = NULL;
	peer_text(a.user, sizeof(a.user), name, raw.user, raw.user_len);
	peer_text((char *)a.response, sizeof(a.response), password, raw.secret,
		  raw.secret_len);
	explicit_bzero(&raw, sizeof(raw));
	a.response_len = (uint16_t)strlen((char *)a.response);
	strlcpy(a.our_name, compat_our_name(), sizeof(a.our_name));
	ok = ask(&a);
	if (!message[0])
		snprintf(message, sizeof(message), "%s",
			 ok ? "Login ok" : "Login incorrect");
	*msg = message;
	return ok;
}

/*
 * A refusal for another reason than the password in MS-CHAP's form (RFC 2433
 * and 2759, section 6 each): 649, no permission to dial in, since at 691 a
 * caller is asked for another password. Version 1 has no place for words.
 */
static void shape_refusal(bool v2, const unsigned char *challenge)
{
	char hex[2 * 16 + 1] = "", words[PPP_TEXT_MAX];
	unsigned int n = v2 ? 16 : 8;

	for (unsigned int i = 0; i < n && i < challenge[0]; i++)
		snprintf(hex + 2 * i, 3, "%02X", challenge[1 + i]);
	strlcpy(words, message, sizeof(words));
	snprintf(message, sizeof(message), "E=649 R=0 C=%s V=%d%s%.180s", hex,
		 v2 ? 3 : 2, v2 && words[0] ? " M=" : "", v2 ? words : "");
}

static int chap_verify(char *name, char *ourname, int id,
		       struct chap_digest_type *digest,
		       unsigned char *challenge, unsigned char *response,
		       char *text, int space)
{
	struct ppp_call_auth a = { .id = (uint8_t)id };
	bool ok;

	switch (digest->code) {
	case CHAP_MD5:
		a.method = PPP_AUTH_CHAP_MD5;
		break;
	case CHAP_MICROSOFT:
		a.method = PPP_AUTH_MSCHAPV1;
		break;
	case CHAP_MICROSOFT_V2:
		a.method = PPP_AUTH_MSCHAPV2;
		break;
	default:
		return 0;
	}
	peer_text(a.user, sizeof(a.user), name, raw.user, raw.user_len);
	explicit_bzero(&raw, sizeof(raw));
	strlcpy(a.our_name, ourname, sizeof(a.our_name));
	a.challenge_len = challenge[0]; /* both fit: a byte counts them */
	memcpy(a.challenge, challenge + 1, challenge[0]);
	a.response_len = response[0];
	memcpy(a.response, response + 1, response[0]);
	ok = ask(&a);
	if (!ok && digest->code != CHAP_MD5 && strncmp(message, "E=", 2) != 0)
		shape_refusal(digest->code == CHAP_MICROSOFT_V2, challenge);
	strlcpy(text, message, (size_t)space);
	return ok;
}

/*
 * Keeps the bytes of an Authenticate-Request or a Response for the hooks above.
 */
static void snoop(unsigned char *p, int len)
{
	unsigned int proto, size, first, second;

	if (len < 9)
		return;
	proto = (unsigned int)p[2] << 8 | p[3];
	size = (unsigned int)p[6] << 8 | p[7]; /* code, id, length */
	if (size < 5 || size > (unsigned int)len - 4)
		return;
	p += 8;
	size -= 4;
	first = p[0];
	if (first + 1 > size)
		return;
	if (proto == 0xc023 && p[-4] == UPAP_AUTHREQ && first + 2 <= size) {
		second = p[1 + first];
		if (first + second + 2 > size)
			return;
		raw.user_len = (uint16_t)first;
		memcpy(raw.user, p + 1, first);
		raw.secret_len = (uint16_t)second;
		memcpy(raw.secret, p + 2 + first, second);
	} else if (proto == 0xc223 && p[-4] == 2 &&
		   size - first - 1 < sizeof(raw.user)) {
		raw.user_len = (uint16_t)(size - first - 1);
		memcpy(raw.user, p + 1 + first, raw.user_len);
	}
}

static int yes(void)
{
	return 1;
}

static int no_password(char *name, char *password)
{
	(void)name;
	(void)password;
	return 0;
}

static int address_allowed(u_int32_t addr)
{
	if (auth_is_wanted() && !authenticated)
		return 0;
	return remote_address == 0 || remote_address == PEERS_CHOICE ||
	       addr == remote_address;
}

/*
 * pppd lets a peer that refuses to authenticate in when /etc/ppp/pap-secrets
 * has an entry for nobody. That file says nothing about our peers.
 */
static void on_auth_up(void *ctx, int arg)
{
	(void)ctx;
	(void)arg;
	if (!auth_is_wanted() || authenticated)
		return;
	call_because("the peer did not authenticate itself");
	kill(getpid(), SIGTERM);
}

static int secret(char *out, size_t size)
{
	struct ppp_call_secret ask_for = { .user = "" };
	const struct ppp_call_secret_reply *reply;
	struct ipc_message m;
	int err;

	strlcpy(ask_for.user, call.params.user, sizeof(ask_for.user));
	strlcpy(ask_for.remote, call.params.remote, sizeof(ask_for.remote));
	err = call_ask(PPP_CALL_SECRET, &ask_for, sizeof(ask_for), &m,
		       sizeof(*reply));
	if (err) {
		say(SAY_ERROR, "no password for %s: %s", ask_for.user,
		    strerror(-err));
		return -1;
	}
	reply = ipc_body(&m, const struct ppp_call_secret_reply);
	if (reply->len < size && reply->len <= sizeof(reply->secret)) {
		memcpy(out, reply->secret, reply->len);
		out[reply->len] = '\0';
	} else {
		say(SAY_ERROR, "the password for %s is too long", ask_for.user);
		err = -1;
	}
	explicit_bzero(m.body, m.len);
	return err;
}

/* 1: there is one. Without a buffer pppd only asks whether. */
static int pap_secret(char *name, char *password)
{
	(void)name;
	return !password || secret(password, MAXSECRETLEN) == 0;
}

static int chap_secret(char *name, char *password)
{
	(void)name;
	return secret(password, MAXSECRETLEN);
}

void auth_install(void)
{
	chap_check_hook = yes;
	mppe_install();
	files_install();
	if (call.params.lns) {
		pap_check_hook = yes;
		pap_auth_hook = pap_auth;
		chap_verify_hook = chap_verify;
		pap_passwd_hook = no_password;
		allowed_address_hook = address_allowed;
		snoop_recv_hook = snoop;
		compat_notify(COMPAT_AUTH_UP, on_auth_up);
		methods_install();
	} else {
		pap_passwd_hook = pap_secret;
		chap_passwd_hook = chap_secret;
	}
	auth_addresses(call.params.local_ipv4, call.params.remote_ipv4,
		       call.params.dns);
}
