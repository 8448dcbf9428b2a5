/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may stand in the structs of service.h; see fields.h. */
#include "ipc/fields.h"
#include "ipc/service.h"

const struct ipc_field service_prefix6_fields[] = {
	IPC_MOST(service_prefix6, len, 128),
	{ 0 },
};

const struct ipc_field service_route_fields[] = {
	IPC_MOST(service_route, len, 128),
	{ 0 },
};

const struct ipc_field service_fields[] = {
	IPC_TEXT(service, user),
	IPC_TEXT(service, pool),
	IPC_STRUCT(service, prefix6, service_prefix6_fields),
	IPC_STRUCT(service, delegated6, service_prefix6_fields),
	IPC_BOOL(service, have_ifid),
	IPC_MOST(service, dns6_n, 2),
	IPC_MOST(service, route_n, SERVICE_ROUTES_MAX),
	IPC_STRUCT_EACH(service, route, service_route_fields),
	IPC_TEXT(service, filter_id),
	IPC_MOST(service, class_n, SERVICE_CLASSES_MAX),
	IPC_MOST_EACH(service, class_len, SERVICE_CLASS_MAX),
	IPC_TEXT(service, server),
	{ 0 },
};

const struct ipc_field service_call_fields[] = {
	IPC_TEXT(service_call, session_id),
	IPC_TEXT(service_call, local),
	IPC_TEXT(service_call, peer),
	IPC_TEXT(service_call, local_name),
	IPC_TEXT(service_call, peer_name),
	IPC_TEXT(service_call, calling_number),
	IPC_TEXT(service_call, called_number),
	IPC_TEXT(service_call, ifname),
	{ 0 },
};
