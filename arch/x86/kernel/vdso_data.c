/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel writes for the vDSO to read: here until vdso_init() has a page for it. */
#include <asm/vdso.h>

static struct vdso_data early_data;
static struct vdso_data *vdata = &early_data;

void vdso_data_move(struct vdso_data *to)
{
	*to = *vdata;
	vdata = to;
}

void vdso_write_moment(u32 seq, unsigned int i, const struct vdso_moment *m)
{
	__atomic_store_n(&vdata->seq, seq, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	vdata->base[i] = *m;
}

void vdso_write_wall(u64 offset)
{
	vdata->wall_offset = offset;
	__atomic_store_n(&vdata->wall_known, 1, __ATOMIC_RELEASE);
}
