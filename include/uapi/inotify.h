/* SPDX-License-Identifier: BSD-2-Clause */
/* inotify(7) */
#ifndef UAPI_INOTIFY_H
#define UAPI_INOTIFY_H

#include <lib/types.h>
#include <uapi/fcntl.h>

struct inotify_event {
	s32	wd;
	u32	mask, cookie;
	u32	len;			/* bytes of name, with NULs to a multiple of 16 */
	char	name[];
};

#define IN_ACCESS	0x001u
#define IN_MODIFY	0x002u
#define IN_ATTRIB	0x004u
#define IN_CLOSE_WRITE	0x008u
#define IN_CLOSE_NOWRITE 0x010u
#define IN_OPEN		0x020u
#define IN_MOVED_FROM	0x040u
#define IN_MOVED_TO	0x080u
#define IN_CREATE	0x100u
#define IN_DELETE	0x200u
#define IN_DELETE_SELF	0x400u
#define IN_MOVE_SELF	0x800u
#define IN_ALL_EVENTS	0xfffu
#define IN_UNMOUNT	0x2000u
#define IN_Q_OVERFLOW	0x4000u
#define IN_IGNORED	0x8000u
#define IN_ONLYDIR	0x01000000u
#define IN_DONT_FOLLOW	0x02000000u
#define IN_EXCL_UNLINK	0x04000000u
#define IN_MASK_CREATE	0x10000000u
#define IN_MASK_ADD	0x20000000u
#define IN_ISDIR	0x40000000u
#define IN_ONESHOT	0x80000000u

#define IN_CLOEXEC	O_CLOEXEC
#define IN_NONBLOCK	O_NONBLOCK

#endif
