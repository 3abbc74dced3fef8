/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef UAPI_UTSNAME_H
#define UAPI_UTSNAME_H

#define __NEW_UTS_LEN	64

struct new_utsname {
	char	sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

#endif
