/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_UTSNAME_H
#define KERNEL_UTSNAME_H

#include <uapi/utsname.h>

/** get_utsname() - what uname() tells; nodename and domainname may be set by programs */
void get_utsname(struct new_utsname *name);

#endif
