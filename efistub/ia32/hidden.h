/* SPDX-License-Identifier: BSD-2-Clause */
/* Included before every source of the 32-bit stub: no call may count on a PLT, nor save a register for one. */
#pragma GCC visibility push(hidden)
