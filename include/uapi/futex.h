/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef UAPI_FUTEX_H
#define UAPI_FUTEX_H

#include <lib/types.h>

#define FUTEX_WAIT		0
#define FUTEX_WAKE		1
#define FUTEX_REQUEUE		3
#define FUTEX_CMP_REQUEUE	4
#define FUTEX_WAKE_OP		5
#define FUTEX_WAIT_BITSET	9
#define FUTEX_WAKE_BITSET	10

#define FUTEX_PRIVATE_FLAG	128
#define FUTEX_CLOCK_REALTIME	256

#define FUTEX_BITSET_MATCH_ANY	0xffffffffu

/* A lock whose owner has died; the lower bits are its thread's number */
#define FUTEX_WAITERS		0x80000000u
#define FUTEX_OWNER_DIED	0x40000000u
#define FUTEX_TID_MASK		0x3fffffffu

struct robust_list {
	struct robust_list	*next;
};

struct robust_list_head {
	struct robust_list	list;
	long			futex_offset;
	struct robust_list	*list_op_pending;
};

#define ROBUST_LIST_LIMIT	2048

#endif
