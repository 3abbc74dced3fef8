// SPDX-License-Identifier: BSD-2-Clause
/* What the machine is called. */
#include <kernel/utsname.h>
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/init.h>
#include <kernel/mutex.h>
#include <kernel/syscall.h>
#include <lib/printf.h>
#include <lib/string.h>

/* The Linux whose calls these are: C libraries refuse to run on one that is too old. */
#define RELEASE	"6.6.0-lantern"

static DEFINE_MUTEX(names_lock);
static char nodename[__NEW_UTS_LEN + 1] = "(none)", domainname[__NEW_UTS_LEN + 1] = "(none)";	/* names_lock */

void get_utsname(struct new_utsname *name)
{
	*name = (struct new_utsname){ .sysname = "Linux", .release = RELEASE, .machine = "x86_64" };
	snprintf(name->version, sizeof(name->version), "#1 SMP Lantern %s %s", lantern_version, lantern_build_id());
	mutex_lock(&names_lock);
	memcpy(name->nodename, nodename, sizeof(nodename));
	memcpy(name->domainname, domainname, sizeof(domainname));
	mutex_unlock(&names_lock);
}

SYSCALL_DEFINE1(uname, struct new_utsname __user *, buf)
{
	struct new_utsname name;

	get_utsname(&name);
	return copy_to_user(buf, &name, sizeof(name));
}

static int set_name(char *to, const char __user *from, int len)
{
	char name[__NEW_UTS_LEN + 1] = { 0 };

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > __NEW_UTS_LEN)
		return -EINVAL;
	if (copy_from_user(name, from, len))
		return -EFAULT;
	mutex_lock(&names_lock);
	memcpy(to, name, sizeof(name));
	mutex_unlock(&names_lock);
	return 0;
}

int set_utsname(bool domain, const char *name)
{
	int len;

	mutex_lock(&names_lock);
	len = strscpy(domain ? domainname : nodename, name, __NEW_UTS_LEN + 1);
	mutex_unlock(&names_lock);
	return len < 0 ? -EINVAL : 0;
}

SYSCALL_DEFINE2(sethostname, const char __user *, name, int, len)
{
	return set_name(nodename, name, len);
}

SYSCALL_DEFINE2(setdomainname, const char __user *, name, int, len)
{
	return set_name(domainname, name, len);
}
