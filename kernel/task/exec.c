// SPDX-License-Identifier: BSD-2-Clause
/*
 * execve(): first everything that can be refused, then the point of no return,
 * then the new program. Who reads a script is found out before any argument is
 * copied, so each is copied once, straight into the stack of the new program.
 */
#include <kernel/binfmts.h>
#include <asm/ptrace.h>
#include <asm/tlb.h>
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/fork.h>
#include <kernel/fs_struct.h>
#include <kernel/itimer.h>
#include <kernel/namei.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <lib/err.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <uapi/mount.h>
#include "binprm.h"
#include "internal.h"

#define ARG_LIMIT	(6UL << 20)	/* bytes of all arguments, whatever RLIMIT_STACK says */
#define ARG_MIN		(32 * PAGE_SIZE)	/* and these may always be */

/* argv or envp: of a program, or of the kernel's own. */
struct strings {
	const char __user *const __user *user;
	const char *const *kernel;
};

/* ---------------------------------------------------------------- arguments */

/* @i: of those below strings_count(). Return: the pointer, NULL at the end, or ERR_PTR */
static const char *string_at(const struct strings *s, int i)
{
	const char __user *str;

	if (s->kernel)
		return s->kernel[i];
	return get_user(str, &s->user[i]) ? ERR_PTR(-EFAULT) : str;
}

static int strings_count(const struct strings *s)
{
	const char *str;
	int nr;

	if (!s->kernel && !s->user)
		return 0;
	for (nr = 0; (str = string_at(s, nr)); nr++) {
		if (IS_ERR(str))
			return PTR_ERR(str);
		if (nr == MAX_ARG_STRINGS)
			return -E2BIG;
		if (!(nr % 1024) && fatal_signal_pending(current))
			return -EINTR;
	}
	return nr;
}

static void drop_stack_page(struct binprm *bprm)
{
	if (bprm->page)
		put_page(bprm->page);
	bprm->page = NULL;
}

/* Where the kernel sees byte @addr of the new stack, or ERR_PTR. */
static char *stack_byte(struct binprm *bprm, unsigned long addr)
{
	unsigned long page_addr = ALIGN_DOWN(addr, PAGE_SIZE);
	struct page *page;

	if (!bprm->page || bprm->page_addr != page_addr) {
		drop_stack_page(bprm);
		page = get_user_page(bprm->mm, page_addr, FAULT_WRITE);
		if (IS_ERR(page))
			return ERR_CAST(page);
		bprm->page = page;
		bprm->page_addr = page_addr;
	}
	return (char *)page_address(bprm->page) + (addr - page_addr);
}

/* @len bytes of @str, in the kernel or in the program, below what is there; from the end to the start. */
static int push_bytes(struct binprm *bprm, const char *str, size_t len, bool user)
{
	if (len > bprm->p - bprm->lowest)
		return -E2BIG;
	while (len) {
		size_t n = min(len, (bprm->p - 1) % PAGE_SIZE + 1);
		char *to = stack_byte(bprm, bprm->p - n);

		if (IS_ERR(to))
			return PTR_ERR(to);
		bprm->p -= n;
		len -= n;
		if (user && copy_from_user(to, (const char __user *)str + len, n))
			return -EFAULT;
		if (!user)
			memcpy(to, str + len, n);
	}
	return 0;
}

static int push_string(struct binprm *bprm, const char *str)
{
	return push_bytes(bprm, str, strlen(str) + 1, false);
}

static int push_user_string(struct binprm *bprm, const char __user *str)
{
	long len = strnlen_user(str, MAX_ARG_STRLEN);
	int err;

	if (len < 0)
		return len;
	if (len == MAX_ARG_STRLEN)
		return -E2BIG;
	err = push_bytes(bprm, (const char *)str, len + 1, true);
	if (err)
		return err;
	/* another thread may have made it longer meanwhile: it ends here */
	*stack_byte(bprm, bprm->p + len) = '\0';
	return 0;
}

/* Those from @first to @nr - 1, the first lowest. */
static int push_strings(struct binprm *bprm, const struct strings *s, int first, int nr)
{
	int i, err = 0;

	for (i = nr - 1; i >= first && !err; i--) {
		const char *str = string_at(s, i);

		if (IS_ERR(str))
			return PTR_ERR(str);
		err = s->kernel ? push_string(bprm, str) : push_user_string(bprm, str);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return err;
}

/* What stands in place of argv[0] of a script: who reads it, with which argument, and its name. */
static int push_script_args(struct binprm *bprm)
{
	unsigned int i;
	int err;

	err = push_string(bprm, bprm->filename);
	bprm->argc++;
	for (i = 0; i < bprm->nr_scripts && !err; i++) {
		const struct script *s = &bprm->scripts[i];

		if (s->arg) {
			err = push_string(bprm, s->arg);
			bprm->argc++;
		}
		if (!err)
			err = push_string(bprm, s->interp);
		bprm->argc++;
	}
	return err;
}

/* Linux's rule: a quarter of the stack, the pointers to the strings included. */
static int limit_args(struct binprm *bprm, int argc, int envc)
{
	unsigned long limit = min(max(rlimit(RLIMIT_STACK) / 4, ARG_MIN), ARG_LIMIT);
	unsigned long pointers = (max(argc, 1) + (unsigned long)envc) * sizeof(void *);

	if (pointers >= limit)
		return -E2BIG;
	bprm->lowest = bprm->p - (limit - pointers);
	return 0;
}

static int push_args(struct binprm *bprm, const struct strings *argv, const struct strings *envp)
{
	int argc = strings_count(argv), envc = strings_count(envp), err;

	if (argc < 0 || envc < 0)
		return argc < 0 ? argc : envc;
	err = limit_args(bprm, argc, envc);
	if (err)
		return err;
	err = push_string(bprm, bprm->filename);
	bprm->exec = bprm->p;
	if (!err)
		err = push_strings(bprm, envp, 0, envc);
	bprm->envc = envc;
	if (!err)
		err = push_strings(bprm, argv, bprm->nr_scripts ? 1 : 0, argc);
	bprm->argc = argc;
	if (err)
		return err;
	if (bprm->nr_scripts) {
		bprm->argc = max(argc - 1, 0);
		err = push_script_args(bprm);
	} else if (!argc) {
		bprm->argc = 1;		/* programs rely on argv[0] */
		err = push_string(bprm, "");
	}
	drop_stack_page(bprm);
	return err;
}

/* ---------------------------------------------------------------- scripts */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* "#! interpreter [argument]". Return: 0 or -ENOEXEC */
static int parse_script(struct script *s)
{
	char *p = s->line + 2, *end = s->line + sizeof(s->line) - 1, *nl;

	*end = '\0';
	nl = strchr(p, '\n');
	if (nl)
		end = nl;
	else if (strlen(s->line) == sizeof(s->line) - 1)
		end = NULL;		/* longer than what was read: an argument may be cut, a path may not */
	if (end) {
		*end = '\0';
		while (end > p && is_blank(end[-1]))
			*--end = '\0';
	}
	while (is_blank(*p))
		p++;
	if (!*p)
		return -ENOEXEC;
	s->interp = p;
	while (*p && !is_blank(*p))
		p++;
	if (!*p)
		return end ? 0 : -ENOEXEC;
	*p++ = '\0';
	while (is_blank(*p))
		p++;
	s->arg = *p ? p : NULL;
	return 0;
}

/* As long as the file is a script, go on with who reads it. */
static int resolve_scripts(struct binprm *bprm)
{
	for (;;) {
		struct script *s = &bprm->scripts[bprm->nr_scripts];
		loff_t pos = 0;
		ssize_t n;
		int err;

		memset(s->line, 0, sizeof(s->line));
		n = kernel_read(bprm->elf.file, s->line, BINPRM_BUF_SIZE, &pos);
		if (n < 0)
			return n;
		if (s->line[0] != '#' || s->line[1] != '!')
			return 0;
		if (bprm->nr_scripts == MAX_SCRIPTS)
			return -ELOOP;
		err = parse_script(s);
		if (err)
			return err;
		bprm->nr_scripts++;
		elf_close(&bprm->elf);
		bprm->elf.file = open_exec(s->interp);
		if (IS_ERR(bprm->elf.file)) {
			err = PTR_ERR(bprm->elf.file);
			bprm->elf.file = NULL;
			return err;
		}
	}
}

/* A program that is not static names who loads it. */
static int open_interp(struct binprm *bprm)
{
	const struct elf64_phdr *ph = bprm->elf.image.interp;
	char path[PATH_MAX / 4];
	loff_t pos;
	ssize_t n;

	if (!ph)
		return 0;
	if (ph->p_filesz < 2 || ph->p_filesz > sizeof(path) || ph->p_offset > INT64_MAX)
		return -ENOEXEC;
	pos = ph->p_offset;
	n = kernel_read(bprm->elf.file, path, ph->p_filesz, &pos);
	if (n != ph->p_filesz || path[n - 1])
		return n < 0 ? n : -ENOEXEC;
	bprm->interp.file = open_exec(path);
	if (IS_ERR(bprm->interp.file)) {
		n = PTR_ERR(bprm->interp.file);
		bprm->interp.file = NULL;
		return n;
	}
	n = elf_open(&bprm->interp);
	return n == -ENOEXEC ? -ELIBBAD : n;
}

/* ---------------------------------------------------------------- rights */

/* capabilities(7): what a program gets of what who runs it has, and of root's powers */
static void fix_exec_capabilities(struct cred *new, const struct cred *old)
{
	bool root = !(new->securebits & SECBIT_NOROOT) && (!new->uid || !new->euid);

	if (new->euid != old->euid || new->egid != old->egid)
		new->cap_ambient = 0;
	new->cap_permitted = root ? new->cap_bset | new->cap_inheritable : new->cap_ambient;
	new->cap_effective = !(new->securebits & SECBIT_NOROOT) && !new->euid ? new->cap_permitted : new->cap_ambient;
	new->securebits &= ~SECBIT_KEEP_CAPS;
}

/* Also for scripts: whose file counts is who reads them. */
static int prepare_rights(struct binprm *bprm)
{
	const struct inode *inode = file_inode(bprm->elf.file);
	const struct cred *old = current_cred();
	struct cred *new = prepare_creds();
	umode_t mode = inode->i_mode;

	if (!new)
		return -ENOMEM;
	bprm->cred = new;
	if (!current->no_new_privs && !(bprm->elf.file->f_path.mnt->mnt_flags & MS_NOSUID)) {
		if (mode & S_ISUID)
			new->euid = inode->i_uid;
		if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
			new->egid = inode->i_gid;
	}
	new->suid = new->fsuid = new->euid;
	new->sgid = new->fsgid = new->egid;
	fix_exec_capabilities(new, old);
	bprm->secure = new->euid != new->uid || new->egid != new->gid ||
		       (new->cap_permitted & ~new->cap_ambient && new->uid && new->euid);
	return 0;
}

/* ---------------------------------------------------------------- the point of no return */

static void wait_for_exec_partner(bool (*done)(void))
{
	for (;;) {
		set_current_state(TASK_KILLABLE);
		if (done() || fatal_signal_pending(current))
			break;
		schedule();
	}
	set_current_state(TASK_RUNNING);
}

static bool others_are_gone(void)
{
	return !__atomic_load_n(&current->signal->notify_count, __ATOMIC_ACQUIRE);
}

static bool leader_has_ended(void)
{
	return __atomic_load_n(&current->group_leader->exit_state, __ATOMIC_ACQUIRE);
}

/* The thread that goes on has the number of the process, and is what its parent waits for. Context: tasks_lock */
static void take_over_leader(struct task_struct *me, struct task_struct *leader)
{
	struct pid *pid = leader->thread_pid;

	leader->thread_pid = me->thread_pid;
	me->thread_pid = pid;
	leader->thread_pid->task = leader;
	me->thread_pid->task = me;
	leader->pid = leader->thread_pid->nr;
	me->pid = me->thread_pid->nr;
	me->start_time = leader->start_time;
	list_replace(&leader->sibling, &me->sibling);
	list_init(&leader->sibling);
	me->group_leader = leader->group_leader = me;
	me->signal->leader = me;
	me->exit_signal = SIGCHLD;
	leader->exit_signal = -1;
	leader->exit_state = EXIT_DEAD;
}

/* End the other threads; this one becomes the leader. Return: 0, or -EAGAIN when the process is about to end anyway */
static int de_thread(void)
{
	struct task_struct *me = current, *leader;
	struct signal_struct *sig = me->signal;
	unsigned long flags;

	if (thread_group_empty(me))
		return 0;
	flags = spin_lock_irqsave(&me->sighand->siglock);
	if (sig->flags & SIGNAL_GROUP_EXIT || sig->group_exec_task) {
		spin_unlock_irqrestore(&me->sighand->siglock, flags);
		return -EAGAIN;
	}
	sig->group_exec_task = me;
	zap_other_threads(me);
	sig->notify_count = sig->nr_threads - 1 - !thread_group_leader(me);
	spin_unlock_irqrestore(&me->sighand->siglock, flags);
	wait_for_exec_partner(others_are_gone);

	leader = me->group_leader;
	if (leader != me && !fatal_signal_pending(me)) {
		__atomic_store_n(&sig->notify_count, -1, __ATOMIC_SEQ_CST);
		wait_for_exec_partner(leader_has_ended);
		flags = spin_lock_irqsave(&tasks_lock);
		if (leader->exit_state) {
			take_over_leader(me, leader);
		} else {
			leader = me;
		}
		spin_unlock_irqrestore(&tasks_lock, flags);
		if (leader != me)
			release_task(leader);
	}
	flags = spin_lock_irqsave(&me->sighand->siglock);
	sig->group_exec_task = NULL;
	sig->notify_count = 0;
	spin_unlock_irqrestore(&me->sighand->siglock, flags);
	return thread_group_leader(me) && thread_group_empty(me) ? 0 : -EAGAIN;
}

/* Handlers that another process has too (CLONE_SIGHAND) are not changed for it. */
static int unshare_sighand(void)
{
	struct sighand_struct *old = current->sighand, *new;
	unsigned long flags;

	if (__atomic_load_n(&old->usage, __ATOMIC_ACQUIRE) == 1)
		return 0;
	new = copy_sighand();
	if (!new)
		return -ENOMEM;
	flags = spin_lock_irqsave(&tasks_lock);
	spin_lock(&old->siglock);
	rcu_assign_pointer(current->sighand, new);
	spin_unlock(&old->siglock);
	spin_unlock_irqrestore(&tasks_lock, flags);
	synchronize_rcu();		/* lock_task_sighand() may be about to lock it */
	put_sighand(old);
	return 0;
}

void task_set_mm(struct task_struct *me, struct mm_struct *mm)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);

	me->mm = mm;
	if (mm)
		switch_mm(mm);
	spin_unlock_irqrestore(&tasks_lock, flags);
}

static void exec_mmap(struct binprm *bprm)
{
	struct mm_struct *old = current->mm;

	bprm->mm->exe_file = get_file(bprm->elf.file);
	deny_write_access(bprm->elf.file);
	if (old)
		mm_release(current);
	task_set_mm(current, bprm->mm);
	bprm->mm = NULL;
	if (old)
		drop_mm(old);
}

static void set_comm(const char *filename)
{
	const char *base = filename, *p;

	for (p = filename; *p; p++)
		if (*p == '/')
			base = p + 1;
	strscpy(current->comm, base, sizeof(current->comm));
	syscall_trace_exec();
}

/* What the old program had and the new one has not. */
static void forget_old_program(struct binprm *bprm)
{
	struct task_struct *me = current;

	/* who may not read the program shall not read it in memory */
	me->mm->dumpable = !bprm->secure && !inode_permission(file_inode(me->mm->exe_file), MAY_READ);
	flush_signal_handlers();
	me->did_exec = true;		/* before a pipe that closes tells the parent */
	do_close_on_exec(me->files);
	set_comm(bprm->filename);
	me->sas_ss_sp = me->sas_ss_size = 0;
	me->sas_ss_flags = SS_DISABLE;
	me->robust_list = NULL;
	me->clear_child_tid = NULL;
	me->set_child_tid = NULL;
	me->rseq = NULL;
	if (bprm->secure)
		me->pdeath_signal = 0;
	commit_creds(bprm->cred);
	bprm->cred = NULL;
}

static int begin_new_exec(struct binprm *bprm)
{
	int err = de_thread();

	if (!err)
		err = unshare_sighand();
	if (!err)
		err = unshare_files();
	if (err)
		return err;
	exit_posix_timers();
	exec_mmap(bprm);
	forget_old_program(bprm);
	return 0;
}

/* ---------------------------------------------------------------- all of it */

static int make_memory(struct binprm *bprm)
{
	unsigned long top = randomize_stack_top();
	int err;

	bprm->mm = mm_alloc();
	if (!bprm->mm)
		return -ENOMEM;
	arch_pick_mmap_layout(bprm->mm, top, rlimit(RLIMIT_STACK));
	err = setup_arg_pages(bprm->mm, top, bprm->elf.image.exec_stack);
	bprm->p = top - sizeof(u64);
	return err;
}

static int exec_binprm(struct binprm *bprm, const struct strings *argv, const struct strings *envp)
{
	int err;

	err = resolve_scripts(bprm);
	if (!err)
		err = elf_open(&bprm->elf);
	if (!err)
		err = open_interp(bprm);
	if (!err)
		err = prepare_rights(bprm);
	if (!err)
		err = make_memory(bprm);
	if (!err)
		err = push_args(bprm, argv, envp);
	if (err)
		return err;
	err = begin_new_exec(bprm);
	if (!err)
		err = elf_load(bprm);
	if (err)
		force_fatal_sig(SIGSEGV);	/* nothing is left to return to */
	return err;
}

static void free_binprm(struct binprm *bprm)
{
	drop_stack_page(bprm);
	if (bprm->mm)
		mmput(bprm->mm);
	if (bprm->cred)
		put_cred(bprm->cred);
	elf_close(&bprm->interp);
	elf_close(&bprm->elf);
	kfree(bprm->fdpath);
	kfree(bprm);
}

/* The file seen from directory @dfd, as a script and /proc can name it. */
static int set_filename(struct binprm *bprm, int dfd, const struct filename *fn)
{
	bprm->filename = fn->name;
	if (dfd == AT_FDCWD || fn->name[0] == '/')
		return 0;
	bprm->fdpath = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!bprm->fdpath)
		return -ENOMEM;
	snprintf(bprm->fdpath, PATH_MAX, fn->name[0] ? "/dev/fd/%d/%s" : "/dev/fd/%d", dfd, fn->name);
	bprm->filename = bprm->fdpath;
	return 0;
}

static int do_execveat(int dfd, struct filename *fn, const struct strings *argv, const struct strings *envp, int flags)
{
	struct binprm *bprm = kzalloc(sizeof(*bprm), GFP_KERNEL);
	int err;

	if (!bprm)
		return -ENOMEM;
	current->in_execve = true;
	err = set_filename(bprm, dfd, fn);
	if (!err) {
		bprm->elf.file = do_open_execat(dfd, fn, flags);
		if (IS_ERR(bprm->elf.file)) {
			err = PTR_ERR(bprm->elf.file);
			bprm->elf.file = NULL;
		} else {
			err = exec_binprm(bprm, argv, envp);
		}
	}
	free_binprm(bprm);
	current->in_execve = false;
	return err;
}

int kernel_execve(const char *filename, const char *const *argv, const char *const *envp)
{
	struct filename fn;
	int err = getname_kernel(&fn, filename);

	if (err)
		return err;
	err = do_execveat(AT_FDCWD, &fn, &(struct strings){ .kernel = argv }, &(struct strings){ .kernel = envp }, 0);
	putname(&fn);
	return err;
}

static int exec_user(int dfd, const char __user *filename, const char __user *const __user *argv,
		     const char __user *const __user *envp, int flags)
{
	struct filename fn;
	int err = getname_flags(&fn, filename, flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);

	if (err)
		return err;
	err = do_execveat(dfd, &fn, &(struct strings){ .user = argv }, &(struct strings){ .user = envp }, flags);
	putname(&fn);
	return err;
}

SYSCALL_DEFINE3(execve, const char __user *, filename, const char __user *const __user *, argv,
		const char __user *const __user *, envp)
{
	return exec_user(AT_FDCWD, filename, argv, envp, 0);
}

SYSCALL_DEFINE5(execveat, int, dfd, const char __user *, filename, const char __user *const __user *, argv,
		const char __user *const __user *, envp, int, flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return exec_user(dfd, filename, argv, envp, flags);
}
