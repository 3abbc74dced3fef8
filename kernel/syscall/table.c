// SPDX-License-Identifier: BSD-2-Clause
/* The table of system calls, indexed by number; mksyscalls.py fills it from the sources. */
#include <kernel/syscall.h>
#include <uapi/errno.h>
#include <uapi/unistd.h>

#define SYSCALL(nr, name, letters) long sys_##name(sysarg_t, sysarg_t, sysarg_t, sysarg_t, sysarg_t, sysarg_t);
#define NO_SYSCALL(nr, name)
#define NO_NUMBER(nr)
#include <generated/syscalls.h>
#undef SYSCALL
#undef NO_SYSCALL
#undef NO_NUMBER

long sys_ni_syscall(sysarg_t a1, sysarg_t a2, sysarg_t a3, sysarg_t a4, sysarg_t a5, sysarg_t a6)
{
	return -ENOSYS;
}

#define SYSCALL(nr, name, letters) [nr] = sys_##name,
#define NO_SYSCALL(nr, name)	[nr] = sys_ni_syscall,
#define NO_NUMBER(nr)		[nr] = sys_ni_syscall,
const syscall_fn_t sys_call_table[NR_SYSCALLS] __section(".sys_call_table") = {
#include <generated/syscalls.h>
};
#undef SYSCALL
#undef NO_SYSCALL
#undef NO_NUMBER

/* All names in one string, each ended by a NUL; what has none is empty. */
#define SYSCALL(nr, name, letters) #name "\0"
#define NO_SYSCALL(nr, name)	#name "\0"
#define NO_NUMBER(nr)		"\0"
static const char names[] =
#include <generated/syscalls.h>
	;

#undef SYSCALL
#undef NO_SYSCALL
#undef NO_NUMBER

/* The same for the letters; what is not there is shown as six words. */
#define SYSCALL(nr, name, letters) letters "\0"
#define NO_SYSCALL(nr, name)	"xxxxxx\0"
#define NO_NUMBER(nr)		"xxxxxx\0"
static const char all_letters[] =
#include <generated/syscalls.h>
	;

static const char *nth_string(const char *at, unsigned long nr)
{
	while (nr--)
		while (*at++)
			;
	return at;
}

const char *syscall_name(unsigned long nr)
{
	const char *name = nr < NR_SYSCALLS ? nth_string(names, nr) : "";

	return *name ? name : NULL;
}

const char *syscall_letters(unsigned long nr)
{
	return nr < NR_SYSCALLS ? nth_string(all_letters, nr) : "xxxxxx";
}
