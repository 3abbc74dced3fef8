/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzzer of the system calls. What it does follows from a seed alone, save for how
 * threads and processes get in each other's way. It runs as PID 1 of a machine of its
 * own and nowhere else, as it kills all there is.
 *
 * Lives (processes of several threads) make calls until their number is up; the calls
 * take all of libc's state away (TLS, signals, descriptors), so a life uses none of libc.
 */
#ifndef FUZZ_H
#define FUZZ_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE		4096UL
#define MAX_PROCESSES	4
#define MAX_THREADS	8
#define NR_FDS		40		/* descriptors open_fds() fills, from 0 */
#define THREAD_AREA	0x30000000UL	/* for each thread: its page, stacks of its children and their page, its stack */
#define THREAD_SIZE	0x100000UL
#define CHILD_OUT	(48 * PAGE)

enum complaint { NONE, OWN_ERROR, KERNEL_READ, KERNEL_ADDRESS };

/* One thread of a life, in memory all processes share: who died, and in what call */
struct worker {
	uint64_t rng;
	unsigned long calls;		/* so far */
	unsigned long nr, args[6];	/* of the last call */
	long tid;
	bool done;
	enum complaint wrong;		/* of the first call that went wrong */
	unsigned long wrong_nr;
	long wrong_result;
	unsigned long wrong_value;
	char *out;			/* a page of this thread's own: the kernel fills it, nobody else */
};

/* args.c */
uint64_t rnd(struct worker *w);			/* any 64 bits */
unsigned long below(struct worker *w, unsigned long n);
void memory_setup(int shared);			/* arenas; @shared: descriptor of MAP_SHARED memory, or -1 for none */
void open_fds(void);				/* one of every kind */
unsigned long make_arg(struct worker *w, char type, const unsigned long *list);
bool is_kernel_address(unsigned long value);	/* and none that make_arg() gives */
extern const char *const fuzz_paths[];

/* calls.c */
void one_call(struct worker *w);
long invoke(unsigned long nr, const unsigned long *args);
long start_thread(unsigned long flags, void *stack, void *tid, void (*fn)(void *), void *arg);
const char *call_name(unsigned long nr);

static inline long sys(unsigned long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	unsigned long args[6] = { a, b, c, d, 0, 0 };

	return invoke(nr, args);
}

#endif
