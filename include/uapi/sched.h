/* SPDX-License-Identifier: BSD-2-Clause */
/* Flags of clone(), clone3(), unshare(); policies of the scheduler. */
#ifndef UAPI_SCHED_H
#define UAPI_SCHED_H

#include <lib/types.h>

#define CSIGNAL			0x000000ff	/* clone(): the signal the parent gets at the end */
#define CLONE_VM		0x00000100
#define CLONE_FS		0x00000200
#define CLONE_FILES		0x00000400
#define CLONE_SIGHAND		0x00000800
#define CLONE_PIDFD		0x00001000
#define CLONE_PTRACE		0x00002000
#define CLONE_VFORK		0x00004000
#define CLONE_PARENT		0x00008000
#define CLONE_THREAD		0x00010000
#define CLONE_NEWNS		0x00020000
#define CLONE_SYSVSEM		0x00040000
#define CLONE_SETTLS		0x00080000
#define CLONE_PARENT_SETTID	0x00100000
#define CLONE_CHILD_CLEARTID	0x00200000
#define CLONE_DETACHED		0x00400000	/* of old; ignored */
#define CLONE_UNTRACED		0x00800000
#define CLONE_CHILD_SETTID	0x01000000
#define CLONE_NEWCGROUP		0x02000000
#define CLONE_NEWUTS		0x04000000
#define CLONE_NEWIPC		0x08000000
#define CLONE_NEWUSER		0x10000000
#define CLONE_NEWPID		0x20000000
#define CLONE_NEWNET		0x40000000
#define CLONE_IO		0x80000000

#define CLONE_CLEAR_SIGHAND	0x100000000ULL	/* clone3() alone */
#define CLONE_INTO_CGROUP	0x200000000ULL

/* Argument of clone3(), by growing sizes. */
struct clone_args {
	u64	flags;
	u64	pidfd, child_tid, parent_tid;	/* int * */
	u64	exit_signal;
	u64	stack, stack_size;
	u64	tls;
	u64	set_tid, set_tid_size;		/* pid_t * */
	u64	cgroup;
};

#define CLONE_ARGS_SIZE_VER0	64
#define CLONE_ARGS_SIZE_VER2	88
static_assert(sizeof(struct clone_args) == CLONE_ARGS_SIZE_VER2, "as programs see it");

#define SCHED_NORMAL	0
#define SCHED_FIFO	1
#define SCHED_RR	2
#define SCHED_BATCH	3
#define SCHED_IDLE	5
#define SCHED_RESET_ON_FORK	0x40000000

#endif
