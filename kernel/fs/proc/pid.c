// SPDX-License-Identifier: BSD-2-Clause
/* /proc/PID: what there is to know of a process or thread. proc(5) tells what each file holds. */
#include "internal.h"
#include <asm/entry.h>
#include <asm/page.h>
#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/fs_struct.h>
#include <kernel/signal.h>
#include <kernel/smp.h>
#include <kernel/timekeeping.h>
#include <kernel/tty_struct.h>
#include <lib/kstrtox.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <uapi/resource.h>

#define NS_PER_TICK	(NSEC_PER_SEC / 100)

/* Call @fn with the thread of a file; one that is gone is -ESRCH. */
static int with_task(struct seq_file *m, struct proc_file *pf, int (*fn)(struct seq_file *m, struct task_struct *p))
{
	struct task_struct *p = proc_get_task(pf);
	int err;

	if (!p)
		return -ESRCH;
	err = fn(m, p);
	put_task_struct(p);
	return err;
}

#define SHOW(name)									\
	static int name##_show(struct seq_file *m, struct proc_file *pf)		\
	{										\
		return with_task(m, pf, show_##name);					\
	}

/* ---------------------------------------------------------------- memory as text */

/* [@start, @end) of another process's memory, without what lies behind its last NUL if @whole is not wanted. */
static void show_memory(struct seq_file *m, struct mm_struct *mm, unsigned long start, unsigned long end)
{
	char buf[256];

	while (start < end) {
		size_t want = min(end - start, sizeof(buf)), got = access_remote_vm(mm, start, buf, want, 0);

		seq_write(m, buf, got);
		start += got;
		if (got < want)
			break;
	}
}

static int show_cmdline(struct seq_file *m, struct task_struct *p)
{
	struct mm_struct *mm = get_task_mm(p);

	if (mm) {
		show_memory(m, mm, mm->arg_start, mm->arg_end);
		mmput(mm);
	}
	return 0;
}
SHOW(cmdline)

static int show_environ(struct seq_file *m, struct task_struct *p)
{
	struct mm_struct *mm;

	if (!may_look(p))
		return -EACCES;
	mm = get_task_mm(p);
	if (mm) {
		show_memory(m, mm, mm->env_start, mm->env_end);
		mmput(mm);
	}
	return 0;
}
SHOW(environ)

static int show_auxv(struct seq_file *m, struct task_struct *p)
{
	struct mm_struct *mm;
	unsigned int i = 0;

	if (!may_look(p))
		return -EACCES;
	mm = get_task_mm(p);
	if (!mm)
		return 0;
	while (i + 2 < ARRAY_SIZE(mm->saved_auxv) && mm->saved_auxv[i])
		i += 2;
	seq_write(m, mm->saved_auxv, (i + 2) * sizeof(long));
	mmput(mm);
	return 0;
}
SHOW(auxv)

static int show_comm(struct seq_file *m, struct task_struct *p)
{
	seq_printf(m, "%s\n", p->comm);
	return 0;
}
SHOW(comm)

/* Of a thread of one's own process only. */
static int comm_write(struct proc_file *pf, char *text, size_t n)
{
	struct task_struct *p = proc_get_task(pf);
	int err = p && p->signal == current->signal ? 0 : -EINVAL;
	char *nl = strchr(text, '\n');

	if (nl)
		*nl = '\0';
	if (!err)
		strscpy(p->comm, text, sizeof(p->comm));
	if (p)
		put_task_struct(p);
	return err;
}

/* ---------------------------------------------------------------- stat, status */

static char state_of(const struct task_struct *p)
{
	if (p->exit_state)
		return p->exit_state == EXIT_ZOMBIE ? 'Z' : 'X';
	switch (p->state) {
	case TASK_INTERRUPTIBLE:	return 'S';
	case TASK_UNINTERRUPTIBLE:
	case TASK_KILLABLE:		return 'D';
	case TASK_STOPPED:		return 'T';
	case TASK_DEAD:			return 'X';
	default:			return 'R';
	}
}

static const char *state_name(char state)
{
	switch (state) {
	case 'R': return "running";
	case 'S': return "sleeping";
	case 'D': return "disk sleep";
	case 'T': return "stopped";
	case 'Z': return "zombie";
	default:  return "dead";
	}
}

/* What is read under tasks_lock, all at once. */
struct facts {
	int			ppid, pgrp, session, tty_pgrp, threads, exit_code;
	u32			tty;
	struct task_usage	usage;
	struct task_usage	children;
	sigset_t		pending, shared, blocked, ignored, caught;
	struct task_stat	sched;
};

static void get_signals(struct task_struct *p, struct facts *f)
{
	unsigned long flags = lock_task_sighand(p);
	int sig;

	f->pending = p->pending.signal;
	f->shared = p->signal->shared_pending.signal;
	f->blocked = p->blocked;
	for (sig = 1; sig <= _NSIG; sig++) {
		unsigned long handler = p->sighand->action[sig - 1].sa.handler;

		if (handler == SIG_IGN)
			f->ignored |= sigmask(sig);
		else if (handler != SIG_DFL)
			f->caught |= sigmask(sig);
	}
	unlock_task_sighand(p, flags);
}

static void get_facts(struct task_struct *p, struct facts *f)
{
	struct signal_struct *s = p->signal;
	unsigned long flags;

	memset(f, 0, sizeof(*f));
	f->tty_pgrp = -1;
	flags = spin_lock_irqsave(&tasks_lock);
	if (s && p->thread_pid && p->thread_pid->task == p) {
		f->ppid = p->ppid;
		f->pgrp = pid_nr(s->pgrp);
		f->session = pid_nr(s->session);
		f->threads = s->nr_threads;
		f->children = s->children;
		f->exit_code = p->exit_code;
		if (s->tty) {
			f->tty = s->tty->dev;
			f->tty_pgrp = pid_nr(s->tty->pgrp);
		}
		process_usage(p, &f->usage);
	}
	spin_unlock_irqrestore(&tasks_lock, flags);
	if (s)
		get_signals(p, f);
	task_stat(p, &f->sched);
}

static u64 ticks(u64 cycles)
{
	return cycles_to_ns(cycles) / NS_PER_TICK;
}

static int show_stat(struct seq_file *m, struct task_struct *p)
{
	struct mm_struct *mm = get_task_mm(p);
	struct facts f;
	bool look = may_look(p);

	get_facts(p, &f);
	seq_printf(m, "%d (%s) %c %d %d %d %u %d %u ", p->pid, p->comm, state_of(p), f.ppid, f.pgrp, f.session, f.tty,
		   f.tty_pgrp, p->mm ? 0x400000 : 0x200000);
	seq_printf(m, "%llu %llu %llu %llu ", (unsigned long long)f.usage.min_flt, (unsigned long long)f.children.min_flt,
		   (unsigned long long)f.usage.maj_flt, (unsigned long long)f.children.maj_flt);
	seq_printf(m, "%llu %llu %llu %llu ", (unsigned long long)ticks(f.usage.cycles - f.usage.stime),
		   (unsigned long long)ticks(f.usage.stime), (unsigned long long)ticks(f.children.cycles - f.children.stime),
		   (unsigned long long)ticks(f.children.stime));
	seq_printf(m, "%d %d %d 0 %llu ", 20 + f.sched.nice, f.sched.nice, f.threads ? f.threads : 1,
		   (unsigned long long)(p->start_time / NS_PER_TICK));
	if (mm)
		seq_printf(m, "%lu %lu %lu ", mm->total_vm * PAGE_SIZE, get_mm_rss(mm), rlimit_max(RLIMIT_RSS));
	else
		seq_printf(m, "0 0 %lu ", RLIM_INFINITY);
	if (mm && look)
		seq_printf(m, "%lu %lu %lu ", mm->start_code, mm->end_code, mm->start_stack);
	else
		seq_puts(m, "0 0 0 ");
	seq_printf(m, "0 0 %llu %llu %llu %llu 0 0 0 %d %u 0 0 0 0 0 ", (unsigned long long)f.pending,
		   (unsigned long long)f.blocked, (unsigned long long)f.ignored, (unsigned long long)f.caught,
		   p->exit_signal > 0 ? p->exit_signal : 17, f.sched.cpu);
	if (mm && look)
		seq_printf(m, "%lu %lu %lu %lu %lu %lu %lu %d\n", mm->start_data, mm->end_data, mm->start_brk, mm->arg_start,
			   mm->arg_end, mm->env_start, mm->env_end, f.exit_code);
	else
		seq_puts(m, "0 0 0 0 0 0 0 0\n");
	if (mm)
		mmput(mm);
	return 0;
}
SHOW(stat)

static void show_ids(struct seq_file *m, struct task_struct *p)
{
	const struct cred *c;
	u32 i;

	rcu_read_lock();
	c = task_cred(p);
	seq_printf(m, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
	seq_printf(m, "Gid:\t%u\t%u\t%u\t%u\n", c->gid, c->egid, c->sgid, c->fsgid);
	seq_puts(m, "FDSize:\t64\nGroups:\t");
	for (i = 0; i < c->group_info->ngroups; i++)
		seq_printf(m, "%u ", c->group_info->gid[i]);
	seq_putc(m, '\n');
	rcu_read_unlock();
}

static void show_capabilities(struct seq_file *m, struct task_struct *p)
{
	const struct cred *c;

	rcu_read_lock();
	c = task_cred(p);
	seq_printf(m, "CapInh:\t%016llx\nCapPrm:\t%016llx\nCapEff:\t%016llx\nCapBnd:\t%016llx\nCapAmb:\t%016llx\n",
		   (unsigned long long)c->cap_inheritable, (unsigned long long)c->cap_permitted,
		   (unsigned long long)c->cap_effective, (unsigned long long)c->cap_bset,
		   (unsigned long long)c->cap_ambient);
	rcu_read_unlock();
}

static void show_cpus_allowed(struct seq_file *m, u64 cpus)
{
	cpus &= nr_cpu_ids < 64 ? (1ULL << nr_cpu_ids) - 1 : ~0ULL;
	seq_printf(m, "Cpus_allowed:\t%llx\n", (unsigned long long)cpus);
	seq_puts(m, "Mems_allowed:\t1\n");
}

static int show_status(struct seq_file *m, struct task_struct *p)
{
	struct mm_struct *mm = get_task_mm(p);
	struct facts f;

	get_facts(p, &f);
	seq_printf(m, "Name:\t%s\n", p->comm);
	if (p->fs)
		seq_printf(m, "Umask:\t%04o\n", p->fs->umask);
	seq_printf(m, "State:\t%c (%s)\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", state_of(p),
		   state_name(state_of(p)), p->tgid, p->pid, f.ppid);
	show_ids(m, p);
	if (mm) {
		mm_status_show(m, mm);
		mmput(mm);
	}
	seq_printf(m, "Threads:\t%d\n", f.threads ? f.threads : 1);
	seq_printf(m, "SigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\nSigIgn:\t%016llx\nSigCgt:\t%016llx\n",
		   (unsigned long long)f.pending, (unsigned long long)f.shared, (unsigned long long)f.blocked,
		   (unsigned long long)f.ignored, (unsigned long long)f.caught);
	show_capabilities(m, p);
	seq_printf(m, "NoNewPrivs:\t%d\nSeccomp:\t0\n", p->no_new_privs);
	show_cpus_allowed(m, p->cpus_allowed);
	seq_printf(m, "voluntary_ctxt_switches:\t%llu\nnonvoluntary_ctxt_switches:\t%u\n",
		   (unsigned long long)f.sched.nr_switches, 0);
	return 0;
}
SHOW(status)

/* ---------------------------------------------------------------- memory, as mm/ tells it */

static int with_mm(struct seq_file *m, struct proc_file *pf, int (*show)(struct seq_file *m, struct mm_struct *mm),
		   bool anybody)
{
	struct task_struct *p = proc_get_task(pf);
	struct mm_struct *mm = NULL;
	int err = p ? anybody || may_look(p) ? 0 : -EACCES : -ESRCH;

	if (!err)
		mm = get_task_mm(p);
	if (mm) {
		err = show(m, mm);
		mmput(mm);
	} else if (!err && anybody) {
		seq_puts(m, "0 0 0 0 0 0 0\n");	/* statm of a thread without memory */
	}
	if (p)
		put_task_struct(p);
	return err;
}

static int pid_maps_show(struct seq_file *m, struct proc_file *pf)
{
	return with_mm(m, pf, maps_show, false);
}

static int pid_smaps_show(struct seq_file *m, struct proc_file *pf)
{
	return with_mm(m, pf, smaps_show, false);
}

static int pid_smaps_rollup_show(struct seq_file *m, struct proc_file *pf)
{
	return with_mm(m, pf, smaps_rollup_show, false);
}

static int pid_statm_show(struct seq_file *m, struct proc_file *pf)
{
	return with_mm(m, pf, statm_show, true);
}

/* ---------------------------------------------------------------- limits, mounts, the rest */

static void show_limit(struct seq_file *m, unsigned long v)
{
	if (v == RLIM_INFINITY)
		seq_printf(m, "%-20s ", "unlimited");
	else
		seq_printf(m, "%-20lu ", v);
}

static int show_limits(struct seq_file *m, struct task_struct *p)
{
	static const struct { const char *name, *unit; } limits[RLIM_NLIMITS] = {
		{ "Max cpu time", "seconds" }, { "Max file size", "bytes" }, { "Max data size", "bytes" },
		{ "Max stack size", "bytes" }, { "Max core file size", "bytes" }, { "Max resident set", "bytes" },
		{ "Max processes", "processes" }, { "Max open files", "files" }, { "Max locked memory", "bytes" },
		{ "Max address space", "bytes" }, { "Max file locks", "locks" }, { "Max pending signals", "signals" },
		{ "Max msgqueue size", "bytes" }, { "Max nice priority", "" }, { "Max realtime priority", "" },
		{ "Max realtime timeout", "us" },
	};
	unsigned int i;

	if (!p->signal)
		return 0;
	seq_printf(m, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (i = 0; i < RLIM_NLIMITS; i++) {
		seq_printf(m, "%-25s ", limits[i].name);
		show_limit(m, p->signal->rlim[i].rlim_cur);
		show_limit(m, p->signal->rlim[i].rlim_max);
		seq_printf(m, "%-10s\n", limits[i].unit);
	}
	return 0;
}
SHOW(limits)

static int show_oom_score_adj(struct seq_file *m, struct task_struct *p)
{
	seq_printf(m, "%d\n", p->signal ? p->signal->oom_score_adj : 0);
	return 0;
}
SHOW(oom_score_adj)

static int oom_score_adj_write(struct proc_file *pf, char *text, size_t n)
{
	struct task_struct *p;
	bool negative = *text == '-';
	long v = 0;
	int err = 0;

	for (text += negative; *text >= '0' && *text <= '9' && v < 10000; text++)
		v = v * 10 + *text - '0';
	if (v > 1000 || (*text && *text != '\n'))
		return -EINVAL;
	v = negative ? -v : v;
	p = proc_get_task(pf);
	if (!p || !p->signal)
		err = -ESRCH;
	else if (!may_look(p))
		err = -EACCES;
	else if (v < p->signal->oom_score_adj_min && !capable(CAP_SYS_RESOURCE))
		err = -EACCES;
	else
		p->signal->oom_score_adj = v;
	if (p)
		put_task_struct(p);
	return err;
}

#ifdef LANTERN_FAIL_NTH
static int show_fail_nth(struct seq_file *m, struct task_struct *p)
{
	seq_printf(m, "%u\n", p->fail_nth);
	return 0;
}
SHOW(fail_nth)

static int fail_nth_write(struct proc_file *pf, char *text, size_t n)
{
	char *nl = strchr(text, '\n');
	struct task_struct *p;
	u64 nth;

	if (nl)
		*nl = '\0';
	if (kstrtou64(text, 0, &nth) || nth > 0x7fffffff)
		return -EINVAL;
	p = proc_get_task(pf);
	if (!p)
		return -ESRCH;
	p->fail_nth = nth;
	put_task_struct(p);
	return 0;
}

#define FAIL_NTH_FILE	{ .name = "fail-nth", .mode = 0644, .show = fail_nth_show, .write = fail_nth_write },
#else
#define FAIL_NTH_FILE
#endif

static int mounts_show(struct seq_file *m, struct proc_file *pf)
{
	return show_mounts(m);
}

static int mountinfo_show(struct seq_file *m, struct proc_file *pf)
{
	return show_mountinfo(m);
}

static int cgroup_show(struct seq_file *m, struct proc_file *pf)
{
	seq_puts(m, "0::/\n");
	return 0;
}

/* ---------------------------------------------------------------- links to places */

static int exe_follow(struct proc_file *pf, struct path *path)
{
	struct task_struct *p = proc_get_task(pf);
	struct mm_struct *mm = NULL;
	int err = -ENOENT;

	if (!p)
		return -ENOENT;
	if (!may_look(p))
		err = -EACCES;
	else
		mm = get_task_mm(p);
	if (mm) {
		mmap_read_lock(mm);
		if (mm->exe_file) {
			*path = mm->exe_file->f_path;
			path_get(path);
			err = 0;
		}
		mmap_read_unlock(mm);
		mmput(mm);
	}
	put_task_struct(p);
	return err;
}

static int fs_follow(struct proc_file *pf, struct path *path, bool root)
{
	struct task_struct *p = proc_get_task(pf);
	int err = -ENOENT;

	if (!p)
		return -ENOENT;
	if (!may_look(p))
		err = -EACCES;
	else if (!get_task_fs_path(p, root, path))
		err = 0;
	put_task_struct(p);
	return err;
}

static int cwd_follow(struct proc_file *pf, struct path *path)
{
	return fs_follow(pf, path, false);
}

static int root_follow(struct proc_file *pf, struct path *path)
{
	return fs_follow(pf, path, true);
}

/* ---------------------------------------------------------------- fd, fdinfo, task */

static struct file *get_fd_file(struct proc_file *pf)
{
	struct task_struct *p = proc_get_task(pf);
	struct file *file = NULL;

	if (!p)
		return NULL;
	if (may_look(p))
		file = fget_task(p, pf->number);
	put_task_struct(p);
	return file;
}

static int fd_follow(struct proc_file *pf, struct path *path)
{
	struct file *file = get_fd_file(pf);

	if (!file)
		return -ENOENT;
	*path = file->f_path;
	path_get(path);
	fput(file);
	return 0;
}

static int fdinfo_show(struct seq_file *m, struct proc_file *pf)
{
	struct file *file = get_fd_file(pf);

	if (!file)
		return -ENOENT;
	seq_printf(m, "pos:\t%lld\nflags:\t0%o\nmnt_id:\t%u\nino:\t%llu\n", (long long)file->f_pos, file->f_flags,
		   file->f_path.mnt ? file->f_path.mnt->mnt_id : 0, (unsigned long long)file->f_inode->i_ino);
	if (file->f_op->show_fdinfo)
		file->f_op->show_fdinfo(m, file);
	fput(file);
	return 0;
}

static const struct proc_entry fd_entry = { .name = "fd", .mode = 0700, .private_ = true, .follow = fd_follow };
static const struct proc_entry fdinfo_entry = { .name = "fdinfo", .mode = 0400, .private_ = true, .show = fdinfo_show };

static int next_fd(struct proc_file *pf, int nr)
{
	struct task_struct *p = proc_get_task(pf);
	unsigned int fd = nr;
	struct file *file;

	if (!p)
		return -1;
	file = fget_task_next(p, &fd);
	put_task_struct(p);
	if (!file)
		return -1;
	fput(file);
	return fd;
}

static const struct proc_entry *fd_number(struct proc_file *pf, int nr, struct proc_file *child)
{
	child->number = nr;
	return next_fd(pf, nr) == nr ? pf->entry->mode == 0500 ? &fd_entry : &fdinfo_entry : NULL;
}

static const struct proc_entry thread_entries[];
static const struct proc_entry thread_dir = { .name = "task", .mode = 0555, .children = thread_entries };

static const struct proc_entry *thread_number(struct proc_file *pf, int nr, struct proc_file *child)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct task_struct *leader = pf->pid->task, *t = find_task_by_pid(nr);
	bool is = leader && t && t->signal && t->signal == leader->signal;

	if (is)
		child->pid = get_pid(t->thread_pid);
	spin_unlock_irqrestore(&tasks_lock, flags);
	return is ? &thread_dir : NULL;
}

static int next_thread(struct proc_file *pf, int nr)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct task_struct *leader = pf->pid->task, *t;
	int best = -1;

	if (leader && leader->signal)
		for_each_thread(leader, t)
			if (t->pid >= nr && (best < 0 || t->pid < best))
				best = t->pid;
	spin_unlock_irqrestore(&tasks_lock, flags);
	return best;
}

#define FILES_OF_BOTH									\
	{ .name = "auxv", .mode = 0400, .private_ = true, .show = auxv_show },		\
	{ .name = "cgroup", .mode = 0444, .show = cgroup_show },			\
	{ .name = "cmdline", .mode = 0444, .show = cmdline_show },			\
	{ .name = "comm", .mode = 0644, .show = comm_show, .write = comm_write },	\
	{ .name = "cwd", .mode = 0777, .private_ = true, .follow = cwd_follow },	\
	{ .name = "environ", .mode = 0400, .private_ = true, .show = environ_show },	\
	{ .name = "exe", .mode = 0777, .private_ = true, .follow = exe_follow },	\
	FAIL_NTH_FILE									\
	{ .name = "fd", .mode = 0500, .private_ = true, .number = fd_number, .next_number = next_fd },		\
	{ .name = "fdinfo", .mode = 0555, .private_ = true, .number = fd_number, .next_number = next_fd },	\
	{ .name = "limits", .mode = 0444, .show = limits_show },			\
	{ .name = "maps", .mode = 0444, .private_ = true, .show = pid_maps_show },		\
	{ .name = "mountinfo", .mode = 0444, .show = mountinfo_show },			\
	{ .name = "mounts", .mode = 0444, .show = mounts_show },			\
	{ .name = "oom_score_adj", .mode = 0644, .show = oom_score_adj_show, .write = oom_score_adj_write },	\
	{ .name = "root", .mode = 0777, .private_ = true, .follow = root_follow },	\
	{ .name = "smaps", .mode = 0444, .private_ = true, .show = pid_smaps_show },	\
	{ .name = "smaps_rollup", .mode = 0444, .private_ = true, .show = pid_smaps_rollup_show },	\
	{ .name = "stat", .mode = 0444, .show = stat_show },				\
	{ .name = "statm", .mode = 0444, .show = pid_statm_show },			\
	{ .name = "status", .mode = 0444, .show = status_show }

static const struct proc_entry thread_entries[] = { FILES_OF_BOTH, { } };

const struct proc_entry proc_pid_entries[] = {
	FILES_OF_BOTH,
	{ .name = "task", .mode = 0555, .number = thread_number, .next_number = next_thread },
	{ }
};

const struct proc_entry proc_pid_dir = { .name = "PID", .mode = 0555, .children = proc_pid_entries };

/* ---------------------------------------------------------------- numbers in the root */

const struct proc_entry *proc_pid_number(struct proc_file *pf, int nr, struct proc_file *child)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct task_struct *p = nr ? find_task_by_pid(nr) : NULL;

	if (p)
		child->pid = get_pid(p->thread_pid);
	spin_unlock_irqrestore(&tasks_lock, flags);
	return p ? &proc_pid_dir : NULL;
}

int proc_next_pid(struct proc_file *pf, int nr)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct task_struct *p;
	int best = -1;

	for_each_task(p)
		if (p->pid && p->pid >= nr && (best < 0 || p->pid < best) && (!p->signal || p->group_leader == p))
			best = p->pid;
	spin_unlock_irqrestore(&tasks_lock, flags);
	return best;
}
