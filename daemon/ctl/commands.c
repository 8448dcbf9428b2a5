// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands of l2tpctl as a table. Parsing, usage, help, shell completion
 * and the manual's section come from these rows; ipc/control.h says what the
 * engine makes of them.
 */
#include "ctl/ctl.h"

#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#define TEXT(w, k, v, fl, h) \
	{ .word = w, .key = k, .kind = CTL_TEXT, .value = v, .flags = fl, .help = h }
#define LIST(w, k, v, h) \
	{ .word = w, .key = k, .kind = CTL_LIST, .value = v, .help = h }
#define NUMBER(w, k, v, lo, hi, h) \
	{ .word = w, .key = k, .kind = CTL_NUMBER, .value = v, .min = lo, .max = hi, .help = h }
#define FLAG(w, k, h) \
	{ .word = w, .key = k, .kind = CTL_FLAG, .help = h }
#define ON_OFF(w, k, h) \
	{ .word = w, .key = k, .kind = CTL_ON_OFF, .value = "on|off", .help = h }
#define CHOICE(w, k, v, fl, h) \
	{ .word = w, .key = k, .kind = CTL_CHOICE, .value = v, .flags = fl, .help = h }
#define SECRET(w, k, h) \
	{ .word = w, .key = k, .kind = CTL_SECRET_FILE, .value = "FILE", .help = h }
/* clang-format on */
#define DAY 86400

static const struct ctl_arg add_tunnel_args[] = {
	TEXT("remote", "remote", "HOST", CTL_REQUIRED,
	     "The LNS to call: a host name or an address"),
	TEXT("name", "name", "NAME", 0, "What to call the tunnel here"),
	SECRET("secret-file", "secret",
	       "File whose first line is the tunnel's secret; only its owner may read it"),
	TEXT("local", "local", "ADDRESS", 0,
	     "Our address; the routing table chooses by default"),
	NUMBER("port", "port", "PORT", 1, 65535,
	       "The LNS's UDP port, 1701 by default"),
	CHOICE("source-port", "source_port", "1701|ephemeral", 0,
	       "Our UDP port, ephemeral by default"),
	CHOICE("answer-from", "answer_from", "anywhere|address|port", 0,
	       "Where the LNS may answer from, anywhere by default"),
	CHOICE("encap", "encap", "udp|ip", 0,
	       "What carries it, udp by default; ip is for version 3 only"),
	CHOICE("version", "version", "2|3|auto", 0,
	       "Of L2TP, 2 by default; auto: 3 and, with a peer that has only 2, that"),
	TEXT("hostname", "hostname", "NAME", 0,
	     "Host name that we give the peer"),
	FLAG("hide", "hide",
	     "Hide the AVPs that may be hidden; needs the secret"),
	ON_OFF("challenge", "challenge",
	       "Make the peer prove that it knows the secret; on when there is one"),
	NUMBER("hello", "hello", "SECONDS", 0, DAY,
	       "Silence before a HELLO is sent; 0: none is"),
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
	TEXT("ifname", "ifname", "NAME", 0,
	     "Name of the network interface, pppN by default"),
	ON_OFF("persist", "persist",
	       "Dial again when the session ends; off by default"),
	TEXT("called-number", "called_number", "NUMBER", 0,
	     "Called Number of the call"),
	TEXT("calling-number", "calling_number", "NUMBER", 0,
	     "Calling Number of the call"),
	{ 0 }
};

/* The keys of an lcce section; times that may be fractions are text. */
static const struct ctl_arg add_lcce_tunnel_args[] = {
	TEXT("name", "name", "NAME", CTL_REQUIRED | CTL_BARE,
	     "What to call the tunnel here"),
	TEXT("remote", "remote", "HOST", 0,
	     "The peer to call: a host name or an address"),
	NUMBER("port", "port", "PORT", 1, 65535,
	       "The peer's UDP port, 1701 by default"),
	TEXT("source-address", "source_address", "ADDRESS", 0,
	     "Our address; the routing table chooses by default"),
	CHOICE("source-port", "source_port", "1701|ephemeral", 0,
	       "Our UDP port, 1701 by default"),
	CHOICE("encap", "encap", "udp|ip", 0,
	       "What carries it, udp by default"),
	ON_OFF("udp-csum", "udp_csum",
	       "UDP checksums of data over IPv4, on by default"),
	ON_OFF("udp6-csum-tx", "udp6_csum_tx",
	       "UDP checksums over IPv6 in the data that we send, on by default"),
	ON_OFF("udp6-csum-rx", "udp6_csum_rx",
	       "UDP checksums over IPv6 in the data that the peer sends, on by default"),
	ON_OFF("initiate", "initiate",
	       "Whether we call; on when there is a remote"),
	LIST("from-address", "from_address", "PREFIX[,PREFIX]",
	     "Where the peer calls from"),
	LIST("from-hostname", "from_hostname", "PATTERN[,PATTERN]",
	     "What the peer calls itself"),
	TEXT("from-router-id", "from_router_id", "ADDRESS", 0,
	     "The peer's router id"),
	TEXT("hostname", "hostname", "NAME", 0,
	     "Host name that we give the peer"),
	SECRET("secret-file", "secret",
	       "File whose first line is the tunnel's secret; only its owner may read it"),
	SECRET("old-secret-file", "old_secret",
	       "The same of one that is taken as well, for a change of secrets"),
	ON_OFF("challenge", "challenge",
	       "Authenticate every message; on when there is a secret"),
	CHOICE("digest", "digest", "md5|sha1", 0,
	       "How what we send is authenticated, sha1 by default"),
	ON_OFF("hide-avps", "hide_avps",
	       "Hide the AVPs that may be hidden; needs the secret"),
	NUMBER("receive-window", "receive_window", "MESSAGES", 1, 32767,
	       "Control messages that the peer may have on their way to us"),
	NUMBER("hello", "hello", "SECONDS", 0, DAY,
	       "Silence before a HELLO is sent; 0: none is"),
	TEXT("retransmit", "retransmit", "SECONDS", 0,
	     "Before a message is sent again, 1 by default"),
	TEXT("retransmit-cap", "retransmit_cap", "SECONDS", 0,
	     "The longest that it becomes, 8 by default"),
	NUMBER("retransmit-tries", "retransmit_tries", "NUMBER", 1, 100,
	       "After so many the peer is dead, 5 by default"),
	NUMBER("setup-timeout", "setup_timeout", "SECONDS", 1, 3600,
	       "How long the setup may take"),
	NUMBER("idle-timeout", "idle_timeout", "SECONDS", 0, DAY,
	       "How long the tunnel stays without a session; 0, the default: for ever"),
	NUMBER("max-sessions", "max_sessions", "NUMBER", 0, 65535,
	       "Sessions at once; 0: any number"),
	TEXT("redial", "redial", "SECONDS", 0,
	     "Before it is called again, 1 by default; doubles each time"),
	TEXT("redial-max", "redial_max", "SECONDS", 0,
	     "The longest that it becomes, 60 by default"),
	TEXT("resolve-interval", "resolve_interval", "SECONDS", 0,
	     "How often its name is looked up again, 60 by default; 0: to call only"),
	CHOICE("ipsec", "ipsec", "no|required", 0,
	       "Whether IPsec must protect it"),
	TEXT("ipsec-connection", "ipsec_connection", "CHILD", 0,
	     "The child of strongSwan's to initiate"),
	{ 0 }
};

/* Those of its sessions. */
static const struct ctl_arg add_lcce_session_args[] = {
	TEXT("tunnel", "tunnel", "NAME", CTL_REQUIRED | CTL_TUNNEL_NAME,
	     "The tunnel that carries the session, added or of the configuration"),
	TEXT("name", "name", "NAME", 0, "What to call the session here"),
	CHOICE("pseudowire", "pseudowire", "ethernet|vlan", 0,
	       "What it carries, ethernet by default"),
	NUMBER("vlan", "vlan", "VLAN", 1, 4094,
	       "The one VLAN that a vlan carries"),
	TEXT("remote-end-id", "remote_end_id", "TEXT", 0,
	     "What names it at both ends; its name by default"),
	NUMBER("pseudowire-id", "pseudowire_id", "ID", 1, UINT32_MAX,
	       "The same as a number of four octets, a router's VC ID"),
	TEXT("ifname", "ifname", "NAME", 0,
	     "Name of the network interface, l2tpethN by default"),
	NUMBER("mtu", "mtu", "BYTES", 68, 65535,
	       "The interface's MTU; what fits the path by default"),
	TEXT("mac", "mac", "ADDRESS", 0,
	     "The interface's MAC address, random by default"),
	TEXT("bridge", "bridge", "NAME", 0,
	     "The bridge that the interface joins"),
	TEXT("vrf", "vrf", "NAME", 0, "The VRF that the interface joins"),
	TEXT("circuit", "circuit", "NAME", 0,
	     "An interface whose link state is the circuit's as well"),
	CHOICE("cookie", "cookie", "0|4|8", 0,
	       "Bytes of the cookie that the peer must send, 8 by default"),
	ON_OFF("l2-sublayer", "l2_sublayer",
	       "Ask for the Default L2-Specific Sublayer; on with sequencing"),
	ON_OFF("sequencing", "sequencing",
	       "Number all data packets; off by default"),
	{ 0 }
};

#define ID(w, k, fl, h)                                                 \
	{                                                               \
		.word = w, .key = k, .kind = CTL_NUMBER, .value = "ID", \
		.flags = fl, .min = 1, .max = UINT32_MAX, .help = h     \
	}

static const struct ctl_arg add_static_tunnel_args[] = {
	TEXT("name", "name", "NAME", CTL_REQUIRED | CTL_BARE,
	     "What to call the tunnel here"),
	ID("tunnel-id", "tunnel_id", CTL_REQUIRED,
	   "Our number for it, the peer's peer-tunnel-id"),
	ID("peer-tunnel-id", "peer_tunnel_id", CTL_REQUIRED,
	   "The peer's number for it, its tunnel-id"),
	CHOICE("encap", "encap", "udp|ip", 0,
	       "What carries it, udp by default"),
	TEXT("local", "local", "ADDRESS", CTL_REQUIRED, "Our address"),
	TEXT("remote", "remote", "ADDRESS", CTL_REQUIRED, "The peer's address"),
	NUMBER("udp-sport", "udp_sport", "PORT", 1, 65535,
	       "Our UDP port; udp needs it"),
	NUMBER("udp-dport", "udp_dport", "PORT", 1, 65535,
	       "The peer's UDP port; udp needs it"),
	ON_OFF("udp-csum", "udp_csum",
	       "UDP checksums over IPv4, off by default"),
	ON_OFF("udp6-csum-tx", "udp6_csum_tx",
	       "UDP checksums over IPv6 in what we send, on by default"),
	ON_OFF("udp6-csum-rx", "udp6_csum_rx",
	       "UDP checksums over IPv6 in what the peer sends, on by default"),
	{ 0 }
};

static const struct ctl_arg add_static_session_args[] = {
	TEXT("tunnel", "tunnel", "NAME", CTL_REQUIRED,
	     "The static tunnel that carries the session"),
	TEXT("name", "name", "NAME", 0, "What to call the session here"),
	ID("session-id", "session_id", CTL_REQUIRED,
	   "Our number for it, the peer's peer-session-id"),
	ID("peer-session-id", "peer_session_id", CTL_REQUIRED,
	   "The peer's number for it, its session-id"),
	TEXT("cookie", "cookie", "HEX", 0,
	     "What our packets carry, 8 or 16 digits; none by default"),
	TEXT("peer-cookie", "peer_cookie", "HEX", 0,
	     "What the peer's packets must carry, its cookie"),
	CHOICE("l2spec-type", "l2spec_type", "none|default", 0,
	       "The L2-specific sublayer"),
	CHOICE("seq", "seq", "none|send|recv|both", 0,
	       "Packets that are numbered, and put in order; none by default"),
	TEXT("ifname", "ifname", "NAME", 0,
	     "Name of the network interface, l2tpethN by default"),
	NUMBER("vlan", "vlan", "VLAN", 1, 4094, "The one VLAN that it carries"),
	NUMBER("mtu", "mtu", "BYTES", 68, 65535,
	       "The interface's MTU; what fits the path by default"),
	TEXT("mac", "mac", "ADDRESS", 0,
	     "The interface's MAC address, random by default"),
	TEXT("bridge", "bridge", "NAME", 0,
	     "The bridge that the interface joins"),
	TEXT("vrf", "vrf", "NAME", 0, "The VRF that the interface joins"),
	NUMBER("keepalive", "keepalive", "SECONDS", 0, DAY,
	       "Between two pings through it; 0: none are sent"),
	TEXT("keepalive-address", "keepalive_address", "ADDRESS", 0,
	     "The address at the other site that is pinged"),
	{ 0 }
};

static const struct ctl_arg delete_static_tunnel_args[] = {
	TEXT("tunnel", "tunnel", "NAME", CTL_REQUIRED | CTL_BARE,
	     "The static tunnel to remove, with its sessions"),
	{ 0 }
};

static const struct ctl_arg delete_static_session_args[] = {
	TEXT("tunnel", "tunnel", "NAME", 0,
	     "Its tunnel; may be left out when one tunnel only has such a session"),
	TEXT("session", "session", "NAME", CTL_REQUIRED | CTL_BARE,
	     "The static session to remove"),
	{ 0 }
};

static const struct ctl_arg show_static_args[] = {
	TEXT("tunnel", "tunnel", "NAME", CTL_BARE,
	     "This static tunnel's sessions only, in full"),
	FLAG("stats", "stats", "With the kernel's counters"),
	{ 0 }
};

static const struct ctl_arg show_interfaces_args[] = {
	TEXT("name", "name", "NAME", CTL_BARE,
	     "This interface only, with all that is known of it"),
	FLAG("stats", "stats", "With its counters"),
	{ 0 }
};

static const struct ctl_arg delete_tunnel_args[] = {
	TEXT("tunnel", "tunnel", "NAME|ID",
	     CTL_REQUIRED | CTL_BARE | CTL_TUNNEL_NAME,
	     "The tunnel to close, with its sessions"),
	{ 0 }
};

static const struct ctl_arg delete_session_args[] = {
	TEXT("tunnel", "tunnel", "NAME|ID", CTL_TUNNEL_NAME,
	     "Its tunnel; may be left out when the session has a name"),
	TEXT("session", "session", "NAME|ID", CTL_REQUIRED | CTL_BARE,
	     "The session to close"),
	{ 0 }
};

static const struct ctl_arg show_tunnels_args[] = {
	TEXT("tunnel", "tunnel", "NAME|ID", CTL_BARE | CTL_TUNNEL_NAME,
	     "This tunnel only, with all that is known of it"),
	FLAG("stats", "stats", "With the kernel's counters"),
	{ 0 }
};

static const struct ctl_arg show_sessions_args[] = {
	TEXT("tunnel", "tunnel", "NAME|ID", CTL_TUNNEL_NAME,
	     "Sessions of this tunnel only"),
	TEXT("session", "session", "NAME|ID", CTL_BARE,
	     "This session only, with all that is known of it"),
	TEXT("user", "user", "NAME", 0, "Sessions of this user only"),
	FLAG("stats", "stats", "With the kernel's counters"),
	{ 0 }
};

static const struct ctl_arg show_users_args[] = {
	TEXT("user", "user", "NAME", CTL_BARE,
	     "Sessions of this user only, with all that is known of them"),
	FLAG("stats", "stats", "With the counters of their interfaces"),
	{ 0 }
};

static const struct ctl_arg show_pools_args[] = {
	TEXT("name", "name", "NAME", CTL_BARE,
	     "The pool of this ppp or pool section only, in full"),
	{ 0 }
};

static const struct ctl_arg show_radius_args[] = {
	TEXT("name", "name", "NAME", CTL_BARE,
	     "This radius section only, in full"),
	{ 0 }
};

static const struct ctl_arg clear_user_args[] = {
	TEXT("user", "user", "NAME", CTL_REQUIRED | CTL_BARE,
	     "The user whose sessions are cleared"),
	{ 0 }
};

static const struct ctl_arg test_aaa_args[] = {
	TEXT("user", "user", "NAME", CTL_REQUIRED | CTL_BARE,
	     "The user name, as a caller would send it"),
	TEXT("ppp", "ppp", "PROFILE", 0,
	     "The ppp section that counts; may be left out when one only has auth"),
	CHOICE("method", "method", "pap|chap|mschapv2", 0,
	       "How the password is proven; by default as the profile asks first"),
	{
		.word = "password-file",
		.key = "password",
		.kind = CTL_SECRET_FILE,
		.value = "FILE",
		.flags = CTL_ASK,
		.help = "File whose first line is the password; else it is "
			"asked for, or read from standard input",
	},
	{ 0 }
};

static const struct ctl_arg set_log_args[] = {
	CHOICE("level", "level", "error|warning|notice|info|debug",
	       CTL_REQUIRED | CTL_BARE,
	       "What is logged: this and what is more urgent"),
	{ 0 }
};

/* clang-format off */
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
	{ .key = "tunnel", .instead = "tunnel_id", .heading = "TUNNEL", .label = "Tunnel",
	  .format = CTL_PLAIN },
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
	COLUMN("transport", "TRANSPORT", "Transport"),
	LINE("tls", "TLS"),
	LINE("auth_port", "Authentication port"),
	LINE("acct_port", "Accounting port"),
	COLUMN("auth", "AUTH", "Authentication"),
	COLUMN("acct", "ACCT", "Accounting"),
	{ .key = "changed_s", .heading = "SINCE", .label = "Since", .format = CTL_SECONDS },
	{ .key = "auth_latency_us", .heading = "LATENCY", .label = "Latency",
	  .format = CTL_MICROSECONDS },
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

#define DROPS_TOO \
	COUNTERS, \
	COUNTER("rx_drops", "RX-DROPS", "Received and dropped"), \
	COUNTER("tx_drops", "TX-DROPS", "Dropped before sending")

static const struct ctl_field static_fields[] = {
	COLUMN("tunnel", "TUNNEL", "Tunnel"),
	LINE("origin", "From"),
	COLUMN("tunnel_id", "LOCAL-ID", "Local id"),
	COLUMN("peer_tunnel_id", "PEER-ID", "Peer's id"),
	LINE("encap", "Encapsulation"),
	COLUMN("local", "LOCAL", "Local address"),
	COLUMN("remote", "REMOTE", "Remote address"),
	{ .key = "udp_csum", .label = "UDP checksums", .format = CTL_YES_NO },
	{ .key = "udp6_csum_tx", .label = "UDP checksums sent", .format = CTL_YES_NO },
	{ .key = "udp6_csum_rx", .label = "UDP checksums demanded", .format = CTL_YES_NO },
	SECTION("Session"),
	COLUMN("session", "SESSION", "Session"),
	COLUMN("session_id", "SESSION-ID", "Local id"),
	COLUMN("peer_session_id", "PEER-SESSION", "Peer's id"),
	COLUMN("state", "STATE", "State"),
	LINE("cookie", "Cookie that we send"),
	LINE("peer_cookie", "Peer's cookie"),
	LINE("l2spec_type", "L2-specific sublayer"),
	LINE("seq", "Sequence numbers"),
	COLUMN("ifname", "INTERFACE", "Interface"),
	LINE("vlan", "VLAN"),
	LINE("mtu", "MTU"),
	LINE("mac", "MAC address"),
	LINE("master", "Bridge or VRF"),
	SECONDS("keepalive_s", "Pinged every"),
	LINE("keepalive_address", "Pinged address"),
	COLUMN("keepalive_state", "KEEPALIVE", "Answers"),
	SECONDS("keepalive_answer_s", "Last answer"),
	LINE("last_error", "Last error"),
	DROPS_TOO,
	{ 0 }
};

/* One direction of IPsec: keys begin with p. */
#define CHILD_SA(p) \
	LINE(p "_spi", "SPI"), \
	LINE(p "_state", "State"), \
	LINE(p "_created", "Created"), \
	LINE(p "_last_used", "Last used"), \
	SECONDS(p "_left_s", "Lifetime left"), \
	LINE(p "_packets", "Packets"), \
	LINE(p "_bytes", "Bytes")

static const struct ctl_field interface_fields[] = {
	COLUMN("ifname", "INTERFACE", "Interface"),
	LINE("ifindex", "Index"),
	COLUMN("kind", "KIND", "Kind"),
	COLUMN("admin", "ADMIN", "Administrative state"),
	COLUMN("link", "LINK", "Link"),
	SECONDS("changed_s", "Last change"),
	LINE("mtu", "MTU"),
	LINE("mac", "MAC address"),
	COLUMN("master", "MASTER", "Bridge or VRF"),
	COLUMN("circuit", "CIRCUIT", "Circuit at our end"),
	COLUMN("peer_circuit", "PEER-CIRCUIT", "Circuit at the peer's"),
	SECTION("Tunnel"),
	COLUMN("tunnel", "TUNNEL", "Tunnel"),
	LINE("version", "L2TP version"),
	LINE("encap", "Encapsulation"),
	LINE("local", "Local address"),
	COLUMN("remote", "REMOTE", "Remote address"),
	LINE("tunnel_state", "Control connection"),
	LINE("peer_hostname", "Peer's host name"),
	LINE("peer_router_id", "Peer's router id"),
	LINE("tunnel_id", "Local id"),
	LINE("peer_tunnel_id", "Peer's id"),
	LINE("ns", "Next to send (Ns)"),
	LINE("nr", "Next expected (Nr)"),
	SECTION("Session"),
	COLUMN("session", "SESSION", "Session"),
	COLUMN("session_state", "STATE", "State"),
	LINE("session_id", "Local id"),
	LINE("peer_session_id", "Peer's id"),
	LINE("call_serial", "Serial number"),
	LINE("pseudowire", "Pseudowire"),
	LINE("vlan", "VLAN"),
	LINE("remote_end_id", "Remote end id"),
	LINE("pseudowire_id", "Pseudowire id"),
	LINE("cookie", "Cookie that we send"),
	LINE("peer_cookie", "Peer's cookie"),
	SECONDS("uptime_s", "Up for"),
	DROPS_TOO,
	SECTION("IPsec"),
	LINE("ipsec", "Protected"),
	LINE("ipsec_why", "Why not"),
	SECTION("IPsec: IKE SA"),
	LINE("ike_version", "IKE version"),
	LINE("ike_connection", "Connection"),
	LINE("ike_state", "State"),
	LINE("ike_side", "Our side"),
	LINE("ike_initiator_spi", "Initiator's SPI or cookie"),
	LINE("ike_responder_spi", "Responder's SPI or cookie"),
	LINE("ike_local", "Our address"),
	LINE("ike_remote", "Peer's address"),
	LINE("ike_local_id", "Our identity"),
	LINE("ike_remote_id", "Peer's identity"),
	LINE("ike_nat", "NAT"),
	LINE("ike_proposal", "Proposal"),
	LINE("ike_created", "Created"),
	SECONDS("ike_rekey_s", "Until it is rekeyed"),
	SECONDS("ike_reauth_s", "Until it is authenticated anew"),
	SECTION("IPsec: child SA"),
	LINE("child", "Child"),
	LINE("child_mode", "Mode"),
	LINE("child_proposal", "Proposal"),
	LINE("child_local", "Our traffic selector"),
	LINE("child_remote", "Peer's traffic selector"),
	SECONDS("child_rekey_s", "Until it is rekeyed"),
	SECTION("IPsec: inbound SA"),
	CHILD_SA("sa_in"),
	SECTION("IPsec: outbound SA"),
	CHILD_SA("sa_out"),
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
	LINE("half_open_displaced", "  Displaced by others"),
	LINE("sessions", "Sessions"),
	{ 0 }
};

static const struct ctl_view tunnel_view = { .fields = tunnel_fields, .single = "tunnel" };
static const struct ctl_view session_view = { .fields = session_fields, .single = "session" };
static const struct ctl_view user_view = { .fields = user_fields, .single = "user" };
static const struct ctl_view pool_view = { .fields = pool_fields, .single = "name" };
static const struct ctl_view radius_view = { .fields = radius_fields, .single = "name" };
static const struct ctl_view static_view = { .fields = static_fields, .single = "tunnel" };
static const struct ctl_view interface_view = { .fields = interface_fields, .single = "name" };
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
	{ .words = "add tunnel lcce", .args = add_lcce_tunnel_args,
	  .help = "Adds a peer of L2TPv3, as an lcce section does; not kept over restarts." },
	{ .words = "add session lcce", .args = add_lcce_session_args, .view = &name_view,
	  .help = "Adds a pseudowire to such a peer, or to a configured one; "
		  "prints its name when none is given." },
	{ .words = "add tunnel static", .args = add_static_tunnel_args,
	  .help = "Makes a tunnel without a control connection, as ip-l2tp does; "
		  "kept over restarts." },
	{ .words = "add session static", .args = add_static_session_args, .view = &name_view,
	  .help = "Makes an Ethernet session in a static tunnel; prints its name "
		  "when none is given." },
	{ .words = "delete tunnel", .args = delete_tunnel_args,
	  .help = "Closes a tunnel and the sessions in it." },
	{ .words = "delete session", .args = delete_session_args,
	  .help = "Closes a session." },
	{ .words = "delete tunnel static", .args = delete_static_tunnel_args,
	  .help = "Removes a static tunnel and the sessions in it." },
	{ .words = "delete session static", .args = delete_static_session_args,
	  .help = "Removes a static session." },
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
	{ .words = "show interfaces", .args = show_interfaces_args, .view = &interface_view,
	  .help = "Lists the interfaces of sessions and both ends' circuits, or "
		  "shows one on one page." },
	{ .words = "show static", .args = show_static_args, .view = &static_view,
	  .help = "Lists the static tunnels and their sessions, or shows those of one in full." },
	{ .words = "show config", .view = &config_view,
	  .help = "Prints the configuration that l2tpd runs with, in its canonical form." },
	{ .words = "show status", .view = &status_view,
	  .help = "Shows the daemon itself: version, numbers, counters." },
	{ .words = "set log", .args = set_log_args,
	  .help = "Changes how much l2tpd logs until it is started again." },
	{ .words = "test aaa", .args = test_aaa_args, .view = &test_view,
	  .help = "Asks for a user as a call would, and shows the whole reply; "
		  "fails when he is refused." },
	{ .words = "completion bash", .completion = true,
	  .help = "Prints a script that completes these commands in bash." },
	{ 0 }
};
/* clang-format on */
