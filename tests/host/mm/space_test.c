// SPDX-License-Identifier: BSD-2-Clause
/* The memory of processes beside the naive model of space_model.h, and what the model cannot see. */
#include "tests/host/mm/space_model.h"
#include "mm/mm.c"

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

static u64 *pmd_of(unsigned long addr)
{
	u64 *pmd = pmd_find(task.mm, addr);

	assert_non_null(pmd);
	return pmd;
}

static void large_pages_come_and_split(void **state)
{
	enum { RW = PROT_READ | PROT_WRITE, FIXED = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED };
	struct mm_struct *child;
	unsigned long addr;
	u64 *at;

	space_start(0x8000);
	transparent_hugepage = true;
	task.mm = mm_alloc();
	addr = sys_mmap(0, 4 * PMD_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_int_equal(addr % PMD_SIZE, 0);
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(go(task.mm, addr + i * PMD_SIZE + 8, FAULT_WRITE, (void **)&at), 0);
		assert_true(pmd_huge(*pmd_of(addr + i * PMD_SIZE)));
		*at = 77;
	}
	assert_int_equal(task.mm->rss[MM_ANONPAGES], 4 * PMD_PAGES);
	sys_mprotect(addr, PAGE_SIZE, PROT_READ, 0, 0, 0);
	assert_false(pmd_huge(*pmd_of(addr)));
	sys_munmap(addr + PMD_SIZE + PAGE_SIZE, PAGE_SIZE, 0, 0, 0, 0);
	assert_false(pmd_huge(*pmd_of(addr + PMD_SIZE)));
	assert_int_equal(task.mm->rss[MM_ANONPAGES], 4 * PMD_PAGES - 1);
	sys_mprotect(addr + 2 * PMD_SIZE, PMD_SIZE, PROT_NONE, 0, 0, 0);
	assert_true(pmd_huge(*pmd_of(addr + 2 * PMD_SIZE)));
	assert_int_equal(go(task.mm, addr + 2 * PMD_SIZE, 0, (void **)&at), VM_FAULT_ACCERR);
	child = dup_mm(task.mm);
	assert_false(pmd_huge(*pmd_of(addr + 3 * PMD_SIZE)));
	check_tlb();
	check_mm(task.mm);
	check_mm(child);
	assert_int_equal(go(child, addr + 3 * PMD_SIZE + 8, FAULT_WRITE, (void **)&at), 0);
	assert_int_equal(*at, 77);
	mmput(task.mm);
	assert_int_equal(go(child, addr + 3 * PMD_SIZE + PAGE_SIZE, FAULT_WRITE, (void **)&at), 0);
	mmput(child);
	space_end();
}

static void a_stack_grows_to_its_limit_and_no_further(void **state)
{
	unsigned long top = 0x7fff00000000, limit = 8UL << 20;
	u64 *at;

	space_start(0x8000);
	task.mm = mm_alloc();
	assert_int_equal(setup_arg_pages(task.mm, top, false), 0);
	assert_int_equal(go(task.mm, top - 8, FAULT_WRITE, (void **)&at), VM_FAULT_OK);
	assert_int_equal(go(task.mm, top - 300000, FAULT_WRITE, (void **)&at), VM_FAULT_OK);
	assert_int_equal(go(task.mm, top - limit, FAULT_WRITE, (void **)&at), VM_FAULT_OK);
	assert_int_equal(go(task.mm, top - limit - 8, FAULT_WRITE, (void **)&at), VM_FAULT_MAPERR);
	assert_int_equal(go(task.mm, top, 0, (void **)&at), VM_FAULT_MAPERR);
	process.rlim[RLIMIT_STACK].rlim_cur = RLIM_INFINITY;
	/* what lies below keeps its distance, if it can be touched */
	assert_int_equal(sys_mmap(top - 2 * limit, PAGE_SIZE, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), top - 2 * limit);
	assert_int_equal(go(task.mm, top - 2 * limit + PAGE_SIZE + STACK_GUARD_GAP - 8, 0, (void **)&at), VM_FAULT_MAPERR);
	assert_int_equal(go(task.mm, top - 2 * limit + PAGE_SIZE + STACK_GUARD_GAP, 0, (void **)&at), VM_FAULT_OK);
	check_mm(task.mm);
	mmput(task.mm);
	space_end();
}

static void calls_check_what_they_are_given(void **state)
{
	const unsigned long anon = MAP_PRIVATE | MAP_ANONYMOUS, page = PAGE_SIZE;

	space_start(0x8000);
	task.mm = mm_alloc();
	assert_int_equal(sys_mmap(0, 0, 3, anon, -1, 0), -EINVAL);
	assert_int_equal(sys_mmap(0, ~0UL, 3, anon, -1, 0), -ENOMEM);
	assert_int_equal(sys_mmap(0, TASK_SIZE + page, 3, anon, -1, 0), -ENOMEM);
	assert_int_equal(sys_mmap(0, page, 3, MAP_ANONYMOUS, -1, 0), -EINVAL);
	assert_int_equal(sys_mmap(0, page, 3, MAP_PRIVATE, 99, 0), -EBADF);
	assert_int_equal(sys_mmap(0, page, 3, MAP_PRIVATE, 0, 1), -EINVAL);
	assert_int_equal(sys_mmap(0, page, 3, MAP_PRIVATE, 0, -page), -EOVERFLOW);
	assert_int_equal(sys_mmap(1, page, 3, anon | MAP_FIXED, -1, 0), -EINVAL);
	assert_int_equal(sys_mmap(-page, page, 3, anon | MAP_FIXED, -1, 0), -ENOMEM);
	assert_int_equal(sys_mmap(0, page, 3, anon | MAP_FIXED, -1, 0), -EPERM);
	assert_int_equal(sys_mmap(TASK_SIZE - page, page, 3, anon | MAP_FIXED, -1, 0), TASK_SIZE - page);
	assert_int_equal(sys_mmap(TASK_SIZE - page, page, 3, anon | MAP_FIXED_NOREPLACE, -1, 0), -EEXIST);
	assert_int_equal(sys_munmap(1, page, 0, 0, 0, 0), -EINVAL);
	assert_int_equal(sys_munmap(0, 0, 0, 0, 0, 0), -EINVAL);
	assert_int_equal(sys_munmap(page, TASK_SIZE, 0, 0, 0, 0), -EINVAL);
	assert_int_equal(sys_munmap(0, TASK_SIZE, 0, 0, 0, 0), 0);
	assert_int_equal(task.mm->map_count, 0);
	assert_int_equal(sys_mprotect(-page, 2 * page, 3, 0, 0, 0), -ENOMEM);
	assert_int_equal(sys_mprotect(0, page, 0x10, 0, 0, 0), -EINVAL);
	assert_int_equal(sys_mprotect(0, page, 3, 0, 0, 0), -ENOMEM);
	assert_int_equal(sys_madvise(-page, 2 * page, MADV_DONTNEED, 0, 0, 0), -EINVAL);
	assert_int_equal(sys_madvise(0, ~0UL, MADV_DONTNEED, 0, 0, 0), -EINVAL);
	assert_int_equal(sys_madvise(0, page, 12345, 0, 0, 0), -EINVAL);
	assert_int_equal(sys_mremap(0, page, page, MREMAP_FIXED, 0, 0), -EINVAL);
	assert_int_equal(sys_mremap(0, page, ~0UL, 0, 0, 0), -EINVAL);
	assert_int_equal(sys_mremap(0, page, page, 0, 0, 0), -EFAULT);
	assert_int_equal(sys_mlock(-page, 2 * page, 0, 0, 0, 0), -EINVAL);
	assert_int_equal(sys_brk(~0UL, 0, 0, 0, 0, 0), 0);
	process.rlim[RLIMIT_AS].rlim_cur = 10 * page;
	assert_int_equal(sys_mmap(0, 11 * page, 3, anon, -1, 0), -ENOMEM);
	sysctl_overcommit_memory = 2;
	process.rlim[RLIMIT_AS].rlim_cur = RLIM_INFINITY;
	assert_int_equal(sys_mmap(0, (vm_commit_limit() + 1) * page, 3, anon, -1, 0), -ENOMEM);
	assert_true(sys_mmap(0, (vm_commit_limit() + 1) * page, 1, anon, -1, 0) > 0);
	sysctl_overcommit_memory = 0;
	mmput(task.mm);
	space_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_model),
		cmocka_unit_test(want_of_memory_is_an_error_and_no_more),
		cmocka_unit_test(large_pages_come_and_split),
		cmocka_unit_test(a_stack_grows_to_its_limit_and_no_further),
		cmocka_unit_test(calls_check_what_they_are_given),
	};

	return cmocka_run_group_tests_name("mm/space", tests, seed_random, NULL);
}
