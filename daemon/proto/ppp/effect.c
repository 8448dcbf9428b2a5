/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue of effects, and what goes out by it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ppp/internal.h"

#define EFFECTS_MIN 16
#define CHUNK_SIZE  4096

struct ppp_chunk {
	struct ppp_chunk *next;
	size_t used, size;
	uint8_t data[];
};

/*
 * An effect changes what the driver holds. Without it driver and core would
 * disagree for good, so that starting again is the better end.
 */
static void *sure(void *p)
{
	if (!p)
		abort();
	return p;
}

struct ppp_effect *ppp_effect_add(struct ppp_link *l, enum ppp_effect_type type)
{
	struct ppp_core *c = l->core;
	struct ppp_effect *e;

	if (c->tail == c->size) {
		c->size = c->size ? 2 * c->size : EFFECTS_MIN;
		c->effects = sure(
			realloc(c->effects, c->size * sizeof(*c->effects)));
	}
	e = &c->effects[c->tail++];
	*e = (struct ppp_effect){ .type = type, .link = l };
	return e;
}

static uint8_t *reserve(struct ppp_core *core, size_t len)
{
	struct ppp_chunk *c = core->chunks;
	size_t size = len > CHUNK_SIZE ? len : CHUNK_SIZE;

	if (!c || c->size - c->used < len) {
		c = sure(malloc(sizeof(*c) + size));
		*c = (struct ppp_chunk){ .next = core->chunks, .size = size };
		core->chunks = c;
	}
	c->used += len;
	return c->data + c->used - len;
}

const uint8_t *ppp_effect_copy(struct ppp_core *core, const void *data,
			       size_t len)
{
	uint8_t *copy = reserve(core, len + 1);

	if (len)
		memcpy(copy, data, len);
	copy[len] = 0;
	return copy;
}

/* One chunk stays, so that a call at rest costs no malloc. */
void ppp_effect_reset(struct ppp_core *core)
{
	struct ppp_chunk *c = core->chunks;

	if (core->head != core->tail)
		return;
	if (core->tail) /* keys among it */
		explicit_bzero(core->effects,
			       core->tail * sizeof(*core->effects));
	core->head = core->tail = 0;
	while (c && c->next) {
		core->chunks = c->next;
		free(c);
		c = core->chunks;
	}
	if (!c)
		return;
	explicit_bzero(c->data, c->used); /* passwords among it */
	c->used = 0;
}

void ppp_effect_fini(struct ppp_core *core)
{
	struct ppp_chunk *c;

	while ((c = core->chunks)) {
		core->chunks = c->next;
		explicit_bzero(c->data, c->used);
		free(c);
	}
	if (core->effects)
		explicit_bzero(core->effects,
			       core->size * sizeof(*core->effects));
	free(core->effects);
}

bool ppp_effect_next(struct ppp_core *core, struct ppp_effect *out)
{
	if (core->head == core->tail)
		return false;
	*out = core->effects[core->head++];
	return true;
}

void ppp_send_frame(struct ppp_link *l, uint16_t protocol, const void *data,
		    size_t len)
{
	struct wbuf w = wbuf_init(reserve(l->core, len + 2), len + 2);
	struct ppp_effect *e = ppp_effect_add(l, PPP_EFFECT_SEND);

	wbuf_u16(&w, protocol);
	wbuf_bytes(&w, data, len);
	e->protocol = protocol;
	e->data = w.data;
	e->len = w.len;
}

void ppp_send_packet(struct ppp_link *l, uint16_t protocol, uint8_t code,
		     uint8_t id, const void *data, size_t len)
{
	size_t most = PPP_FRAME_MAX - 2 - PPP_HEADER;
	uint8_t packet[PPP_FRAME_MAX];
	struct wbuf w = wbuf_init(packet, sizeof(packet));

	if (len > most)
		len = most;
	wbuf_u8(&w, code);
	wbuf_u8(&w, id);
	wbuf_u16(&w, (uint16_t)(PPP_HEADER + len));
	wbuf_bytes(&w, data, len);
	ppp_send_frame(l, protocol, packet, w.len);
	explicit_bzero(packet, w.len);
}

void ppp_log(struct ppp_link *l, int level, const char *fmt, ...)
{
	char text[PPP_WORDS_MAX];
	struct ppp_effect *e;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	e = ppp_effect_add(l, PPP_EFFECT_LOG);
	e->level = level;
	e->text = (const char *)ppp_effect_copy(l->core, text, strlen(text));
}

void ppp_random(const struct ppp_link *l, void *out, size_t len)
{
	l->core->env.random(l->core->env.ctx, out, len);
}

uint32_t ppp_random_magic(const struct ppp_link *l)
{
	uint8_t octets[4];
	struct rbuf r = rbuf_init(octets, sizeof(octets));
	uint32_t magic;

	ppp_random(l, octets, sizeof(octets));
	magic = rbuf_u32(&r);
	return magic ? magic : 1;
}
