/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filters of system calls. Those of the engine and of the router6 process
 * are lists of what they may do with the fds that they were given. The aaa
 * process runs whatever NSS modules the
 * administrator configured (files, DNS, sockets, libraries loaded late), so
 * its filter names what no resolver does: new programs and processes, others'
 * memory, mounts, namespaces, kernel modules and the interfaces that most
 * kernel holes were in.
 */
#include "lib/sandbox.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/udp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(memory_sanitizer)
#define SANITIZED true
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

#ifdef SANDBOX_LOG_ONLY
#define PUNISH SCMP_ACT_LOG
#else
#define PUNISH SCMP_ACT_KILL_PROCESS
#endif

static struct scmp_arg_cmp equals(unsigned int arg, scmp_datum_t value)
{
	return (struct scmp_arg_cmp){
		.arg = arg,
		.op = SCMP_CMP_EQ,
		.datum_a = value,
	};
}

/* None of these bits is set. */
static struct scmp_arg_cmp all_clear(unsigned int arg, scmp_datum_t bits)
{
	return (struct scmp_arg_cmp){
		.arg = arg,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = bits,
	};
}

/* ---- lists of what is allowed ---- */

/* clang-format off */
static const int common_calls[] = {
	/* messages and fds */
	SCMP_SYS(recvmsg), SCMP_SYS(recvmmsg), SCMP_SYS(sendmsg), SCMP_SYS(sendto),
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close),
	SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(fstat64),
	/* glibc's fstat before 2.39; it opens nothing, and the root is empty */
	SCMP_SYS(newfstatat), SCMP_SYS(statx),
	/* the loop */
	SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2),
	SCMP_SYS(epoll_ctl), SCMP_SYS(timerfd_settime), SCMP_SYS(timerfd_gettime),
	/* time, where the vDSO has to ask */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
	SCMP_SYS(time), SCMP_SYS(restart_syscall),
	/* memory; mmap and mprotect are below */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(getrandom), SCMP_SYS(futex),
	/* ourselves */
	SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigreturn), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

static const int engine_calls[] = {
	SCMP_SYS(recvfrom), SCMP_SYS(sendmmsg),
	SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(shutdown),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername),
	SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(pwrite64),
	SCMP_SYS(dup), SCMP_SYS(dup3),
	SCMP_SYS(epoll_create1), SCMP_SYS(eventfd2), SCMP_SYS(timerfd_create),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6),
	SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(sched_yield),
	SCMP_SYS(membarrier), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(getrusage), SCMP_SYS(sysinfo),
	SCMP_SYS(getppid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(uname),
	SCMP_SYS(rt_sigpending), SCMP_SYS(sigaltstack),
};
/* clang-format on */

/* A call that is allowed when one argument has one of a few values. */
struct value {
	int call;
	unsigned int arg;
	scmp_datum_t value;
};

static const struct value common_values[] = {
	{ SCMP_SYS(ioctl), 1, TCGETS }, /* stdio's isatty */
	{ SCMP_SYS(fcntl), 1, F_GETFL },    { SCMP_SYS(fcntl), 1, F_SETFL },
	{ SCMP_SYS(fcntl64), 1, F_GETFL },  { SCMP_SYS(fcntl64), 1, F_SETFL },
	{ SCMP_SYS(prctl), 0, PR_SET_VMA }, /* malloc names its arenas */
};

static const struct value engine_values[] = {
	{ SCMP_SYS(getsockopt), 1, SOL_SOCKET }, /* SO_ERROR, SO_PEERCRED */
	{ SCMP_SYS(ioctl), 1, FIONREAD },
	{ SCMP_SYS(fcntl), 1, F_GETFD },
	{ SCMP_SYS(fcntl), 1, F_SETFD },
	{ SCMP_SYS(fcntl), 1, F_DUPFD_CLOEXEC },
	{ SCMP_SYS(fcntl64), 1, F_GETFD },
	{ SCMP_SYS(fcntl64), 1, F_SETFD },
	{ SCMP_SYS(fcntl64), 1, F_DUPFD_CLOEXEC },
};

/* Allowed for memory that cannot be executed. */
static const int mappings[] = { SCMP_SYS(mmap), SCMP_SYS(mmap2),
				SCMP_SYS(mprotect) };

/* setsockopt: of level SOL_SOCKET, these. */
static const int engine_sockopts[] = { SO_RCVBUF, SO_SNDBUF, SO_RCVTIMEO,
				       SO_SNDTIMEO, SO_NO_CHECK };

static int allow_calls(scmp_filter_ctx ctx, const int *calls, size_t n)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	return err;
}

static int allow_values(scmp_filter_ctx ctx, const struct value *v, size_t n)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, v[i].call, 1,
				       equals(v[i].arg, v[i].value));
	return err;
}

static int allow_common(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp no_exec = all_clear(2, PROT_EXEC);
	const struct scmp_arg_cmp own_pid = equals(0, (scmp_datum_t)getpid());
	int err = allow_calls(ctx, common_calls, COUNT(common_calls));

	if (!err)
		err = allow_values(ctx, common_values, COUNT(common_values));
	for (size_t i = 0; i < COUNT(mappings) && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, mappings[i], 1,
				       no_exec);
	if (!err) /* abort() */
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				       own_pid);
	return err;
}

static int allow_engine(scmp_filter_ctx ctx)
{
	int err = allow_common(ctx);

	if (!err)
		err = allow_calls(ctx, engine_calls, COUNT(engine_calls));
	if (!err)
		err = allow_values(ctx, engine_values, COUNT(engine_values));
	for (size_t i = 0; i < COUNT(engine_sockopts) && !err; i++)
		err = seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 2,
			equals(1, SOL_SOCKET),
			equals(2, (scmp_datum_t)engine_sockopts[i]));
	/* control messages have a checksum where data packets have none */
	if (!err)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
				       SCMP_SYS(setsockopt), 2,
				       equals(1, SOL_UDP),
				       equals(2, UDP_NO_CHECK6_TX));
	return err;
}

/* ---- aaa ---- */

/* clang-format off */
static const int aaa_killers[] = {
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
	SCMP_SYS(process_madvise), SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp),
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
	SCMP_SYS(open_tree), SCMP_SYS(move_mount), SCMP_SYS(fsopen), SCMP_SYS(fsconfig),
	SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(mount_setattr),
	SCMP_SYS(setns), SCMP_SYS(unshare),
	SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot),
	SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct), SCMP_SYS(quotactl),
	SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
	SCMP_SYS(open_by_handle_at), SCMP_SYS(iopl), SCMP_SYS(ioperm),
	SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(adjtimex),
	SCMP_SYS(clock_adjtime), SCMP_SYS(sethostname), SCMP_SYS(setdomainname),
	SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid), SCMP_SYS(setregid),
	SCMP_SYS(setresuid), SCMP_SYS(setresgid), SCMP_SYS(setgroups), SCMP_SYS(capset),
};
/* clang-format on */

/* What a library may try, and do without. */
/* clang-format off */
static const int aaa_absent[] = {
	SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
	SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(keyctl),
	/* its flags are in memory, out of a filter's sight: glibc then uses clone */
	SCMP_SYS(clone3),
};
/* clang-format on */

static int deny_aaa(scmp_filter_ctx ctx)
{
	size_t i;
	int err = 0;

	for (i = 0; i < COUNT(aaa_killers) && !err; i++)
		err = seccomp_rule_add(ctx, PUNISH, aaa_killers[i], 0);
	for (i = 0; i < COUNT(aaa_absent) && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS),
				       aaa_absent[i], 0);
	if (!err) /* a thread, but no process */
		err = seccomp_rule_add(ctx, PUNISH, SCMP_SYS(clone), 1,
				       all_clear(0, CLONE_THREAD));
	return err;
}

/* ---- all ---- */

/*
 * A kernel with filters looks for the program that is not given (seccomp(2)).
 */
static bool kernel_has_filters(void)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) == 0 ||
	       errno == EFAULT;
}

int sandbox_seccomp(enum sandbox_profile profile)
{
	bool allows = profile != SANDBOX_AAA;
	scmp_filter_ctx ctx;
	int err;

	if (SANITIZED) {
		log_debug("built with a sanitizer: no filter for system calls");
		return 0;
	}
	if (!kernel_has_filters()) {
		log_warn("this kernel has no CONFIG_SECCOMP_FILTER: no filter "
			 "for system calls");
		return 0;
	}
	ctx = seccomp_init(allows ? PUNISH : SCMP_ACT_ALLOW);
	if (!ctx) {
		log_error("cannot make a filter for system calls");
		return -ENOMEM;
	}
	err = profile == SANDBOX_ENGINE	 ? allow_engine(ctx) :
	      profile == SANDBOX_ROUTER6 ? allow_common(ctx) :
					   deny_aaa(ctx);
	/* a binary tree: the common call costs no more than the rare one */
	if (!err)
		err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	if (err)
		log_error("cannot install the filter for system calls: %s",
			  strerror(-err));
	return err;
}
