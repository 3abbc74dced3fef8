/* SPDX-License-Identifier: BSD-2-Clause */
/* From a file to a program that runs. */
#ifndef KERNEL_BINFMTS_H
#define KERNEL_BINFMTS_H

#include <lib/types.h>

#define BINPRM_BUF_SIZE		256		/* bytes of the file that say what it is */
#define MAX_ARG_STRLEN		(32 * 4096UL)	/* bytes of one argument with its NUL */
#define MAX_ARG_STRINGS		0x7fffffff

/**
 * kernel_execve() - this thread, which is alone in its process, becomes the program in file @filename
 * @argv, @envp: end with NULL
 * Return: 0: the way back to user mode leads into the program; -Exxx, and nothing has changed.
 */
int kernel_execve(const char *filename, const char *const *argv, const char *const *envp);

#endif
