/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The format: a version, then tags of one byte with a length of two bytes and a
 * value each. Tags that are not known are passed over; those that are absent
 * are zero. Numbers are big-endian, as long as they need be.
 */
#include "aaa/acct_record.h"

#include <errno.h>
#include <string.h>

#include "lib/buf.h"

#define VERSION 1

enum tag {
	TAG_KIND = 1,
	TAG_SERIAL,
	TAG_PROFILE,
	TAG_SESSION_ID,
	TAG_TUNNEL_ID,
	TAG_ID,
	TAG_LOCAL,
	TAG_PEER,
	TAG_LOCAL_NAME,
	TAG_PEER_NAME,
	TAG_CALLING,
	TAG_CALLED,
	TAG_CALL_SERIAL,
	TAG_TX_SPEED,
	TAG_RX_SPEED,
	TAG_IFNAME,
	TAG_USER,
	TAG_PREFIX6,
	TAG_DELEGATED6,
	TAG_CLASS,
	TAG_SERVER,
	TAG_WHEN,
	TAG_SESSION_TIME,
	TAG_LOCAL_IPV4,
	TAG_REMOTE_IPV4,
	TAG_REMOTE_IFID,
	TAG_RX_BYTES,
	TAG_TX_BYTES,
	TAG_RX_PACKETS,
	TAG_TX_PACKETS,
	TAG_END,
	TAG_AUTHENTIC,
	TAG_FILTER_ID,
};

static void put(struct wbuf *w, enum tag tag, const void *value, size_t len)
{
	if (len == 0)
		return;
	wbuf_u8(w, (uint8_t)tag);
	wbuf_u16(w, (uint16_t)len);
	wbuf_bytes(w, value, len);
}

static void put_text(struct wbuf *w, enum tag tag, const char *text)
{
	put(w, tag, text, strlen(text));
}

static void put_number(struct wbuf *w, enum tag tag, uint64_t n)
{
	uint8_t v[8];
	size_t len = 0;

	for (int shift = 56; shift >= 0; shift -= 8)
		if (len || n >> shift & 0xff)
			v[len++] = (uint8_t)(n >> shift);
	put(w, tag, v, len);
}

static void put_prefix6(struct wbuf *w, enum tag tag,
			const struct service_prefix6 *p)
{
	uint8_t v[17] = { p->len };

	memcpy(v + 1, p->addr, 16);
	put(w, tag, v, p->len ? sizeof(v) : 0);
}

int acct_record_write(const struct aaa_acct *r, uint8_t *out, size_t size)
{
	struct wbuf w = wbuf_init(out, size);

	wbuf_u8(&w, VERSION);
	put_number(&w, TAG_KIND, r->kind);
	put_number(&w, TAG_SERIAL, r->serial);
	put_text(&w, TAG_PROFILE, r->profile);
	put_text(&w, TAG_SESSION_ID, r->call.session_id);
	put_number(&w, TAG_TUNNEL_ID, r->call.tunnel_id);
	put_number(&w, TAG_ID, r->call.id);
	put_text(&w, TAG_LOCAL, r->call.local);
	put_text(&w, TAG_PEER, r->call.peer);
	put_text(&w, TAG_LOCAL_NAME, r->call.local_name);
	put_text(&w, TAG_PEER_NAME, r->call.peer_name);
	put_text(&w, TAG_CALLING, r->call.calling_number);
	put_text(&w, TAG_CALLED, r->call.called_number);
	put_number(&w, TAG_CALL_SERIAL, r->call.call_serial);
	put_number(&w, TAG_TX_SPEED, r->call.tx_speed);
	put_number(&w, TAG_RX_SPEED, r->call.rx_speed);
	put_text(&w, TAG_IFNAME, r->call.ifname);
	put_text(&w, TAG_USER, r->service.user);
	put_prefix6(&w, TAG_PREFIX6, &r->service.prefix6);
	put_prefix6(&w, TAG_DELEGATED6, &r->service.delegated6);
	for (unsigned int i = 0; i < r->service.class_n; i++)
		put(&w, TAG_CLASS, r->service.classes[i],
		    r->service.class_len[i]);
	put_text(&w, TAG_SERVER, r->service.server);
	put_text(&w, TAG_FILTER_ID, r->service.filter_id);
	put_number(&w, TAG_WHEN, r->when);
	put_number(&w, TAG_SESSION_TIME, r->session_time_s);
	put(&w, TAG_LOCAL_IPV4, &r->local_ipv4, r->local_ipv4 ? 4 : 0);
	put(&w, TAG_REMOTE_IPV4, &r->remote_ipv4, r->remote_ipv4 ? 4 : 0);
	put(&w, TAG_REMOTE_IFID, r->remote_ifid,
	    memcmp(r->remote_ifid, (uint8_t[8]){ 0 }, 8) ? 8 : 0);
	put_number(&w, TAG_RX_BYTES, r->counters.rx_bytes);
	put_number(&w, TAG_TX_BYTES, r->counters.tx_bytes);
	put_number(&w, TAG_RX_PACKETS, r->counters.rx_packets);
	put_number(&w, TAG_TX_PACKETS, r->counters.tx_packets);
	put_number(&w, TAG_END, r->end);
	put_number(&w, TAG_AUTHENTIC, (uint64_t)r->authentic);
	return w.failed ? -EMSGSIZE : (int)w.len;
}

/* ---- reading ---- */

struct value {
	const uint8_t *data;
	size_t len;
};

static bool get_text(const struct value *v, char *out, size_t size)
{
	if (v->len >= size || memchr(v->data, 0, v->len))
		return false;
	memcpy(out, v->data, v->len);
	out[v->len] = '\0';
	return true;
}

static bool get_number(const struct value *v, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < v->len && i < 8; i++)
		*out = *out << 8 | v->data[i];
	return v->len <= 8;
}

static bool get_u32(const struct value *v, uint32_t *out)
{
	uint64_t n;

	if (!get_number(v, &n) || n > UINT32_MAX)
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool get_bytes(const struct value *v, void *out, size_t len)
{
	if (v->len != len)
		return false;
	memcpy(out, v->data, len);
	return true;
}

static bool get_prefix6(const struct value *v, struct service_prefix6 *p)
{
	if (v->len != 17 || v->data[0] > 128)
		return false;
	p->len = v->data[0];
	memcpy(p->addr, v->data + 1, 16);
	return true;
}

static bool get_class(const struct value *v, struct service *s)
{
	if (s->class_n == SERVICE_CLASSES_MAX || v->len > SERVICE_CLASS_MAX)
		return false;
	s->class_len[s->class_n] = (uint8_t)v->len;
	memcpy(s->classes[s->class_n++], v->data, v->len);
	return true;
}

#define TEXT(field) get_text(v, (field), sizeof(field))

static bool take_text(struct aaa_acct *r, enum tag tag, const struct value *v,
		      bool *known)
{
	switch ((int)tag) {
	/* clang-format off */
	case TAG_PROFILE: return TEXT(r->profile);
	case TAG_SESSION_ID: return TEXT(r->call.session_id);
	case TAG_LOCAL: return TEXT(r->call.local);
	case TAG_PEER: return TEXT(r->call.peer);
	case TAG_LOCAL_NAME: return TEXT(r->call.local_name);
	case TAG_PEER_NAME: return TEXT(r->call.peer_name);
	case TAG_CALLING: return TEXT(r->call.calling_number);
	case TAG_CALLED: return TEXT(r->call.called_number);
	case TAG_IFNAME: return TEXT(r->call.ifname);
	case TAG_USER: return TEXT(r->service.user);
	case TAG_SERVER: return TEXT(r->service.server);
	case TAG_FILTER_ID: return TEXT(r->service.filter_id);
	case TAG_PREFIX6: return get_prefix6(v, &r->service.prefix6);
	case TAG_DELEGATED6: return get_prefix6(v, &r->service.delegated6);
	case TAG_CLASS: return get_class(v, &r->service);
	case TAG_LOCAL_IPV4: return get_bytes(v, &r->local_ipv4, 4);
	case TAG_REMOTE_IPV4: return get_bytes(v, &r->remote_ipv4, 4);
	case TAG_REMOTE_IFID: return get_bytes(v, r->remote_ifid, 8);
	/* clang-format on */
	default:
		*known = false;
		return true;
	}
}

static bool take_number(struct aaa_acct *r, enum tag tag, const struct value *v)
{
	uint32_t n = 0;
	bool ok = true;

	switch ((int)tag) {
	/* clang-format off */
	case TAG_KIND: ok = get_u32(v, &n); r->kind = (enum aaa_acct_kind)n; break;
	case TAG_SERIAL: ok = get_number(v, &r->serial); break;
	case TAG_TUNNEL_ID: ok = get_u32(v, &r->call.tunnel_id); break;
	case TAG_ID: ok = get_u32(v, &r->call.id); break;
	case TAG_CALL_SERIAL: ok = get_u32(v, &r->call.call_serial); break;
	case TAG_TX_SPEED: ok = get_number(v, &r->call.tx_speed); break;
	case TAG_RX_SPEED: ok = get_number(v, &r->call.rx_speed); break;
	case TAG_WHEN: ok = get_number(v, &r->when); break;
	case TAG_SESSION_TIME: ok = get_u32(v, &r->session_time_s); break;
	case TAG_RX_BYTES: ok = get_number(v, &r->counters.rx_bytes); break;
	case TAG_TX_BYTES: ok = get_number(v, &r->counters.tx_bytes); break;
	case TAG_RX_PACKETS: ok = get_number(v, &r->counters.rx_packets); break;
	case TAG_TX_PACKETS: ok = get_number(v, &r->counters.tx_packets); break;
	case TAG_END: ok = get_u32(v, &n); r->end = (enum service_end)n; break;
	case TAG_AUTHENTIC: ok = get_u32(v, &n) && n < 100; r->authentic = (char)n; break;
	/* clang-format on */
	default:
		break; /* a later version's */
	}
	return ok;
}

int acct_record_read(struct aaa_acct *r, const uint8_t *data, size_t len)
{
	struct rbuf b = rbuf_init(data, len);

	*r = (struct aaa_acct){ 0 };
	if (rbuf_u8(&b) != VERSION)
		return -EINVAL;
	while (rbuf_left(&b)) {
		enum tag tag = (enum tag)rbuf_u8(&b);
		struct value v = { .len = rbuf_u16(&b) };
		bool known = true;

		v.data = rbuf_take(&b, v.len);
		if (!v.data || b.failed)
			return -EINVAL;
		if (!take_text(r, tag, &v, &known) ||
		    (!known && !take_number(r, tag, &v)))
			return -EINVAL;
	}
	return r->kind ? 0 : -EINVAL;
}
