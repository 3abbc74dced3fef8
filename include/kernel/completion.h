/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for a thing to be done: complete() says it is, before or after somebody began to wait for it. */
#ifndef KERNEL_COMPLETION_H
#define KERNEL_COMPLETION_H

#include <kernel/wait.h>

struct completion {
	unsigned int		done;	/* waits that may end, COMPLETED_FOR_ALL: any number; wait.lock */
	struct wait_queue_head	wait;
};

#define COMPLETED_FOR_ALL	(~0u)

/** DECLARE_COMPLETION() - for a variable outside of functions; init_completion() - for any other, also to use it again */
#define DECLARE_COMPLETION(name) \
	struct completion name = { .wait.entries = { &name.wait.entries, &name.wait.entries } }

#define init_completion(c) do {			\
	(c)->done = 0;				\
	init_waitqueue_head(&(c)->wait);	\
} while (0)

/**
 * complete() - let one wait end, the oldest or the next to come
 * complete_all() - let all waits end, until init_completion()
 * Context: any but NMI. @c may be gone as soon as the last wait has ended.
 */
void complete(struct completion *c);
void complete_all(struct completion *c);

/** wait_for_completion() - sleep until complete(). Context: a thread that may sleep */
void wait_for_completion(struct completion *c);

/** try_wait_for_completion() - whether a wait would end at once; then it has */
bool try_wait_for_completion(struct completion *c);

#endif
