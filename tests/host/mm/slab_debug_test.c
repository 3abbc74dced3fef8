// SPDX-License-Identifier: BSD-2-Clause
/* mm/slab.c as DEBUG=1 builds it: the same tests, and damage to objects. */
#define LANTERN_DEBUG
#include "tests/host/mm/slab_test.c"
