// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses that were answered from lately. */
#include "proto/l2tp/known.h"

/* The slots that an address may have. */
static uint32_t first_slot(uint64_t hash)
{
	return (uint32_t)(hash >> 32) & (KNOWN_SLOTS - KNOWN_WAYS);
}

void known_note(struct known *k, uint64_t hash, uint64_t now)
{
	struct known_slot *s = &k->slot[first_slot(hash)], *oldest = s;

	for (unsigned int i = 0; i < KNOWN_WAYS; i++) {
		if (s[i].hash == hash) {
			oldest = &s[i];
			break;
		}
		if (s[i].when_ms < oldest->when_ms)
			oldest = &s[i];
	}
	*oldest = (struct known_slot){ hash, now };
}

bool known_is(const struct known *k, uint64_t hash, uint64_t now)
{
	const struct known_slot *s = &k->slot[first_slot(hash)];

	for (unsigned int i = 0; i < KNOWN_WAYS; i++)
		if (s[i].hash == hash && s[i].hash &&
		    now - s[i].when_ms < KNOWN_MS)
			return true;
	return false;
}
