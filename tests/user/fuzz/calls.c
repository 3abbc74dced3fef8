/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls, what each is given, and what is demanded of them all. */
#include "fuzz.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define HIGHEST_CALL	470
#define CHILD_CALLS	6
#define MAX_ERRNO_OF_PROGRAMS	133
#define END		~0UL

struct call {
	unsigned long nr;
	const char *name;
	const char *types;		/* of the arguments, see make_arg() */
	unsigned int weight;		/* how often, beside 8 of the others */
	const unsigned long *list;	/* numbers of its 'n', 'N' and 'o' */
};

#define LIST(name, ...)	static const unsigned long name[] = { __VA_ARGS__, END }
LIST(open_flags, 0, O_WRONLY, O_RDWR, O_RDWR | O_CREAT, O_CREAT | O_EXCL, O_TRUNC | O_RDWR, O_APPEND, O_NONBLOCK, O_DIRECTORY,
     O_NOFOLLOW, O_PATH, O_CLOEXEC, O_TMPFILE | O_RDWR, O_DSYNC, O_DIRECT, O_NOATIME);
LIST(at_flags, 0, AT_SYMLINK_NOFOLLOW, AT_REMOVEDIR, AT_EMPTY_PATH, AT_SYMLINK_FOLLOW, AT_NO_AUTOMOUNT, AT_EACCESS, 1, 2, 4);
LIST(prots, 0, 1, 2, 3, 4, 5, 7, PROT_GROWSDOWN, PROT_GROWSUP, 8);
LIST(map_flags, MAP_PRIVATE, MAP_SHARED, MAP_SHARED_VALIDATE, MAP_ANONYMOUS, MAP_ANONYMOUS | MAP_PRIVATE, MAP_ANONYMOUS | MAP_SHARED,
     MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_GROWSDOWN, MAP_POPULATE, MAP_LOCKED, MAP_NORESERVE, MAP_HUGETLB, MAP_STACK, 0x40);
LIST(remap_flags, 0, MREMAP_MAYMOVE, MREMAP_FIXED | MREMAP_MAYMOVE, MREMAP_DONTUNMAP | MREMAP_MAYMOVE, MREMAP_FIXED);
LIST(advices, 0, 1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 100, 101);
LIST(futex_ops, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 128, 129, 131, 132, 133, 137, 138, 256 | 9);
LIST(fcntl_ops, F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETOWN, F_GETOWN, F_SETSIG, F_GETSIG,
     F_OFD_GETLK, F_OFD_SETLK, F_DUPFD_CLOEXEC, F_SETPIPE_SZ, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS, F_SETLEASE, F_GETLEASE,
     F_NOTIFY, F_SETOWN_EX, F_GETOWN_EX, F_SETLKW);
LIST(ioctls, 0x5401, 0x5402, 0x5403, 0x5404, 0x5405, 0x5406, 0x5409, 0x540a, 0x540b, 0x540c, 0x540d, 0x540e, 0x540f, 0x5410, 0x5411,
     0x5412, 0x5413, 0x5414, 0x5415, 0x5418, 0x541a, 0x541b, 0x5420, 0x5421, 0x5422, 0x5423, 0x5424, 0x5425, 0x5429, 0x5450, 0x5451,
     0x5452, 0x5460, 0x802c542a, 0x402c542b, 0x402c542c, 0x402c542d, 0x80045430, 0x40045431, 0x80045438, 0x80045439, 0x5441, 0x40045436,
     0x5437, 0x80086601, 0x40086602, 1, 2, 0x40085400);
LIST(prctls, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 33, 34, 35, 36, 37, 38, 39,
     40, 41, 42, 43, 47, 52, 53, 55, 56, 57, 65, 66, 0x53564d41, 0x59616d61);
LIST(arch_ops, 0x1001, 0x1002, 0x1003, 0x1004, 0x1011, 0x1012, 0x1021, 0x1022, 0x1023, 0x2001);
LIST(clocks, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, -2UL, -6UL, -7UL, -8UL, -14UL, -1UL);
LIST(clone_flags, 0, SIGCHLD, SIGCHLD, SIGCHLD | CLONE_VM, SIGCHLD | CLONE_VM | CLONE_VFORK, CLONE_FS, CLONE_FILES, CLONE_SIGHAND | CLONE_VM,
     CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, CLONE_PARENT, CLONE_PARENT_SETTID, CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID,
     CLONE_SETTLS, CLONE_PIDFD, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_IO, CLONE_SYSVSEM, CLONE_PTRACE, CLONE_UNTRACED,
     SIGCHLD | CLONE_VFORK, SIGUSR1, 0xff);
LIST(share_flags, CLONE_FS, CLONE_FILES, CLONE_SYSVSEM, CLONE_NEWNS, CLONE_THREAD, CLONE_VM, CLONE_SIGHAND);
LIST(wait_flags, 1, 2, 3, 4, 8, 0x1000000, 0x20000000, 0x40000000, 0x80000000, WNOHANG | WEXITED | WSTOPPED);
LIST(falloc_modes, 0, 1, 2, 3, 8, 0x10, 0x20, 0x40);
LIST(syslog_ops, 0, 1, 2, 3, 4, 5, 9, 10, 11);
LIST(mount_flags, 0, MS_BIND, MS_REMOUNT, MS_MOVE, MS_RDONLY, MS_REC, MS_PRIVATE, MS_NOSUID, MS_NODEV);
LIST(umount_flags, 0, 1, 2, 4, 8);
LIST(epoll_ops, 1, 2, 3);
LIST(policies, 0, 1, 2, 3, 5, 6);
LIST(whences, 0, 1, 2, 3, 4);
LIST(wakes, 0, 1, 2, 3);
LIST(tgpids, 0, 1, 2);

#define C(name, types, ...)	{ SYS_##name, #name, types, __VA_ARGS__ }
static const struct call table[] = {
	C(read, "fbl", 8), C(write, "fbl", 8), C(open, "pNi", 8, open_flags), C(close, "f", 3), C(stat, "ps", 4), C(fstat, "fs", 4),
	C(lstat, "ps", 4), C(poll, "sil", 2), C(lseek, "fin", 4, whences), C(mmap, "mMnNf0", 10, map_flags), C(mprotect, "mMN", 6, prots),
	C(munmap, "mM", 4), C(brk, "i", 3), C(rt_sigaction, "Sssz", 4), C(rt_sigprocmask, "nssz", 4, whences), C(rt_sigreturn, "", 0),
	C(ioctl, "fns", 16, ioctls), C(pread64, "fbli", 4), C(pwrite64, "fbli", 4), C(readv, "fsi", 6), C(writev, "fsi", 6),
	C(access, "pi", 2), C(pipe, "b", 3), C(select, "issst", 4), C(sched_yield, "", 1), C(mremap, "mMMNm", 8, remap_flags),
	C(msync, "mMi", 3), C(mincore, "mMb", 3), C(madvise, "mMn", 10, advices), C(dup, "f", 3), C(dup2, "ff", 3), C(pause, "", 0),
	C(nanosleep, "tt", 2), C(getitimer, "ns", 2, wakes), C(alarm, "i", 1), C(setitimer, "nts", 3, wakes), C(getpid, "", 1),
	C(sendfile, "ffsl", 5), C(fork, "", 0), C(vfork, "", 0), C(execve, "pvv", 1), C(exit, "i", 0), C(wait4, "PbNs", 4, wait_flags),
	C(kill, "PS", 3), C(uname, "b", 2), C(fcntl, "fns", 12, fcntl_ops), C(flock, "fi", 3), C(fsync, "f", 1), C(fdatasync, "f", 1),
	C(truncate, "pl", 4), C(ftruncate, "fl", 4), C(getdents, "fbl", 4), C(getcwd, "bl", 3), C(chdir, "p", 1), C(fchdir, "f", 1),
	C(rename, "pp", 4), C(mkdir, "pi", 3), C(rmdir, "p", 2), C(creat, "pi", 2), C(link, "pp", 3), C(unlink, "p", 3), C(symlink, "pp", 3),
	C(readlink, "pbl", 3), C(chmod, "pi", 2), C(fchmod, "fi", 2), C(chown, "pii", 2), C(fchown, "fii", 2), C(lchown, "pii", 2),
	C(umask, "i", 1), C(gettimeofday, "bb", 2), C(getrlimit, "is", 2), C(getrusage, "ns", 2, tgpids), C(sysinfo, "s", 2), C(times, "s", 2),
	C(getuid, "", 1), C(syslog, "obl", 3, syslog_ops), C(getgid, "", 1), C(setuid, "i", 1), C(setgid, "i", 1), C(geteuid, "", 1),
	C(getegid, "", 1), C(setpgid, "PP", 2), C(getppid, "", 1), C(getpgrp, "", 1), C(setsid, "", 1), C(setreuid, "ii", 1),
	C(setregid, "ii", 1), C(getgroups, "ib", 2), C(setgroups, "ib", 2), C(setresuid, "iii", 1), C(getresuid, "bbb", 2),
	C(setresgid, "iii", 1), C(getresgid, "bbb", 2), C(getpgid, "P", 1), C(setfsuid, "i", 1), C(setfsgid, "i", 1), C(getsid, "P", 1),
	C(capget, "ss", 2), C(capset, "ss", 2), C(rt_sigpending, "bz", 2), C(rt_sigtimedwait, "sstz", 4), C(rt_sigqueueinfo, "PSs", 3),
	C(rt_sigsuspend, "sz", 2), C(sigaltstack, "ss", 4), C(utime, "ps", 2), C(mknod, "pii", 3), C(personality, "i", 1), C(ustat, "is", 1),
	C(statfs, "ps", 2), C(fstatfs, "fs", 2), C(sysfs, "ii", 1), C(getpriority, "nP", 2, tgpids), C(setpriority, "nPi", 2, tgpids),
	C(sched_setparam, "Ps", 2), C(sched_getparam, "Ps", 2), C(sched_setscheduler, "Pns", 2, policies), C(sched_getscheduler, "P", 2),
	C(sched_get_priority_max, "i", 1), C(sched_get_priority_min, "i", 1), C(sched_rr_get_interval, "Ps", 1), C(mlock, "mM", 2),
	C(munlock, "mM", 2), C(mlockall, "i", 1), C(munlockall, "", 1), C(pivot_root, "pp", 1), C(prctl, "nssii", 8, prctls),
	C(arch_prctl, "nb", 4, arch_ops), C(setrlimit, "is", 2), C(chroot, "p", 1), C(sync, "", 1), C(settimeofday, "ts", 1),
	C(mount, "pppNp", 3, mount_flags), C(umount2, "pN", 2, umount_flags), C(sethostname, "bl", 1), C(setdomainname, "bl", 1),
	C(gettid, "", 1), C(readahead, "fil", 2), C(tkill, "PS", 3), C(time, "b", 1), C(futex, "bnitbi", 12, futex_ops),
	C(sched_setaffinity, "Pls", 3), C(sched_getaffinity, "Pls", 3), C(epoll_create, "i", 2), C(getdents64, "fbl", 6),
	C(set_tid_address, "b", 2), C(restart_syscall, "", 1), C(fadvise64, "fiin", 2, wakes), C(timer_create, "nsb", 4, clocks),
	C(timer_settime, "iits", 4), C(timer_gettime, "is", 3), C(timer_getoverrun, "i", 2), C(timer_delete, "i", 2),
	C(clock_settime, "nt", 1, clocks), C(clock_gettime, "nb", 3, clocks), C(clock_getres, "nb", 3, clocks),
	C(clock_nanosleep, "nitt", 3, clocks), C(exit_group, "i", 0), C(epoll_wait, "fsi0", 3), C(epoll_ctl, "fnfs", 8, epoll_ops),
	C(tgkill, "PPS", 3), C(utimes, "ps", 2), C(waitid, "iPsNs", 4, wait_flags), C(inotify_init, "", 1), C(inotify_add_watch, "fpi", 4),
	C(inotify_rm_watch, "fi", 2), C(openat, "fpNi", 8, open_flags), C(mkdirat, "fpi", 2), C(mknodat, "fpii", 2), C(fchownat, "fpiiN", 2, at_flags),
	C(futimesat, "fps", 2), C(newfstatat, "fpsN", 4, at_flags), C(unlinkat, "fpN", 3, at_flags), C(renameat, "fpfp", 3),
	C(linkat, "fpfpN", 3, at_flags), C(symlinkat, "pfp", 3), C(readlinkat, "fpbl", 3), C(fchmodat, "fpi", 2), C(faccessat, "fpi", 2),
	C(pselect6, "issstb", 3), C(ppoll, "sitsz", 3), C(unshare, "N", 2, share_flags), C(set_robust_list, "bl", 4), C(get_robust_list, "Pbb", 2),
	C(splice, "fsfsli", 6), C(tee, "ffli", 4), C(sync_file_range, "fiii", 2), C(vmsplice, "fsii", 6), C(utimensat, "fpsN", 3, at_flags),
	C(epoll_pwait, "fsi0sz", 3), C(signalfd, "fsz", 2), C(timerfd_create, "ni", 2, clocks), C(eventfd, "i", 2), C(fallocate, "fnll", 6, falloc_modes),
	C(timerfd_settime, "fits", 4), C(timerfd_gettime, "fs", 2), C(signalfd4, "fszi", 3), C(eventfd2, "ii", 2), C(epoll_create1, "i", 2),
	C(dup3, "ffi", 3), C(pipe2, "bi", 3), C(inotify_init1, "i", 2), C(preadv, "fsiil", 4), C(pwritev, "fsiil", 4),
	C(rt_tgsigqueueinfo, "PPSs", 3), C(prlimit64, "Piss", 3), C(syncfs, "f", 1), C(getcpu, "bbb", 2), C(renameat2, "fpfpi", 3),
	C(getrandom, "bli", 2), C(memfd_create, "pi", 3), C(execveat, "fpvvN", 2, at_flags), C(membarrier, "Ni", 2, umount_flags),
	C(mlock2, "mMi", 2), C(copy_file_range, "fsfsli", 5), C(preadv2, "fsiili", 3), C(pwritev2, "fsiili", 3), C(statx, "fpNis", 4, at_flags),
	C(rseq, "blii", 3), C(close_range, "ffi", 1), C(faccessat2, "fpii", 2), C(epoll_pwait2, "fsltsz", 2), C(clone3, "sl", 0),
	C(process_vm_readv, "Psisii", 2), C(process_vm_writev, "Psisii", 2), C(kcmp, "PPiii", 1), C(pidfd_open, "Pi", 1),
	C(socketpair, "iiib", 1), C(modify_ldt, "isl", 1), C(iopl, "i", 1), C(ioperm, "iii", 1),
};
#define NR_TABLE	(sizeof(table) / sizeof(*table))

long invoke(unsigned long nr, const unsigned long *args)
{
	register unsigned long r10 __asm__("r10") = args[3], r8 __asm__("r8") = args[4], r9 __asm__("r9") = args[5];
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(nr), "D"(args[0]), "S"(args[1]), "d"(args[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

/* The child starts in @fn, on its own stack when it has one. */
long start_thread(unsigned long flags, void *stack, void *tid, void (*fn)(void *), void *arg)
{
	register void *r10 __asm__("r10") = tid;
	register unsigned long r8 __asm__("r8") = 0;
	register void (*r12)(void *) __asm__("r12") = fn;
	register void *r13 __asm__("r13") = arg;
	long ret;

	__asm__ volatile("syscall\n\ttestq %%rax, %%rax\n\tjnz 1f\n\txorl %%ebp, %%ebp\n\tandq $-16, %%rsp\n\tmovq %%r13, %%rdi\n\t"
			 "call *%%r12\n\tud2\n1:"
			 : "=a"(ret) : "a"(SYS_clone), "D"(flags), "S"(stack), "d"(tid), "r"(r10), "r"(r8), "r"(r12), "r"(r13)
			 : "rcx", "r11", "memory");
	return ret;
}

/* The end of a signal handler that never began, its frame full of all there is. */
static void forged_return(struct worker *w)
{
	unsigned long *frame = (unsigned long *)(w->out + PAGE), i;

	for (i = 0; i < 256; i++)
		frame[i] = below(w, 2) ? rnd(w) : make_arg(w, 'b', NULL);
	__asm__ volatile("movq %0, %%rsp; syscall" : : "r"(frame), "a"(SYS_rt_sigreturn) : "rcx", "r11", "memory");
}

static void child(void *arg)
{
	struct worker w = *(struct worker *)arg;
	int i;

	w.rng ^= 0xc417d;
	w.out = (char *)((unsigned long)w.out & ~(THREAD_SIZE - 1)) + CHILD_OUT;	/* the parent looks at its own */
	w.tid = sys(SYS_gettid, 0, 0, 0, 0);
	for (i = 0; i < CHILD_CALLS; i++)
		one_call(&w);
	if (below(&w, 8) == 0)
		forged_return(&w);
	for (;;)
		sys(SYS_exit, 0, 0, 0, 0);
}

/* In its parent's memory, but on neither its stack nor its page: both go on at the same time. */
static unsigned long flags_for(const struct worker *w, unsigned long flags, unsigned long stack)
{
	return stack && stack - (unsigned long)w->out > PAGE ? flags : flags & ~(unsigned long)CLONE_VM;
}

static void fork_call(struct worker *w)
{
	unsigned long args[6] = { 0 }, stack = (unsigned long)w->out + PAGE + 8 * PAGE;

	w->nr = SYS_clone;
	switch (below(w, 6)) {
	case 0:
		w->nr = SYS_fork;
		if (invoke(SYS_fork, args) == 0)
			child(w);
		return;
	case 1:			/* whatever it does with memory, the child has none of its own: it must not return */
		args[0] = make_arg(w, 'N', clone_flags) & ~(unsigned long)CLONE_THREAD;
		args[1] = make_arg(w, 'b', NULL);
		args[0] = flags_for(w, args[0], args[1]);
		break;
	default:
		args[0] = make_arg(w, 'N', clone_flags);
		args[1] = args[0] & CLONE_VM ? stack + below(w, 8) * 4 * PAGE : 0;
	}
	w->args[0] = args[0], w->args[1] = args[1];
	start_thread(args[0], (void *)args[1], w->out + 1024, child, w);
}

/* clone3 is given a structure that may be right; its child cannot go far on a stack that is not. */
static void clone3_call(struct worker *w)
{
	unsigned long *words = (unsigned long *)w->out, i;
	static const unsigned long sizes[] = { 64, 80, 88, 0, 63, 96, 4096, 4097, -1UL };

	for (i = 0; i < 16; i++)
		words[i] = below(w, 3) ? 0 : make_arg(w, i < 4 || i == 5 ? 'b' : 'i', NULL);
	words[0] = make_arg(w, 'N', clone_flags) & ~0xffUL;
	words[4] = below(w, 4) ? SIGCHLD : make_arg(w, 'i', NULL);
	words[0] = flags_for(w, words[0], words[5]);
	w->nr = SYS_clone3;
	if (sys(SYS_clone3, (unsigned long)words, sizes[below(w, 9)], 0, 0) == 0)
		child(w);
}

const char *call_name(unsigned long nr)
{
	unsigned int i;

	for (i = 0; i < NR_TABLE; i++)
		if (table[i].nr == nr)
			return table[i].name;
	return nr == SYS_clone ? "clone" : "?";
}

static const struct call *choose(struct worker *w)
{
	const struct call *c;

	do
		c = &table[below(w, NR_TABLE)];
	while (below(w, 16) >= c->weight);
	return c;
}

/* Only user memory can have been read from, and what was filled in says nothing of the kernel. */
static enum complaint check_result(struct worker *w, const struct call *c, long ret)
{
	unsigned int i;

	if (ret < -MAX_ERRNO_OF_PROGRAMS && ret > -4096)
		return OWN_ERROR;
	if ((c->nr == SYS_write || c->nr == SYS_pwrite64) && ret > 0 && w->args[1] >= 1UL << 63)
		return KERNEL_READ;
	if (c->nr == SYS_read || c->nr == SYS_getrandom || ret < 0)
		return NONE;
	for (i = 0; i < 128; i++)
		if (is_kernel_address(((unsigned long *)w->out)[i])) {
			w->wrong_value = ((unsigned long *)w->out)[i];
			return KERNEL_ADDRESS;
		}
	return NONE;
}

static void known_call(struct worker *w)
{
	const struct call *c = choose(w);
	enum complaint wrong;
	unsigned int i;
	long ret;

	for (i = 0; i < 128; i++)
		((unsigned long *)w->out)[i] = 0;
	for (i = 0; i < 6; i++)
		w->args[i] = 0;
	for (i = 0; c->types[i]; i++)
		w->args[i] = make_arg(w, c->types[i], c->list);
	w->nr = c->nr;
	ret = invoke(c->nr, w->args);
	wrong = check_result(w, c, ret);
	if (wrong && !w->wrong) {
		w->wrong_nr = c->nr;
		w->wrong_result = ret;
		w->wrong = wrong;
	}
}

/* Any number: but reboot() never with what it wants to hear, and nobody ends without need. */
static void unknown_call(struct worker *w)
{
	unsigned long nr = below(w, 4) ? below(w, HIGHEST_CALL) : rnd(w) >> below(w, 64), i;

	if (nr == SYS_reboot || nr == SYS_exit || nr == SYS_exit_group || nr == SYS_syslog || nr == SYS_kill || nr == SYS_clone ||
	    nr == SYS_fork || nr == SYS_vfork || nr == SYS_clone3 || nr == SYS_rt_sigreturn)
		return;
	for (i = 0; i < 6; i++)
		w->args[i] = make_arg(w, 'g', NULL);
	w->nr = nr;
	invoke(nr, w->args);
}

void one_call(struct worker *w)
{
	unsigned long kind = below(w, 64);

	w->calls++;
	if (kind == 0)
		fork_call(w);
	else if (kind == 1 && below(w, 2))
		clone3_call(w);
	else if (kind < 6)
		unknown_call(w);
	else
		known_call(w);
}
