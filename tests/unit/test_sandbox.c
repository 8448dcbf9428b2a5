/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sandbox from inside: what a process may still do after it, what kills
 * it, and that root does not come back. Each case is a child of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ppp-ioctl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipc/ipc.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/sandbox.h"

#define CHECK(condition)                            \
	do {                                        \
		if (!(condition)) {                 \
			_exit(__LINE__ % 200 + 50); \
		}                                   \
	} while (0)

static int test_pair[2], test_memfd, test_status;
static char test_root[32];
static struct loop *test_loop; /* of a child, made before its filter */

/* Runs f in a child behind the profile; its wait status. */
static int run_in(enum sandbox_profile profile, void (*f)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		test_loop = loop_new();
		if (!test_loop || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		    sandbox_seccomp(profile))
			_exit(49);
		f();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

#define assert_works(profile, f)                                             \
	do {                                                                 \
		int status_ = run_in(profile, f);                            \
		if (!WIFEXITED(status_) || WEXITSTATUS(status_))             \
			fail_msg(#f ": status 0x%x", (unsigned int)status_); \
	} while (0)

/* A build with sanitizers has no filter. */
static bool filtered(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
	return false;
#endif
#endif
	return true;
}

#define assert_killed(profile, f)                                            \
	do {                                                                 \
		int status_ = run_in(profile, f);                            \
		if (!WIFSIGNALED(status_) || WTERMSIG(status_) != SIGSYS)    \
			fail_msg(#f ": status 0x%x", (unsigned int)status_); \
	} while (0)

/* ---- what the engine does ---- */

static void pass_messages(void)
{
	static const struct ipc_header h = {
		.type = 1,
		.version = IPC_VERSION,
	};
	static struct ipc_message m;

	CHECK(ipc_send(test_pair[0], &h, "x", 1, &test_pair[1], 1) == 0);
	CHECK(ipc_recv(test_pair[1], &m) == 1);
	CHECK(m.nfds == 1 && m.len == 1);
	ipc_close_fds(&m);
}

static int calls;

static void on_timer(struct loop_timer *t)
{
	(void)t;
	calls++;
}

static void on_read(struct loop_io *io, int fd, int events)
{
	char buf[8];

	(void)events;
	CHECK(read(fd, buf, sizeof(buf)) > 0);
	loop_io_stop(io);
	calls++;
}

static void on_idle(void *arg)
{
	if (calls == 2)
		loop_stop(arg);
}

static void run_loop(void)
{
	struct loop_timer t = { 0 };
	struct loop_io io = { 0 };

	CHECK(loop_timer_set(test_loop, &t, loop_now(test_loop) + 2,
			     on_timer) == 0);
	CHECK(loop_io_start(test_loop, &io, test_pair[0], LOOP_READ, on_read) ==
	      0);
	CHECK(write(test_pair[1], "x", 1) == 1);
	loop_set_idle(test_loop, on_idle, test_loop);
	CHECK(loop_run(test_loop) == 0);
	loop_free(test_loop);
}

static void use_memory(void)
{
	char *big = malloc(8 << 20);

	CHECK(big);
	memset(big, 1, 8 << 20);
	big = realloc(big, 16 << 20);
	CHECK(big);
	free(big);
	log_write(LOG_DEBUG, "this level is off");
	CHECK(fprintf(stderr, "%s", "") == 0);
	CHECK(getpid() > 0);
}

static void use_files(void)
{
	FILE *f = fdopen(dup(test_memfd), "r");
	char line[16];

	CHECK(f && lseek(test_memfd, 0, SEEK_SET) == 0);
	CHECK(fgets(line, sizeof(line), f) && strcmp(line, "text\n") == 0);
	fclose(f);
}

static void end_by_abort(void)
{
	signal(SIGABRT, SIG_DFL);
	abort();
}

/* ---- what nobody does ---- */

static void call_open(void)
{
	(void)!open("/etc/passwd", O_RDONLY);
}
static void call_socket(void)
{
	(void)!socket(AF_INET, SOCK_DGRAM, 0);
}
static void call_socketpair(void)
{
	int sv[2];
	(void)!ipc_pair(sv);
}
static void call_fork(void)
{
	if (fork() == 0)
		_exit(0);
}
static void call_kill(void)
{
	kill(getppid(), 0);
}
static void call_ptrace(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}
static void call_setuid(void)
{
	(void)!setuid(0);
}
static void call_mount(void)
{
	mount("none", "/", "tmpfs", 0, NULL);
}
static void call_prctl(void)
{
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}
static void call_bpf(void)
{
	syscall(SYS_bpf, 0, NULL, 0);
}
static void call_unlink(void)
{
	unlink("/nonexistent/file");
}

static void call_execve(void)
{
	char *argv[] = { (char *)(uintptr_t) "true", NULL };

	execve("/bin/true", argv, argv + 1);
}

static void call_connect(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	connect(test_pair[0], (struct sockaddr *)&a, sizeof(a));
}

static void map_code(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	     0);
}

static void make_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static void attach_filter(void)
{
	setsockopt(test_pair[0], SOL_SOCKET, SO_ATTACH_FILTER, "", 0);
}

/* What PPP needs of the kernel beyond frames is the monitor's to do. */
static const unsigned long ppp_ioctls[] = {
	PPPIOCGCHAN,	  PPPIOCATTCHAN, PPPIOCNEWUNIT,	   PPPIOCATTACH,
	PPPIOCCONNECT,	  PPPIOCDISCONN, PPPIOCSFLAGS,	   PPPIOCGFLAGS,
	PPPIOCSMRU,	  PPPIOCSNPMODE, PPPIOCSCOMPRESS,  PPPIOCSMRRU,
	PPPIOCBRIDGECHAN, PPPIOCGIDLE,	 PPPIOCGL2TPSTATS,
};
static unsigned long ppp_ioctl;

static void call_ppp_ioctl(void)
{
	uint8_t nothing[64] = { 0 };

	ioctl(test_pair[0], ppp_ioctl, nothing);
}

/*
 * A UDP socket is needed for it, but not here: the kernel says no, and
 * nobody is killed.
 */
static void switch_checksums(void)
{
	int on = 1;

	(void)setsockopt(test_pair[0], SOL_UDP, UDP_NO_CHECK6_TX, &on,
			 sizeof(on));
	(void)setsockopt(test_pair[0], SOL_SOCKET, SO_NO_CHECK, &on,
			 sizeof(on));
}

static void encapsulate(void)
{
	int on = 1;

	setsockopt(test_pair[0], SOL_UDP, UDP_ENCAP, &on, sizeof(on));
}

static void join_group(void)
{
	static const struct ipv6_mreq all_routers = {
		{ .s6_addr = { 0xff, 2, [15] = 2 } },
		1,
	};

	setsockopt(test_pair[0], IPPROTO_IPV6, IPV6_JOIN_GROUP, &all_routers,
		   sizeof(all_routers));
}

static void set_buffer(void)
{
	int bytes = 65536;

	setsockopt(test_pair[0], SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static void call_accept(void)
{
	(void)accept(test_pair[0], NULL, NULL);
}

/* ---- what aaa does ---- */

static void *thread(void *arg)
{
	return arg;
}

static void run_thread(void)
{
	pthread_t t;
	void *value;

	CHECK(pthread_create(&t, NULL, thread, &calls) == 0);
	CHECK(pthread_join(t, &value) == 0 && value == &calls);
}

static void resolve(void)
{
	struct addrinfo *ai;

	CHECK(getaddrinfo("localhost", "1701", NULL, &ai) == 0);
	freeaddrinfo(ai);
}

static int setup(void **state)
{
	(void)state;
	log_open("test", LOG_SINK_STDERR, LOG_ERR);
	test_memfd = memfd_create("test", MFD_CLOEXEC);
	return test_memfd < 0 || ipc_pair(test_pair) ||
	       write(test_memfd, "text\n", 5) != 5 ||
	       lseek(test_memfd, 0, SEEK_SET);
}

static int teardown(void **state)
{
	(void)state;
	close(test_memfd);
	close(test_pair[0]);
	close(test_pair[1]);
	return 0;
}

static void test_engine_works(void **state)
{
	int status;

	(void)state;
	assert_works(SANDBOX_ENGINE, pass_messages);
	assert_works(SANDBOX_ENGINE, run_loop);
	assert_works(SANDBOX_ENGINE, use_memory);
	assert_works(SANDBOX_ENGINE, use_files);
	assert_works(SANDBOX_ENGINE, switch_checksums);
	status = run_in(SANDBOX_ENGINE, end_by_abort);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void test_engine_killed(void **state)
{
	(void)state;
	if (!filtered())
		skip();
	assert_killed(SANDBOX_ENGINE, call_open);
	assert_killed(SANDBOX_ENGINE, call_execve);
	assert_killed(SANDBOX_ENGINE, call_socket);
	assert_killed(SANDBOX_ENGINE, call_socketpair);
	assert_killed(SANDBOX_ENGINE, call_connect);
	assert_killed(SANDBOX_ENGINE, call_fork);
	assert_killed(SANDBOX_ENGINE, call_kill);
	assert_killed(SANDBOX_ENGINE, call_ptrace);
	assert_killed(SANDBOX_ENGINE, call_setuid);
	assert_killed(SANDBOX_ENGINE, call_mount);
	assert_killed(SANDBOX_ENGINE, call_prctl);
	assert_killed(SANDBOX_ENGINE, call_unlink);
	assert_killed(SANDBOX_ENGINE, map_code);
	assert_killed(SANDBOX_ENGINE, make_code);
	assert_killed(SANDBOX_ENGINE, attach_filter);
	assert_killed(SANDBOX_ENGINE, encapsulate);
	assert_killed(SANDBOX_ENGINE, run_thread);
	for (size_t i = 0; i < sizeof(ppp_ioctls) / sizeof(ppp_ioctls[0]);
	     i++) {
		ppp_ioctl = ppp_ioctls[i];
		assert_killed(SANDBOX_ENGINE, call_ppp_ioctl);
	}
}

static void test_router6(void **state)
{
	int status;

	(void)state;
	assert_works(SANDBOX_ROUTER6, pass_messages);
	assert_works(SANDBOX_ROUTER6, run_loop);
	assert_works(SANDBOX_ROUTER6, use_memory);
	status = run_in(SANDBOX_ROUTER6, end_by_abort);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	if (!filtered())
		skip();
	assert_killed(SANDBOX_ROUTER6, call_open);
	assert_killed(SANDBOX_ROUTER6, call_execve);
	assert_killed(SANDBOX_ROUTER6, call_socket);
	assert_killed(SANDBOX_ROUTER6, call_connect);
	assert_killed(SANDBOX_ROUTER6, call_accept);
	assert_killed(SANDBOX_ROUTER6, call_fork);
	assert_killed(SANDBOX_ROUTER6, call_kill);
	assert_killed(SANDBOX_ROUTER6, call_prctl);
	assert_killed(SANDBOX_ROUTER6, map_code);
	assert_killed(SANDBOX_ROUTER6, make_code);
	assert_killed(SANDBOX_ROUTER6, join_group);
	assert_killed(SANDBOX_ROUTER6, set_buffer);
	assert_killed(SANDBOX_ROUTER6, switch_checksums);
	assert_killed(SANDBOX_ROUTER6, run_thread);
}

static void test_aaa(void **state)
{
	(void)state;
	assert_works(SANDBOX_AAA, pass_messages);
	assert_works(SANDBOX_AAA, run_loop);
	assert_works(SANDBOX_AAA, use_memory);
	assert_works(SANDBOX_AAA, use_files);
	assert_works(SANDBOX_AAA, run_thread);
	assert_works(SANDBOX_AAA, resolve);
	if (!filtered())
		skip();
	assert_killed(SANDBOX_AAA, call_execve);
	assert_killed(SANDBOX_AAA, call_fork);
	assert_killed(SANDBOX_AAA, call_ptrace);
	assert_killed(SANDBOX_AAA, call_setuid);
	assert_killed(SANDBOX_AAA, call_mount);
	assert_killed(SANDBOX_AAA, call_bpf);
}

/* ---- root ---- */

static bool status_line_is(const char *line)
{
	static char text[8192];
	ssize_t n = pread(test_status, text, sizeof(text) - 1, 0);

	return n > 0 && (text[n] = '\0', strstr(text, line));
}

static void drop(void)
{
	struct stat st;

	CHECK(sandbox_drop("no-such-user-of-l2tpd", test_root) == 0);
	CHECK(getuid() && geteuid() && getgid() && getegid());
	CHECK(getgroups(0, NULL) == 0);
	CHECK(setuid(0) < 0 && setgid(0) < 0);
	CHECK(stat("/etc", &st) < 0 && errno == ENOENT);
	CHECK(open("/x", O_CREAT | O_WRONLY, 0600) < 0);
	CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	CHECK(status_line_is("\nCapPrm:\t0000000000000000\n"));
	CHECK(status_line_is("\nCapEff:\t0000000000000000\n"));
	CHECK(status_line_is("\nCapInh:\t0000000000000000\n"));
	CHECK(status_line_is("\nCapBnd:\t0000000000000000\n"));
	CHECK(status_line_is("\nCapAmb:\t0000000000000000\n"));
}

static void test_drop(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	strcpy(test_root, "/tmp/l2tpd-root-XXXXXX");
	assert_non_null(mkdtemp(test_root));
	assert_int_equal(chmod(test_root, 0755), 0);
	pid = fork();
	if (pid == 0) {
		/* The status of this process, opened while there is a /proc. */
		test_status = open("/proc/self/status", O_RDONLY);
		log_open("test", LOG_SINK_STDERR, -1);
		drop();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	rmdir(test_root);
	if (status)
		fail_msg("status 0x%x", (unsigned int)status);
}

/* A root directory that others can write is refused. */
static void test_writable_root(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	pid = fork();
	if (pid == 0) {
		log_open("test", LOG_SINK_STDERR, -1);
		_exit(sandbox_drop("nobody", "/tmp") == -EPERM &&
				      getuid() == 0 ?
			      0 :
			      1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_engine_works),
		cmocka_unit_test(test_engine_killed),
		cmocka_unit_test(test_router6),
		cmocka_unit_test(test_aaa),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_writable_root),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
