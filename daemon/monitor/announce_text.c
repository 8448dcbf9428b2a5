/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BIRD's and Kea's configurations; see announce_text.h. */
#include "monitor/announce_text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/*
 * Each /64 on a link is the caller's alone, so that nothing on it changes while
 * it is up: advertisements that nobody asked for are rare, solicited ones come
 * at once.
 */
#define RA_INTERVAL	600
/*
 * A lease is one prefix for one session and ends with the session. A caller who
 * replaces the router within a session gets the prefix when the old lease is
 * over.
 */
#define VALID_S		3600
#define PREFERRED_S	3000
#define RENEW_S		900
#define REBIND_S	1800
/*
 * RFC 8415, section 11.3: of an enterprise's own choice; 2495 is ISC's, whose
 * server it is.
 */
#define DUID_ENTERPRISE 2495

bool announce_is_plain(const char *ifname)
{
	for (const char *c = ifname; *c; c++)
		if (!isalnum((unsigned char)*c) &&
		    !(c > ifname && strchr("-_.@", *c)))
			return false;
	return *ifname != '\0';
}

static const char *format(const uint8_t address[16], char *buf)
{
	return inet_ntop(AF_INET6, address, buf, INET6_ADDRSTRLEN);
}

void announce_bird_text(FILE *f, struct announced *const *list, size_t n)
{
	char text[INET6_ADDRSTRLEN];

	/* A router has an id also where no protocol asks for it. */
	fprintf(f, "# Written by l2tpd, and again with each session.\n"
		   "log stderr { info, warning, error, fatal, bug };\n"
		   "router id 0.0.0.1;\n"
		   "protocol device {\n"
		   "\tscan time 60;\n");
	for (size_t i = 0; i < n; i++)
		if (list[i])
			fprintf(f, "\tinterface \"%s\" { preferred %s; };\n",
				list[i]->ifname, format(list[i]->router, text));
	fprintf(f, "}\n"
		   "protocol radv {\n");
	for (size_t i = 0; i < n; i++) {
		const struct announced *a = list[i];

		if (!a)
			continue;
		fprintf(f, "\tinterface \"%s\" {\n\t\tmax ra interval %d;\n",
			a->ifname, RA_INTERVAL);
		if (a->delegated6.len)
			fprintf(f, "\t\tother config yes;\n");
		if (a->dns6_n) {
			fprintf(f, "\t\trdnss {");
			for (size_t k = 0; k < a->dns6_n; k++)
				fprintf(f, " ns %s;", format(a->dns6[k], text));
			fprintf(f, " };\n");
		}
		fprintf(f, "\t};\n");
	}
	fprintf(f, "}\n");
}

static void kea_names(FILE *f, struct announced *const *list, size_t n)
{
	const char *comma = "";

	for (size_t i = 0; i < n; i++)
		if (list[i] && list[i]->delegated6.len) {
			fprintf(f, "%s \"%s\"", comma, list[i]->ifname);
			comma = ",";
		}
}

static void kea_subnet(FILE *f, const struct announced *a, size_t id)
{
	const struct service_prefix6 *p = &a->delegated6;
	char text[INET6_ADDRSTRLEN];

	format(p->addr, text);
	fprintf(f,
		"\t\t{ \"id\": %zu, \"subnet\": \"%s/%u\", "
		"\"interface\": \"%s\",\n"
		"\t\t  \"pd-pools\": [ { \"prefix\": \"%s\", "
		"\"prefix-len\": %u, \"delegated-len\": %u } ]",
		id, text, p->len, a->ifname, text, p->len, p->len);
	if (a->dns6_n) {
		fprintf(f, ",\n\t\t  \"option-data\": [ "
			   "{ \"name\": \"dns-servers\", \"data\": \"");
		for (size_t k = 0; k < a->dns6_n; k++)
			fprintf(f, "%s%s", k ? ", " : "",
				format(a->dns6[k], text));
		fprintf(f, "\" } ]");
	}
	fprintf(f, " }");
}

void announce_kea_text(FILE *f, struct announced *const *list, size_t n,
		       uint64_t identifier)
{
	const char *comma = "";

	fprintf(f, "// Written by l2tpd, and again with each session.\n"
		   "{ \"Dhcp6\": {\n"
		   "\t\"interfaces-config\": "
		   "{ \"re-detect\": true, \"interfaces\": [");
	kea_names(f, list, n);
	fprintf(f,
		" ] },\n"
		"\t\"lease-database\": { \"type\": \"memfile\", "
		"\"persist\": false, \"lfc-interval\": 0 },\n"
		"\t\"server-id\": { \"type\": \"EN\", "
		"\"enterprise-id\": %d, \"identifier\": \"%016" PRIX64 "\", "
		"\"persist\": false },\n",
		DUID_ENTERPRISE, identifier);
	fprintf(f,
		"\t\"valid-lifetime\": %d, \"preferred-lifetime\": %d, "
		"\"renew-timer\": %d, \"rebind-timer\": %d,\n",
		VALID_S, PREFERRED_S, RENEW_S, REBIND_S);
	/* Said per subnet and per reading: what they are is written here. */
	fprintf(f, "\t\"multi-threading\": "
		   "{ \"enable-multi-threading\": false },\n"
		   "\t\"loggers\": [\n"
		   "\t\t{ \"name\": \"kea-dhcp6\", \"severity\": \"INFO\",\n"
		   "\t\t  \"output_options\": [ { \"output\": \"stdout\", "
		   "\"pattern\": \"%%p %%m\\n\" } ] },\n"
		   "\t\t{ \"name\": \"kea-dhcp6.dhcpsrv\", "
		   "\"severity\": \"ERROR\",\n"
		   "\t\t  \"output_options\": [ { \"output\": \"stdout\", "
		   "\"pattern\": \"%%p %%m\\n\" } ] }\n"
		   "\t],\n"
		   "\t\"subnet6\": [\n");
	for (size_t i = 0; i < n; i++) {
		if (!list[i] || !list[i]->delegated6.len)
			continue;
		fprintf(f, "%s", comma);
		kea_subnet(f, list[i], i + 1);
		comma = ",\n";
	}
	fprintf(f, "\n\t]\n} }\n");
}
