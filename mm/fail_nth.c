/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts down to the allocation that is to fail; <mm/fail_nth.h> tells which are counted. */
#include <mm/fail_nth.h>

#ifdef LANTERN_FAIL_NTH
#include <kernel/sched.h>

bool fail_nth(gfp_t gfp)
{
	struct task_struct *me = current;

	if (likely(!me->fail_nth) || in_interrupt() || gfp & __GFP_NOGROW)
		return false;
	if (--me->fail_nth)
		return false;
	me->fail_nth_hit = true;
	return true;
}

bool fail_nth_is_why(void)
{
	bool hit = current->fail_nth_hit;

	current->fail_nth_hit = false;
	return hit;
}
#endif
