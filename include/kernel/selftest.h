/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parts of the kernel tried out on the machine itself, for a bounded number of
 * rounds: "selftest=NAME,NAME" on the command line, or "selftest NAME" in the
 * monitor. The linker collects the tests from wherever they are defined.
 */
#ifndef KERNEL_SELFTEST_H
#define KERNEL_SELFTEST_H

#include <lib/types.h>

struct selftest {
	const char	*name;
	void		(*run)(void);
};

/**
 * SELFTEST() - add a test
 * @_name: an identifier, also the word typed
 * @_run: checks with selftest_check(), and leaves the kernel as it was. It runs in
 *        the monitor's thread.
 */
#define SELFTEST(_name, _run) \
	static const struct selftest selftest_entry_##_name \
	__used __aligned(8) __section(".selftests." #_name) = { #_name, _run }

/** selftest_check() - one thing that must be so; @what is printed when it is not. Context: any */
void selftest_check(bool ok, const char *what);

/** selftest_if_asked() - run what selftest= on the command line names */
void selftest_if_asked(void);

#endif
