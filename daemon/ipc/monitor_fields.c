/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may stand in the engine's requests to the monitor; see fields.h. */
#include "ipc/fields.h"
#include "ipc/monitor.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

static const struct ipc_field secret_fields[] = {
	IPC_MOST(monitor_secret, kind, MONITOR_SECRET_LCCE_OLD),
	IPC_TEXT(monitor_secret, name),
	{ 0 },
};

/* ---- tunnels and sessions ---- */

static const struct ipc_field socket_fields[] = {
	IPC_RANGE(monitor_socket, version, 2, 3),
	IPC_MOST(monitor_socket, encap, DP_ENCAP_IP),
	IPC_ADDR(monitor_socket, local),
	IPC_ADDR(monitor_socket, peer),
	IPC_BOOL(monitor_socket, unconnected),
	{ 0 },
};

static const struct ipc_field connect_fields[] = {
	IPC_ADDR(monitor_connect, peer),
	{ 0 },
};

static const struct ipc_field tunnel_fields[] = {
	IPC_RANGE(monitor_tunnel, version, 2, 3),
	IPC_MOST(monitor_tunnel, encap, DP_ENCAP_IP),
	IPC_BOOL(monitor_tunnel, no_csum_tx),
	IPC_BOOL(monitor_tunnel, no_csum_rx),
	{ 0 },
};

static const struct ipc_field dp_session_fields[] = {
	IPC_MOST(dp_session, pseudowire, DP_PW_ETH_VLAN),
	IPC_BOOL(dp_session, send_seq),
	IPC_BOOL(dp_session, recv_seq),
	IPC_BOOL(dp_session, lns_mode),
	IPC_TEXT(dp_session, ifname),
	IPC_MOST(dp_session, cookie_len, 8),
	IPC_MOST(dp_session, peer_cookie_len, 8),
	IPC_BOOL(dp_session, no_l2_sublayer),
	{ 0 },
};

static const struct ipc_field session_fields[] = {
	IPC_STRUCT(monitor_session, session, dp_session_fields),
	{ 0 },
};

static const struct ipc_field addr_fields[] = {
	{ .kind = IPC_FIELD_ADDR, .size = sizeof(struct addr), .n = 1 },
	{ 0 },
};

static const struct ipc_field failed_fields[] = {
	IPC_TEXT(monitor_failed, why),
	{ 0 },
};

static const struct ipc_field source_fields[] = {
	IPC_ADDR(monitor_source, local),
	IPC_ADDR(monitor_source, peer),
	{ 0 },
};

/* ---- PPP ---- */

static const struct ipc_field ppp_fields[] = {
	IPC_TEXT(monitor_ppp, profile),
	IPC_STRUCT(monitor_ppp, params, ppp_call_params_fields),
	{ 0 },
};

static const struct ipc_field interface_fields[] = {
	IPC_TEXT(monitor_interface, ifname),
	{ 0 },
};

static const struct ipc_field ppp_net_fields[] = {
	IPC_STRUCT(monitor_ppp_net, interface, interface_fields),
	IPC_BOOL(monitor_ppp_net, ipv4),
	IPC_BOOL(monitor_ppp_net, ipv6),
	{ 0 },
};

static const struct ipc_field net_fields[] = {
	IPC_STRUCT(monitor_net, interface, interface_fields),
	IPC_TEXT(monitor_net, profile),
	IPC_STRUCT(monitor_net, prefix6, service_prefix6_fields),
	IPC_STRUCT(monitor_net, delegated6, service_prefix6_fields),
	IPC_MOST(monitor_net, dns6_n, 2),
	IPC_MOST(monitor_net, route_n, SERVICE_ROUTES_MAX),
	IPC_STRUCT_EACH(monitor_net, route, service_route_fields),
	{ 0 },
};

static const struct ipc_field script_fields[] = {
	IPC_STRUCT(monitor_script, interface, interface_fields),
	IPC_TEXT(monitor_script, profile),
	IPC_BOOL(monitor_script, up),
	IPC_STRUCT(monitor_script, call, service_call_fields),
	IPC_STRUCT(monitor_script, service, service_fields),
	IPC_TEXT(monitor_script, reason),
	{ 0 },
};

static const struct ipc_field attach_fields[] = {
	IPC_TEXT(monitor_attach, profile),
	IPC_BOOL(monitor_attach, caller),
	{ 0 },
};

static const struct ipc_field unit_fields[] = {
	IPC_STRUCT(monitor_unit, interface, interface_fields),
	{ 0 },
};

static const struct ipc_field address_fields[] = {
	IPC_BOOL(monitor_ppp_address, up),
	{ 0 },
};

static const struct ipc_field mppe_fields[] = {
	IPC_BOOL(monitor_ppp_mppe, open),     IPC_BOOL(monitor_ppp_mppe, up),
	IPC_BOOL(monitor_ppp_mppe, required), IPC_BOOL(monitor_ppp_mppe, send),
	IPC_BOOL(monitor_ppp_mppe, receive),  { 0 },
};

/* ---- pseudowires ---- */

static const struct ipc_field pw_fields[] = {
	IPC_TEXT(monitor_pw, lcce),
	IPC_TEXT(monitor_pw, session),
	{ 0 },
};

static const struct ipc_field pw_add_fields[] = {
	IPC_TEXT(monitor_pw_add, lcce),
	IPC_TEXT(monitor_pw_add, session),
	IPC_MOST(monitor_pw_add, type, CONFIG_PW_VLAN),
	IPC_BOOL(monitor_pw_add, has_mac),
	IPC_TEXT(monitor_pw_add, ifname),
	IPC_TEXT(monitor_pw_add, bridge),
	IPC_TEXT(monitor_pw_add, vrf),
	IPC_TEXT(monitor_pw_add, circuit),
	{ 0 },
};

static const struct ipc_field pw_name_fields[] = {
	IPC_TEXT(monitor_pw_name, lcce),
	IPC_TEXT(monitor_pw_name, session),
	{ 0 },
};

static const struct ipc_field circuit_fields[] = {
	IPC_BOOL(monitor_circuit, up),
	{ 0 },
};

/* ---- static tunnels ---- */

static const struct ipc_field static_fields[] = {
	IPC_TEXT(monitor_static, name),
	IPC_MOST(monitor_static, encap, CONFIG_ENCAP_IP),
	IPC_ADDR(monitor_static, local),
	IPC_ADDR(monitor_static, remote),
	IPC_BOOL(monitor_static, udp_csum),
	IPC_BOOL(monitor_static, udp6_csum_tx),
	IPC_BOOL(monitor_static, udp6_csum_rx),
	{ 0 },
};

static const struct ipc_field cookie_fields[] = {
	IPC_MOST(config_cookie, len, 8),
	{ 0 },
};

static const struct ipc_field static_session_fields[] = {
	IPC_TEXT(monitor_static_session, tunnel),
	IPC_TEXT(monitor_static_session, name),
	IPC_STRUCT(monitor_static_session, cookie, cookie_fields),
	IPC_STRUCT(monitor_static_session, peer_cookie, cookie_fields),
	IPC_MOST(monitor_static_session, l2spec, CONFIG_L2SPEC_NONE),
	IPC_MOST(monitor_static_session, seq, CONFIG_SEQ_BOTH),
	IPC_BOOL(monitor_static_session, has_mac),
	IPC_TEXT(monitor_static_session, ifname),
	IPC_TEXT(monitor_static_session, bridge),
	IPC_TEXT(monitor_static_session, vrf),
	IPC_ADDR(monitor_static_session, keepalive_address),
	{ 0 },
};

static const struct ipc_field static_name_fields[] = {
	IPC_TEXT(monitor_static_name, tunnel),
	IPC_TEXT(monitor_static_name, session),
	{ 0 },
};

const struct ipc_shape monitor_shapes[] = {
	[MONITOR_SECRET] = IPC_SHAPE(monitor_secret, secret_fields),
	[MONITOR_LISTEN] = IPC_SHAPE(monitor_listen, NULL),
	[MONITOR_SOCKET] = IPC_SHAPE(monitor_socket, socket_fields),
	[MONITOR_SOCKET_CONNECT] = IPC_SHAPE(monitor_connect, connect_fields),
	[MONITOR_TUNNEL_ADD] = IPC_SHAPE(monitor_tunnel, tunnel_fields),
	[MONITOR_TUNNEL_DEL] = IPC_SHAPE(monitor_tunnel_id, NULL),
	[MONITOR_SOCKET_CLOSE] = IPC_SHAPE(monitor_tunnel_id, NULL),
	[MONITOR_SESSION_ADD] = IPC_SHAPE(monitor_session, session_fields),
	[MONITOR_SESSION_MODIFY] = IPC_SHAPE(monitor_session, session_fields),
	[MONITOR_SESSION_DEL] = IPC_SHAPE(monitor_link, NULL),
	[MONITOR_SESSION_STATS] = IPC_SHAPE(monitor_link, NULL),
	[MONITOR_TUNNEL_STATS] = IPC_SHAPE(monitor_tunnel_id, NULL),
	[MONITOR_SESSION_FD] = IPC_SHAPE(monitor_link, NULL),
	[MONITOR_PPP_START] = IPC_SHAPE(monitor_ppp, ppp_fields),
	[MONITOR_PPP_STOP] = IPC_SHAPE(monitor_link, NULL),
	[MONITOR_READY] = IPC_EMPTY,
	[MONITOR_CONFIG_FILE] = IPC_EMPTY,
	[MONITOR_ROUTE] = IPC_SHAPE(addr, addr_fields),
	[MONITOR_NET] = IPC_SHAPE(monitor_net, net_fields),
	[MONITOR_LINK_STATS] = IPC_SHAPE(monitor_interface, interface_fields),
	[MONITOR_PPP_SHOW] = IPC_SHAPE(monitor_interface, interface_fields),
	[MONITOR_SCRIPT] = IPC_SHAPE(monitor_script, script_fields),
	[MONITOR_PW] = IPC_SHAPE(monitor_pw, pw_fields),
	[MONITOR_PW_ADD] = IPC_SHAPE(monitor_pw_add, pw_add_fields),
	[MONITOR_PW_DEL] = IPC_SHAPE(monitor_pw_name, pw_name_fields),
	[MONITOR_PW_PEER] = IPC_SHAPE(monitor_circuit, circuit_fields),
	[MONITOR_PW_SHOW] = IPC_SHAPE(monitor_link, NULL),
	[MONITOR_IPSEC] = IPC_SHAPE(monitor_ipsec, NULL),
	[MONITOR_STATIC_ADD] = IPC_SHAPE(monitor_static, static_fields),
	[MONITOR_STATIC_SESSION_ADD] =
		IPC_SHAPE(monitor_static_session, static_session_fields),
	[MONITOR_STATIC_DEL] =
		IPC_SHAPE(monitor_static_name, static_name_fields),
	[MONITOR_STATIC_FIND] =
		IPC_SHAPE(monitor_static_name, static_name_fields),
	[MONITOR_STATIC_SHOW] = IPC_SHAPE(monitor_static_place, NULL),
	[MONITOR_SOURCE] = IPC_SHAPE(monitor_source, source_fields),
	[MONITOR_ALIVE] = IPC_EMPTY,
	[MONITOR_FAILED] = IPC_SHAPE(monitor_failed, failed_fields),
	[MONITOR_PPP_NET] = IPC_SHAPE(monitor_ppp_net, ppp_net_fields),
	[MONITOR_PPP_ATTACH] = IPC_SHAPE(monitor_attach, attach_fields),
	[MONITOR_PPP_UNIT] = IPC_SHAPE(monitor_unit, unit_fields),
	[MONITOR_PPP_ADDRESS] = IPC_SHAPE(monitor_ppp_address, address_fields),
	[MONITOR_PPP_MPPE] = IPC_SHAPE(monitor_ppp_mppe, mppe_fields),
	[MONITOR_PPP_DETACH] = IPC_SHAPE(monitor_link, NULL),
	[MONITOR_PPP_LISTEN] = IPC_EMPTY,
};
const size_t monitor_shapes_n = COUNT(monitor_shapes);
