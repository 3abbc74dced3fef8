/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of x87, SSE, AVX and AVX-512 of user programs; the kernel uses none
 * of them. They are saved when a thread stops running, and loaded when it goes on
 * unless the CPU still has them.
 */
#ifndef ASM_FPU_H
#define ASM_FPU_H

#include <lib/types.h>

struct task_struct;

#define FXSAVE_SIZE	512
#define XSAVE_HEADER	512		/* offset of the header */
#define XSAVE_HEADER_SIZE 64

#define MXCSR_DEFAULT	0x1f80

/* SDM 1 10.5.1, 13.4; the area of 64-bit mode */
struct fpu_state {
	u16	fcw, fsw;
	u8	ftw, pad;
	u16	fop;
	u64	fip, fdp;
	u32	mxcsr, mxcsr_mask;
	u8	st[128], xmm[256];
	u8	reserved[48];
	u8	software[48];		/* for who saves: see signal frames */
	/* with XSAVE only */
	u64	xstate_bv, xcomp_bv;
	u64	header_reserved[6];
	u8	extended[];
} __aligned(64);

/** fpu_init() - boot CPU: what there is to save. fpu_cpu_init() - switch it on for programs; each CPU, before it runs any */
void fpu_init(void);
void fpu_cpu_init(void);

/** fpu_size() - bytes of a struct fpu_state on this machine; fpu_features() - XCR0, 0 without XSAVE */
extern unsigned int fpu_state_size;
extern u64 fpu_xfeatures;

static inline unsigned int fpu_size(void)
{
	return fpu_state_size;
}

static inline u64 fpu_features(void)
{
	return fpu_xfeatures;
}

/** fpu_alloc() - state of a new thread as after reset; NULL: no memory. fpu_free(): NULL does nothing */
struct fpu_state *fpu_alloc(void);
void fpu_free(struct fpu_state *fpu);

/** fpu_save(), fpu_load() - at a switch from and to a thread of a user program. Context: interrupts off */
void fpu_save(struct task_struct *prev);
void fpu_load(struct task_struct *next);

/** fpu_copy_current() - registers of this thread into @fpu, its own or one with room for them */
void fpu_copy_current(struct fpu_state *fpu);

/**
 * fpu_save_user(), fpu_load_user() - registers of this thread straight to and from its memory, with XSAVE
 * @at: fpu_size() bytes, a multiple of 64. The header there is zeros before saving.
 * Return: 0 or -EFAULT; after that of fpu_load_user() the registers are something in between.
 */
int fpu_save_user(void __user *at);
int fpu_load_user(const void __user *at);

/**
 * fpu_take_current() - the registers of this thread are worth nothing any more: its
 * state is the caller's, to be filled with what a program gives. No switch of threads
 * writes or loads it until fpu_give_current().
 * fpu_give_current() - this thread goes on with it, whatever it holds: bits that make
 * loading it fault are cleared first.
 */
struct fpu_state *fpu_take_current(void);
void fpu_give_current(void);

/** fpu_reset_current() - as after reset, for a new program */
void fpu_reset_current(void);

/**
 * fpu_lend() - the registers are somebody else's until fpu_take_back(): the firmware's
 * Context: interrupts off from the one to the other.
 */
void fpu_lend(void);
void fpu_take_back(void);

#endif
