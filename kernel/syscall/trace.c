// SPDX-License-Identifier: BSD-2-Clause
/*
 * syscall.trace=PID|NAME: a line in the log for each system call of that process and of
 * those it makes, or of all programs of that name, in the manner of strace:
 *
 *	cat[12] openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3
 *
 * The line is printed when the call is done. Its beginning is made before, as execve()
 * leaves nothing of its arguments; from the first one that the call writes to on, it is
 * made afterwards. How each argument looks says a letter that mksyscalls.py has found
 * from its type.
 */
#include <kernel/syscall.h>
#include <asm/uaccess.h>
#include <kernel/fs.h>
#include <kernel/initmem.h>
#include <kernel/pid.h>
#include <kernel/printk.h>
#include <kernel/sched.h>
#include <lib/cmdline.h>
#include <lib/kstrtox.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/stat.h>
#include <uapi/time.h>
#include <uapi/uio.h>
#include <uapi/unistd.h>

#define SHOWN_BYTES	32		/* of a string or buffer */
#define SHOWN_ITEMS	4		/* of an array */
#define FIRST_ADDRESS	0x10000L	/* results below are numbers */

static char traced_name[TASK_COMM_LEN];
static int traced_pid;

/* ---------------------------------------------------------------- who is traced */

void __init syscall_trace_init(const char *cmdline)
{
	char text[TASK_COMM_LEN];
	u64 nr;

	if (cmdline_find_option(cmdline, "syscall.trace", text, sizeof(text)) <= 0)
		return;
	if (!kstrtou64(text, 10, &nr) && nr <= PID_MAX)
		traced_pid = nr;
	else
		strscpy(traced_name, text, sizeof(traced_name));
}

static void set_trace(struct task_struct *p, bool on)
{
	if (on)
		__atomic_fetch_or(&p->work, TIF_SYSCALL_TRACE, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&p->work, ~TIF_SYSCALL_TRACE, __ATOMIC_RELAXED);
}

void syscall_trace_new_task(struct task_struct *p)
{
	if (traced_pid && p->tgid == traced_pid)
		set_trace(p, true);
}

void syscall_trace_exec(void)
{
	if (traced_name[0])
		set_trace(current, !strcmp(current->comm, traced_name));
}

/* ---------------------------------------------------------------- the line */

static __printf(2, 3) void add(struct syscall_trace *line, const char *fmt, ...)
{
	size_t size = sizeof(line->text);
	va_list args;

	if (line->len >= size)
		return;
	va_start(args, fmt);
	line->len += vsnprintf(line->text + line->len, size - line->len, fmt, args);
	va_end(args);
	if (line->len >= size) {
		line->len = size;	/* full */
		memcpy(line->text + size - 4, "...", 4);
	}
}

static void add_pointer(struct syscall_trace *line, unsigned long value)
{
	if (value)
		add(line, "%#lx", value);
	else
		add(line, "NULL");
}

static void add_char(struct syscall_trace *line, char c)
{
	if (c == '\n')
		add(line, "\\n");
	else if (c == '"' || c == '\\')
		add(line, "\\%c", c);
	else if (c < ' ' || c > '~')
		add(line, "\\x%02x", (u8)c);
	else
		add(line, "%c", c);
}

static void add_quoted(struct syscall_trace *line, const char *bytes, size_t nr, bool more)
{
	add(line, "\"");
	while (nr--)
		add_char(line, *bytes++);
	add(line, more ? "\"..." : "\"");
}

static void add_string(struct syscall_trace *line, unsigned long addr)
{
	char text[SHOWN_BYTES];
	long nr = addr ? strncpy_from_user(text, (const char __user *)addr, sizeof(text)) : -EFAULT;

	if (nr < 0)
		add_pointer(line, addr);
	else
		add_quoted(line, text, nr, nr == sizeof(text));
}

static void add_bytes(struct syscall_trace *line, unsigned long addr, long nr)
{
	size_t shown = min(max(nr, 0L), (long)SHOWN_BYTES);
	char text[SHOWN_BYTES];

	if (!addr || nr < 0 || copy_from_user(text, (const char __user *)addr, shown))
		add_pointer(line, addr);
	else
		add_quoted(line, text, shown, (size_t)nr > shown);
}

static void add_strings(struct syscall_trace *line, unsigned long addr)
{
	const unsigned long __user *at = (const unsigned long __user *)addr;
	unsigned long string;
	unsigned int i;

	if (!addr || get_user(string, at)) {
		add_pointer(line, addr);
		return;
	}
	add(line, "[");
	for (i = 0; !get_user(string, &at[i]) && string; i++) {
		if (i == SHOWN_ITEMS) {
			add(line, ", ...");
			break;
		}
		add(line, i ? ", " : "");
		add_string(line, string);
	}
	add(line, "]");
}

static void add_iovec(struct syscall_trace *line, unsigned long addr, unsigned long nr)
{
	const struct iovec __user *at = (const struct iovec __user *)addr;
	struct iovec one;
	unsigned int i;

	if (!addr || copy_from_user(&one, at, sizeof(one))) {
		add_pointer(line, addr);
		return;
	}
	add(line, "[");
	for (i = 0; i < min(nr, (unsigned long)SHOWN_ITEMS) && !copy_from_user(&one, &at[i], sizeof(one)); i++)
		add(line, "%s{%#lx, %lu}", i ? ", " : "", (unsigned long)one.iov_base, (unsigned long)one.iov_len);
	add(line, nr > SHOWN_ITEMS ? ", ...]" : "]");
}

static void add_time(struct syscall_trace *line, unsigned long addr)
{
	struct timespec_user t;

	if (!addr || copy_from_user(&t, (const void __user *)addr, sizeof(t)))
		add_pointer(line, addr);
	else
		add(line, "{%lld, %lld}", (long long)t.tv_sec, (long long)t.tv_nsec);
}

static void add_sigset(struct syscall_trace *line, unsigned long addr)
{
	unsigned long set;

	if (!addr || get_user(set, (const unsigned long __user *)addr))
		add_pointer(line, addr);
	else
		add(line, "[%#lx]", set);
}

static void add_ints(struct syscall_trace *line, unsigned long addr, unsigned int nr)
{
	int value[2];

	if (!addr || copy_from_user(value, (const void __user *)addr, nr * sizeof(int)))
		add_pointer(line, addr);
	else if (nr == 1)
		add(line, "[%d]", value[0]);
	else
		add(line, "[%d, %d]", value[0], value[1]);
}

static void add_stat(struct syscall_trace *line, unsigned long addr)
{
	struct user_stat st;

	if (!addr || copy_from_user(&st, (const void __user *)addr, sizeof(st)))
		add_pointer(line, addr);
	else
		add(line, "{st_mode=0%o, st_size=%lld}", st.mode, (long long)st.size);
}

struct flag {
	u32		bits;
	const char	*name;
};

/* What has several bits stands before what has one of them. */
static const struct flag open_flags[] = {
	{ O_WRONLY, "O_WRONLY" }, { O_RDWR, "O_RDWR" }, { O_CREAT, "O_CREAT" }, { O_EXCL, "O_EXCL" },
	{ O_NOCTTY, "O_NOCTTY" }, { O_TRUNC, "O_TRUNC" }, { O_APPEND, "O_APPEND" }, { O_NONBLOCK, "O_NONBLOCK" },
	{ O_SYNC, "O_SYNC" }, { O_DSYNC, "O_DSYNC" }, { O_TMPFILE, "O_TMPFILE" }, { O_DIRECTORY, "O_DIRECTORY" },
	{ O_NOFOLLOW, "O_NOFOLLOW" }, { O_CLOEXEC, "O_CLOEXEC" }, { O_PATH, "O_PATH" }, { 0, "O_RDONLY" },
};
static const struct flag prot_flags[] = {
	{ PROT_READ, "PROT_READ" }, { PROT_WRITE, "PROT_WRITE" }, { PROT_EXEC, "PROT_EXEC" }, { 0, "PROT_NONE" },
};
static const struct flag map_flags[] = {
	{ MAP_SHARED_VALIDATE, "MAP_SHARED_VALIDATE" }, { MAP_SHARED, "MAP_SHARED" }, { MAP_PRIVATE, "MAP_PRIVATE" },
	{ MAP_FIXED, "MAP_FIXED" }, { MAP_ANONYMOUS, "MAP_ANONYMOUS" }, { MAP_NORESERVE, "MAP_NORESERVE" },
	{ MAP_POPULATE, "MAP_POPULATE" }, { MAP_STACK, "MAP_STACK" },
	{ MAP_FIXED_NOREPLACE, "MAP_FIXED_NOREPLACE" }, { 0, "0" },
};

/* @flag: the last one has no bits, and the name of no flag */
static void add_flags(struct syscall_trace *line, const struct flag *flag, u32 value)
{
	const char *between = "";

	if (flag == open_flags && !(value & O_ACCMODE)) {
		add(line, "O_RDONLY");
		between = "|";
	}
	for (; flag->bits; flag++)
		if ((value & flag->bits) == flag->bits) {
			add(line, "%s%s", between, flag->name);
			value &= ~flag->bits;
			between = "|";
		}
	if (value)
		add(line, "%s%#x", between, value);
	else if (!between[0])
		add(line, "%s", flag->name);
}

/* ---------------------------------------------------------------- arguments and result */

static bool is_written_by_call(char letter)
{
	return letter == 'B' || letter == 'D' || letter == 'P' || letter == 'S';
}

/* @result: of the call; of no meaning before it */
static void add_argument(struct syscall_trace *line, char letter, const sysarg_t *arg, long result)
{
	bool failed = result < 0;

	switch (letter) {
	case 'd':	add(line, "%d", (int)*arg); break;
	case 'l':	add(line, "%ld", (long)*arg); break;
	case 'o':	add(line, "0%o", (unsigned int)*arg); break;
	case 's':	add_string(line, *arg); break;
	case 'b':	add_bytes(line, *arg, arg[1]); break;
	case 'v':	add_strings(line, *arg); break;
	case 'i':	add_iovec(line, *arg, arg[1]); break;
	case 't':	add_time(line, *arg); break;
	case 'm':	add_sigset(line, *arg); break;
	case 'O':	add_flags(line, open_flags, *arg); break;
	case 'R':	add_flags(line, prot_flags, *arg); break;
	case 'M':	add_flags(line, map_flags, *arg); break;
	case 'B':	add_bytes(line, *arg, result); break;
	case 'f':
		if ((int)*arg == AT_FDCWD)
			add(line, "AT_FDCWD");
		else
			add(line, "%d", (int)*arg);
		break;
	case 'D':
	case 'P':
		failed ? add_pointer(line, *arg) : add_ints(line, *arg, letter == 'P' ? 2 : 1);
		break;
	case 'S':
		failed ? add_pointer(line, *arg) : add_stat(line, *arg);
		break;
	case 'p':
		add_pointer(line, *arg);
		break;
	default:
		add(line, "%#lx", *arg);
	}
}

/* The mode of open(), where it makes no file. */
static bool has_no_mode(const char *letters, const sysarg_t args[6], unsigned int at)
{
	return at && letters[at - 1] == 'O' && !(args[at - 1] & (O_CREAT | __O_TMPFILE));
}

static void add_arguments(struct syscall_trace *line, const sysarg_t args[6], bool done, long result)
{
	const char *letters = line->letters;

	for (; letters[line->next]; line->next++) {
		if (letters[line->next] == 'o' && has_no_mode(letters, args, line->next))
			return;
		if (!done && is_written_by_call(letters[line->next]))
			return;
		add(line, line->next ? ", " : "");
		add_argument(line, letters[line->next], &args[line->next], result);
	}
}

static const char *error_name(unsigned int error)
{
	static const char names[] =
#include <generated/errnos.h>
		;
	const char *at = names;

	while (--error && at < names + sizeof(names) - 1)
		at += strlen(at) + 1;
	return *at ? at : "an error without a name";
}

void syscall_trace_enter(struct syscall_trace *line, unsigned long nr, const sysarg_t args[6])
{
	const char *name = syscall_name(nr);

	line->len = line->next = 0;
	line->letters = syscall_letters(nr);
	add(line, "%s[%d] ", current->comm, current->pid);
	if (name)
		add(line, "%s(", name);
	else
		add(line, "syscall_%#lx(", nr);
	add_arguments(line, args, false, 0);
	if (nr == __NR_exit || nr == __NR_exit_group)
		printk(KERN_INFO "%s) = ?\n", line->text);
}

void syscall_trace_exit(struct syscall_trace *line, const sysarg_t args[6], long result)
{
	add_arguments(line, args, true, result);
	if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK)
		printk(KERN_INFO "%s) = ? interrupted\n", line->text);
	else if (result < 0 && result >= -4095)
		printk(KERN_INFO "%s) = -1 %s\n", line->text, error_name(-result));
	else if (result < 0 || result >= FIRST_ADDRESS)
		printk(KERN_INFO "%s) = %#lx\n", line->text, result);
	else
		printk(KERN_INFO "%s) = %ld\n", line->text, result);
}
