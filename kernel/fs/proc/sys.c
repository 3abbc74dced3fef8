// SPDX-License-Identifier: BSD-2-Clause
/* /proc/sys: numbers and names that can be read, and some that root may set. */
#include "internal.h"
#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/random.h>
#include <kernel/utsname.h>
#include <lib/kstrtox.h>
#include <lib/string.h>
#include <mm/mm.h>

#define PIPE_MAX_SIZE	1048576

/* ---------------------------------------------------------------- numbers that are set */

static int set_number(char *text, u32 *value, u32 most)
{
	u64 v;
	char *nl = strchr(text, '\n');

	if (nl)
		*nl = '\0';
	if (kstrtou64(text, 10, &v) || v > most)
		return -EINVAL;
	__atomic_store_n(value, v, __ATOMIC_RELAXED);
	return 0;
}

#define NUMBER(name, variable, most)							\
	static int name##_show(struct seq_file *m, struct proc_file *pf)		\
	{										\
		seq_printf(m, "%u\n", __atomic_load_n(&variable, __ATOMIC_RELAXED));	\
		return 0;								\
	}										\
	static int name##_write(struct proc_file *pf, char *text, size_t n)		\
	{										\
		return set_number(text, &variable, most);				\
	}

NUMBER(overcommit_memory, sysctl_overcommit_memory, 2)
NUMBER(overcommit_ratio, sysctl_overcommit_ratio, 1000)
NUMBER(max_map_count, sysctl_max_map_count, 0x7fffffff)
NUMBER(randomize_va_space, randomize_va_space, 2)

/* ---------------------------------------------------------------- numbers that are not */

#define CONSTANT(name, ...)								\
	static int name##_show(struct seq_file *m, struct proc_file *pf)		\
	{										\
		seq_printf(m, __VA_ARGS__);						\
		return 0;								\
	}

CONSTANT(pid_max, "%d\n", PID_MAX)
CONSTANT(cap_last_cap, "%d\n", CAP_LAST_CAP)
CONSTANT(ngroups_max, "%d\n", NGROUPS_MAX)
CONSTANT(threads_max, "%d\n", PID_MAX)
CONSTANT(nr_open, "%u\n", NR_OPEN_MAX)
CONSTANT(file_max, "%u\n", NR_OPEN_MAX)
CONSTANT(pipe_max_size, "%u\n", PIPE_MAX_SIZE)
CONSTANT(entropy_avail, "256\n")

#define NAME(field)									\
	static int field##_show(struct seq_file *m, struct proc_file *pf)		\
	{										\
		struct new_utsname name;						\
											\
		get_utsname(&name);							\
		seq_printf(m, "%s\n", name.field);					\
		return 0;								\
	}

NAME(sysname)
NAME(release)
NAME(version)
NAME(nodename)
NAME(domainname)

static int set_name(char *text, bool domain)
{
	char *nl = strchr(text, '\n');

	if (nl)
		*nl = '\0';
	if (strlen(text) > __NEW_UTS_LEN)
		return -EINVAL;
	return set_utsname(domain, text);
}

static int nodename_write(struct proc_file *pf, char *text, size_t n)
{
	return set_name(text, false);
}

static int domainname_write(struct proc_file *pf, char *text, size_t n)
{
	return set_name(text, true);
}

/* ---------------------------------------------------------------- random numbers as names, RFC 4122 4.4 */

static void show_uuid(struct seq_file *m, const u8 *u)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		seq_printf(m, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", u[i]);
	seq_putc(m, '\n');
}

static void make_uuid(u8 *u)
{
	get_random_bytes(u, 16);
	u[6] = (u[6] & 0x0f) | 0x40;
	u[8] = (u[8] & 0x3f) | 0x80;
}

static int uuid_show(struct seq_file *m, struct proc_file *pf)
{
	u8 u[16];

	make_uuid(u);
	show_uuid(m, u);
	return 0;
}

static int boot_id_show(struct seq_file *m, struct proc_file *pf)
{
	static u8 id[16];
	static DEFINE_MUTEX(lock);

	mutex_lock(&lock);
	if (!id[6])
		make_uuid(id);
	mutex_unlock(&lock);
	show_uuid(m, id);
	return 0;
}

/* ---------------------------------------------------------------- the tree */

#define READ(n, fn)	{ .name = n, .mode = 0444, .show = fn##_show }
#define READ_WRITE(n, fn) { .name = n, .mode = 0644, .show = fn##_show, .write = fn##_write }

static const struct proc_entry fs_entries[] = {
	READ("file-max", file_max), READ("nr_open", nr_open), READ("pipe-max-size", pipe_max_size), { }
};

static const struct proc_entry random_entries[] = {
	READ("boot_id", boot_id), READ("entropy_avail", entropy_avail), READ("uuid", uuid), { }
};

static const struct proc_entry kernel_entries[] = {
	READ("cap_last_cap", cap_last_cap),
	READ_WRITE("domainname", domainname),
	READ_WRITE("hostname", nodename),
	READ("ngroups_max", ngroups_max),
	READ("osrelease", release),
	READ("ostype", sysname),
	READ("pid_max", pid_max),
	{ .name = "random", .mode = 0555, .children = random_entries },
	READ_WRITE("randomize_va_space", randomize_va_space),
	READ("threads-max", threads_max),
	READ("version", version),
	{ }
};

static const struct proc_entry vm_entries[] = {
	READ_WRITE("max_map_count", max_map_count),
	READ_WRITE("overcommit_memory", overcommit_memory),
	READ_WRITE("overcommit_ratio", overcommit_ratio),
	{ }
};

const struct proc_entry proc_sys_entries[] = {
	{ .name = "fs", .mode = 0555, .children = fs_entries },
	{ .name = "kernel", .mode = 0555, .children = kernel_entries },
	{ .name = "vm", .mode = 0555, .children = vm_entries },
	{ }
};
