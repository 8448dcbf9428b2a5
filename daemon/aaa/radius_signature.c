/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which replies must have a Message-Authenticator. Without one, who is on the
 * path of UDP can make an Access-Accept of an Access-Reject (Blast-RADIUS,
 * CVE-2024-3596); but FreeRADIUS before 3.2.5 sends none by itself.
 */
#include "aaa/radius_internal.h"

#include "lib/log.h"

static bool is_tls(const struct radius_server *s)
{
	return s->config->transport == CONFIG_TRANSPORT_TLS;
}

bool radius_must_sign(const struct radius_server *s, uint8_t code)
{
	switch (s->config->require_message_authenticator) {
	case CONFIG_REQUIRE_FALSE:
		return false;
	case CONFIG_REQUIRE_TRUE:
		return true;
	case CONFIG_REQUIRE_AUTO:
		break;
	}
	/*
	 * Who can forge an Access-Reject can suppress the reply as well. There
	 * are servers that sign all but those.
	 */
	return s->signs && !is_tls(s) && code != RADIUS_ACCESS_REJECT;
}

void radius_note_signature(struct radius_server *s,
			   const struct radius_view *reply)
{
	bool is_auto = s->config->require_message_authenticator ==
		       CONFIG_REQUIRE_AUTO;
	struct radius_attribute a;

	if (radius_find(reply, 0, RADIUS_MESSAGE_AUTHENTICATOR, &a)) {
		if (is_auto && !s->signs && !is_tls(s))
			log_info("radius \"%s\": its replies have a "
				 "Message-Authenticator; from now on none "
				 "without is taken",
				 s->config->name);
		s->signs = true;
		return;
	}
	if (!is_auto || is_tls(s) || s->unsigned_told)
		return;
	s->unsigned_told = true;
	log_warn("radius \"%s\": its replies have no Message-Authenticator, so "
		 "that who is on the path can forge them (Blast-RADIUS); they "
		 "are taken, but let the server send it (FreeRADIUS: update "
		 "reply { Message-Authenticator := 0x00 } in post-auth), or "
		 "set require-message-authenticator = false to accept that",
		 s->config->name);
}

int radius_signature_state(const struct radius_server *s)
{
	if (radius_must_sign(s, RADIUS_ACCESS_ACCEPT))
		return AAA_SIGNATURE_REQUIRED;
	if (is_tls(s))
		return AAA_SIGNATURE_UNUSED;
	if (s->config->require_message_authenticator == CONFIG_REQUIRE_FALSE)
		return AAA_SIGNATURE_IGNORED;
	return s->unsigned_told ? AAA_SIGNATURE_MISSED : AAA_SIGNATURE_AWAITED;
}
