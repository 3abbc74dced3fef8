/* SPDX-License-Identifier: BSD-2-Clause */
/* A program on its way from a file to memory: what exec.c and binfmt_elf.c have of it. */
#ifndef KERNEL_TASK_BINPRM_H
#define KERNEL_TASK_BINPRM_H

#include <kernel/binfmts.h>
#include <kernel/elf_check.h>

struct cred;
struct file;
struct mm_struct;
struct page;

#define MAX_SCRIPTS	5		/* that are each run by the next */

struct elf_file {
	struct file	*file;		/* with a reference */
	struct elf64_phdr *phdrs;
	struct elf_image image;
};

/* A file that begins with #!. */
struct script {
	char	line[BINPRM_BUF_SIZE + 1];	/* cut at the ends of these */
	char	*interp, *arg;		/* arg may be NULL */
};

struct binprm {
	const char	*filename;	/* as the call named it; also what scripts are told to read */
	char		*fdpath;	/* filename, when it was made up for execveat(); else NULL */
	struct script	scripts[MAX_SCRIPTS + 1];	/* the last is only looked at */
	unsigned int	nr_scripts;
	struct elf_file	elf, interp;	/* interp.file: NULL when the program needs none */
	struct cred	*cred;		/* what it will have */
	bool		secure;		/* it has rights that who calls it has not */

	struct mm_struct *mm;		/* its memory; NULL: not yet, or handed over */
	unsigned long	p;		/* lowest byte of its stack that is in use */
	unsigned long	lowest;		/* that arguments may use */
	unsigned long	exec;		/* user address of filename */
	struct page	*page;		/* of the stack, being filled; with a reference */
	unsigned long	page_addr;
	int		argc, envc;
};

/** elf_open() - read and check the headers of @elf->file. Return: 0 or -Exxx; elf_close() in any case */
int elf_open(struct elf_file *elf);
void elf_close(struct elf_file *elf);

/**
 * elf_load() - map the program and what loads it, complete its stack, aim this thread at its first instruction
 * Context: current->mm is bprm's. Return: 0, or -Exxx and there is nothing to go back to.
 */
int elf_load(struct binprm *bprm);

#endif
