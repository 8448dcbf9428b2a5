/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A monitor without its other processes: the test is its engine, makes requests
 * and reads the answers and events. Whatever goes wrong here ends the program.
 */
#ifndef L2TPD_TESTS_VM_MONITOR_LAB_H
#define L2TPD_TESTS_VM_MONITOR_LAB_H

#include "ipc/channel.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "monitor/held.h"
#include "monitor/held_session.h"
#include "monitor/held_tunnel.h"
#include "monitor/ppp_calls.h"
#include "monitor/ppp_unit.h"
#include "monitor/pw.h"
#include "monitor/pw_sections.h"
#include "monitor/request.h"

struct monitor_lab {
	struct loop *loop;
	struct config *config;
	struct dataplane *dp;
	struct channel engine; /* the monitor's end of the engine's channel */
	struct requests requests;
	struct held held;
	struct held_tunnels tunnels;
	struct held_sessions sessions;
	struct ppp_calls calls;
	struct pws pws;
	struct ppp_units *units;
	struct pw_sections *pw_sections;
	int fd;			   /* the engine's end of its channel */
	struct ipc_message answer; /* the last one that came */
};

/*
 * With the kernel's data plane and this configuration, which
 * stays the caller's.
 */
void monitor_lab_open(struct monitor_lab *l, struct config *config);
/* Its lcce sections, or the names in them, have changed. */
void monitor_lab_configure(struct monitor_lab *l);
/* As when the engine has died. */
void monitor_lab_clear(struct monitor_lab *l);
void monitor_lab_close(struct monitor_lab *l);

/*
 * Makes a request; the result of the answer, which is in l->answer. Events
 * before it are dropped.
 */
int monitor_lab_ask(struct monitor_lab *l, uint16_t type, const void *body,
		    size_t len);
/* The same with an answer that comes later: the loop runs until it is there. */
int monitor_lab_ask_later(struct monitor_lab *l, uint16_t type,
			  const void *body, size_t len);
/* Makes a request whose answer is left for monitor_lab_reply: its serial. */
uint64_t monitor_lab_send(struct monitor_lab *l, uint16_t type,
			  const void *body, size_t len);
/* Waits for the answer to any request: its serial; it is in l->answer. */
uint64_t monitor_lab_reply(struct monitor_lab *l);
/*
 * Runs the loop until an event of the type comes, for ten seconds at most; it
 * is in l->answer.
 */
bool monitor_lab_event(struct monitor_lab *l, uint16_t type);
/*
 * Runs the loop for what has happened already: true when an
 * event was made of it.
 */
bool monitor_lab_any_event(struct monitor_lab *l);

#define MONITOR_LAB_ASK(l, type, body) \
	monitor_lab_ask((l), (type), (body), sizeof(*(body)))

#endif
