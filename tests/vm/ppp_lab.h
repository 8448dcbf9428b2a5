/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Monitor and engine of a bench for pppd: kernel sessions between two ends of
 * a tunnel, the runner of templates, and the engine's answers. Whatever goes
 * wrong in the bench itself ends the program.
 *
 * The programs look at two variables, to be run with another pppd than the
 * system's: L2TPD_TEST_PPPD and L2TPD_TEST_PLUGIN.
 */
#ifndef L2TPD_TESTS_VM_PPP_LAB_H
#define L2TPD_TESTS_VM_PPP_LAB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "dataplane_lab.h"
#include "ipc/channel.h"
#include "ipc/ppp.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "monitor/ppp.h"

/* not ASCII, and what shells quote */
#define PPP_LAB_USER	 "ev\xc3\xa9 \"x\" \\y"
#define PPP_LAB_PASSWORD "pa\xc3\x9fwort 1"

struct ppp_lab {
	struct lab lab;
	struct loop *loop;
	struct config *config;
	struct ppp_runner *runner;
	struct loop_signal sigchld;
	struct loop_timer deadline;
	bool timed_out;
	/* A child that the test started, not the runner. */
	pid_t user_pid;
	bool user_exited;
	int user_status;
	const char *pppd;
	char plugin[4096];
};

/*
 * One end of a call: its session, its pppd, and the engine's end of its
 * channel.
 */
struct ppp_end {
	struct ppp_lab *lab;
	const char *profile;
	struct dp_session session;
	int pppox;
	struct channel channel;
	struct ppp_call_params params;
	struct ppp_end *next; /* of those that run */

	bool mute; /* does not answer */
	bool refuse;
	uint32_t give_remote; /* in the answer; 0: params' */
	/* More of the answer, as a RADIUS server gives it. */
	struct {
		uint16_t mtu;
		bool have_ifid, no_keys;
		uint8_t ifid[8], mppe_policy, mppe_types;
	} give;

	/* What came */
	double started_ms, up_ms;
	unsigned int mppes;
	struct ppp_call_mppe mppe_msg; /* the last */
	bool hello, up, netdown, has_down, closed, exited;
	struct ppp_call_hello hello_msg;
	struct ppp_call_up up_msg;  /* the last */
	struct ppp_call_up up6_msg; /* of IPv6; its family is 0 before */
	struct ppp_call_down down_msg;
	unsigned int auths, secrets;
	struct ppp_call_auth auth_msg; /* the last */
	int status;
	pid_t exit_pid;
};

/* argv0 finds the plugin. */
void ppp_lab_open(struct ppp_lab *p, const char *argv0,
		  const char *config_text);
void ppp_lab_close(struct ppp_lab *p);
void ppp_lab_reap(struct ppp_lab *p);
/* Runs the loop until cond(arg) holds; false after that time. */
bool ppp_lab_run(struct ppp_lab *p, bool (*cond)(void *arg), void *arg,
		 unsigned int ms);

/*
 * Session n's end: 1 is the LNS. Installed, and its PPPoX socket
 * open; no pppd yet.
 */
void ppp_end_open(struct ppp_end *e, struct ppp_lab *p, int end, uint32_t n,
		  const char *profile);
int ppp_end_start(struct ppp_end *e);
/*
 * Makes the end's channel and returns the pppd's side of it, for a
 * pppd that dialled.
 */
int ppp_end_channel(struct ppp_end *e);
/* PPP_CALL_STOP */
void ppp_end_stop(struct ppp_end *e, int pppd_status, const char *reason);
void ppp_end_close(struct ppp_end *e); /* channel, socket and kernel session */
/* Verdict on the last AUTH by the bench's user and password (PAP, CHAP-MD5). */
bool ppp_lab_password_ok(const struct ppp_call_auth *a);

/*
 * No child is left, after a while: the scripts of a killed pppd are ours then,
 * and end by themselves.
 */
bool ppp_lab_no_children(void);
bool ppp_lab_interface_exists(const char *name);

#endif
