// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands of l2tpctl as a table. Parsing, usage, help, shell completion
 * and the manual's section come from these rows; ipc/control.h says what the
 * engine makes of them.
 */
#include "ctl/ctl.h"

#include <stddef.h>

#define TEXT(w, k, v, fl, h)	{ .word = w, .key = k, .kind = CTL_TEXT, .value = v, .flags = fl, .help = h }
#define NUMBER(w, k, v, lo, hi, h) \
	{ .word = w, .key = k, .kind = CTL_NUMBER, .value = v, .min = lo, .max = hi, .help = h }
#define FLAG(w, k, h)		{ .word = w, .key = k, .kind = CTL_FLAG, .help = h }
#define ON_OFF(w, k, h)		{ .word = w, .key = k, .kind = CTL_ON_OFF, .value = "on|off", .help = h }
#define CHOICE(w, k, v, fl, h)	{ .word = w, .key = k, .kind = CTL_CHOICE, .value = v, .flags = fl, .help = h }
#define SECRET(w, k, h)		{ .word = w, .key = k, .kind = CTL_SECRET_FILE, .value = "FILE", .help = h }
#define DAY 86400

static const struct ctl_arg add_tunnel_args[] = {
	TEXT("remote", "remote", "HOST", CTL_REQUIRED,
	     "The LNS to call: a host name or an address"),
	TEXT("name", "name", "NAME", 0, "What to call the tunnel here"),
	SECRET("secret-file", "secret",
	       "File whose first line is the tunnel's secret; only its owner may read it"),
	TEXT("local", "local", "ADDRESS", 0, "Our address; the routing table chooses by default"),
	NUMBER("port", "port", "PORT", 1, 65535, "The LNS's UDP port, 1701 by default"),
	CHOICE("source-port", "source_port", "1701|ephemeral", 0,
	       "Our UDP port, ephemeral by default"),
	TEXT("hostname", "hostname", "NAME", 0, "Host name that we give the peer"),
	FLAG("hide", "hide", "Hide the AVPs that may be hidden; needs the secret"),
	ON_OFF("challenge", "challenge",
	       "Make the peer prove that it knows the secret; on when there is one"),
	NUMBER("hello", "hello", "SECONDS", 0, DAY, "Silence before a HELLO is sent; 0: none is"),
	NUMBER("idle-timeout", "idle_timeout", "SECONDS", 1, DAY,
	       "How long the tunnel stays without a session"),
	NUMBER("receive-window", "receive_window", "MESSAGES", 1, 1024,
	       "Control messages that the peer may have on their way to us"),
	{ 0 }
};

static const struct ctl_arg add_session_args[] = {
	TEXT("tunnel", "tunnel", "NAME|ID", CTL_REQUIRED | CTL_TUNNEL_NAME,
	     "The tunnel that carries the session"),
	TEXT("ppp", "ppp", "PROFILE", CTL_REQUIRED,
	     "The ppp section of the configuration that says how PPP is run"),
	TEXT("name", "name", "NAME", 0, "What to call the session here"),
	TEXT("user", "user", "NAME", 0, "User name for PPP's authentication"),
	SECRET("password-file", "password",
	       "File whose first line is the user's password; only its owner may read it"),
	TEXT("ifname", "ifname", "NAME", 0, "Name of the network interface, pppN by default"),
	ON_OFF("persist", "persist", "Dial again when the session ends; off by default"),
	TEXT("called-number", "called_number", "NUMBER", 0, "Called Number of the call"),
	TEXT("calling-number", "calling_number", "NUMBER", 0, "Calling Number of the call"),
	{ 0 }
};

static const struct ctl_arg delete_tunnel_args[] = {
	TEXT("tunnel", "tunnel", "NAME|ID", CTL_REQUIRED | CTL_BARE | CTL_TUNNEL_NAME,
	     "The tunnel to close, with its sessions"),
	{ 0 }
};

static const struct ctl_arg delete_session_args[] = {
	TEXT("tunnel", "tunnel", "NAME|ID", CTL_TUNNEL_NAME,
	     "Its tunnel; may be left out when the session has a name"),
	TEXT("session", "session", "NAME|ID", CTL_REQUIRED | CTL_BARE, "The session to close"),
	{ 0 }
};

static const struct ctl_arg show_tunnels_args[] = {
	TEXT("tunnel", "tunnel", "NAME|ID", CTL_BARE | CTL_TUNNEL_NAME,
	     "This tunnel only, with all that is known of it"),
	FLAG("stats", "stats", "With the kernel's counters"),
	{ 0 }
};

static const struct ctl_arg show_sessions_args[] = {
	TEXT("tunnel", "tunnel", "NAME|ID", CTL_TUNNEL_NAME, "Sessions of this tunnel only"),
	TEXT("session", "session", "NAME|ID", CTL_BARE,
	     "This session only, with all that is known of it"),
	TEXT("user", "user", "NAME", 0, "Sessions of this user only"),
	FLAG("stats", "stats", "With the kernel's counters"),
	{ 0 }
};

static const struct ctl_arg show_users_args[] = {
	TEXT("user", "user", "NAME", CTL_BARE, "Sessions of this user only, with all that is known of them"),
	FLAG("stats", "stats", "With the counters of their interfaces"),
	{ 0 }
};

static const struct ctl_arg show_pools_args[] = {
	TEXT("name", "name", "NAME", CTL_BARE, "The pool of this ppp or pool section only, in full"),
	{ 0 }
};

static const struct ctl_arg show_radius_args[] = {
	TEXT("name", "name", "NAME", CTL_BARE, "This radius section only, in full"),
	{ 0 }
};

static const struct ctl_arg clear_user_args[] = {
	TEXT("user", "user", "NAME", CTL_REQUIRED | CTL_BARE, "The user whose sessions are cleared"),
	{ 0 }
};

static const struct ctl_arg test_aaa_args[] = {
	TEXT("user", "user", "NAME", CTL_REQUIRED | CTL_BARE, "The user name, as a caller would send it"),
	TEXT("ppp", "ppp", "PROFILE", 0, "The ppp section that counts; may be left out when one only has auth"),
	CHOICE("method", "method", "pap|chap|mschapv2", 0,
	       "How the password is proven; by default as the profile asks first"),
	{ .word = "password-file", .key = "password", .kind = CTL_SECRET_FILE, .value = "FILE", .flags = CTL_ASK,
	  .help = "File whose first line is the password; else it is asked for, or read from standard input" },
	{ 0 }
};

static const struct ctl_arg set_log_args[] = {
	CHOICE("level", "level", "error|warning|notice|info|debug", CTL_REQUIRED | CTL_BARE,
	       "What is logged: this and what is more urgent"),
	{ 0 }
};

#define SECTION(l)	{ .label = l, .format = CTL_SECTION }
#define COLUMN(k, h, l)	{ .key = k, .heading = h, .label = l, .format = CTL_PLAIN }
#define LINE(k, l)	{ .key = k, .label = l, .format = CTL_PLAIN }
#define COUNT(k, h, l)	{ .key = k, .heading = h, .label = l, .format = CTL_COUNT }
#define SECONDS(k, l)	{ .key = k, .label = l, .format = CTL_SECONDS }
#define RATE(k, l)	{ .key = k, .label = l, .format = CTL_RATE }
#define COUNTER(k, h, l) \
	{ .key = k, .heading = h, .label = l, .format = CTL_PLAIN, .stats = true }
#define COUNTERS \
	SECTION("Traffic"), \
	COUNTER("rx_packets", "RX-PACKETS", "Packets received"), \
	COUNTER("rx_bytes", "RX-BYTES", "Bytes received"), \
	COUNTER("rx_errors", "RX-ERRORS", "Receive errors"), \
	COUNTER("tx_packets", "TX-PACKETS", "Packets sent"), \
	COUNTER("tx_bytes", "TX-BYTES", "Bytes sent"), \
	COUNTER("tx_errors", "TX-ERRORS", "Send errors")

static const struct ctl_field tunnel_fields[] = {
	COLUMN("name", "NAME", "Tunnel"),
	LINE("role", "Role"),
	LINE("profile", "Profile"),
	COLUMN("state", "STATE", "State"),
	{ .key = "initiator", .label = "Opened by us", .format = CTL_YES_NO },
	COLUMN("tunnel_id", "LOCAL-ID", "Local id"),
	COLUMN("peer_tunnel_id", "PEER-ID", "Peer's id"),
	COLUMN("local", "LOCAL", "Local address"),
	COLUMN("remote", "REMOTE", "Remote address"),
	COLUMN("peer_hostname", "PEER", "Peer's host name"),
	LINE("peer_vendor", "Peer's vendor"),
	{ .key = "peer_firmware", .label = "Peer's firmware", .format = CTL_HEX },
	LINE("version", "L2TP version"),
	COLUMN("sessions", "SESSIONS", "Sessions"),
	{ .key = "uptime_s", .heading = "UPTIME", .label = "Up for", .format = CTL_SECONDS },
	{ .key = "idle_s", .label = "Peer silent for", .format = CTL_SECONDS },
	LINE("last_error", "Last error"),
	SECTION("Control channel"),
	LINE("ns", "Next to send (Ns)"),
	LINE("nr", "Next expected (Nr)"),
	LINE("window", "Congestion window"),
	LINE("peer_window", "Peer's receive window"),
	LINE("unacknowledged", "Unacknowledged"),
	LINE("queued", "Queued"),
	LINE("sent", "Messages sent"),
	LINE("received", "Messages received"),
	LINE("retransmitted", "Retransmitted"),
	LINE("duplicates", "Duplicates received"),
	LINE("out_of_order", "Out of order"),
	LINE("dropped", "Dropped"),
	COUNTERS,
	{ 0 }
};

static const struct ctl_field session_fields[] = {
	{ .key = "tunnel", .instead = "tunnel_id", .heading = "TUNNEL", .label = "Tunnel",
	  .format = CTL_PLAIN },
	COLUMN("name", "NAME", "Session"),
	LINE("kind", "Call"),
	LINE("tunnel_id", "Tunnel's local id"),
	LINE("peer_tunnel_id", "Tunnel's peer id"),
	COLUMN("session_id", "LOCAL-ID", "Local id"),
	COLUMN("peer_session_id", "PEER-ID", "Peer's id"),
	COLUMN("state", "STATE", "State"),
	LINE("ppp", "PPP profile"),
	COLUMN("ppp_state", "PPP", "PPP state"),
	COLUMN("user", "USER", "User"),
	COLUMN("ifname", "INTERFACE", "Interface"),
	LINE("local_ipv4", "Local address"),
	COLUMN("remote_ipv4", "ADDRESS", "Peer's address"),
	LINE("remote", "Tunnel to"),
	LINE("pid", "Process id of pppd"),
	LINE("calling_number", "Calling number"),
	LINE("called_number", "Called number"),
	LINE("call_serial", "Call serial number"),
	{ .key = "uptime_s", .heading = "UPTIME", .label = "Up for", .format = CTL_SECONDS },
	LINE("encryption", "Encryption"),
	SECONDS("session_left_s", "Time left"),
	{ .key = "redial_in_s", .label = "Dials again in", .format = CTL_SECONDS },
	LINE("last_error", "Last error"),
	COUNTERS,
	{ 0 }
};

/* What a call is given: of a user, and of a test. */
#define GIVEN \
	LINE("dns", "DNS servers"), \
	LINE("dns6", "IPv6 DNS servers"), \
	LINE("routes", "Routes"), \
	SECONDS("session_timeout_s", "Session timeout"), \
	SECONDS("idle_timeout_s", "Idle timeout"), \
	SECONDS("interim_s", "Accounting every"), \
	RATE("rate_down", "Rate to the caller"), \
	RATE("rate_up", "Rate from the caller"), \
	LINE("port_limit", "Sessions at once"), \
	LINE("mtu", "MTU"), \
	LINE("named_pool", "Named pool"), \
	LINE("filter_id", "Filter-Id")

static const struct ctl_field user_fields[] = {
	COLUMN("user", "USER", "User"),
	COLUMN("state", "STATE", "State"),
	LINE("ppp", "PPP profile"),
	{ .key = "tunnel", .instead = "tunnel_id", .heading = "TUNNEL", .label = "Tunnel", .format = CTL_PLAIN },
	LINE("tunnel_id", "Tunnel's local id"),
	COLUMN("session_id", "SESSION", "Session's local id"),
	COLUMN("ifname", "INTERFACE", "Interface"),
	LINE("local_ipv4", "Local address"),
	COLUMN("remote_ipv4", "ADDRESS", "Address"),
	LINE("interface_id", "Interface identifier"),
	COLUMN("prefix6", "PREFIX", "IPv6 prefix"),
	COLUMN("delegated6", "DELEGATED", "Delegated prefix"),
	COLUMN("server", "SERVER", "Let in by"),
	LINE("acct_session_id", "Acct-Session-Id"),
	LINE("encryption", "Encryption"),
	LINE("since", "Up since"),
	{ .key = "uptime_s", .heading = "UPTIME", .label = "Up for", .format = CTL_SECONDS },
	SECTION("Given"),
	GIVEN,
	SECTION("Time"),
	SECONDS("session_left_s", "Session ends in"),
	SECONDS("idle_s", "Idle for"),
	SECONDS("idle_left_s", "Idle ends in"),
	SECTION("Traffic"),
	COUNTER("rx_packets", "RX-PACKETS", "Packets received"),
	COUNTER("rx_bytes", "RX-BYTES", "Bytes received"),
	COUNTER("tx_packets", "TX-PACKETS", "Packets sent"),
	COUNTER("tx_bytes", "TX-BYTES", "Bytes sent"),
	{ 0 }
};

static const struct ctl_field pool_fields[] = {
	COLUMN("name", "NAME", "Pool"),
	COLUMN("kind", "SECTION", "Section"),
	COUNT("size", "SIZE", "Addresses"),
	COUNT("used", "USED", "In use"),
	COUNT("reserved", "RESERVED", "Reserved"),
	COUNT("free", "FREE", "Free"),
	COUNT("known", "KNOWN", "Kept for their users"),
	COUNT("exhausted", "EXHAUSTED", "Calls refused"),
	COLUMN("ranges", "RANGES", "Ranges"),
	LINE("reserve", "Reserved ranges"),
	{ 0 }
};

static const struct ctl_field radius_fields[] = {
	COLUMN("name", "NAME", "Server"),
	COLUMN("address", "ADDRESS", "Address"),
	LINE("auth_port", "Authentication port"),
	LINE("acct_port", "Accounting port"),
	COLUMN("auth", "AUTH", "Authentication"),
	COLUMN("acct", "ACCT", "Accounting"),
	{ .key = "changed_s", .heading = "SINCE", .label = "Since", .format = CTL_SECONDS },
	{ .key = "auth_latency_us", .heading = "LATENCY", .label = "Latency", .format = CTL_MICROSECONDS },
	{ .key = "acct_latency_us", .label = "Accounting latency", .format = CTL_MICROSECONDS },
	COUNT("outstanding", "WAITING", "Requests under way"),
	COUNT("queued", "QUEUED", "Accounting records kept"),
	LINE("last_error", "Last error"),
	SECTION("Authentication"),
	COUNT("auth_requests", "REQUESTS", "Requests"),
	COUNT("auth_accepts", "ACCEPTS", "Accepts"),
	COUNT("auth_rejects", "REJECTS", "Rejects"),
	LINE("auth_challenges", "Challenges"),
	COUNT("auth_timeouts", "TIMEOUTS", "Timeouts"),
	SECTION("Accounting"),
	LINE("acct_requests", "Requests"),
	LINE("acct_responses", "Responses"),
	LINE("acct_timeouts", "Timeouts"),
	SECTION("Packets"),
	LINE("retransmits", "Sent again"),
	LINE("bad_replies", "Bad replies"),
	{ 0 }
};

static const struct ctl_field cleared_fields[] = {
	LINE("user", "User"),
	LINE("sessions", "Sessions cleared"),
	{ 0 }
};

static const struct ctl_field test_fields[] = {
	LINE("user", "User"),
	LINE("result", "Result"),
	LINE("why", "Why"),
	LINE("ppp", "PPP profile"),
	LINE("method", "Method"),
	LINE("server", "Answered by"),
	{ .key = "latency_us", .label = "Latency", .format = CTL_MICROSECONDS },
	LINE("message", "Message to the caller"),
	SECTION("A caller would get"),
	LINE("accounted_as", "Name in accounting"),
	LINE("address", "Address"),
	LINE("pools", "Address of the pools"),
	LINE("warning", "Warning"),
	LINE("interface_id", "Interface identifier"),
	LINE("prefix6", "IPv6 prefix"),
	LINE("delegated6", "Delegated prefix"),
	GIVEN,
	{ .key = "mppe_keys", .label = "MPPE keys", .format = CTL_YES_NO },
	SECTION("The reply's attributes"),
	LINE("attributes", "Attributes"),
	{ 0 }
};

static const struct ctl_field status_fields[] = {
	LINE("hostname", "Host name"),
	LINE("version", "l2tpd"),
	LINE("pid", "Process id"),
	{ .key = "uptime_s", .label = "Up for", .format = CTL_SECONDS },
	LINE("dataplane", "Data plane"),
	LINE("tunnels", "Tunnels"),
	LINE("half_open", "Half-open tunnels"),
	LINE("sessions", "Sessions"),
	{ 0 }
};

static const struct ctl_view tunnel_view = { .fields = tunnel_fields, .single = "tunnel" };
static const struct ctl_view session_view = { .fields = session_fields, .single = "session" };
static const struct ctl_view user_view = { .fields = user_fields, .single = "user" };
static const struct ctl_view pool_view = { .fields = pool_fields, .single = "name" };
static const struct ctl_view radius_view = { .fields = radius_fields, .single = "name" };
static const struct ctl_view cleared_view = { .fields = cleared_fields, .page = true };
static const struct ctl_view test_view = { .fields = test_fields, .page = true };
static const struct ctl_view status_view = { .fields = status_fields, .page = true };
static const struct ctl_view name_view = { .name = true };
static const struct ctl_view config_view = { .text = "text" };

const struct ctl_command ctl_commands[] = {
	{ .words = "add tunnel", .args = add_tunnel_args, .view = &name_view,
	  .help = "Opens a tunnel to an LNS; prints its name when none is given." },
	{ .words = "add session", .args = add_session_args, .view = &name_view,
	  .help = "Places a call in a tunnel that we opened; prints its name when none is given." },
	{ .words = "delete tunnel", .args = delete_tunnel_args,
	  .help = "Closes a tunnel and the sessions in it." },
	{ .words = "delete session", .args = delete_session_args,
	  .help = "Closes a session." },
	{ .words = "clear user", .args = clear_user_args, .view = &cleared_view,
	  .help = "Clears all sessions of a user; says how many there were." },
	{ .words = "show tunnels", .args = show_tunnels_args, .view = &tunnel_view,
	  .help = "Lists the tunnels, or shows one in full." },
	{ .words = "show sessions", .args = show_sessions_args, .view = &session_view,
	  .help = "Lists the sessions, or shows one in full." },
	{ .words = "show users", .args = show_users_args, .view = &user_view,
	  .help = "Lists who is here and what each was given, or shows one user in full." },
	{ .words = "show pools", .args = show_pools_args, .view = &pool_view,
	  .help = "Lists the pools of addresses and what is left in them, or shows one in full." },
	{ .words = "show radius", .args = show_radius_args, .view = &radius_view,
	  .help = "Lists the RADIUS servers: whether they answer, how fast, what was asked." },
	{ .words = "show config", .view = &config_view,
	  .help = "Prints the configuration that l2tpd runs with, in its canonical form." },
	{ .words = "show status", .view = &status_view,
	  .help = "Shows the daemon itself: version, numbers, counters." },
	{ .words = "set log", .args = set_log_args,
	  .help = "Changes how much l2tpd logs until it is started again." },
	{ .words = "test aaa", .args = test_aaa_args, .view = &test_view,
	  .help = "Asks for a user as a call would, and shows the whole reply; fails when he is refused." },
	{ .words = "completion bash", .local = ctl_completion_bash,
	  .help = "Prints a script that completes these commands in bash." },
	{ 0 }
};
