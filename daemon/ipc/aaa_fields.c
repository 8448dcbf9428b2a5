/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand in the messages of aaa.h that the engine and the aaa process
 * ask with; see fields.h.
 */
#include "ipc/aaa.h"
#include "ipc/fields.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

static const struct ipc_field auth_fields[] = {
	IPC_TEXT(aaa_auth, profile),
	IPC_STRUCT(aaa_auth, call, service_call_fields),
	IPC_STRUCT(aaa_auth, auth, ppp_call_auth_fields),
	{ 0 },
};

static const struct ipc_field secret_fields[] = {
	IPC_TEXT(aaa_secret, profile),	     IPC_TEXT(aaa_secret, lac),
	IPC_TEXT(aaa_secret, session),	     IPC_TEXT(aaa_secret, secret.user),
	IPC_TEXT(aaa_secret, secret.remote), { 0 },
};

static const struct ipc_field remember_fields[] = {
	IPC_TEXT(aaa_remember, lac),
	IPC_TEXT(aaa_remember, session),
	IPC_MOST(aaa_remember, secret.len, PPP_BLOB_MAX),
	{ 0 },
};

static const struct ipc_field resolve_fields[] = {
	IPC_TEXT(aaa_resolve, name),
	{ 0 },
};

static const struct ipc_field acct_fields[] = {
	IPC_RANGE(aaa_acct, kind, AAA_ACCT_START, AAA_ACCT_OFF),
	IPC_TEXT(aaa_acct, profile),
	IPC_STRUCT(aaa_acct, call, service_call_fields),
	IPC_STRUCT(aaa_acct, service, service_fields),
	IPC_MOST(aaa_acct, end, SERVICE_END_USER_ERROR),
	IPC_MOST(aaa_acct, authentic, 2),
	{ 0 },
};

static const struct ipc_field flow_fields[] = {
	IPC_MOST(ipsec_flow, encap, CONFIG_ENCAP_IP),
	IPC_ADDR(ipsec_flow, local),
	IPC_ADDR(ipsec_flow, peer),
	{ 0 },
};

static const struct ipc_field initiate_fields[] = {
	IPC_STRUCT(aaa_ipsec_initiate, flow, flow_fields),
	IPC_TEXT(aaa_ipsec_initiate, child),
	{ 0 },
};

static const struct ipc_field watch_fields[] = {
	IPC_STRUCT(aaa_ipsec_watch, flow, flow_fields),
	{ 0 },
};

const struct ipc_shape aaa_shapes[] = {
	[AAA_AUTH] = IPC_SHAPE(aaa_auth, auth_fields),
	[AAA_TEST] = IPC_SHAPE(aaa_auth, auth_fields),
	[AAA_SECRET] = IPC_SHAPE(aaa_secret, secret_fields),
	[AAA_REMEMBER] = IPC_SHAPE(aaa_remember, remember_fields),
	[AAA_FORGET] = IPC_SHAPE(aaa_remember, remember_fields),
	[AAA_RESOLVE] = IPC_SHAPE(aaa_resolve, resolve_fields),
	[AAA_RADIUS] = IPC_SHAPE(aaa_radius, NULL),
	[AAA_TACACS] = IPC_SHAPE(aaa_radius, NULL),
	[AAA_ACCT] = IPC_SHAPE(aaa_acct, acct_fields),
	[AAA_RUNS] = IPC_SHAPE(aaa_acct, acct_fields),
	[AAA_COA_DONE] = IPC_SHAPE(aaa_coa_done, NULL),
	[AAA_IPSEC_SHOW] = IPC_SHAPE(ipsec_flow, flow_fields),
	[AAA_IPSEC_INITIATE] = IPC_SHAPE(aaa_ipsec_initiate, initiate_fields),
	[AAA_IPSEC_WATCH] = IPC_SHAPE(aaa_ipsec_watch, watch_fields),
	[AAA_IPSEC_UNWATCH] = IPC_SHAPE(aaa_ipsec_watch, watch_fields),
};
const size_t aaa_shapes_n = COUNT(aaa_shapes);

/* ---- to the engine: answers, and what it did not ask ---- */

static const struct ipc_field auth_reply_fields[] = {
	IPC_STRUCT(aaa_auth_reply, ppp, ppp_call_auth_reply_fields),
	IPC_STRUCT(aaa_auth_reply, service, service_fields),
	IPC_TEXT(aaa_auth_reply, why),
	IPC_BOOL(aaa_auth_reply, unavailable),
	{ 0 },
};

static const struct ipc_field test_reply_fields[] = {
	IPC_STRUCT(aaa_test_reply, reply, auth_reply_fields),
	IPC_TEXT(aaa_test_reply, text),
	{ 0 },
};

static const struct ipc_field secret_reply_fields[] = {
	IPC_MOST(ppp_call_secret_reply, len, PPP_BLOB_MAX),
	{ 0 },
};

static const struct ipc_field address_fields[] = {
	{ .kind = IPC_FIELD_ADDR, .size = sizeof(struct addr), .n = 1 },
	{ 0 },
};

static const struct ipc_field resolve_reply_fields[] = {
	IPC_MOST(aaa_resolve_reply, count, AAA_RESOLVE_MAX),
	IPC_STRUCT_EACH(aaa_resolve_reply, address, address_fields),
	IPC_TEXT(aaa_resolve_reply, error),
	{ 0 },
};

static const struct ipc_field radius_state_fields[] = {
	IPC_TEXT(aaa_radius_state, name),
	IPC_TEXT(aaa_radius_state, address),
	IPC_MOST(aaa_radius_state, transport, CONFIG_TRANSPORT_TLS),
	IPC_TEXT(aaa_radius_state, tls),
	IPC_MOST(aaa_radius_state, auth, AAA_SERVER_DEAD),
	IPC_MOST(aaa_radius_state, acct, AAA_SERVER_DEAD),
	IPC_MOST(aaa_radius_state, signature, AAA_SIGNATURE_REQUIRED),
	IPC_TEXT(aaa_radius_state, last_error),
	{ 0 },
};

static const struct ipc_field tacacs_state_fields[] = {
	IPC_TEXT(aaa_tacacs_state, name),
	IPC_TEXT(aaa_tacacs_state, address),
	IPC_MOST(aaa_tacacs_state, state, AAA_SERVER_DEAD),
	IPC_BOOL(aaa_tacacs_state, shared),
	IPC_TEXT(aaa_tacacs_state, last_error),
	{ 0 },
};

static const struct ipc_field ike_fields[] = {
	IPC_TEXT(ipsec_ike, name),
	IPC_TEXT(ipsec_ike, state),
	IPC_BOOL(ipsec_ike, initiator),
	IPC_ADDR(ipsec_ike, local),
	IPC_ADDR(ipsec_ike, remote),
	IPC_TEXT(ipsec_ike, local_id),
	IPC_TEXT(ipsec_ike, remote_id),
	IPC_BOOL(ipsec_ike, nat_local),
	IPC_BOOL(ipsec_ike, nat_remote),
	IPC_TEXT(ipsec_ike, proposal),
	{ 0 },
};

static const struct ipc_field child_fields[] = {
	IPC_TEXT(ipsec_child, name),
	IPC_MOST(ipsec_child, life, IPSEC_DEAD),
	IPC_TEXT(ipsec_child, state),
	IPC_TEXT(ipsec_child, protocol),
	IPC_TEXT(ipsec_child, mode),
	IPC_BOOL(ipsec_child, udp),
	IPC_TEXT(ipsec_child, proposal),
	IPC_TEXT(ipsec_child, local_ts),
	IPC_TEXT(ipsec_child, remote_ts),
	{ 0 },
};

static const struct ipc_field report_fields[] = {
	IPC_MOST(ipsec_report, cover, IPSEC_PROTECTED),
	IPC_TEXT(ipsec_report, why),
	IPC_STRUCT(ipsec_report, ike, ike_fields),
	IPC_STRUCT(ipsec_report, child, child_fields),
	{ 0 },
};

static const struct ipc_field ipsec_state_fields[] = {
	IPC_MOST(aaa_ipsec_state, cover, IPSEC_PROTECTED),
	IPC_TEXT(aaa_ipsec_state, why),
	{ 0 },
};

static const struct ipc_field coa_fields[] = {
	IPC_RANGE(aaa_coa, kind, AAA_COA_DISCONNECT, AAA_COA_CHANGE),
	IPC_TEXT(aaa_coa, client),
	IPC_TEXT(aaa_coa, session_id),
	IPC_TEXT(aaa_coa, user),
	IPC_STRUCT(aaa_coa, prefix6, service_prefix6_fields),
	IPC_STRUCT(aaa_coa, delegated6, service_prefix6_fields),
	IPC_BOOL(aaa_coa, have_ifid),
	IPC_TEXT(aaa_coa, calling_number),
	IPC_TEXT(aaa_coa, called_number),
	IPC_BOOL(aaa_coa, have_nas_port),
	IPC_TEXT(aaa_coa, nas_port_id),
	IPC_STRUCT(aaa_coa, service, service_fields),
	{ 0 },
};

const struct ipc_shape aaa_answer_shapes[] = {
	[AAA_AUTH] = IPC_SHAPE(aaa_auth_reply, auth_reply_fields),
	[AAA_TEST] = IPC_SHAPE(aaa_test_reply, test_reply_fields),
	[AAA_SECRET] = IPC_SHAPE(ppp_call_secret_reply, secret_reply_fields),
	[AAA_RESOLVE] = IPC_SHAPE(aaa_resolve_reply, resolve_reply_fields),
	[AAA_RADIUS] = IPC_SHAPE(aaa_radius_state, radius_state_fields),
	[AAA_TACACS] = IPC_SHAPE(aaa_tacacs_state, tacacs_state_fields),
	[AAA_ACCT] = IPC_EMPTY,
	[AAA_RUNS] = IPC_EMPTY,
	[AAA_IPSEC_SHOW] = IPC_SHAPE(ipsec_report, report_fields),
	[AAA_IPSEC_INITIATE] = IPC_SHAPE(ipsec_report, report_fields),
	[AAA_COA] = IPC_SHAPE(aaa_coa, coa_fields),
	[AAA_IPSEC_STATE] = IPC_SHAPE(aaa_ipsec_state, ipsec_state_fields),
};
const size_t aaa_answer_shapes_n = COUNT(aaa_answer_shapes);

/* ---- to the monitor ---- */

static const struct ipc_field open_fields[] = {
	IPC_MOST(aaa_open, kind, AAA_FILE_RADIUS_KEY),
	IPC_TEXT(aaa_open, name),
	IPC_TEXT(aaa_open, session),
	{ 0 },
};

const struct ipc_shape aaa_open_shapes[] = {
	[AAA_OPEN] = IPC_SHAPE(aaa_open, open_fields),
	[AAA_VICI] = IPC_EMPTY,
	[AAA_ALIVE] = IPC_EMPTY,
};
const size_t aaa_open_shapes_n = COUNT(aaa_open_shapes);
