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
/* What a session's Ethernet interface is given, negotiated or static. */
#define ETHERNET_ARGS \
	NUMBER("mtu", "mtu", "BYTES", 68, 65535, \
	       "The interface's MTU; the bridge's, or what fits the path, by default"), \
	TEXT("mac", "mac", "ADDRESS", 0, \
	     "The interface's MAC address, random by default"), \
	TEXT("bridge", "bridge", "NAME", 0, \
	     "The bridge that the interface joins"), \
	TEXT("vrf", "vrf", "NAME", 0, "The VRF that the interface joins")
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
	TEXT("ppp", "ppp", "PROFILE", CTL_REQUIRED | CTL_PROFILE_NAME,
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
	ETHERNET_ARGS,
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
	TEXT("tunnel", "tunnel", "NAME", CTL_REQUIRED | CTL_STATIC_NAME,
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
	SECRET("cookie-file", "cookie",
	       "File whose first line is the cookie, so that ps does not show it"),
	SECRET("peer-cookie-file", "peer_cookie",
	       "The same of the peer's cookie"),
	CHOICE("l2spec-type", "l2spec_type", "none|default", 0,
	       "The L2-specific sublayer"),
	CHOICE("seq", "seq", "none|send|recv|both", 0,
	       "Packets that are numbered, and put in order; none by default"),
	TEXT("ifname", "ifname", "NAME", 0,
	     "Name of the network interface, l2tpethN by default"),
	NUMBER("vlan", "vlan", "VLAN", 1, 4094, "The one VLAN that it carries"),
	ETHERNET_ARGS,
	NUMBER("keepalive", "keepalive", "SECONDS", 0, DAY,
	       "Between two pings through it; 0: none are sent"),
	TEXT("keepalive-address", "keepalive_address", "ADDRESS", 0,
	     "The address at the other site that is pinged"),
	{ 0 }
};

static const struct ctl_arg delete_static_tunnel_args[] = {
	TEXT("tunnel", "tunnel", "NAME",
	     CTL_REQUIRED | CTL_BARE | CTL_STATIC_NAME,
	     "The static tunnel to remove, with its sessions"),
	{ 0 }
};

static const struct ctl_arg delete_static_session_args[] = {
	TEXT("tunnel", "tunnel", "NAME", CTL_STATIC_NAME,
	     "Its tunnel; may be left out when one tunnel only has such a session"),
	TEXT("session", "session", "NAME", CTL_REQUIRED | CTL_BARE,
	     "The static session to remove"),
	{ 0 }
};

static const struct ctl_arg show_static_args[] = {
	TEXT("tunnel", "tunnel", "NAME", CTL_BARE | CTL_STATIC_NAME,
	     "This static tunnel's sessions only, in full"),
	FLAG("stats", "stats", "With the kernel's counters"),
	{ 0 }
};

static const struct ctl_arg show_interfaces_args[] = {
	TEXT("ifname", "ifname", "NAME", CTL_BARE | CTL_IFNAME,
	     "This interface only, in full; its session's name or ifname serves as well"),
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
	TEXT("session", "session", "NAME|ID",
	     CTL_REQUIRED | CTL_BARE | CTL_SESSION_NAME,
	     "The session to close; its interface's name serves as well"),
	{ 0 }
};

#define OUR_TUNNEL(h)                                               \
	{                                                           \
		TEXT("tunnel", "tunnel", "NAME|ID",                 \
		     CTL_REQUIRED | CTL_BARE | CTL_TUNNEL_NAME, h), \
			{ 0 },                                      \
	}
#define OUR_SESSION(h)                                                   \
	{                                                                \
		TEXT("tunnel", "tunnel", "NAME|ID", CTL_TUNNEL_NAME,     \
		     "Its tunnel; may be left out when one tunnel only " \
		     "has such a session"),                              \
			TEXT("session", "session", "NAME|ID",            \
			     CTL_REQUIRED | CTL_BARE, h),                \
			{ 0 },                                           \
	}

static const struct ctl_arg redial_tunnel_args[] =
	OUR_TUNNEL("The tunnel to dial anew, one that this end opens");
static const struct ctl_arg redial_session_args[] =
	OUR_SESSION("The session to dial anew");
static const struct ctl_arg disable_tunnel_args[] =
	OUR_TUNNEL("The tunnel to stop, of the configuration or added");
static const struct ctl_arg disable_session_args[] =
	OUR_SESSION("The session to stop, of the configuration or added");
static const struct ctl_arg enable_tunnel_args[] =
	OUR_TUNNEL("The tunnel that was disabled");
static const struct ctl_arg enable_session_args[] =
	OUR_SESSION("The session that was disabled");

static const struct ctl_arg show_tunnels_args[] = {
	TEXT("tunnel", "tunnel", "NAME|ID", CTL_BARE | CTL_TUNNEL_NAME,
	     "This tunnel only, with all that is known of it"),
	FLAG("stats", "stats", "With the kernel's counters"),
	{ 0 }
};

static const struct ctl_arg show_sessions_args[] = {
	TEXT("tunnel", "tunnel", "NAME|ID", CTL_TUNNEL_NAME,
	     "Sessions of this tunnel only"),
	TEXT("session", "session", "NAME|ID", CTL_BARE | CTL_SESSION_NAME,
	     "This session only, in full; its interface or its user serves as well"),
	TEXT("user", "user", "NAME", CTL_USER_NAME,
	     "Sessions of this user only"),
	FLAG("stats", "stats", "With the kernel's counters"),
	{ 0 }
};

static const struct ctl_arg show_users_args[] = {
	TEXT("user", "user", "NAME", CTL_BARE | CTL_USER_NAME,
	     "Sessions of this user only, with all that is known of them"),
	FLAG("stats", "stats", "With the counters of their interfaces"),
	{ 0 }
};

static const struct ctl_arg show_pools_args[] = {
	TEXT("pool", "pool", "NAME", CTL_BARE | CTL_POOL_NAME,
	     "The pool of this ppp or pool section only, in full"),
	{ 0 }
};

static const struct ctl_arg show_radius_args[] = {
	TEXT("server", "server", "NAME", CTL_BARE | CTL_SERVER_NAME,
	     "This radius section only, in full"),
	{ 0 }
};

static const struct ctl_arg show_tacacs_args[] = {
	TEXT("server", "server", "NAME", CTL_BARE | CTL_TACACS_NAME,
	     "This tacacs section only, in full"),
	{ 0 }
};

static const struct ctl_arg clear_user_args[] = {
	TEXT("user", "user", "NAME", CTL_REQUIRED | CTL_BARE | CTL_USER_NAME,
	     "The user whose sessions are cleared"),
	{ 0 }
};

static const struct ctl_arg test_aaa_args[] = {
	TEXT("user", "user", "NAME", CTL_REQUIRED | CTL_BARE,
	     "The user name, as a caller would send it"),
	TEXT("ppp", "ppp", "PROFILE", CTL_PROFILE_NAME,
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
const struct ctl_command ctl_commands[] = {
	{ .words = "add tunnel", .args = add_tunnel_args, .view = &ctl_added_tunnel_view,
	  .help = "Opens a tunnel to an LNS; prints its name when none is given." },
	{ .words = "add session", .args = add_session_args, .view = &ctl_added_session_view,
	  .help = "Places a call in a tunnel that we opened; prints its name when none is given." },
	{ .words = "add tunnel lcce", .args = add_lcce_tunnel_args,
	  .help = "Adds a peer of L2TPv3, as an lcce section does; not kept over restarts." },
	{ .words = "add session lcce", .args = add_lcce_session_args,
	  .view = &ctl_added_session_view,
	  .help = "Adds a pseudowire to such a peer, or to a configured one; "
		  "prints its name when none is given." },
	{ .words = "add tunnel static", .args = add_static_tunnel_args,
	  .help = "Makes a tunnel without a control connection, as ip-l2tp does; "
		  "kept over restarts." },
	{ .words = "add session static", .args = add_static_session_args,
	  .view = &ctl_added_session_view,
	  .help = "Makes an Ethernet session in a static tunnel; prints its name "
		  "when none is given." },
	{ .words = "delete tunnel", .args = delete_tunnel_args, .view = &ctl_note_view,
	  .help = "Closes a tunnel and the sessions in it; says so when the configuration "
		  "will bring it back." },
	{ .words = "delete session", .args = delete_session_args, .view = &ctl_note_view,
	  .help = "Closes a session; says so when the configuration will bring it back." },
	{ .words = "delete tunnel static", .args = delete_static_tunnel_args,
	  .help = "Removes a static tunnel and the sessions in it." },
	{ .words = "delete session static", .args = delete_static_session_args,
	  .help = "Removes a static session." },
	{ .words = "redial tunnel", .args = redial_tunnel_args,
	  .help = "Closes a tunnel that this end opens, and dials it at once with its sessions." },
	{ .words = "redial session", .args = redial_session_args,
	  .help = "Ends a session's call, or its wait for the next one, and dials it at once." },
	{ .words = "disable tunnel", .args = disable_tunnel_args,
	  .help = "Closes a tunnel; it is neither dialled nor taken from its peer until "
		  "it is enabled or l2tpd starts again." },
	{ .words = "disable session", .args = disable_session_args,
	  .help = "Closes a session; it is neither dialled nor taken from its peer until "
		  "it is enabled or l2tpd starts again." },
	{ .words = "enable tunnel", .args = enable_tunnel_args,
	  .help = "Lets a disabled tunnel go on: it is dialled, or waits for its peer." },
	{ .words = "enable session", .args = enable_session_args, .view = &ctl_note_view,
	  .help = "Lets a disabled session go on: it is dialled, or waits for its peer." },
	{ .words = "clear user", .args = clear_user_args, .view = &ctl_cleared_view,
	  .help = "Clears all sessions of a user; says how many there were." },
	{ .words = "show tunnels", .args = show_tunnels_args, .view = &ctl_tunnel_view,
	  .help = "Lists the tunnels, or shows one in full." },
	{ .words = "show sessions", .args = show_sessions_args, .view = &ctl_session_view,
	  .help = "Lists the sessions, or shows one in full." },
	{ .words = "show users", .args = show_users_args, .view = &ctl_user_view,
	  .help = "Lists who is here and what each was given, or shows one user in full." },
	{ .words = "show pools", .args = show_pools_args, .view = &ctl_pool_view,
	  .help = "Lists the pools of addresses and what is left in them, or shows one in full." },
	{ .words = "show radius", .args = show_radius_args, .view = &ctl_radius_view,
	  .help = "Lists the RADIUS servers: whether they answer, how fast, what was asked." },
	{ .words = "show tacacs", .args = show_tacacs_args, .view = &ctl_tacacs_view,
	  .help = "Lists the TACACS+ servers: whether they answer, how fast, what was asked." },
	{ .words = "show interfaces", .args = show_interfaces_args, .view = &ctl_interface_view,
	  .help = "Lists the interfaces of sessions and both ends' circuits, or "
		  "shows one on one page." },
	{ .words = "show static", .args = show_static_args, .view = &ctl_static_view,
	  .help = "Lists the static tunnels and their sessions, or shows those of one in full." },
	{ .words = "show config", .view = &ctl_config_view,
	  .help = "Prints the configuration that l2tpd runs with, in its canonical form." },
	{ .words = "show status", .view = &ctl_status_view,
	  .help = "Shows the daemon itself: version, numbers, counters." },
	{ .words = "set log", .args = set_log_args,
	  .help = "Changes how much l2tpd logs until it is started again." },
	{ .words = "test aaa", .args = test_aaa_args, .view = &ctl_test_view,
	  .help = "Asks for a user as a call would, and shows the whole reply; "
		  "fails when he is refused." },
	{ .words = "completion bash", .completion = ctl_completion_bash,
	  .help = "Prints a script that completes these commands in bash." },
	{ .words = "completion zsh", .completion = ctl_completion_zsh,
	  .help = "The same in zsh." },
	{ 0 }
};
/* clang-format on */
