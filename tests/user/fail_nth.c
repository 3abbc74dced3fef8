/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each allocation of each operation fails once: the first, the second and so on, until the
 * operation went through untouched. Then it has to have worked; before, it has to have
 * worked nevertheless, or to have failed with an error that says so and left everything
 * as it was. All is done twice: the second time nothing may be left in the slab.
 *
 * It takes /proc/self/fail-nth, which kernels built for tests have; elsewhere nothing is done.
 */
#include "check.h"
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <grp.h>
#include <time.h>

#define PAGE		4096UL
#define HUGE		(2UL << 20)
#define MOST		2000		/* allocations of one operation */
#define SETTLE_MS	5000		/* until what is freed later is free */
#define SLACK_KIB	256		/* lists of CPUs, slabs, tables and stacks that are kept */

static int nth_file;			/* /proc/self/fail-nth */
static unsigned int nth;		/* what is to fail */
static unsigned int left;		/* of it, when the operation was over: 0, it did fail */
static const char *operation;
static int wrong;

static void complain(const char *what, long value)
{
	printf("WRONG: %s, allocation %u: %s (%ld)\n", operation, nth, what, value);
	wrong++;
}

/* Whatever does not hold is a mistake of the kernel. */
#define must(what) do {							\
	if (!(what))							\
		complain(#what, errno);					\
} while (0)

/* ---------------------------------------------------------------- the allocation that fails */

static void arm(void)
{
	char text[16];

	write(nth_file, text, snprintf(text, sizeof(text), "%u", nth));
}

static unsigned int read_left(int file)
{
	char text[16] = "";

	pread(file, text, sizeof(text) - 1, 0);
	return atoi(text);
}

static void disarm(void)
{
	left = read_left(nth_file);
	write(nth_file, "0", 1);
}

/* What @failed says of an operation. Return: 0, or the error */
#define ARMED(failed) ({						\
	arm();								\
	int _err = (failed) ? errno : 0;				\
	disarm();							\
	_err;								\
})

/* ---------------------------------------------------------------- in a child */

#define BY_SIGNAL(sig)	(1000 + (sig))

static int end_of(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED ? info->si_status : BY_SIGNAL(info->si_status);
}

/* What a child does to itself, or comes to its end by; it exits with 0 or the error. */
static int in_child(int (*fn)(void))
{
	char path[64];
	siginfo_t info;
	pid_t pid;
	int file;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		nth_file = open("/proc/self/fail-nth", O_RDWR);
		arm();
		_exit(fn());
	}
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
	file = open(path, O_RDONLY);
	left = read_left(file);
	close(file);
	waitpid(pid, NULL, 0);
	return end_of(&info);
}

/* ---------------------------------------------------------------- a small program */

#define PROGRAM_EXIT	42

static const unsigned char exit_42[] = { 0xbf, PROGRAM_EXIT, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05 };

/* A static-PIE of two segments, the second with room that is not in the file. */
static void make_program(const char *name)
{
	static struct {
		Elf64_Ehdr	hdr;
		Elf64_Phdr	ph[3];
		unsigned char	text[64];
		char		data[0x2800];
	} image = {
		.hdr = { .e_ident = "\177ELF\2\1\1", .e_type = ET_DYN, .e_machine = EM_X86_64, .e_version = 1,
			 .e_entry = offsetof(typeof(image), text), .e_phoff = offsetof(typeof(image), ph),
			 .e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 3 },
		.ph = { { PT_LOAD, PF_R | PF_X, 0, 0, 0, 0x1000, 0x1000, 0x1000 },
			{ PT_LOAD, PF_R | PF_W, 0x1000, 0x1000, 0x1000, 0x800, 0x3000, 0x1000 },
			{ PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16 } },
	};
	int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0755);

	memcpy(image.text, exit_42, sizeof(exit_42));
	write(fd, &image, sizeof(image));
	close(fd);
}

static void make_file(const char *name, const char *text, size_t size, mode_t mode)
{
	int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, mode);

	write(fd, text, strlen(text));
	if (size)
		ftruncate(fd, size);
	close(fd);
}

/* ---------------------------------------------------------------- processes */

static int wait_for(pid_t pid)
{
	int status = -1;

	must(waitpid(pid, &status, __WALL) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : BY_SIGNAL(WTERMSIG(status));
}

static int do_fork(void)
{
	pid_t pid;
	int err;

	arm();
	pid = fork();
	if (pid == 0)
		_exit(7);
	err = pid < 0 ? errno : 0;
	if (pid > 0)
		must(wait_for(pid) == 7);
	disarm();
	return err;
}

/* They have all stacks that the kernel keeps for the next ones. */
#define SLEEPERS	17

static pid_t sleepers[SLEEPERS];

static int sleep_on(void *arg)
{
	for (;;)
		pause();
	return 0;
}

static void start_sleepers(void)
{
	static char stacks[SLEEPERS][1024] __attribute__((aligned(16)));

	for (int i = 0; i < SLEEPERS; i++)
		sleepers[i] = clone(sleep_on, stacks[i] + sizeof(stacks[i]), CLONE_VM | CLONE_FILES | CLONE_FS | SIGCHLD, NULL);
}

static void end_sleepers(void)
{
	for (int i = 0; i < SLEEPERS; i++) {
		kill(sleepers[i], SIGKILL);
		waitpid(sleepers[i], NULL, 0);
	}
}

static int do_vfork(void)
{
	pid_t pid;
	int err;

	arm();
	pid = vfork();
	if (pid == 0) {
		execl("./program", "program", NULL);
		_exit(127);
	}
	err = pid < 0 ? errno : 0;
	if (pid > 0)
		must(wait_for(pid) == PROGRAM_EXIT);
	disarm();
	return err;
}

static char *large_argument;

static int exec_program(void)
{
	execl("./program", "program", large_argument, NULL);
	return errno;
}

static int exec_script(void)
{
	execl("./script", "script", "argument", NULL);
	return errno;
}

static int exec_by_file(void)
{
	static char *argv[] = { "program", NULL };
	int fd = open("program", O_RDONLY);

	if (fd >= 0)
		syscall(SYS_execveat, fd, "", argv, argv + 1, AT_EMPTY_PATH);
	return errno;
}

static int ran(int code)
{
	if (code == PROGRAM_EXIT)
		return 0;
	return code ? code : 255;
}

static int do_exec(void)		{ return ran(in_child(exec_program)); }
static int do_exec_script(void)		{ return ran(in_child(exec_script)); }
static int do_exec_file(void)		{ return ran(in_child(exec_by_file)); }

static int thread_ran;
static char thread_stack[65536] __attribute__((aligned(16)));

static int thread(void *arg)
{
	thread_ran = 1;
	return 0;
}

static int do_thread(void)
{
	static pid_t tid;
	int err, now;

	tid = 1;
	thread_ran = 0;
	err = ARMED(clone(thread, thread_stack + sizeof(thread_stack),
			  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
			  CLONE_CHILD_CLEARTID, NULL, NULL, NULL, &tid) < 0);
	while (!err && (now = __atomic_load_n(&tid, __ATOMIC_ACQUIRE)))
		syscall(SYS_futex, &tid, FUTEX_WAIT, now, NULL, NULL, 0);
	must(thread_ran == !err);
	return err;
}

/* From a thread, which sleeps; else there would be nothing to do. */
static int unshare_all(void)
{
	if (clone(sleep_on, thread_stack + sizeof(thread_stack),
		  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, NULL) < 0)
		return errno;
	return unshare(CLONE_FILES | CLONE_FS) ? errno : 0;
}

static int do_unshare(void)		{ return in_child(unshare_all); }

/* ---------------------------------------------------------------- memory */

/* Touch each page; the first write finds a zero. */
static bool touch(volatile char *p, size_t size)
{
	bool zero = true;

	for (size_t at = 0; at < size; at += PAGE) {
		zero &= !p[at];
		p[at] = 1;
	}
	return zero;
}

static int map_and_touch(int flags, size_t size)
{
	char *p;
	int err;

	arm();
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
	err = p == MAP_FAILED ? errno : 0;
	if (!err)
		must(touch(p, size));
	disarm();
	if (!err)
		must(munmap(p, size) == 0);
	return err;
}

static int do_mmap(void)		{ return map_and_touch(MAP_PRIVATE, 16 * PAGE); }
static int do_mmap_shared(void)		{ return map_and_touch(MAP_SHARED, 8 * PAGE); }

static int do_mmap_populate(void)
{
	char *p;
	int err = ARMED((p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
				  -1, 0)) == MAP_FAILED);

	if (!err) {
		must(touch(p, 8 * PAGE));
		must(munmap(p, 8 * PAGE) == 0);
	}
	return err;
}

/* Through @flags; who shares it writes to the file. */
static int map_file(int flags)
{
	int fd = open("data", O_RDWR), err;
	char *p, c = 0;

	pwrite(fd, "x", 1, PAGE);
	arm();
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
	err = p == MAP_FAILED ? errno : 0;
	if (!err) {
		must(p[PAGE] == 'x');
		p[PAGE] = 'y';
		must(p[2 * PAGE] == 0);
		p[3 * PAGE] = 'z';
	}
	disarm();
	if (!err)
		must(munmap(p, 4 * PAGE) == 0);
	must(pread(fd, &c, 1, PAGE) == 1);
	must(c == (flags == MAP_SHARED && !err ? 'y' : 'x'));
	ftruncate(fd, PAGE);
	ftruncate(fd, 4 * PAGE);
	close(fd);
	return err;
}

static int do_map_private(void)		{ return map_file(MAP_PRIVATE); }
static int do_map_shared(void)		{ return map_file(MAP_SHARED); }

static char ours[8 * PAGE] __attribute__((aligned(4096)));

static int write_to_copy(void)
{
	for (size_t at = 0; at < sizeof(ours); at += PAGE) {
		if (ours[at] != 'o')
			return 254;
		ours[at] = 'c';
	}
	return ours[0] == 'c' ? 0 : 254;
}

static int do_cow(void)
{
	int err;

	for (size_t at = 0; at < sizeof(ours); at += PAGE)
		ours[at] = 'o';
	err = in_child(write_to_copy);
	for (size_t at = 0; at < sizeof(ours); at += PAGE)
		must(ours[at] == 'o');
	return err;
}

static char *six_pages(void)
{
	char *p = mmap(NULL, 6 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	touch(p, 6 * PAGE);
	return p;
}

/* It moves, as something lies behind it. */
static int do_mremap(void)
{
	char *p = six_pages(), *new;
	int err;

	mprotect(p + 4 * PAGE, PAGE, PROT_NONE);
	err = ARMED((new = mremap(p, 4 * PAGE, 4 * HUGE, MREMAP_MAYMOVE)) == MAP_FAILED);
	if (err) {
		must(p[0] == 1 && p[3 * PAGE] == 1);
	} else {
		must(new[0] == 1 && new[3 * PAGE] == 1 && new[4 * PAGE] == 0);
		must(munmap(new, 4 * HUGE) == 0);
	}
	must(munmap(p, 6 * PAGE) == 0);
	return err;
}

static char before_text[16384], after_text[16384];

static size_t read_all(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;
	size_t got = 0;

	while ((n = read(fd, text + got, size - 1 - got)) > 0)
		got += n;
	text[got] = '\0';
	close(fd);
	return got;
}

/* A call that splits an area in three, or changes nothing. */
static int split_area(int (*call)(char *p))
{
	char *p = six_pages();
	int err;

	read_all("/proc/self/maps", before_text, sizeof(before_text));
	err = ARMED(call(p));
	read_all("/proc/self/maps", after_text, sizeof(after_text));
	must(err || strcmp(before_text, after_text));	/* two areas that could be one are nobody's business */
	must(p[0] == 1 && p[5 * PAGE] == 1);
	if (err)
		p[2 * PAGE] = 2;
	must(munmap(p, 6 * PAGE) == 0);
	return err;
}

static int protect_middle(char *p)	{ return mprotect(p + 2 * PAGE, PAGE, PROT_READ); }
static int unmap_middle(char *p)	{ return munmap(p + 2 * PAGE, PAGE); }
static int dontfork_middle(char *p)	{ return madvise(p + 2 * PAGE, PAGE, MADV_DONTFORK); }
static int do_mprotect(void)		{ return split_area(protect_middle); }
static int do_munmap(void)		{ return split_area(unmap_middle); }
static int do_madvise(void)		{ return split_area(dontfork_middle); }

static int map_over_middle(char *p)
{
	return mmap(p + 2 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED;
}

/* Linux may have unmapped what was there when it finds no memory for the new area. */
static int do_mmap_fixed(void)
{
	char *p = six_pages();
	int err = ARMED(map_over_middle(p));

	must(p[PAGE] == 1 && p[3 * PAGE] == 1);
	must(munmap(p, 6 * PAGE) == 0);
	return err;
}

static int do_mlock(void)
{
	char *p = mmap(NULL, 6 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char there[6];
	int err = ARMED(mlock(p + PAGE, 3 * PAGE));

	must(mincore(p, 6 * PAGE, there) == 0);
	must(err || (there[1] & there[2] & there[3] & 1));
	must(munmap(p, 6 * PAGE) == 0);
	return err;
}

static int do_brk(void)
{
	char *end = sbrk(0), *want = end + 16 * PAGE;
	int err = 0;

	arm();
	if (syscall(SYS_brk, want) == (long)want)
		must(touch(end, 16 * PAGE));
	else
		err = ENOMEM;
	disarm();
	must(syscall(SYS_brk, 0) == (long)(err ? end : want));
	must(syscall(SYS_brk, end) == (long)end);
	return err;
}

static char *huge_area(char **area)
{
	*area = mmap(NULL, 3 * HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *p = (char *)(((uintptr_t)*area + HUGE - 1) & ~(HUGE - 1));

	madvise(p, HUGE, MADV_HUGEPAGE);
	return p;
}

static int do_huge(void)
{
	char *area, *p = huge_area(&area);

	arm();
	must(touch(p, 16 * PAGE));
	disarm();
	must(munmap(area, 3 * HUGE) == 0);
	return 0;
}

static int do_split_huge(void)
{
	char *area, *p = huge_area(&area);
	int err;

	touch(p, 16 * PAGE);
	err = ARMED(munmap(p + 8 * PAGE, PAGE));
	must(p[7 * PAGE] == 1 && p[9 * PAGE] == 1);
	must(munmap(area, 3 * HUGE) == 0);
	return err;
}

static int grow_stack(void)
{
	volatile char room[512 * 1024];

	for (long at = sizeof(room) - 1; at >= 0; at -= 16 * PAGE)
		room[at] = 1;
	return room[sizeof(room) - 1] == 1 ? 0 : 254;
}

static int do_stack(void)		{ return in_child(grow_stack); }

static int do_process_vm(void)
{
	static char from[400], to[400];
	static struct iovec local[100], remote[100];
	int i;

	for (i = 0; i < 100; i++) {
		local[i] = (struct iovec){ to + 4 * i, 4 };
		remote[i] = (struct iovec){ from + 4 * i, 4 };
	}
	return ARMED(process_vm_readv(getpid(), local, 100, remote, 100, 0) != 400);
}

/* ---------------------------------------------------------------- names */

#define LONG_TEXT	"a/text/that/is/longer/than/what/an/inode/has/room/for/so/that/it/takes/memory/of/its/own/and/more"
#define LONG_NAME	"a-name-that-is-longer-than-what-a-directory-entry-has-room-for-itself"

static bool exists(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

static int do_creat(void)
{
	int fd = -1, err = ARMED((fd = open(LONG_NAME, O_CREAT | O_EXCL | O_RDWR, 0600)) < 0);

	must(exists(LONG_NAME) == !err);
	close(fd);
	unlink(LONG_NAME);
	return err;
}

static int do_open(void)
{
	int fd = -1, err = ARMED((fd = open("data", O_RDONLY)) < 0);

	close(fd);
	return err;
}

static int do_mkdir(void)
{
	int err = ARMED(mkdir("new", 0700));

	must(exists("new") == !err);
	must(rmdir("new") == (err ? -1 : 0));
	return err;
}

static int do_rmdir(void)
{
	int err;

	mkdir("new", 0700);
	err = ARMED(rmdir("new"));
	must(exists("new") == !!err);
	rmdir("new");
	return err;
}

static int do_symlink(void)
{
	char text[256] = "";
	int err;

	arm();
	err = symlink(LONG_TEXT, "new") ? errno : 0;
	if (!err && readlink("new", text, sizeof(text)) < 0)
		err = errno;
	disarm();
	must(err || !strcmp(text, LONG_TEXT));
	must(err || exists("new"));
	unlink("new");
	return err;
}

static int do_link(void)
{
	struct stat st;
	int err = ARMED(link("data", "new"));

	must(stat("data", &st) == 0 && st.st_nlink == 2 - !!err);
	must(exists("new") == !err);
	unlink("new");
	return err;
}

static int do_rename(void)
{
	int err;

	make_file("old", "old", 0, 0600);
	make_file("new", "new", 0, 0600);
	err = ARMED(rename("old", "new"));
	must(exists("new") && exists("old") == !!err);
	must(read_all("new", before_text, sizeof(before_text)) == 3 && !strcmp(before_text, err ? "new" : "old"));
	unlink("old");
	unlink("new");
	return err;
}

static int do_rename_long(void)
{
	int err;

	make_file("old", "old", 0, 0600);
	err = ARMED(rename("old", LONG_NAME));
	must(exists(LONG_NAME) == !err && exists("old") == !!err);
	unlink("old");
	unlink(LONG_NAME);
	return err;
}

static int do_unlink(void)
{
	int err;

	make_file("new", "text", 0, 0600);
	err = ARMED(unlink("new"));
	must(exists("new") == !!err);
	unlink("new");
	return err;
}

static int do_mknod(void)
{
	int err = ARMED(mkfifo("new", 0600));

	must(exists("new") == !err);
	unlink("new");
	return err;
}

static int do_tmpfile(void)
{
	int fd = -1, err = ARMED((fd = open(".", O_TMPFILE | O_RDWR, 0600)) < 0);

	close(fd);
	return err;
}

static int do_deep_path(void)
{
	struct stat st;

	return ARMED(stat("deep/deeper/../deeper/link/../../data", &st));
}

static int do_chmod(void)
{
	int err = ARMED(chmod("data", 0640) || chown("data", 1, 1) || utimensat(AT_FDCWD, "data", NULL, 0));

	chown("data", 0, 0);
	chmod("data", 0600);
	return err;
}

static int do_getcwd(void)
{
	char text[PATH_MAX];

	return ARMED(syscall(SYS_getcwd, text, sizeof(text)) < 0);
}

static int do_getdents(void)
{
	int fd = -1, err;
	ssize_t n = -1;

	arm();
	fd = open("many", O_RDONLY | O_DIRECTORY);
	if (fd >= 0)
		n = syscall(SYS_getdents64, fd, before_text, sizeof(before_text));
	err = fd < 0 || n < 0 ? errno : 0;
	disarm();
	must(err || n > 100 * 24);
	close(fd);
	return err;
}

static int do_mount(void)
{
	int err = ARMED(mount("none", "mnt", "tmpfs", 0, "size=64k,mode=700"));

	must(umount("mnt") == (err ? -1 : 0));
	return err;
}

static int do_bind(void)
{
	int err = ARMED(mount("many", "mnt", NULL, MS_BIND, NULL));

	must(exists("mnt/1") == !err);
	must(umount("mnt") == (err ? -1 : 0));
	return err;
}

static int do_umount(void)
{
	int err;

	mount("none", "mnt", "tmpfs", 0, NULL);
	err = ARMED(umount("mnt"));
	if (err)
		must(umount("mnt") == 0);
	return err;
}

static int change_root(void)
{
	if (chroot("many"))
		return errno;
	return chdir("/") ? errno : 0;
}

static int do_chroot(void)		{ return in_child(change_root); }

static int do_inotify(void)
{
	struct inotify_event event = { 0 };
	static char events[4096];
	int in, err;
	bool made;

	arm();
	in = inotify_init1(IN_NONBLOCK);
	err = in < 0 || inotify_add_watch(in, "many", IN_CREATE | IN_DELETE) < 0 ? errno : 0;
	if (!err)
		close(open("many/new", O_CREAT | O_WRONLY, 0600));
	disarm();
	made = exists("many/new");
	if (!err && made) {		/* it, or that something is missing */
		must(read(in, events, sizeof(events)) >= (ssize_t)sizeof(event));
		memcpy(&event, events, sizeof(event));
		must(event.mask & (IN_CREATE | IN_Q_OVERFLOW));
	}
	unlink("many/new");
	close(in);
	return err;
}

/* ---------------------------------------------------------------- contents */

static char buffer[8 * PAGE];

/* What a write that may be short has done is what the file has more. */
static int do_write(void)
{
	int fd = open("new", O_CREAT | O_RDWR, 0600), err;
	struct stat st;
	ssize_t n;

	memset(buffer, 'w', sizeof(buffer));
	arm();
	n = pwrite(fd, buffer, sizeof(buffer), 0);
	err = n < 0 ? errno : 0;
	disarm();
	must(fstat(fd, &st) == 0 && st.st_size == (err ? 0 : n));
	must(err || (n > 0 && pread(fd, buffer, sizeof(buffer), 0) == n && buffer[n - 1] == 'w'));
	must(!left || n == sizeof(buffer));
	close(fd);
	unlink("new");
	return err;
}

static int do_write_far(void)
{
	int fd = open("new", O_CREAT | O_RDWR, 0600), err = ARMED(pwrite(fd, "far", 3, 1UL << 32) != 3);
	struct stat st;

	must(fstat(fd, &st) == 0 && st.st_size == (err ? 0 : (1L << 32) + 3));
	must(fstat(fd, &st) == 0 && st.st_blocks == (err ? 0 : 8));
	close(fd);
	unlink("new");
	return err;
}

static int do_fallocate(void)
{
	int fd = open("new", O_CREAT | O_RDWR, 0600), err = ARMED(fallocate(fd, 0, 0, sizeof(buffer)));
	struct stat st;

	must(fstat(fd, &st) == 0 && st.st_size == (err ? 0 : (long)sizeof(buffer)));
	close(fd);
	unlink("new");
	return err;
}

static int do_truncate(void)
{
	int fd = open("new", O_CREAT | O_RDWR, 0600), err;
	struct stat st;

	pwrite(fd, "text", 4, 0);
	pwrite(fd, "text", 4, 100 * PAGE);
	err = ARMED(ftruncate(fd, PAGE + 1));
	must(fstat(fd, &st) == 0 && st.st_size == (long)(err ? 100 * PAGE + 4 : PAGE + 1));
	close(fd);
	unlink("new");
	return err;
}

static int do_writev(void)
{
	static struct iovec vec[100];
	int fd = open("data", O_RDWR), err;

	for (int i = 0; i < 100; i++)
		vec[i] = (struct iovec){ buffer, 10 };
	err = ARMED(readv(fd, vec, 100) != 1000 || pwritev(fd, vec, 100, 0) != 1000);
	close(fd);
	return err;
}

static int do_sendfile(void)
{
	int from = open("data", O_RDONLY), to = open("new", O_CREAT | O_RDWR, 0600), err;
	struct stat st;
	ssize_t n;

	arm();
	n = sendfile(to, from, NULL, 2 * PAGE);
	err = n < 0 ? errno : 0;
	disarm();
	must(fstat(to, &st) == 0 && st.st_size == (err ? 0 : n));
	must(err || lseek(from, 0, SEEK_CUR) == n);
	close(from);
	close(to);
	unlink("new");
	return err;
}

static int do_copy_range(void)
{
	int from = open("data", O_RDONLY), to = open("new", O_CREAT | O_RDWR, 0600), err;
	struct stat st;
	ssize_t n;

	arm();
	n = copy_file_range(from, NULL, to, NULL, 2 * PAGE, 0);
	err = n < 0 ? errno : 0;
	disarm();
	must(fstat(to, &st) == 0 && st.st_size == (err ? 0 : n));
	close(from);
	close(to);
	unlink("new");
	return err;
}

/* A page of a file goes through two pipes. */
static int do_splice(void)
{
	int from = open("data", O_RDONLY), a[2], b[2], err;
	ssize_t n, copied = -1;

	pipe(a);
	pipe2(b, O_NONBLOCK);
	arm();
	n = splice(from, NULL, a[1], NULL, PAGE, 0);
	err = n < 0 ? errno : 0;
	if (!err) {
		copied = tee(a[0], b[1], PAGE, 0);
		err = copied < 0 ? errno : 0;
	}
	disarm();
	must(lseek(from, 0, SEEK_CUR) == (n < 0 ? 0 : n));
	must(n < 0 || read(a[0], buffer, PAGE) == n);
	must(copied < 0 || read(b[0], buffer, PAGE) == copied);
	close(from);
	close(a[0]);
	close(a[1]);
	close(b[0]);
	close(b[1]);
	return err;
}

static int do_memfd(void)
{
	int fd = -1, err = ARMED((fd = memfd_create("name", MFD_ALLOW_SEALING)) < 0 || write(fd, "x", 1) != 1);

	close(fd);
	return err;
}

static int do_flock(void)
{
	int fd = open("data", O_RDWR), err = ARMED(flock(fd, LOCK_EX));

	close(fd);
	return err;
}

/* The one in the middle is another kind: three locks, or still one. */
static int do_locks(void)
{
	struct flock whole = { .l_type = F_WRLCK }, middle = { .l_type = F_RDLCK, .l_start = 10, .l_len = 10 };
	int fd = open("data", O_RDWR), err;

	err = ARMED(fcntl(fd, F_SETLK, &whole) || fcntl(fd, F_SETLK, &middle));
	close(fd);
	return err;
}

static int unlock_middle(void)
{
	struct flock whole = { .l_type = F_WRLCK }, middle = { .l_type = F_UNLCK, .l_start = 10, .l_len = 10 };
	int fd = open("data", O_RDWR), err;

	fcntl(fd, F_OFD_SETLK, &whole);
	err = ARMED(fcntl(fd, F_OFD_SETLK, &middle));
	close(fd);
	return err;
}

/* ---------------------------------------------------------------- pipes and the like */

static int do_pipe(void)
{
	int fd[2] = { -1, -1 }, err;
	ssize_t n = 0;

	arm();
	err = pipe(fd) ? errno : 0;
	if (!err) {
		n = write(fd[1], buffer, 3 * PAGE);
		err = n < 0 ? errno : 0;
	}
	disarm();
	must(err || read(fd[0], buffer, sizeof(buffer)) == n);
	close(fd[0]);
	close(fd[1]);
	return err;
}

static int do_pipe_size(void)
{
	int fd[2], err;

	pipe(fd);
	write(fd[1], "text", 4);
	err = ARMED(fcntl(fd[1], F_SETPIPE_SZ, 1 << 19) < 0);
	must(fcntl(fd[1], F_GETPIPE_SZ) == (err ? 65536 : 1 << 19));
	must(read(fd[0], buffer, sizeof(buffer)) == 4);
	close(fd[0]);
	close(fd[1]);
	return err;
}

static int do_fifo(void)
{
	int fd = -1, err = ARMED((fd = open("fifo", O_RDWR)) < 0 || write(fd, "x", 1) != 1);

	close(fd);
	return err;
}

static int do_epoll(void)
{
	struct epoll_event in = { .events = EPOLLIN, .data.u32 = 5 }, out = { 0 };
	int fd[2], ep, err;

	pipe(fd);
	arm();
	ep = epoll_create1(0);
	err = ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, fd[0], &in) ? errno : 0;
	if (!err) {
		err = write(fd[1], "x", 1) == 1 ? 0 : errno;
		if (!err)
			must(epoll_wait(ep, &out, 1, 0) == 1 && out.data.u32 == 5);
	}
	disarm();
	close(ep);
	close(fd[0]);
	close(fd[1]);
	return err;
}

static int do_eventfd(void)
{
	int fd = -1, err = ARMED((fd = eventfd(1, 0)) < 0);

	close(fd);
	return err;
}

static int do_timerfd(void)
{
	struct itimerspec soon = { .it_value.tv_nsec = 1 };
	uint64_t times = 0;
	int fd = -1, err;

	err = ARMED((fd = timerfd_create(CLOCK_MONOTONIC, 0)) < 0 || timerfd_settime(fd, 0, &soon, NULL) ||
		    read(fd, &times, sizeof(times)) != sizeof(times));
	must(err || times == 1);
	close(fd);
	return err;
}

static int do_signalfd(void)
{
	sigset_t set;
	int fd = -1, err;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	err = ARMED((fd = signalfd(-1, &set, 0)) < 0);
	close(fd);
	return err;
}

static int some_fd;

static int do_poll(void)
{
	static struct pollfd fds[300];

	for (int i = 0; i < 300; i++)
		fds[i] = (struct pollfd){ .fd = i % 10 ? -1 : some_fd, .events = POLLIN };
	return ARMED(poll(fds, 300, 1) < 0);
}

static int select_many(void)
{
	static fd_set sets[3];
	struct timeval soon = { 0, 1000 };

	if (dup2(some_fd, 1000) < 0)
		return errno;
	FD_SET(1000, &sets[0]);
	FD_SET(some_fd, &sets[1]);
	return select(1001, &sets[0], &sets[1], &sets[2], &soon) == 1 ? 0 : errno;
}

static int do_select(void)		{ return in_child(select_many); }

static int do_pty(void)
{
	int master, slave = -1, zero = 0, err;
	char text[8];

	arm();
	master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	err = master < 0 || ioctl(master, TIOCSPTLCK, &zero) ||
	      (slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY)) < 0 ? errno : 0;
	if (!err && write(slave, "x", 1) != 1)
		err = errno;
	disarm();
	must(err || read(master, text, sizeof(text)) == 1);
	close(slave);
	close(master);
	return err;
}

static int enlarge_table(void)
{
	return dup2(0, 1000) == 1000 && fcntl(1000, F_GETFD) == 0 ? 0 : errno;
}

static int do_dup(void)			{ return in_child(enlarge_table); }

/* ---------------------------------------------------------------- signals, timers, futexes */

static int do_sigqueue(void)
{
	struct timespec none = { 0 };
	sigset_t set;
	siginfo_t info;
	int err;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	err = ARMED(sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 99 }));
	if (err)
		must(sigtimedwait(&set, &info, &none) < 0);
	else
		must(sigtimedwait(&set, &info, &none) == SIGRTMIN && info.si_value.sival_int == 99);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	return err;
}

static volatile int handled;

static void handler(int sig)
{
	handled++;
}

/* It arrives, whatever is known of where it came from. */
static int do_kill(void)
{
	int err;

	handled = 0;
	signal(SIGUSR1, handler);
	err = ARMED(kill(getpid(), SIGUSR1));
	must(handled == 1);
	return err;
}

/* The frame goes to pages that are not there yet. */
static int signal_on_new_stack(void)
{
	stack_t stack = { .ss_size = 64 * PAGE };
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_ONSTACK };

	stack.ss_sp = mmap(NULL, stack.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL))
		return errno;
	sigaction(SIGUSR2, &sa, NULL);
	handled = 0;
	if (raise(SIGUSR2))
		return errno;
	return handled == 1 ? 0 : 254;
}

static int do_signal_stack(void)	{ return in_child(signal_on_new_stack); }

static int do_timer(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_NONE };
	struct itimerspec later = { .it_value.tv_sec = 1000 };
	timer_t timer;
	int err;

	arm();
	err = syscall(SYS_timer_create, CLOCK_MONOTONIC, &ev, &timer) ||
	      syscall(SYS_timer_settime, *(int *)&timer, 0, &later, NULL) ? errno : 0;
	disarm();
	if (!err)
		must(syscall(SYS_timer_delete, *(int *)&timer) == 0);
	return err;
}

static int set_alarm(void)
{
	struct itimerval later = { .it_value.tv_sec = 1000 };

	return setitimer(ITIMER_REAL, &later, NULL) ? errno : 0;
}

static int do_itimer(void)		{ return in_child(set_alarm); }

static int do_futex(void)
{
	struct timespec soon = { 0, 1000 };
	static int word;
	int err = ARMED(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &soon, NULL, 0));

	return err == ETIMEDOUT ? 0 : err;
}

/* ---------------------------------------------------------------- users */

static int set_groups(void)
{
	static gid_t groups[1000];

	for (int i = 0; i < 1000; i++)
		groups[i] = 1000 - i;
	if (syscall(SYS_setgroups, 1000, groups))
		return errno;
	return getgroups(1000, groups) == 1000 && groups[0] == 1 ? 0 : 254;
}

static int set_user(void)
{
	if (syscall(SYS_setresuid, 4321, 4321, 4321))
		return errno;
	return getuid() == 4321 ? 0 : 254;
}

static int do_setgroups(void)		{ return in_child(set_groups); }
static int do_setuid(void)		{ return in_child(set_user); }

static int do_prctl(void)
{
	return ARMED(prctl(PR_SET_NAME, "fail_nth") || prctl(PR_SET_KEEPCAPS, 0));
}

/* ---------------------------------------------------------------- /proc */

static int read_proc(const char *name)
{
	int fd, err;
	ssize_t n = 0;

	arm();
	fd = open(name, O_RDONLY);
	err = fd < 0 ? errno : 0;
	if (!err) {
		n = read(fd, before_text, sizeof(before_text));
		err = n < 0 ? errno : 0;
	}
	disarm();
	must(err || n > 0);
	close(fd);
	return err;
}

static int do_proc_maps(void)		{ return read_proc("/proc/self/maps"); }
static int do_proc_status(void)		{ return read_proc("/proc/self/status"); }
static int do_proc_stat(void)		{ return read_proc("/proc/self/stat"); }
static int do_proc_environ(void)	{ return read_proc("/proc/self/environ"); }
static int do_proc_mounts(void)		{ return read_proc("/proc/mounts"); }
static int do_proc_interrupts(void)	{ return read_proc("/proc/interrupts"); }
static int do_sysfs(void)		{ return read_proc("/sys/devices/system/cpu/online"); }

static int do_proc_fd(void)
{
	int fd, err;
	ssize_t n = 0;

	arm();
	fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
	if (fd >= 0)
		n = syscall(SYS_getdents64, fd, before_text, sizeof(before_text));
	err = fd < 0 || n < 0 ? errno : 0;
	if (!err && readlink("/proc/self/exe", before_text, sizeof(before_text)) < 0)
		err = errno;
	disarm();
	must(err || n > 0);
	close(fd);
	return err;
}

/* ---------------------------------------------------------------- all of them */

#define MAY_DIE		1		/* of a fault that finds no memory, or in the middle of exec */
#define SLEEP		2		/* the sleepers sleep meanwhile */

static const struct {
	const char	*name;
	int		(*fn)(void);
	int		also;		/* an error it may end with beside ENOMEM */
	int		flags;
} operations[] = {
	{ "fork, wait", do_fork, EAGAIN },
	{ "fork, wait, no stack kept", do_fork, EAGAIN, SLEEP },
	{ "vfork, exec, wait", do_vfork, EAGAIN },
	{ "exec of a static-PIE", do_exec, E2BIG, MAY_DIE },
	{ "exec of a script", do_exec_script, E2BIG, MAY_DIE },
	{ "execveat of a file", do_exec_file, E2BIG, MAY_DIE },
	{ "thread", do_thread, EAGAIN },
	{ "unshare", do_unshare },
	{ "mmap, touch", do_mmap },
	{ "mmap populated", do_mmap_populate },
	{ "mmap shared", do_mmap_shared },
	{ "mmap of a file, private", do_map_private },
	{ "mmap of a file, shared", do_map_shared },
	{ "copy on write", do_cow, 0, MAY_DIE },
	{ "mremap that moves", do_mremap },
	{ "mprotect that splits", do_mprotect },
	{ "munmap that splits", do_munmap },
	{ "madvise that splits", do_madvise },
	{ "mmap over the middle", do_mmap_fixed },
	{ "mlock", do_mlock, EAGAIN },
	{ "brk", do_brk },
	{ "large page", do_huge },
	{ "large page that is split", do_split_huge },
	{ "stack that grows", do_stack, 0, MAY_DIE },
	{ "process_vm_readv", do_process_vm },
	{ "open", do_open },
	{ "creat", do_creat, ENOSPC },
	{ "mkdir", do_mkdir, ENOSPC },
	{ "rmdir", do_rmdir },
	{ "symlink, readlink", do_symlink, ENOSPC },
	{ "link", do_link },
	{ "rename", do_rename },
	{ "rename to a long name", do_rename_long },
	{ "unlink", do_unlink },
	{ "mkfifo", do_mknod, ENOSPC },
	{ "O_TMPFILE", do_tmpfile, ENOSPC },
	{ "deep path", do_deep_path },
	{ "chmod, chown, utimensat", do_chmod },
	{ "getcwd", do_getcwd },
	{ "getdents", do_getdents },
	{ "mount", do_mount, ENOSPC },
	{ "bind mount", do_bind },
	{ "umount", do_umount },
	{ "chroot", do_chroot },
	{ "inotify", do_inotify },
	{ "write", do_write, ENOSPC },
	{ "write far away", do_write_far, ENOSPC },
	{ "fallocate", do_fallocate, ENOSPC },
	{ "truncate", do_truncate },
	{ "readv, writev", do_writev },
	{ "sendfile", do_sendfile, ENOSPC },
	{ "copy_file_range", do_copy_range, ENOSPC },
	{ "splice, tee", do_splice },
	{ "memfd_create", do_memfd, ENOSPC },
	{ "flock", do_flock },
	{ "POSIX locks", do_locks, ENOLCK },
	{ "unlock in the middle", unlock_middle, ENOLCK },
	{ "pipe, write", do_pipe, ENFILE },
	{ "F_SETPIPE_SZ", do_pipe_size },
	{ "FIFO", do_fifo },
	{ "epoll", do_epoll },
	{ "eventfd", do_eventfd },
	{ "timerfd", do_timerfd },
	{ "signalfd", do_signalfd },
	{ "poll", do_poll },
	{ "select", do_select },
	{ "pseudo-terminal", do_pty },
	{ "dup2 to a high number", do_dup },
	{ "sigqueue", do_sigqueue, EAGAIN },
	{ "kill", do_kill },
	{ "signal on a new stack", do_signal_stack, 0, MAY_DIE },
	{ "timer_create", do_timer, EAGAIN },
	{ "setitimer", do_itimer },
	{ "futex", do_futex },
	{ "setgroups", do_setgroups },
	{ "setresuid", do_setuid, EAGAIN },
	{ "prctl", do_prctl },
	{ "/proc/self/maps", do_proc_maps },
	{ "/proc/self/status", do_proc_status },
	{ "/proc/self/stat", do_proc_stat },
	{ "/proc/self/environ", do_proc_environ },
	{ "/proc/self/fd, exe", do_proc_fd },
	{ "/proc/mounts", do_proc_mounts },
	{ "/proc/interrupts", do_proc_interrupts },
	{ "/sys", do_sysfs },
};

#define NR_OPERATIONS	(sizeof(operations) / sizeof(operations[0]))

/* What has to be as before: files that are open, areas of memory, mounts, names in this folder, children. */
static size_t state(char *text, size_t size)
{
	size_t n = read_all("/proc/self/maps", text, size);
	int dir = open(".", O_RDONLY | O_DIRECTORY), fds = 0, i;
	long got;

	n += read_all("/proc/mounts", text + n, size - n);
	for (i = 0; i < 64; i++)
		fds += fcntl(i, F_GETFD) >= 0;
	while ((got = syscall(SYS_getdents64, dir, buffer, sizeof(buffer))) > 0)
		for (long at = 0; at < got; at += ((struct dirent64 *)(buffer + at))->d_reclen)
			n += snprintf(text + n, size - n, "%s\n", ((struct dirent64 *)(buffer + at))->d_name);
	close(dir);
	n += snprintf(text + n, size - n, "%d open files, children: %d", fds, waitpid(-1, NULL, WNOHANG | __WALL));
	return n;
}

static char state_before[32768], state_after[32768];

/* The allocations of one operation, each failing once. Return: how many have failed */
static int each_allocation(unsigned int op)
{
	for (nth = 1; nth < MOST; nth++) {
		int err;

		state(state_before, sizeof(state_before));
		left = 0;
		err = operations[op].fn();
		state(state_after, sizeof(state_after));
		if (strcmp(state_before, state_after)) {
			complain("something is left", err);
			printf("before:\n%s\nafter:\n%s\n", state_before, state_after);
		}
		if (left) {
			if (err)
				complain("fails untouched", err);
			return nth - 1;
		}
		if (err && err != ENOMEM && err != operations[op].also &&
		    !(operations[op].flags & MAY_DIE && (err == BY_SIGNAL(SIGKILL) || err == BY_SIGNAL(SIGSEGV) ||
							 err == BY_SIGNAL(SIGBUS))))
			complain("ends otherwise", err);
	}
	complain("has no end", nth);
	return nth;
}

/* ---------------------------------------------------------------- what is left in the slab */

#define MAX_CACHES	64

static struct cache {
	char	name[32];
	long	objects;
} caches[2][MAX_CACHES];

static char text[16384];

static int read_slab(struct cache *c)
{
	char *line, *rest = text;
	int nr = 0;

	read_all("/proc/slabinfo", text, sizeof(text));
	while ((line = strsep(&rest, "\n")))
		if (nr < MAX_CACHES - 2 && sscanf(line, "%31s %ld ", c[nr].name, &c[nr].objects) == 2 &&
		    strcmp(c[nr].name, "magazine"))
			nr++;
	read_all("/proc/meminfo", text, sizeof(text));
	sscanf(strstr(text, "AnonPages"), "%31s %ld", c[nr].name, &c[nr].objects);
	sscanf(strstr(text, "Cached"), "%31s %ld", c[nr + 1].name, &c[nr + 1].objects);
	return nr + 2;
}

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* Until two looks in a row see the same. */
static int settled_slab(struct cache *c)
{
	static struct cache again[MAX_CACHES];
	int nr = read_slab(c), tries;

	for (tries = 0; tries < 100; tries++) {
		sleep_ms(3);
		memcpy(again, c, sizeof(again));
		nr = read_slab(c);
		if (!memcmp(again, c, sizeof(again)))
			break;
	}
	return nr;
}

/* The first cache that has more than before, when it has had the time not to; NULL: none. */
static const struct cache *more_than_before(int nr)
{
	int tries, i = 0;

	for (tries = 0; tries < SETTLE_MS / 10; tries++) {
		read_slab(caches[1]);
		for (i = 0; i < nr; i++)
			if (caches[1][i].objects > caches[0][i].objects)
				break;
		if (i == nr)
			return NULL;
		sleep_ms(10);
	}
	return &caches[1][i];
}

static void run(unsigned int op, bool first)
{
	const struct cache *c;
	int failed, nr;

	operation = operations[op].name;
	nr = settled_slab(caches[0]);
	if (operations[op].flags & SLEEP)
		start_sleepers();
	failed = each_allocation(op);
	if (operations[op].flags & SLEEP)
		end_sleepers();
	c = first ? NULL : more_than_before(nr);
	if (c) {
		complain("something is not freed", c->objects - caches[0][c - caches[1]].objects);
		printf("%s has more than before\n", c->name);
	}
	printf("%s: %d failed\n", operation, failed);
	fflush(stdout);
}

static long free_kib(void)
{
	read_all("/proc/meminfo", text, sizeof(text));
	return atol(strstr(text, "MemFree:") + 8);
}

/* ---------------------------------------------------------------- what they need */

static void prepare(void)
{
	cpu_set_t cpu;
	char name[32];

	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	large_argument = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(large_argument, 'a', 4 * PAGE - 1);
	make_program("program");
	make_file("script", "#!./program with an argument\n", 0, 0755);
	make_file("data", "data", 4 * PAGE, 0600);
	mkdir("mnt", 0700);
	mkdir("deep", 0700);
	mkdir("deep/deeper", 0700);
	symlink("../deeper", "deep/deeper/link");
	mkfifo("fifo", 0600);
	mkdir("many", 0700);
	for (int i = 1; i <= 100; i++) {
		snprintf(name, sizeof(name), "many/%d", i);
		make_file(name, "", 0, 0600);
	}
	some_fd = eventfd(0, 0);
	memset((char[65536]){ 0 }, 1, 65536);		/* the stack is as large as it gets */
}

int main(int argc, char **argv)
{
	unsigned int op, round;
	long before = 0, after;

	nth_file = open("/proc/self/fail-nth", O_RDWR);
	if (nth_file < 0) {
		printf("this kernel lets no allocation fail on request\n");
		return 0;
	}
	alarm(0);			/* however long it takes */
	prepare();
	for (round = 0; round < 2; round++) {
		before = free_kib();
		for (op = 0; op < NR_OPERATIONS; op++)
			if (argc < 2 || strstr(operations[op].name, argv[1]))
				run(op, round == 0);
	}
	after = free_kib();
	if (before - after > SLACK_KIB)
		complain("memory is lost", before - after);
	printf("%u operations, %d wrong, %ld KiB less free\n", op, wrong, before - after);
	return !!wrong;
}
