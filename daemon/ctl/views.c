// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the records of each command look as a table's columns and as a page.
 * Documentation/records.md has what each key means; a test compares the two.
 */
#include "ctl/ctl.h"

/* clang-format off */
#define SECTION(l)	{ .label = l, .format = CTL_SECTION }
#define COLUMN(k, h, l)	{ .key = k, .heading = h, .label = l, .format = CTL_PLAIN }
/* The last column: a sentence, shortened, which the page has in full. */
#define ROW(k, h)	{ .key = k, .heading = h, .label = h, .format = CTL_PLAIN, .row = true }
#define LINE(k, l)	{ .key = k, .label = l, .format = CTL_PLAIN }
#define COUNT(k, h, l)	{ .key = k, .heading = h, .label = l, .format = CTL_COUNT }
#define SECONDS(k, l)	{ .key = k, .label = l, .format = CTL_SECONDS }
#define YES_NO(k, l)	{ .key = k, .label = l, .format = CTL_YES_NO }
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
#define DISCARDS \
	LINE("rx_cookie_discards", "Wrong cookies"), \
	LINE("rx_seq_discards", "Wrong sequence numbers"), \
	LINE("rx_out_of_order", "Received out of order")
/* An address, which has its port behind it. */
#define END(k, p, l) \
	{ .key = k, .port = p, .label = l, .format = CTL_PLAIN }
#define END_COLUMN(k, p, h, l) \
	{ .key = k, .port = p, .heading = h, .label = l, .format = CTL_PLAIN }
#define TUNNEL \
	{ .key = "tunnel", .instead = "tunnel_id", .heading = "TUNNEL", .label = "Tunnel", \
	  .format = CTL_PLAIN }
#define UPTIME \
	{ .key = "uptime_s", .heading = "UPTIME", .label = "Up for", .format = CTL_SECONDS }

/* One direction of IPsec: keys begin with p. */
#define CHILD_SA(p) \
	LINE(p "_spi", "SPI"), \
	LINE(p "_state", "State"), \
	LINE(p "_created", "Created"), \
	LINE(p "_last_used", "Last used"), \
	SECONDS(p "_left_s", "Lifetime left"), \
	LINE(p "_packets", "Packets"), \
	LINE(p "_bytes", "Bytes")
#define IPSEC \
	SECTION("IPsec"), \
	LINE("ipsec", "Protected"), \
	LINE("ipsec_why", "Why not"), \
	SECTION("IPsec: IKE SA"), \
	LINE("ike_version", "IKE version"), \
	LINE("ike_connection", "Connection"), \
	LINE("ike_state", "State"), \
	LINE("ike_side", "Our side"), \
	LINE("ike_initiator_spi", "Initiator's SPI or cookie"), \
	LINE("ike_responder_spi", "Responder's SPI or cookie"), \
	END("ike_local", "ike_local_port", "Our address"), \
	END("ike_remote", "ike_remote_port", "Peer's address"), \
	LINE("ike_local_id", "Our identity"), \
	LINE("ike_remote_id", "Peer's identity"), \
	LINE("ike_nat", "NAT"), \
	LINE("ike_proposal", "Proposal"), \
	LINE("ike_created", "Created"), \
	SECONDS("ike_rekey_s", "Until it is rekeyed"), \
	SECONDS("ike_reauth_s", "Until it is authenticated anew"), \
	SECTION("IPsec: child SA"), \
	LINE("child", "Child"), \
	LINE("child_mode", "Mode"), \
	LINE("child_proposal", "Proposal"), \
	LINE("child_local", "Our traffic selector"), \
	LINE("child_remote", "Peer's traffic selector"), \
	SECONDS("child_rekey_s", "Until it is rekeyed"), \
	SECTION("IPsec: inbound SA"), \
	CHILD_SA("sa_in"), \
	SECTION("IPsec: outbound SA"), \
	CHILD_SA("sa_out")

static const struct ctl_field tunnel_fields[] = {
	TUNNEL,
	LINE("role", "Role"),
	LINE("lns", "Let in by lns"),
	COLUMN("state", "STATE", "State"),
	YES_NO("initiator", "Opened by us"),
	COLUMN("tunnel_id", "TUNNEL-ID", "Local id"),
	COLUMN("peer_tunnel_id", "PEER-TUNNEL-ID", "Peer's id"),
	LINE("encap", "Encapsulation"),
	END_COLUMN("local", "local_port", "LOCAL", "Local address"),
	{ .key = "remote", .port = "remote_port", .instead = "remote_name", .heading = "REMOTE",
	  .label = "Remote address", .format = CTL_PLAIN },
	LINE("remote_name", "Called as"),
	COLUMN("peer_hostname", "PEER-HOSTNAME", "Peer's host name"),
	LINE("peer_vendor", "Peer's vendor"),
	{ .key = "peer_firmware", .label = "Peer's firmware", .format = CTL_HEX },
	LINE("peer_router_id", "Peer's router id"),
	LINE("version", "L2TP version"),
	LINE("digest", "Authenticated by"),
	{ .key = "old_secret", .label = "Has the old secret", .format = CTL_YES_NO },
	COUNT("sessions", "SESSIONS", "Sessions"),
	UPTIME,
	SECONDS("silent_s", "Peer silent for"),
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
	DISCARDS,
	IPSEC,
	ROW("last_error", "LAST-ERROR"),
	{ 0 }
};

static const struct ctl_field session_fields[] = {
	TUNNEL,
	COLUMN("session", "SESSION", "Session"),
	LINE("call", "Call"),
	LINE("tunnel_id", "Tunnel's local id"),
	LINE("peer_tunnel_id", "Tunnel's peer id"),
	COLUMN("session_id", "SESSION-ID", "Local id"),
	COLUMN("peer_session_id", "PEER-SESSION-ID", "Peer's id"),
	COLUMN("state", "STATE", "State"),
	LINE("ppp", "PPP profile"),
	COLUMN("ppp_state", "PPP-STATE", "PPP state"),
	COLUMN("user", "USER", "User"),
	COLUMN("ifname", "IFNAME", "Interface"),
	COUNT("mtu", "MTU", "MTU"),
	LINE("path_mtu", "Path's MTU"),
	COLUMN("local_ipv4", "LOCAL-IPV4", "Our IPv4 address"),
	COLUMN("remote_ipv4", "REMOTE-IPV4", "Peer's IPv4 address"),
	END("remote", "remote_port", "Tunnel to"),
	LINE("pppd_pid", "Process id of pppd"),
	LINE("calling_number", "Calling number"),
	LINE("called_number", "Called number"),
	LINE("call_serial", "Call serial number"),
	UPTIME,
	LINE("encryption", "Encryption"),
	SECONDS("session_left_s", "Time left"),
	SECONDS("redial_in_s", "Dials again in"),
	LINE("last_error", "Last error"),
	SECTION("PPP"),
	LINE("ppp_phase", "Phase"),
	LINE("lcp_state", "LCP"),
	LINE("lcp_options", "LCP options of ours"),
	LINE("lcp_peer_options", "LCP options of the peer's"),
	LINE("ipcp_state", "IPCP"),
	LINE("ipv6cp_state", "IPV6CP"),
	LINE("local_interface_id", "Our interface identifier"),
	LINE("remote_interface_id", "Peer's interface identifier"),
	LINE("ccp_state", "CCP"),
	LINE("ccp_options", "CCP options"),
	LINE("echo_sent", "Echo-Requests sent"),
	LINE("echo_answered", "Echo-Replies to them"),
	LINE("echo_last_ms", "Last round trip in ms"),
	LINE("echo_least_ms", "Least round trip in ms"),
	LINE("echo_average_ms", "Average round trip in ms"),
	SECTION("Pseudowire"),
	LINE("pseudowire", "Carries"),
	LINE("circuit", "Circuit at our end"),
	LINE("peer_circuit", "Circuit at the peer's"),
	LINE("cookie_length", "Bytes of our cookie"),
	LINE("peer_cookie_length", "Bytes of the peer's"),
	YES_NO("l2_sublayer", "L2-specific sublayer"),
	COUNTERS,
	DISCARDS,
	ROW("last_error", "LAST-ERROR"),
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
	LINE("pool", "Named pool"), \
	LINE("filter_id", "Filter-Id")

static const struct ctl_field user_fields[] = {
	COLUMN("user", "USER", "User"),
	COLUMN("state", "STATE", "State"),
	LINE("ppp", "PPP profile"),
	TUNNEL,
	LINE("tunnel_id", "Tunnel's local id"),
	COLUMN("session_id", "SESSION-ID", "Session's local id"),
	COLUMN("ifname", "IFNAME", "Interface"),
	LINE("local_ipv4", "Our IPv4 address"),
	COLUMN("remote_ipv4", "REMOTE-IPV4", "Peer's IPv4 address"),
	LINE("interface_id", "Interface identifier"),
	COLUMN("prefix6", "PREFIX6", "IPv6 prefix"),
	COLUMN("delegated6", "DELEGATED6", "Delegated prefix"),
	COLUMN("server", "SERVER", "Let in by"),
	LINE("acct_session_id", "Acct-Session-Id"),
	LINE("encryption", "Encryption"),
	LINE("since", "Up since"),
	UPTIME,
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
	COLUMN("pool", "POOL", "Pool"),
	COLUMN("section", "SECTION", "Section"),
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
	COLUMN("server", "SERVER", "Server"),
	COLUMN("address", "ADDRESS", "Address"),
	COLUMN("transport", "TRANSPORT", "Transport"),
	LINE("tls", "TLS"),
	LINE("auth_port", "Authentication port"),
	LINE("acct_port", "Accounting port"),
	COLUMN("auth", "AUTH", "Authentication"),
	COLUMN("acct", "ACCT", "Accounting"),
	{ .key = "changed_s", .heading = "CHANGED", .label = "Since", .format = CTL_SECONDS },
	{ .key = "auth_latency_us", .heading = "AUTH-LATENCY", .label = "Latency",
	  .format = CTL_MICROSECONDS },
	{ .key = "acct_latency_us", .label = "Accounting latency", .format = CTL_MICROSECONDS },
	COUNT("outstanding", "OUTSTANDING", "Requests under way"),
	COUNT("acct_queued", "ACCT-QUEUED", "Accounting records kept"),
	LINE("message_authenticator", "Message-Authenticator"),
	LINE("last_error", "Last error"),
	SECTION("Authentication"),
	COUNT("auth_requests", "AUTH-REQUESTS", "Requests"),
	COUNT("auth_accepts", "AUTH-ACCEPTS", "Accepts"),
	COUNT("auth_rejects", "AUTH-REJECTS", "Rejects"),
	LINE("auth_challenges", "Challenges"),
	COUNT("auth_timeouts", "AUTH-TIMEOUTS", "Timeouts"),
	SECTION("Accounting"),
	LINE("acct_requests", "Requests"),
	LINE("acct_responses", "Responses"),
	LINE("acct_timeouts", "Timeouts"),
	SECTION("Packets"),
	LINE("retransmits", "Sent again"),
	LINE("bad_replies", "Bad replies"),
	{ 0 }
};

static const struct ctl_field tacacs_fields[] = {
	COLUMN("server", "SERVER", "Server"),
	COLUMN("address", "ADDRESS", "Address"),
	LINE("port", "Port"),
	COLUMN("state", "STATE", "State"),
	{ .key = "changed_s", .heading = "CHANGED", .label = "Since", .format = CTL_SECONDS },
	{ .key = "auth_latency_us", .heading = "AUTH-LATENCY", .label = "Latency",
	  .format = CTL_MICROSECONDS },
	{ .key = "acct_latency_us", .label = "Accounting latency", .format = CTL_MICROSECONDS },
	COUNT("connections", "CONNECTIONS", "Connections"),
	YES_NO("single_connection", "Many requests on one"),
	COUNT("outstanding", "OUTSTANDING", "Requests under way"),
	COUNT("acct_queued", "ACCT-QUEUED", "Accounting records kept"),
	LINE("last_error", "Last error"),
	SECTION("Authentication"),
	COUNT("authen_requests", "AUTHEN-REQUESTS", "Requests"),
	COUNT("authen_passes", "AUTHEN-PASSES", "Passes"),
	COUNT("authen_fails", "AUTHEN-FAILS", "Fails"),
	SECTION("Authorization"),
	LINE("author_requests", "Requests"),
	LINE("author_passes", "Passes"),
	COUNT("author_fails", "AUTHOR-FAILS", "Fails"),
	SECTION("Accounting"),
	LINE("acct_requests", "Requests"),
	LINE("acct_responses", "Responses"),
	SECTION("Trouble"),
	COUNT("timeouts", "TIMEOUTS", "Timeouts"),
	LINE("server_errors", "Errors of the server"),
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
	LINE("remote_ipv4", "IPv4 address"),
	LINE("pools", "Address of the pools"),
	LINE("warning", "Warning"),
	LINE("interface_id", "Interface identifier"),
	LINE("prefix6", "IPv6 prefix"),
	LINE("delegated6", "Delegated prefix"),
	GIVEN,
	YES_NO("mppe_keys", "MPPE keys"),
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
	COLUMN("tunnel_id", "TUNNEL-ID", "Local id"),
	COLUMN("peer_tunnel_id", "PEER-TUNNEL-ID", "Peer's id"),
	LINE("encap", "Encapsulation"),
	END_COLUMN("local", "local_port", "LOCAL", "Local address"),
	END_COLUMN("remote", "remote_port", "REMOTE", "Remote address"),
	YES_NO("udp_csum", "UDP checksums"),
	YES_NO("udp6_csum_tx", "UDP checksums sent"),
	YES_NO("udp6_csum_rx", "UDP checksums demanded"),
	SECTION("Session"),
	COLUMN("session", "SESSION", "Session"),
	COLUMN("session_id", "SESSION-ID", "Local id"),
	COLUMN("peer_session_id", "PEER-SESSION-ID", "Peer's id"),
	COLUMN("state", "STATE", "State"),
	LINE("cookie", "Cookie that we send"),
	LINE("peer_cookie", "Peer's cookie"),
	LINE("l2spec_type", "L2-specific sublayer"),
	LINE("seq", "Sequence numbers"),
	SECTION("Interface"),
	COLUMN("ifname", "IFNAME", "Interface"),
	LINE("ifindex", "Index"),
	LINE("admin", "Administrative state"),
	LINE("link", "Link"),
	LINE("vlan", "VLAN"),
	LINE("mtu", "MTU"),
	LINE("mac", "MAC address"),
	LINE("master", "Bridge or VRF"),
	SECTION("Keepalive"),
	SECONDS("keepalive_s", "Pinged every"),
	LINE("keepalive_address", "Pinged address"),
	COLUMN("keepalive_state", "KEEPALIVE-STATE", "Answers"),
	SECONDS("keepalive_answer_s", "Last answer"),
	SECTION("Trouble"),
	LINE("last_error", "Last error"),
	DROPS_TOO,
	{ 0 }
};

static const struct ctl_field interface_fields[] = {
	COLUMN("ifname", "IFNAME", "Interface"),
	LINE("ifindex", "Index"),
	COLUMN("kind", "KIND", "Kind"),
	COLUMN("admin", "ADMIN", "Administrative state"),
	COLUMN("link", "LINK", "Link"),
	SECONDS("changed_s", "Last change"),
	COUNT("mtu", "MTU", "MTU"),
	LINE("mac", "MAC address"),
	COLUMN("master", "MASTER", "Bridge or VRF"),
	COLUMN("circuit", "CIRCUIT", "Circuit at our end"),
	COLUMN("peer_circuit", "PEER-CIRCUIT", "Circuit at the peer's"),
	SECTION("PPP"),
	LINE("ppp", "PPP profile"),
	LINE("ppp_state", "PPP state"),
	COLUMN("user", "USER", "User"),
	LINE("local_ipv4", "Our IPv4 address"),
	LINE("remote_ipv4", "Peer's IPv4 address"),
	SECTION("Tunnel"),
	TUNNEL,
	LINE("version", "L2TP version"),
	LINE("encap", "Encapsulation"),
	END("local", "local_port", "Local address"),
	END_COLUMN("remote", "remote_port", "REMOTE", "Remote address"),
	LINE("tunnel_state", "Control connection"),
	LINE("peer_hostname", "Peer's host name"),
	LINE("peer_router_id", "Peer's router id"),
	LINE("tunnel_id", "Local id"),
	LINE("peer_tunnel_id", "Peer's id"),
	LINE("ns", "Next to send (Ns)"),
	LINE("nr", "Next expected (Nr)"),
	SECTION("Session"),
	COLUMN("session", "SESSION", "Session"),
	COLUMN("session_state", "SESSION-STATE", "State"),
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
	IPSEC,
	{ 0 }
};

static const struct ctl_field status_fields[] = {
	LINE("hostname", "Host name"),
	LINE("l2tpd_version", "l2tpd"),
	LINE("schema", "Version of the records"),
	LINE("pid", "Process id"),
	SECONDS("uptime_s", "Up for"),
	LINE("dataplane", "Data plane"),
	LINE("config_file", "Configuration"),
	LINE("config", "The file, to what runs"),
	LINE("config_note", "What differs"),
	LINE("tunnels", "Tunnels"),
	LINE("half_open", "Half-open tunnels"),
	LINE("half_open_dropped", "Dropped for others"),
	LINE("sessions", "Sessions"),
	LINE("calls_in_setup", "Calls in set-up"),
	LINE("sessions_most", "Sessions at most"),
	SECTION("Since the start"),
	LINE("tunnels_up", "Tunnels opened"),
	LINE("tunnels_refused", "Tunnels refused"),
	LINE("calls_up", "Calls established"),
	LINE("calls_failed", "Calls failed"),
	LINE("calls_refused", "Calls refused"),
	LINE("auth_ok", "Users let in"),
	LINE("auth_failed", "Users refused"),
	LINE("auth_unavailable", "Users who could not be asked for"),
	LINE("logs_suppressed", "Lines left out of the log"),
	SECTION("Control packets"),
	LINE("packets_in", "Received"),
	LINE("packets_out", "Sent"),
	LINE("send_errors", "Could not be sent"),
	SECTION("Received and dropped"),
	LINE("malformed", "Malformed"),
	LINE("stray", "Of no tunnel of ours"),
	LINE("wrong_address", "From another address"),
	LINE("bad_digest", "Wrong digest"),
	LINE("wrong_version", "Wrong version"),
	{ 0 }
};

#define VIEW(n, ...) \
	const struct ctl_view ctl_##n##_view = \
		{ .record = #n, .fields = n##_fields, __VA_ARGS__ }
VIEW(tunnel, .single = "tunnel");
VIEW(session, .single = "session");
VIEW(user, .single = "user");
VIEW(pool, .single = "pool");
VIEW(radius, .single = "server");
VIEW(tacacs, .single = "server");
VIEW(static, .single = "tunnel");
VIEW(interface, .single = "ifname");
VIEW(cleared, .page = true);
VIEW(test, .page = true);
VIEW(status, .page = true);
const struct ctl_view ctl_added_tunnel_view = { .record = "added", .chosen = "tunnel" };
const struct ctl_view ctl_added_session_view = { .record = "added", .chosen = "session" };
const struct ctl_view ctl_note_view = { .record = "noted", .say = "note" };
const struct ctl_view ctl_config_view = { .record = "config", .text = "text" };
/* clang-format on */
