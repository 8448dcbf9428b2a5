// SPDX-License-Identifier: GPL-2.0-or-later
/* One PPP link in user space; see ppp_load.h. RFC 1661, 1332, 1334, 1994. */
#include "ppp_load.h"

#include <string.h>

#include <openssl/evp.h>

#include "lib/buf.h"

enum {
	PROTO_IP = 0x0021,
	PROTO_IPCP = 0x8021,
	PROTO_LCP = 0xc021,
	PROTO_PAP = 0xc023,
	PROTO_CHAP = 0xc223
};
enum {
	CONF_REQ = 1,
	CONF_ACK,
	CONF_NAK,
	CONF_REJ,
	TERM_REQ,
	TERM_ACK,
	CODE_REJ,
	PROTO_REJ,
	ECHO_REQ,
	ECHO_REP
};
enum {
	LCP_MRU = 1,
	LCP_ACCM = 2,
	LCP_AUTH = 3,
	LCP_MAGIC = 5,
	LCP_PFC = 7,
	LCP_ACFC = 8
};
enum { IPCP_ADDRESS = 3 };
enum { PAP_REQUEST = 1, PAP_ACK, PAP_NAK };
enum { CHAP_CHALLENGE = 1, CHAP_RESPONSE, CHAP_SUCCESS, CHAP_FAILURE };
enum { CHAP_MD5 = 5 };
#define MD5_LEN	      16
#define NEVER	      UINT64_MAX
#define ECHO_FIRST_NS 20000000ull
#define ECHO_LAST_NS  320000000ull

const char *ppp_stage_name(enum ppp_stage stage)
{
	static const char *const names[] = {
		[PPP_IDLE] = "l2tp",	 [PPP_LCP] = "lcp",
		[PPP_AUTH] = "auth",	 [PPP_IPCP] = "ipcp",
		[PPP_PING] = "ping",	 [PPP_DONE] = "up",
		[PPP_FAILED] = "failed",
	};

	return names[stage];
}

static void enter(struct ppp *p, enum ppp_stage stage, uint64_t now)
{
	p->stage = stage;
	p->deadline = NEVER;
	if (!p->entered[stage])
		p->entered[stage] = now;
}

static void fail(struct ppp *p, uint64_t now, const char *why)
{
	if (p->stage == PPP_FAILED)
		return;
	p->why = why;
	enter(p, PPP_FAILED, now);
	p->lcp.deadline = p->ipcp.deadline = NEVER;
}

/* ---- frames ---- */

struct frame {
	uint8_t data[PPP_FRAME_MAX];
	struct wbuf w;
	size_t length_at;
};

static void frame_begin(struct frame *f, uint16_t protocol)
{
	f->w = wbuf_init(f->data, sizeof(f->data));
	wbuf_u16(&f->w, 0xff03);
	wbuf_u16(&f->w, protocol);
}

static void packet_begin(struct frame *f, uint16_t protocol, uint8_t code,
			 uint8_t id)
{
	frame_begin(f, protocol);
	wbuf_u8(&f->w, code);
	wbuf_u8(&f->w, id);
	f->length_at = f->w.len;
	wbuf_u16(&f->w, 0);
}

static void packet_send(struct ppp *p, struct frame *f)
{
	wbuf_patch_u16(&f->w, f->length_at,
		       (uint16_t)(f->w.len - f->length_at + 2));
	if (!f->w.failed)
		p->s->send(p->ctx, f->data, f->w.len);
}

static void reply(struct ppp *p, uint16_t protocol, uint8_t code, uint8_t id,
		  const void *data, size_t len)
{
	struct frame f;

	packet_begin(&f, protocol, code, id);
	wbuf_bytes(&f.w, data, len);
	packet_send(p, &f);
}

/* ---- the echo ---- */

static uint16_t checksum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void send_echo(struct ppp *p, uint64_t now)
{
	struct frame f;
	size_t ip, icmp;

	frame_begin(&f, PROTO_IP);
	ip = f.w.len;
	wbuf_u16(&f.w, 0x4500);
	wbuf_u16(&f.w, 28); /* length */
	wbuf_u32(&f.w, 0);
	wbuf_u16(&f.w, 64 << 8 | 1); /* time to live, ICMP */
	wbuf_u16(&f.w, 0);
	wbuf_u32(&f.w, p->address);
	wbuf_u32(&f.w, p->peer_address);
	wbuf_patch_u16(&f.w, ip + 10, checksum(f.data + ip, f.w.len - ip));
	icmp = f.w.len;
	wbuf_u16(&f.w, 0x0800); /* echo request */
	wbuf_u16(&f.w, 0);
	wbuf_u16(&f.w, p->ident);
	wbuf_u16(&f.w, ++p->sequence);
	wbuf_patch_u16(&f.w, icmp + 2, checksum(f.data + icmp, f.w.len - icmp));
	p->s->send(p->ctx, f.data, f.w.len);
	p->deadline = now + p->interval;
	p->interval = p->interval * 2 < ECHO_LAST_NS ? p->interval * 2 :
						       ECHO_LAST_NS;
}

static void ip_input(struct ppp *p, uint64_t now, struct rbuf r)
{
	const uint8_t *ip = r.p;
	size_t head = rbuf_left(&r) ? (ip[0] & 15) * 4u : 0;

	if (head < 20 || rbuf_left(&r) < head + 8 || ip[9] != 1 ||
	    ip[head] != 0 || (ip[head + 4] << 8 | ip[head + 5]) != p->ident)
		return;
	if (p->stage == PPP_PING)
		enter(p, PPP_DONE, now);
}

/* ---- negotiation ---- */

static void send_request(struct ppp *p, struct ppp_fsm *m, uint64_t now)
{
	struct frame f;

	m->id = ++p->next_id;
	m->sent = true;
	m->acked = false;
	packet_begin(&f, m->protocol, CONF_REQ, m->id);
	if (m == &p->ipcp) {
		wbuf_u16(&f.w, IPCP_ADDRESS << 8 | 6);
		wbuf_u32(&f.w, p->address);
	} else if (p->magic) {
		wbuf_u16(&f.w, LCP_MAGIC << 8 | 6);
		wbuf_u32(&f.w, p->magic);
	}
	packet_send(p, &f);
	m->deadline = now + p->s->restart_ns;
}

static void network(struct ppp *p, uint64_t now)
{
	enter(p, PPP_IPCP, now);
	send_request(p, &p->ipcp, now);
}

static void send_pap(struct ppp *p, uint64_t now)
{
	size_t user = strlen(p->s->user), password = strlen(p->s->password);
	struct frame f;

	packet_begin(&f, PROTO_PAP, PAP_REQUEST, ++p->next_id);
	wbuf_u8(&f.w, (uint8_t)user);
	wbuf_bytes(&f.w, p->s->user, user);
	wbuf_u8(&f.w, (uint8_t)password);
	wbuf_bytes(&f.w, p->s->password, password);
	packet_send(p, &f);
	p->deadline = now + p->s->restart_ns;
}

static void opened(struct ppp *p, struct ppp_fsm *m, uint64_t now)
{
	m->open = true;
	m->deadline = NEVER;
	if (m == &p->ipcp) {
		enter(p, PPP_PING, now);
		p->interval = ECHO_FIRST_NS;
		send_echo(p, now);
	} else if (!p->auth) {
		network(p, now);
	} else {
		enter(p, PPP_AUTH, now);
		if (p->auth == PROTO_PAP)
			send_pap(p, now);
	}
}

static void open_if_agreed(struct ppp *p, struct ppp_fsm *m, uint64_t now)
{
	if (m->acked && m->acking && !m->open)
		opened(p, m, now);
}

/* What a peer's option is answered with; a Nak's value goes to nak. */
static uint8_t judge_lcp(struct ppp *p, uint8_t type, struct rbuf value,
			 struct wbuf *nak)
{
	size_t len = rbuf_left(&value);
	uint16_t auth;

	switch (type) {
	case LCP_MRU:
		return len == 2 ? CONF_ACK : CONF_REJ;
	case LCP_ACCM:
	case LCP_MAGIC:
		return len == 4 ? CONF_ACK : CONF_REJ;
	case LCP_PFC:
	case LCP_ACFC:
		return len == 0 ? CONF_ACK : CONF_REJ;
	case LCP_AUTH:
		auth = rbuf_u16(&value);
		if ((auth == PROTO_PAP && len == 2) ||
		    (auth == PROTO_CHAP && len == 3 &&
		     rbuf_u8(&value) == CHAP_MD5)) {
			p->auth = auth;
			return CONF_ACK;
		}
		wbuf_u16(nak, LCP_AUTH << 8 | 5);
		wbuf_u16(nak, PROTO_CHAP);
		wbuf_u8(nak, CHAP_MD5);
		return CONF_NAK;
	default:
		return CONF_REJ;
	}
}

static uint8_t judge_ipcp(struct ppp *p, uint8_t type, struct rbuf value)
{
	uint32_t address = rbuf_u32(&value);

	if (type != IPCP_ADDRESS || value.failed || rbuf_left(&value) ||
	    !address)
		return CONF_REJ;
	p->peer_address = address;
	return CONF_ACK;
}

static void their_request(struct ppp *p, struct ppp_fsm *m, uint64_t now,
			  uint8_t id, struct rbuf r)
{
	uint8_t naks[64], rejects[PPP_FRAME_MAX];
	struct wbuf nak = wbuf_init(naks, sizeof(naks));
	struct wbuf reject = wbuf_init(rejects, sizeof(rejects));
	const struct rbuf all = r;

	if (m == &p->lcp)
		p->auth = 0;
	while (rbuf_left(&r)) {
		const uint8_t *option = r.p;
		uint8_t type = rbuf_u8(&r), len = rbuf_u8(&r), verdict;
		const uint8_t *value = len < 2 ? NULL : rbuf_take(&r, len - 2u);

		if (!value || r.failed)
			return;
		verdict =
			m == &p->lcp ?
				judge_lcp(p, type, rbuf_init(value, len - 2u),
					  &nak) :
				judge_ipcp(p, type, rbuf_init(value, len - 2u));
		if (verdict == CONF_REJ)
			wbuf_bytes(&reject, option, len);
	}
	if (m->open) { /* it begins again */
		m->open = m->acking = false;
		send_request(p, m, now);
	}
	if (!m->sent)
		send_request(p, m, now);
	m->acking = !reject.len && !nak.len;
	if (reject.len)
		reply(p, m->protocol, CONF_REJ, id, rejects, reject.len);
	else if (nak.len)
		reply(p, m->protocol, CONF_NAK, id, naks, nak.len);
	else
		reply(p, m->protocol, CONF_ACK, id, all.p, rbuf_left(&all));
	open_if_agreed(p, m, now);
}

/* A Nak or a Reject of what we asked for: ask for less, or for what it says. */
static void refused(struct ppp *p, struct ppp_fsm *m, uint64_t now,
		    uint8_t code, struct rbuf r)
{
	uint8_t type = rbuf_u8(&r), len = rbuf_u8(&r);
	uint32_t value = rbuf_u32(&r);

	if (m == &p->lcp && type == LCP_MAGIC) {
		p->magic = code == CONF_REJ ? 0 : p->magic + 1;
	} else if (m == &p->ipcp && type == IPCP_ADDRESS && len == 6 &&
		   code == CONF_NAK) {
		p->address = value;
	} else {
		fail(p, now,
		     m == &p->lcp ? "LCP: the peer refused our options" :
				    "IPCP: the peer gave no address");
		return;
	}
	send_request(p, m, now);
}

static void answered(struct ppp *p, struct ppp_fsm *m, uint64_t now,
		     uint8_t code, uint8_t id, struct rbuf r)
{
	if (!m->sent || id != m->id || m->acked)
		return;
	if (code != CONF_ACK) {
		refused(p, m, now, code, r);
		return;
	}
	m->acked = true;
	/* The timer goes on: the peer's own request may be lost. */
	open_if_agreed(p, m, now);
}

static void lcp_only(struct ppp *p, uint64_t now, uint8_t code, uint8_t id,
		     struct rbuf r)
{
	uint8_t echo[PPP_FRAME_MAX];
	struct wbuf w = wbuf_init(echo, sizeof(echo));

	if (code == ECHO_REQ && p->lcp.open) {
		rbuf_u32(&r);
		wbuf_u32(&w, p->magic);
		wbuf_bytes(&w, r.p, rbuf_left(&r));
		reply(p, PROTO_LCP, ECHO_REP, id, echo, w.len);
	} else if (code == PROTO_REJ && rbuf_u16(&r) == PROTO_IPCP) {
		fail(p, now, "the peer has no IPCP");
	}
}

static void control_input(struct ppp *p, struct ppp_fsm *m, uint64_t now,
			  uint8_t code, uint8_t id, struct rbuf r)
{
	switch (code) {
	case CONF_REQ:
		their_request(p, m, now, id, r);
		break;
	case CONF_ACK:
	case CONF_NAK:
	case CONF_REJ:
		answered(p, m, now, code, id, r);
		break;
	case TERM_REQ:
		reply(p, m->protocol, TERM_ACK, id, NULL, 0);
		fail(p, now,
		     m == &p->lcp ? "LCP: the peer ended the link" :
				    "IPCP: the peer ended it");
		break;
	default:
		if (m == &p->lcp)
			lcp_only(p, now, code, id, r);
		break;
	}
}

/* ---- authentication ---- */

static void respond(struct ppp *p, uint8_t id, struct rbuf r)
{
	uint8_t len = rbuf_u8(&r), digest[MD5_LEN];
	const uint8_t *challenge = rbuf_take(&r, len);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct frame f;

	if (challenge && md && EVP_DigestInit_ex(md, EVP_md5(), NULL) &&
	    EVP_DigestUpdate(md, &id, 1) &&
	    EVP_DigestUpdate(md, p->s->password, strlen(p->s->password)) &&
	    EVP_DigestUpdate(md, challenge, len) &&
	    EVP_DigestFinal_ex(md, digest, NULL)) {
		packet_begin(&f, PROTO_CHAP, CHAP_RESPONSE, id);
		wbuf_u8(&f.w, sizeof(digest));
		wbuf_bytes(&f.w, digest, sizeof(digest));
		wbuf_bytes(&f.w, p->s->user, strlen(p->s->user));
		packet_send(p, &f);
	}
	EVP_MD_CTX_free(md);
}

static void auth_input(struct ppp *p, uint64_t now, uint16_t protocol,
		       uint8_t code, uint8_t id, struct rbuf r)
{
	bool pap = protocol == PROTO_PAP;

	if (!pap && code == CHAP_CHALLENGE)
		respond(p, id, r);
	else if (code == (pap ? PAP_NAK : CHAP_FAILURE))
		fail(p, now, "the peer refused user and password");
	else if (code == (pap ? PAP_ACK : CHAP_SUCCESS) && p->stage == PPP_AUTH)
		network(p, now);
}

/* ---- the link ---- */

static void reject_protocol(struct ppp *p, uint16_t protocol,
			    const struct rbuf *r)
{
	struct frame f;

	packet_begin(&f, PROTO_LCP, PROTO_REJ, ++p->next_id);
	wbuf_u16(&f.w, protocol);
	wbuf_bytes(&f.w, r->p, rbuf_left(r));
	packet_send(p, &f);
}

/*
 * The protocol field may be compressed, and address and control not be there.
 */
static uint16_t take_protocol(struct rbuf *r)
{
	uint16_t protocol;

	if (rbuf_left(r) >= 2 && r->p[0] == 0xff && r->p[1] == 0x03)
		rbuf_u16(r);
	protocol = rbuf_u8(r);
	return protocol & 1 ? protocol : (uint16_t)(protocol << 8 | rbuf_u8(r));
}

void ppp_input(struct ppp *p, uint64_t now, const uint8_t *frame,
	       size_t frame_len)
{
	struct rbuf r = rbuf_init(frame, frame_len), whole;
	uint16_t protocol = take_protocol(&r), len;
	uint8_t code, id;

	if (r.failed || p->stage == PPP_IDLE || p->stage == PPP_FAILED)
		return;
	if (protocol == PROTO_IP) {
		ip_input(p, now, r);
		return;
	}
	whole = r;
	code = rbuf_u8(&r);
	id = rbuf_u8(&r);
	len = rbuf_u16(&r);
	if (r.failed || len < 4 || len - 4u > rbuf_left(&r))
		return;
	r = rbuf_init(r.p, len - 4u);
	if (protocol == PROTO_LCP) {
		control_input(p, &p->lcp, now, code, id, r);
		return;
	}
	if (!p->lcp.open)
		return;
	switch (protocol) {
	case PROTO_PAP:
	case PROTO_CHAP:
		auth_input(p, now, protocol, code, id, r);
		break;
	case PROTO_IPCP:
		/* As good as the Success that was lost. */
		if (p->stage == PPP_AUTH)
			network(p, now);
		control_input(p, &p->ipcp, now, code, id, r);
		break;
	default:
		reject_protocol(p, protocol, &whole);
		break;
	}
}

void ppp_init(struct ppp *p, const struct ppp_settings *s, void *ctx,
	      uint32_t random)
{
	*p = (struct ppp){
		.s = s,
		.ctx = ctx,
		.deadline = NEVER,
		.magic = random | 1,
		.ident = (uint16_t)(random >> 16),
	};
	p->lcp = (struct ppp_fsm){ .protocol = PROTO_LCP, .deadline = NEVER };
	p->ipcp = (struct ppp_fsm){ .protocol = PROTO_IPCP, .deadline = NEVER };
}

void ppp_start(struct ppp *p, uint64_t now)
{
	enter(p, PPP_LCP, now);
	if (p->s->eager)
		send_request(p, &p->lcp, now);
	else
		p->lcp.deadline = now + p->s->restart_ns;
}

uint64_t ppp_deadline(const struct ppp *p)
{
	uint64_t first = p->deadline;

	if (p->lcp.deadline < first)
		first = p->lcp.deadline;
	return p->ipcp.deadline < first ? p->ipcp.deadline : first;
}

void ppp_timeout(struct ppp *p, uint64_t now)
{
	if (p->lcp.deadline <= now)
		send_request(p, &p->lcp, now);
	if (p->ipcp.deadline <= now)
		send_request(p, &p->ipcp, now);
	if (p->deadline > now)
		return;
	if (p->stage == PPP_PING)
		send_echo(p, now);
	else
		send_pap(p, now);
}
