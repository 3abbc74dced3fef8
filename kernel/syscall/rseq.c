// SPDX-License-Identifier: BSD-2-Clause
/* rseq(): see <kernel/rseq.h>. What stands in the program's memory is read again each time and believed never. */
#include <kernel/rseq.h>
#include <asm/ptrace.h>
#include <asm/uaccess.h>
#include <kernel/signal.h>
#include <kernel/smp.h>
#include <kernel/syscall.h>

#define RSEQ_FLAG_UNREGISTER	1
#define RSEQ_CPU_ID_UNINITIALIZED (~0u)

/* 32 bytes aligned to 32 */
struct rseq {
	u32	cpu_id_start, cpu_id;
	u64	rseq_cs;		/* address of the sequence it is in, 0: none */
	u32	flags;
	u32	padding[3];
};

struct rseq_cs {
	u32	version, flags;
	u64	start_ip, post_commit_offset, abort_ip;
};

static int tell_cpu(struct rseq __user *rseq)
{
	u32 cpu = smp_processor_id();

	return put_user(cpu, &rseq->cpu_id_start) || put_user(cpu, &rseq->cpu_id) ? -EFAULT : 0;
}

/* Return: 0, or -EFAULT when the program has made a mess of it. */
static int leave_sequence(struct rseq __user *rseq, struct pt_regs *regs)
{
	struct rseq_cs cs;
	u64 address;
	u32 sig;

	if (get_user(address, &rseq->rseq_cs))
		return -EFAULT;
	if (!address)
		return 0;
	if (copy_from_user(&cs, (void *)address, sizeof(cs)))
		return -EFAULT;
	if (cs.version || cs.start_ip >= TASK_SIZE || cs.post_commit_offset >= TASK_SIZE || cs.abort_ip >= TASK_SIZE ||
	    cs.abort_ip - cs.start_ip < cs.post_commit_offset || get_user(sig, (u32 *)(cs.abort_ip - sizeof(u32))) ||
	    sig != current->rseq_sig)
		return -EFAULT;
	if (put_user(0, &rseq->rseq_cs))
		return -EFAULT;
	if (regs->ip - cs.start_ip < cs.post_commit_offset)
		regs->ip = cs.abort_ip;
	return 0;
}

void rseq_resume(struct pt_regs *regs)
{
	struct rseq __user *rseq = current->rseq;

	if (rseq && (leave_sequence(rseq, regs) || tell_cpu(rseq)))
		force_sig(SIGSEGV);
}

SYSCALL_DEFINE4(rseq, struct rseq __user *, rseq, u32, len, int, flags, u32, sig)
{
	struct task_struct *me = current;

	if (flags & RSEQ_FLAG_UNREGISTER) {
		if (flags & ~RSEQ_FLAG_UNREGISTER || me->rseq != rseq || !rseq || len != sizeof(*rseq))
			return -EINVAL;
		if (me->rseq_sig != sig)
			return -EPERM;
		if (put_user(RSEQ_CPU_ID_UNINITIALIZED, &rseq->cpu_id))
			return -EFAULT;
		me->rseq = NULL;
		return 0;
	}
	if (flags)
		return -EINVAL;
	if (me->rseq)
		return me->rseq != rseq || len != sizeof(*rseq) ? -EINVAL : me->rseq_sig != sig ? -EPERM : -EBUSY;
	if (!IS_ALIGNED((unsigned long)rseq, 32) || len != sizeof(*rseq))
		return -EINVAL;
	if (!access_ok(rseq, len))
		return -EFAULT;
	me->rseq = rseq;
	me->rseq_sig = sig;
	__atomic_fetch_or(&me->work, TIF_NOTIFY_RESUME, __ATOMIC_RELAXED);
	return 0;
}
