// SPDX-License-Identifier: BSD-2-Clause
/* Rows of the bench: locks nobody else wants. */
#include <kernel/bench.h>
#include <kernel/spinlock.h>

static struct spinlock bench_lock;

BENCH(locking_spin, "spin_lock and spin_unlock", spin_lock(&bench_lock); spin_unlock(&bench_lock));
