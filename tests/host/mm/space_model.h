/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The naive model of the memory of processes: an array of pages for each, what is
 * allowed there and what is in it; random calls, and accesses that must find just
 * that. The host test takes its random numbers from a seed, the fuzzer from its input.
 */
#ifndef TESTS_HOST_MM_SPACE_MODEL_H
#define TESTS_HOST_MM_SPACE_MODEL_H

#include "tests/host/mm/space.h"

#define PAGES		1300			/* two and a half tables */
#define BASE		0x40000000UL
#define AT(page)	(BASE + ((unsigned long)(page) << PAGE_SHIFT))
#define NR_PROCS	4
#define OBJECT_PAGES	96
#define NR_OBJECTS	64			/* files first, then memory that is shared without one */

struct object { bool used; unsigned long pages; u64 value[PAGES]; };

struct mpage {
	bool		mapped, shared, own;	/* own: no longer the object's */
	bool		no_fork, wipe;
	unsigned int	prot, may;
	int		object;			/* -1: anonymous */
	unsigned int	index;
	u64		value;
};

struct proc { struct mm_struct *mm; struct mpage page[PAGES]; };

static struct object objects[NR_OBJECTS];
static struct proc procs[NR_PROCS];

/* One draw, then the next that lives: an input that has run out gives zeroes for ever. */
static struct proc *random_proc(void)
{
	u64 i = random_below(NR_PROCS);

	while (!procs[i].mm)
		i = (i + 1) % NR_PROCS;
	task.mm = procs[i].mm;
	return &procs[i];
}

static enum vm_fault_result expected(const struct mpage *pg, unsigned int flags)
{
	if (!pg->mapped)
		return VM_FAULT_MAPERR;
	if (!(pg->prot & (flags & FAULT_WRITE ? PROT_WRITE : flags & FAULT_EXEC ? PROT_EXEC : 7)))
		return VM_FAULT_ACCERR;
	if (pg->object >= 0 && !pg->own && pg->index >= objects[pg->object].pages)
		return VM_FAULT_SIGBUS;
	return VM_FAULT_OK;
}

static u64 *model_value(struct mpage *pg)
{
	return pg->object >= 0 && !pg->own ? &objects[pg->object].value[pg->index] : &pg->value;
}

static void model_write(struct mpage *pg, u64 value)
{
	if (pg->object >= 0 && !pg->shared && !pg->own) {
		pg->value = *model_value(pg);
		pg->own = true;
	}
	*model_value(pg) = value;
}

static void access_page(struct proc *p, unsigned int page)
{
	struct mpage *pg = &p->page[page];
	unsigned int flags = (unsigned int[]){ 0, FAULT_WRITE, FAULT_WRITE, FAULT_EXEC }[random_below(4)];
	enum vm_fault_result res;
	u64 *at;

	res = go(p->mm, AT(page), flags, (void **)&at);
	if (res == VM_FAULT_OOM && deny_one_in)
		return;
	assert_int_equal(res, expected(pg, flags));
	if (res)
		return;
	assert_int_equal(at[0], *model_value(pg));
	assert_int_equal(at[511], *model_value(pg));
	if (flags & FAULT_WRITE) {
		u64 value = random64();

		model_write(pg, value);
		at[0] = at[511] = value;
	}
}

/* As a debugger or another process does it, by the other way in. */
static void access_other(struct proc *p, unsigned int page)
{
	struct mpage *pg = &p->page[page];
	bool write = one_in(2);
	u64 value = random64(), seen;
	size_t n = access_remote_vm(p->mm, AT(page) + (write ? 0 : 511 * 8), write ? &value : &seen, 8,
				    write ? FAULT_WRITE : 0);

	if (deny_one_in && n != 8)
		return;
	assert_int_equal(n, expected(pg, write ? FAULT_WRITE : 0) ? 0 : 8);
	if (!n)
		return;
	if (!write) {
		assert_int_equal(seen, *model_value(pg));
		return;
	}
	model_write(pg, value);
	assert_int_equal(access_remote_vm(p->mm, AT(page) + 511 * 8, &value, 8, FAULT_WRITE), 8);
}

static void model_unmap(struct proc *p, unsigned int from, unsigned int to)
{
	for (; from < to; from++)
		p->page[from] = (struct mpage){ .object = -1 };
}

/* After a call that failed half way: what there is says the real thing, what is in it the model. */
static void resync(struct proc *p)
{
	assert_int_not_equal(deny_one_in, 0);
	for (unsigned int i = 0; i < PAGES; i++) {
		struct vm_area_struct *vma = vma_lookup(p->mm, AT(i));

		if (!vma)
			model_unmap(p, i, i + 1);
		else
			p->page[i].prot = vma->vm_flags & 7, p->page[i].no_fork = vma->vm_flags & VM_DONTCOPY,
			p->page[i].wipe = vma->vm_flags & VM_WIPEONFORK;
	}
}

static int new_object(unsigned long pages)
{
	for (int i = NR_FILES; i < NR_OBJECTS; i++)
		if (!objects[i].used) {
			memset(&objects[i], 0, sizeof(objects[i]));
			objects[i].used = true;
			objects[i].pages = pages;
			return i;
		}
	return -1;
}

/* What may be written is copied before it is, as far as the file reaches. */
static void model_populate(struct proc *p, unsigned int from, unsigned int to)
{
	for (; from < to && !expected(&p->page[from], FAULT_WRITE); from++)
		model_write(&p->page[from], *model_value(&p->page[from]));
}

static void try_mmap(struct proc *p, unsigned int from, unsigned int to)
{
	static const unsigned int prots[] = { 3, 3, 3, 1, 7, 5, 0 };
	unsigned int prot = prots[random_below(ARRAY_SIZE(prots))], flags, pgoff = 0, fd = -1;
	bool shared = one_in(3), writer = true;
	int object = -1;
	long got;

	if (one_in(6)) {		/* large pages fit */
		from = one_in(2) ? 0 : 512;
		to = from + 512;
	}
	flags = (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED | (one_in(8) && !deny_one_in ? MAP_POPULATE : 0);
	if (one_in(2)) {
		object = random_below(NR_FILES);
		fd = object + (one_in(3) ? NR_FILES : 0);
		writer = !shared || fd < NR_FILES;
		pgoff = random_below(OBJECT_PAGES - 1);
		to = min(to, from + OBJECT_PAGES - pgoff);
	} else {
		flags |= MAP_ANONYMOUS;
		if (shared && (object = new_object(to - from)) < 0)
			return;
	}
	got = sys_mmap(AT(from), (to - from) << PAGE_SHIFT, prot, flags, fd, (unsigned long)pgoff << PAGE_SHIFT);
	if (!writer && prot & PROT_WRITE) {
		assert_int_equal(got, -EACCES);
		return;
	}
	if (got < 0) {
		assert_int_equal(got, -ENOMEM);
		resync(p);
		return;
	}
	assert_int_equal(got, AT(from));
	for (unsigned int i = from; i < to; i++)
		p->page[i] = (struct mpage){ .mapped = true, .shared = shared, .prot = prot, .object = object,
					     .may = writer ? 7 : 5, .index = pgoff + i - from };
	if (flags & MAP_POPULATE && !shared && prot & PROT_WRITE)
		model_populate(p, from, to);
}

static void try_munmap(struct proc *p, unsigned int from, unsigned int to)
{
	long err = sys_munmap(AT(from), ((unsigned long)(to - from) << PAGE_SHIFT) - random_below(PAGE_SIZE), 0, 0, 0, 0);

	if (err)
		resync(p);
	else
		model_unmap(p, from, to);
}

static void try_mprotect(struct proc *p, unsigned int from, unsigned int to)
{
	unsigned int prot = random_below(8), i;
	long err = sys_mprotect(AT(from), (unsigned long)(to - from) << PAGE_SHIFT, prot, 0, 0, 0), want = 0;

	if (err == -ENOMEM && deny_one_in) {
		resync(p);
		return;
	}
	for (i = from; i < to && !want; i++) {
		if (!p->page[i].mapped)
			want = -ENOMEM;
		else if (prot & ~p->page[i].may && prot != p->page[i].prot)
			want = -EACCES;
		else
			p->page[i].prot = prot;
	}
	assert_int_equal(err, want);
}

/* One range with a single VMA's worth of sameness: what mremap() takes. */
static bool one_vma(const struct proc *p, unsigned int from, unsigned int to)
{
	struct vm_area_struct *vma = vma_lookup(p->mm, AT(from));

	return vma && vma->vm_end >= AT(to);
}

static void model_move(struct proc *p, unsigned int from, unsigned int old, unsigned int to, unsigned int new, bool keep)
{
	static struct mpage moved[PAGES];
	struct mpage like = p->page[from];
	unsigned int i;

	memcpy(moved, &p->page[from], old * sizeof(moved[0]));
	if (!keep)
		model_unmap(p, from, from + old);
	for (i = 0; i < old && keep; i++) {
		p->page[from + i].own = false;
		p->page[from + i].value = 0;
	}
	model_unmap(p, to, to + new);
	for (i = 0; i < new; i++) {
		p->page[to + i] = i < old ? moved[i] : like;
		if (i < old)
			continue;
		p->page[to + i].own = false;
		p->page[to + i].value = 0;
		p->page[to + i].index = like.index + i;
	}
}

static void try_mremap(struct proc *p, unsigned int from, unsigned int to)
{
	unsigned int old = to - from, new = 1 + random_below(one_in(30) ? 600 : 2 * old), at = random_below(PAGES);
	bool keep = one_in(4), aligned = one_in(8);
	unsigned long flags;
	long got;

	if (aligned) {		/* whole tables */
		from = 0;
		at = 512;
		old = new = 512;
	}
	new = keep ? old : min(new, OBJECT_PAGES);
	if (at + new > PAGES || from + new > PAGES || !one_vma(p, from, from + old))
		return;
	if (p->page[from].object >= 0 && p->page[from].index + new > PAGES)
		return;
	if (p->page[from].object >= NR_FILES && new > old)
		return;			/* pages behind the object's first size: the model has none */
	if (one_in(2) && !keep && !aligned) {
		unsigned int i;

		got = sys_mremap(AT(from), (unsigned long)old << PAGE_SHIFT, (unsigned long)new << PAGE_SHIFT, 0, 0, 0);
		for (i = from + old; i < from + new && !p->page[i].mapped; i++)
			;
		if (got == -ENOMEM && (deny_one_in || i < from + new || vma_lookup(p->mm, AT(from))->vm_end != AT(from + old)))
			return;
		assert_int_equal(got, AT(from));
		if (new < old)
			model_unmap(p, from + new, from + old);
		else
			model_move(p, from, old, from, new, false);
		return;
	}
	flags = MREMAP_MAYMOVE | MREMAP_FIXED | (keep ? MREMAP_DONTUNMAP : 0);
	got = sys_mremap(AT(from), (unsigned long)old << PAGE_SHIFT, (unsigned long)new << PAGE_SHIFT, flags, AT(at), 0);
	if (from < at + new && at < from + old) {
		assert_int_equal(got, -EINVAL);
		return;
	}
	if (got == -ENOMEM) {
		resync(p);
		return;
	}
	assert_int_equal(got, AT(at));
	if (new < old)
		model_unmap(p, from + new, from + old);
	model_move(p, from, min(old, new), at, new, keep);
}

static void try_madvise(struct proc *p, unsigned int from, unsigned int to)
{
	static const int advices[] = { MADV_DONTNEED_LOCKED, MADV_DONTNEED_LOCKED, MADV_DONTFORK, MADV_DOFORK, MADV_WIPEONFORK,
				       MADV_KEEPONFORK, MADV_RANDOM, MADV_HUGEPAGE, MADV_NOHUGEPAGE };
	int advice = advices[random_below(ARRAY_SIZE(advices))];
	long err = sys_madvise(AT(from), (unsigned long)(to - from) << PAGE_SHIFT, advice, 0, 0, 0), want = 0;

	if (err == -ENOMEM && deny_one_in && advice != MADV_DONTNEED_LOCKED)
		return resync(p);
	for (unsigned int i = from; i < to; i++) {
		struct mpage *pg = &p->page[i];

		if (!pg->mapped) {
			want = -ENOMEM;
			continue;
		}
		if (advice == MADV_WIPEONFORK && pg->object >= 0) {
			want = -EINVAL;
			break;
		}
		if (advice == MADV_DONTNEED_LOCKED) {
			pg->own = false;
			pg->value = 0;
		}
		pg->no_fork = advice == MADV_DONTFORK || (pg->no_fork && advice != MADV_DOFORK);
		pg->wipe = advice == MADV_WIPEONFORK || (pg->wipe && advice != MADV_KEEPONFORK);
	}
	assert_int_equal(err, want);
}

static void try_fork(struct proc *p)
{
	struct proc *child = NULL;
	struct mm_struct *mm;

	for (unsigned int i = 0; i < NR_PROCS; i++)
		child = procs[i].mm ? child : &procs[i];
	if (!child)
		return;
	mm = dup_mm(p->mm);
	if (IS_ERR(mm)) {
		assert_int_not_equal(deny_one_in, 0);
		return;
	}
	memcpy(child, p, sizeof(*child));
	child->mm = mm;
	for (unsigned int i = 0; i < PAGES; i++)
		if (child->page[i].no_fork)
			model_unmap(child, i, i + 1);
		else if (child->page[i].wipe)
			child->page[i].value = 0;
}

static void end_proc(struct proc *p)
{
	mmput(p->mm);
	p->mm = NULL;
}

static void try_exit(struct proc *p)
{
	unsigned int alive = 0;

	for (unsigned int i = 0; i < NR_PROCS; i++)
		alive += procs[i].mm != NULL;
	if (alive > 1)
		end_proc(p);
}

/* A file gets another size: what is cut off is gone for all, copies of it too. */
static void try_truncate(void)
{
	unsigned int nr = random_below(NR_FILES), pages = random_below(OBJECT_PAGES + 1), i;
	struct object *o = &objects[nr];

	inodes[nr].i_size = (loff_t)pages << PAGE_SHIFT;
	if (pages < o->pages)
		truncate_pagecache(&caches[nr], inodes[nr].i_size);
	for (i = pages; i < OBJECT_PAGES; i++)
		o->value[i] = 0;
	for (i = 0; i < NR_PROCS * PAGES; i++) {
		struct mpage *pg = &procs[i / PAGES].page[i % PAGES];

		if (pages < o->pages && procs[i / PAGES].mm && pg->object == (int)nr && pg->index >= pages)
			pg->own = false;
	}
	o->pages = pages;
}

static void collect_objects(void)
{
	for (int o = NR_FILES; o < NR_OBJECTS; o++)
		objects[o].used = false;
	for (unsigned int i = 0; i < NR_PROCS * PAGES; i++)
		if (procs[i / PAGES].mm && procs[i / PAGES].page[i % PAGES].object >= 0)
			objects[procs[i / PAGES].page[i % PAGES].object].used = true;
}

static void step(void)
{
	struct proc *p = random_proc();
	unsigned int from = random_below(PAGES), to = from + 1 + random_below(one_in(20) ? PAGES - from : min(40u, PAGES - from));
	unsigned int what = random_below(100), i;

	if (what < 12)
		try_mmap(p, from, to);
	else if (what < 18)
		try_munmap(p, from, to);
	else if (what < 28)
		try_mprotect(p, from, to);
	else if (what < 30)
		try_fork(p);
	else if (what < 31)
		try_exit(p);
	else if (what < 33)
		try_truncate();
	else if (what < 36)
		try_mremap(p, from, to);
	else if (what < 39)
		try_madvise(p, from, to);
	else if (what < 40)
		sys_mlock2(AT(from), (unsigned long)(to - from) << PAGE_SHIFT, MLOCK_ONFAULT, 0, 0, 0);
	else if (what < 41)
		sys_munlock(AT(from), (unsigned long)(to - from) << PAGE_SHIFT, 0, 0, 0, 0);
	else if (what < 47)
		access_other(p, from);
	else
		for (i = from; i < to && i < from + 30; i++)
			access_page(p, i);
}

static void run(unsigned int steps)
{
	for (unsigned int n = 0; n < steps; n++) {
		step();
		check_tlb();
		if (n % 64)
			continue;
		collect_objects();
		grace_period();
		for (unsigned int i = 0; i < NR_PROCS; i++)
			if (procs[i].mm)
				check_mm(procs[i].mm);
	}
}

static void first_process(void)
{
	memset(procs, 0, sizeof(procs));
	memset(objects, 0, sizeof(objects));
	for (unsigned int i = 0; i < NR_FILES; i++)
		inodes[i].i_size = 0;
	procs[0].mm = mm_alloc();
	assert_non_null(procs[0].mm);
	model_unmap(&procs[0], 0, PAGES);
}

static void last_process(void)
{
	for (unsigned int i = 0; i < NR_PROCS; i++)
		if (procs[i].mm)
			end_proc(&procs[i]);
	space_end();
}

#endif
