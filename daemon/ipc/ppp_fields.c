/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may stand in the messages of ppp.h; see fields.h. */
#include "ipc/fields.h"
#include "ipc/ppp.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

const struct ipc_field ppp_call_params_fields[] = {
	IPC_BOOL(ppp_call_params, lns),
	IPC_TEXT(ppp_call_params, ifname),
	IPC_TEXT(ppp_call_params, user),
	IPC_TEXT(ppp_call_params, remote),
	IPC_TEXT(ppp_call_params, calling_number),
	{ 0 },
};

/* ---- from pppd ---- */

static const struct ipc_field hello_fields[] = {
	IPC_TEXT(ppp_call_hello, pppd_version),
	{ 0 },
};

const struct ipc_field ppp_call_auth_fields[] = {
	IPC_RANGE(ppp_call_auth, method, PPP_AUTH_PAP, PPP_AUTH_MSCHAPV2),
	IPC_TEXT(ppp_call_auth, user),
	IPC_TEXT(ppp_call_auth, our_name),
	IPC_MOST(ppp_call_auth, challenge_len, PPP_BLOB_MAX),
	IPC_MOST(ppp_call_auth, response_len, PPP_BLOB_MAX),
	{ 0 },
};

static const struct ipc_field secret_fields[] = {
	IPC_TEXT(ppp_call_secret, user),
	IPC_TEXT(ppp_call_secret, remote),
	{ 0 },
};

static const struct ipc_field up_fields[] = {
	IPC_TEXT(ppp_call_up, ifname),
	IPC_TEXT(ppp_call_up, peer_name),
	{ 0 },
};

static const struct ipc_field mppe_fields[] = {
	IPC_MOST(ppp_call_mppe, bits, 128),
	IPC_BOOL(ppp_call_mppe, stateful),
	{ 0 },
};

static const struct ipc_field down_fields[] = {
	IPC_BOOL(ppp_call_down, have_counters),
	IPC_TEXT(ppp_call_down, reason),
	{ 0 },
};

const struct ipc_shape ppp_call_shapes[] = {
	[PPP_CALL_HELLO] = IPC_SHAPE(ppp_call_hello, hello_fields),
	[PPP_CALL_AUTH] = IPC_SHAPE(ppp_call_auth, ppp_call_auth_fields),
	[PPP_CALL_SECRET] = IPC_SHAPE(ppp_call_secret, secret_fields),
	[PPP_CALL_UP] = IPC_SHAPE(ppp_call_up, up_fields),
	[PPP_CALL_NETDOWN] = IPC_SHAPE(ppp_call_up, up_fields),
	[PPP_CALL_MPPE] = IPC_SHAPE(ppp_call_mppe, mppe_fields),
	[PPP_CALL_DOWN] = IPC_SHAPE(ppp_call_down, down_fields),
};
const size_t ppp_call_shapes_n = COUNT(ppp_call_shapes);

static const struct ipc_field dial_fields[] = {
	IPC_TEXT(ppp_dial, server),
	IPC_TEXT(ppp_dial, lac),
	IPC_BOOL(ppp_dial, source_1701),
	IPC_TEXT(ppp_dial, hostname),
	IPC_BOOL(ppp_dial, hide),
	IPC_TEXT(ppp_dial, user),
	IPC_MOST(ppp_dial, secret_len, PPP_BLOB_MAX),
	{ 0 },
};

const struct ipc_shape ppp_dial_shapes[] = {
	[PPP_DIAL] = IPC_SHAPE(ppp_dial, dial_fields),
};
const size_t ppp_dial_shapes_n = COUNT(ppp_dial_shapes);

/* ---- to pppd, which is root's, from an engine that may be taken over ---- */

const struct ipc_field ppp_call_auth_reply_fields[] = {
	IPC_BOOL(ppp_call_auth_reply, ok),
	IPC_TEXT(ppp_call_auth_reply, message),
	IPC_BOOL(ppp_call_auth_reply, have_ifid),
	IPC_BOOL(ppp_call_auth_reply, have_mppe_keys),
	{ 0 },
};

static const struct ipc_field secret_reply_fields[] = {
	IPC_MOST(ppp_call_secret_reply, len, PPP_BLOB_MAX),
	{ 0 },
};

const struct ipc_shape ppp_answer_shapes[] = {
	[PPP_CALL_AUTH] =
		IPC_SHAPE(ppp_call_auth_reply, ppp_call_auth_reply_fields),
	[PPP_CALL_SECRET] =
		IPC_SHAPE(ppp_call_secret_reply, secret_reply_fields),
	[PPP_CALL_STOP] = IPC_SHAPE(ppp_call_down, down_fields),
};
const size_t ppp_answer_shapes_n = COUNT(ppp_answer_shapes);

static const struct ipc_field dial_reply_fields[] = {
	IPC_TEXT(ppp_dial_reply, error),
	IPC_STRUCT(ppp_dial_reply, params, ppp_call_params_fields),
	{ 0 },
};

const struct ipc_shape ppp_dialled_shapes[] = {
	[PPP_DIAL] = IPC_SHAPE(ppp_dial_reply, dial_reply_fields),
};
const size_t ppp_dialled_shapes_n = COUNT(ppp_dialled_shapes);

const struct ipc_shape ppp_template_shapes[] = {
	[PPP_TEMPLATE_CALL] =
		IPC_SHAPE(ppp_call_params, ppp_call_params_fields),
};
const size_t ppp_template_shapes_n = COUNT(ppp_template_shapes);

const struct ipc_shape ppp_unit_shapes[] = {
	[PPP_UNIT] = IPC_SHAPE(ppp_unit, NULL),
};
const size_t ppp_unit_shapes_n = COUNT(ppp_unit_shapes);
