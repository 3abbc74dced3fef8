/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_UTSNAME_H
#define KERNEL_UTSNAME_H

#include <lib/types.h>
#include <uapi/utsname.h>

/** get_utsname() - what uname() tells; nodename and domainname may be set by programs */
void get_utsname(struct new_utsname *name);

/** set_utsname() - another name of the machine, or of its domain; 0 or -EINVAL when it is too long */
int set_utsname(bool domain, const char *name);

#endif
