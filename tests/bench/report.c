// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Figures: latencies, failures by their cause, processes' CPU time and memory.
 */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

/*
 * To the nanosecond, where /proc/PID/stat counts ticks: 1,000
 * calls take but one.
 */
static int read_cpu(pid_t pid, struct usage *u)
{
	struct timespec ts;
	clockid_t clock;
	int ret = clock_getcpuclockid(pid, &clock);

	if (ret)
		return -ret;
	if (clock_gettime(clock, &ts) < 0)
		return -errno;
	u->cpu_s = (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
	return 0;
}

static void read_memory(pid_t pid, struct usage *u)
{
	unsigned long long kb;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Rss: %llu", &kb) == 1)
			u->rss_kb = kb;
		if (sscanf(line, "Pss: %llu", &kb) == 1)
			u->pss_kb = kb;
	}
	fclose(f);
}

int usage_read(pid_t pid, struct usage *u)
{
	int ret;

	memset(u, 0, sizeof(*u));
	ret = read_cpu(pid, u);
	if (!ret)
		read_memory(pid, u);
	return ret;
}

void results_usage(struct results *r, const struct load_options *o,
		   enum load_point p)
{
	usage_read(getpid(), &r->self[p]);
	for (unsigned int i = 0; i < o->watched_n; i++)
		usage_read(o->watched[i].pid, &r->watched[i][p]);
}

void failures_add(struct failures *f, const char *what,
		  const struct l2tp_cause *cause, bool by_peer,
		  enum l2tp_message_type type)
{
	char text[160], words[128];
	unsigned int i;

	l2tp_cause_format(cause, type, words, sizeof(words));
	snprintf(text, sizeof(text), "%s, %s: %s", what,
		 by_peer ? "by the peer" : "here", words);
	f->total++;
	for (i = 0; i < f->kinds && strcmp(f->kind[i].text, text); i++)
		;
	if (i == FAILURE_KINDS)
		i--;
	if (i == f->kinds)
		snprintf(f->kind[f->kinds++].text, sizeof(text), "%s", text);
	f->kind[i].n++;
}

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* In ms; the list is sorted. */
static double percentile(const struct results *r, unsigned int percent)
{
	uint64_t at;

	if (!r->latencies)
		return 0;
	at = (r->latencies - 1) * percent / 100;
	return (double)r->latency_us[at] / 1000;
}

static double rate(uint64_t n, double seconds)
{
	return seconds > 0 ? (double)n / seconds : 0;
}

/* What n more of something took, in bytes each. */
static double per(uint64_t before_kb, uint64_t after_kb, uint64_t n)
{
	return n ? ((double)after_kb - (double)before_kb) * 1024 / (double)n :
		   0;
}

static double cpu(const struct usage *a, const struct usage *b)
{
	return b->cpu_s - a->cpu_s;
}

static json_t *process_json(const struct results *r,
			    const struct usage u[POINTS],
			    const struct load_options *o)
{
	return json_pack("{s:f, s:f, s:f, s:I, s:I, s:I, s:f, s:f}",
			 "cpu_s_tunnels",
			 cpu(&u[POINT_START], &u[POINT_TUNNELS]), "cpu_s_calls",
			 cpu(&u[POINT_TUNNELS], &u[POINT_CALLS]), "cpu_s_hold",
			 cpu(&u[POINT_CALLS], &u[POINT_HELD]), "pss_kb_start",
			 (json_int_t)u[POINT_START].pss_kb, "pss_kb_tunnels",
			 (json_int_t)u[POINT_TUNNELS].pss_kb, "pss_kb_calls",
			 (json_int_t)u[POINT_HELD].pss_kb, "bytes_per_tunnel",
			 per(u[POINT_START].pss_kb, u[POINT_TUNNELS].pss_kb,
			     r->tunnels_up),
			 "bytes_per_session",
			 o->churn ? 0.0 :
				    per(u[POINT_TUNNELS].pss_kb,
					u[POINT_HELD].pss_kb, r->calls_up));
}

static void print_json(const struct results *r, const struct load_options *o)
{
	json_t *failures = json_object(), *processes = json_object(), *root;

	for (unsigned int i = 0; i < r->failures.kinds; i++)
		json_object_set_new(failures, r->failures.kind[i].text,
				    json_integer(
					    (json_int_t)r->failures.kind[i].n));
	for (unsigned int i = 0; i < o->watched_n; i++)
		json_object_set_new(processes, o->watched[i].name,
				    process_json(r, r->watched[i], o));
	json_object_set_new(processes, "l2tp-load",
			    process_json(r, r->self, o));
	root = json_pack("{s:I, s:f, s:f, s:I, s:I, s:f, s:f, s:f, s:f, s:f, "
			 "s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
			 "tunnels", (json_int_t)r->tunnels_up, "tunnels_s",
			 r->tunnels_s, "tunnels_per_s",
			 rate(r->tunnels_up, r->tunnels_s), "calls",
			 (json_int_t)r->calls_up, "calls_cleared",
			 (json_int_t)r->calls_done, "calls_s", r->calls_s,
			 "calls_per_s", rate(r->calls_up, r->calls_s),
			 "latency_ms_p50", percentile(r, 50), "latency_ms_p99",
			 percentile(r, 99), "latency_ms_max",
			 percentile(r, 100), "retransmitted",
			 (json_int_t)r->retransmitted, "packets_in",
			 (json_int_t)r->packets_in, "packets_out",
			 (json_int_t)r->packets_out, "send_errors",
			 (json_int_t)r->send_errors, "log_lines",
			 (json_int_t)r->log_lines, "failures", failures,
			 "processes", processes);
	json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	putchar('\n');
	json_decref(root);
}

static void print_process(const struct results *r, const char *name,
			  const struct usage u[POINTS],
			  const struct load_options *o)
{
	double s = cpu(&u[POINT_TUNNELS], &u[POINT_CALLS]);

	printf("%-12s %.2f s CPU for the tunnels, %.2f s for the calls", name,
	       cpu(&u[POINT_START], &u[POINT_TUNNELS]), s);
	if (r->calls_up)
		printf(" (%.1f us each)", s * 1e6 / (double)r->calls_up);
	printf("\n%-12s PSS %llu kB, %llu kB with the tunnels", "",
	       (unsigned long long)u[POINT_START].pss_kb,
	       (unsigned long long)u[POINT_TUNNELS].pss_kb);
	if (r->tunnels_up)
		printf(" (%.0f bytes each)",
		       per(u[POINT_START].pss_kb, u[POINT_TUNNELS].pss_kb,
			   r->tunnels_up));
	printf(", %llu kB with the calls",
	       (unsigned long long)u[POINT_HELD].pss_kb);
	if (r->calls_up && !o->churn)
		printf(" (%.0f bytes each)",
		       per(u[POINT_TUNNELS].pss_kb, u[POINT_HELD].pss_kb,
			   r->calls_up));
	putchar('\n');
}

static void print_text(const struct results *r, const struct load_options *o)
{
	printf("tunnels      %llu of %u in %.3f s: %.0f per second\n",
	       (unsigned long long)r->tunnels_up, o->tunnels, r->tunnels_s,
	       rate(r->tunnels_up, r->tunnels_s));
	printf("calls        %llu of %u%s in %.3f s: %.0f per second\n",
	       (unsigned long long)r->calls_up, o->calls,
	       o->churn ? " made and cleared" : "", r->calls_s,
	       rate(r->calls_up, r->calls_s));
	printf("setup        p50 %.3f ms, p99 %.3f ms, max %.3f ms\n",
	       percentile(r, 50), percentile(r, 99), percentile(r, 100));
	printf("packets      %llu out, %llu in, %llu retransmitted, %llu not "
	       "sent\n",
	       (unsigned long long)r->packets_out,
	       (unsigned long long)r->packets_in,
	       (unsigned long long)r->retransmitted,
	       (unsigned long long)r->send_errors);
	for (unsigned int i = 0; i < o->watched_n; i++)
		print_process(r, o->watched[i].name, r->watched[i], o);
	print_process(r, "l2tp-load", r->self, o);
	printf("failures     %llu\n", (unsigned long long)r->failures.total);
	for (unsigned int i = 0; i < r->failures.kinds; i++)
		printf("  %8llu   %s\n",
		       (unsigned long long)r->failures.kind[i].n,
		       r->failures.kind[i].text);
}

void results_print(struct results *r, const struct load_options *o)
{
	qsort(r->latency_us, r->latencies, sizeof(*r->latency_us), compare_u32);
	if (o->json)
		print_json(r, o);
	else
		print_text(r, o);
}
