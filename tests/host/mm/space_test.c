// SPDX-License-Identifier: BSD-2-Clause
/* The memory of processes beside a naive model: an array of pages per process, random calls, random accesses. */
#include "tests/host/mm/space.h"
#include "mm/mm.c"

#define PAGES		1300			/* two and a half tables */
#define BASE		0x40000000UL
#define AT(page)	(BASE + ((unsigned long)(page) << PAGE_SHIFT))
#define NR_PROCS	4
#define OBJECT_PAGES	96
#define NR_OBJECTS	64			/* files first, then memory that is shared without one */

struct object { bool used; unsigned long pages; u64 value[PAGES]; };

struct mpage {
	bool		mapped, shared, own;	/* own: no longer the object's */
	unsigned int	prot, may;
	int		object;			/* -1: anonymous */
	unsigned int	index;
	u64		value;
};

struct proc { struct mm_struct *mm; struct mpage page[PAGES]; };

static struct object objects[NR_OBJECTS];
static struct proc procs[NR_PROCS];

static struct proc *random_proc(void)
{
	struct proc *p;

	do
		p = &procs[random_below(NR_PROCS)];
	while (!p->mm);
	task.mm = p->mm;
	return p;
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
			p->page[i].prot = vma->vm_flags & 7;
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
	else if (what < 40)
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

static void agrees_with_the_model(void **state)
{
	for (unsigned int round = 0; round < 6; round++) {
		space_start(0x8000);
		transparent_hugepage = round % 2;
		deny_one_in = 0;
		first_process();
		run(4000);
		last_process();
	}
}

static void want_of_memory_is_an_error_and_no_more(void **state)
{
	for (unsigned int round = 0; round < 4; round++) {
		space_start(0x8000);
		transparent_hugepage = round % 2;
		first_process();
		deny_one_in = 3 + 10 * round;
		run(4000);
		deny_one_in = 0;
		last_process();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_model),
		cmocka_unit_test(want_of_memory_is_an_error_and_no_more),
	};

	return cmocka_run_group_tests_name("mm/space", tests, seed_random, NULL);
}
