/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small shared object in the memory of each program, whose functions tell the time
 * and the CPU without a system call (vdso(7)). Before it lies a page that the kernel
 * writes and all programs read.
 */
#ifndef ASM_VDSO_H
#define ASM_VDSO_H

#include <lib/types.h>

/* As of <kernel/timekeeping.h>: a moment, and what the TSC counts from there. */
struct vdso_moment {
	u64	cycles, mult, ns, fraction;
	u32	by_tsc;			/* 0: no function here can read the clock that time goes by */
};

struct vdso_data {
	u32	seq;			/* odd: base[1] is whole, even: base[0] */
	u32	wall_known;		/* wall_offset is valid */
	u64	wall_offset;		/* ns since 1970 when the time was 0 */
	struct vdso_moment base[2];
};

/* Descriptor whose limit is the number of the CPU: what LSL reads */
#define VDSO_CPU_BITS	0xfff

struct mm_struct;

/**
 * vdso_map() - into the memory of a new program; mm->vdso is its address then
 * Return: 0 or -ENOMEM. Context: mmap_lock not held.
 */
int vdso_map(struct mm_struct *mm);

/** vdso_init() - boot CPU, once, after mm_init() */
void vdso_init(void);

/** vdso_write_moment() - copy @i of a moment and the number of the update; from timekeeping, one at a time */
void vdso_write_moment(u32 seq, unsigned int i, const struct vdso_moment *m);

/** vdso_data_move() - what was written goes to @to, which programs see, and so does what will be. No write is under way */
void vdso_data_move(struct vdso_data *to);

/** vdso_write_wall() - the date is known, or was set */
void vdso_write_wall(u64 offset);

#endif
