/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF files with every field spoilt: they run as on Linux, or do not. Linux finds out later
 * than Lantern, when only a signal is left to tell, so that and an error count as the same.
 */
#include "check.h"
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define BASE	0x400000UL
#define TEXT	0x1000
#define SIZE	0x4000
#define REFUSED	100

/* exit(42) */
static const unsigned char text[] = { 0xbf, 42, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05 };

struct image {
	Elf64_Ehdr	hdr;
	Elf64_Phdr	ph[6];
};

static char file[SIZE];
static struct image *const image = (struct image *)file;
static size_t size;

/* Two segments: code, and data with room behind it. */
static void good(void)
{
	memset(file, 0, sizeof(file));
	memcpy(image->hdr.e_ident, "\177ELF\2\1\1", 7);
	image->hdr.e_type = ET_EXEC;
	image->hdr.e_machine = EM_X86_64;
	image->hdr.e_version = 1;
	image->hdr.e_entry = BASE + TEXT;
	image->hdr.e_phoff = offsetof(struct image, ph);
	image->hdr.e_ehsize = sizeof(Elf64_Ehdr);
	image->hdr.e_phentsize = sizeof(Elf64_Phdr);
	image->hdr.e_phnum = 3;
	image->ph[0] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_X, 0, BASE, BASE, 0x2000, 0x2000, 0x1000 };
	image->ph[1] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_W, 0x2000, BASE + 0x2000, BASE + 0x2000, 0x800, 0x3000, 0x1000 };
	image->ph[2] = (Elf64_Phdr){ PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16 };
	memcpy(file + TEXT, text, sizeof(text));
	size = sizeof(file);
}

/* Where Linux takes what is no ELF, or it depends on the machine's memory, all that counts is that it ends. */
static bool any_end;

static void run(const char *what)
{
	static int nr;
	char name[32];
	int status, fd;

	snprintf(name, sizeof(name), "elf%d", nr++);	/* one that is gone may still be busy */
	fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0755);
	write(fd, file, size);
	close(fd);
	printf("%s: ", what);
	fflush(stdout);
	if (fork() == 0) {
		execl(name, name, NULL);
		_exit(REFUSED);
	}
	wait(&status);
	if (any_end)
		printf("ends\n");
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 42)
		printf("runs\n");
	else if (WIFEXITED(status) ? WEXITSTATUS(status) == REFUSED : WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS)
		printf("does not run\n");
	else
		printf("ENDS WITH %#x\n", status);
	fflush(stdout);
	unlink(name);
	good();
}

#define SPOIL(change) do {		\
	change;				\
	run(#change);			\
} while (0)

static const unsigned long odd[] = {
	0, 1, 2, 7, 0xfff, 0x1000, 0x10001, 0x7fffffff, 0x80000000, 0xffffffff, 1UL << 40, 0x7fffffffe000, 0x7ffffffff000, 1UL << 47,
	0x7fffffffffffffff, 1UL << 63, 0xffff888000000000, 0xffffffff81000000, -0x1000UL, -1UL,
};
#define ODD	(sizeof(odd) / sizeof(*odd))

#define EACH_ODD(field) do {						\
	for (unsigned i = 0; i < ODD; i++) {				\
		char what[64];						\
									\
		field = odd[i];						\
		snprintf(what, sizeof(what), "%s = %#lx", #field, (unsigned long)odd[i]);	\
		run(what);						\
	}								\
} while (0)

static void header(void)
{
	for (int i = 0; i < 7; i++) {
		char what[32];

		any_end = i == EI_CLASS || i == EI_DATA;
		image->hdr.e_ident[i] ^= 0x5a;
		snprintf(what, sizeof(what), "e_ident[%d]", i);
		run(what);
	}
	any_end = true;
	SPOIL(image->hdr.e_ident[EI_CLASS] = ELFCLASS32);
	any_end = false;
	for (int type = 0; type < 6; type++)
		if (type != ET_DYN)
			SPOIL(image->hdr.e_type = type);
	SPOIL(image->hdr.e_machine = EM_AARCH64);
	SPOIL(image->hdr.e_version = 77);
	SPOIL(image->hdr.e_flags = -1);
	SPOIL(image->hdr.e_ehsize = 1);
	SPOIL(image->hdr.e_shoff = -1UL; image->hdr.e_shnum = 65535);
	EACH_ODD(image->hdr.e_entry);
	EACH_ODD(image->hdr.e_phoff);
	SPOIL(image->hdr.e_phentsize = 0);
	SPOIL(image->hdr.e_phentsize = 55);
	SPOIL(image->hdr.e_phentsize = 65535);
	SPOIL(image->hdr.e_phnum = 0);
	SPOIL(image->hdr.e_phnum = 1);
	SPOIL(image->hdr.e_phnum = 65535);
	SPOIL(image->hdr.e_phnum = 0x124);
}

static void truncated(void)
{
	static const size_t sizes[] = { 1, 4, 16, 63, 64, 65, 64 + 55, 64 + 3 * 56 - 1, 64 + 3 * 56, TEXT, TEXT + 5, TEXT + 12, 0x2000, 0x2001 };

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char what[32];

		size = sizes[i];
		snprintf(what, sizeof(what), "%zu bytes", size);
		run(what);
	}
}

static void segments(void)
{
	EACH_ODD(image->ph[0].p_offset);
	EACH_ODD(image->ph[1].p_offset);
	EACH_ODD(image->ph[1].p_filesz);
	EACH_ODD(image->ph[1].p_align);
	SPOIL(image->ph[1].p_memsz = 0);
	SPOIL(image->ph[1].p_memsz = 0x7ff);
	SPOIL(image->ph[1].p_memsz = 0x800);
	SPOIL(image->ph[1].p_memsz = -1UL);
	SPOIL(image->ph[0].p_vaddr = 0);
	SPOIL(image->ph[0].p_vaddr = BASE + 1);
	SPOIL(image->ph[0].p_flags = 0);
	SPOIL(image->ph[0].p_flags = PF_W);
	SPOIL(image->ph[0].p_flags = PF_X);
	SPOIL(image->ph[0].p_flags = -1U);
	SPOIL(image->ph[0].p_type = PT_NULL);
	SPOIL(image->ph[0].p_type = -1U);
	SPOIL(image->ph[0].p_type = image->ph[1].p_type = PT_NULL);
	SPOIL(image->ph[1].p_filesz = image->ph[1].p_memsz = 0);
	SPOIL(image->ph[1].p_paddr = -1UL);
	SPOIL(image->ph[1].p_flags = PF_R);	/* what has no file is written by the kernel all the same */
	SPOIL(image->ph[2].p_flags = PF_R | PF_W | PF_X);
	SPOIL(image->ph[2].p_flags = 0);
}

/* Segments that lie over each other, or not in order, or where something else is */
static void places(void)
{
	any_end = true;
	EACH_ODD(image->ph[1].p_vaddr);
	EACH_ODD(image->ph[1].p_memsz);
	SPOIL(image->ph[1].p_vaddr = BASE; image->ph[1].p_offset = 0);
	SPOIL(image->ph[1].p_vaddr = BASE + 0x1000; image->ph[1].p_offset = 0x1000);
	SPOIL(image->ph[1] = image->ph[0]);
	SPOIL(image->ph[2] = image->ph[1]; image->ph[1] = image->ph[0]; image->ph[0] = image->ph[2]);
	SPOIL(image->ph[1].p_vaddr = 0x7fffffffd000; image->ph[1].p_memsz = 0x2000);
	SPOIL(image->ph[1].p_vaddr = 0x7fffffffe000; image->ph[1].p_memsz = 0x2000);
	SPOIL(image->ph[1].p_memsz = 0x7fffffffe000 - BASE - 0x2000);
	any_end = false;
}

static void loader(void)
{
	char *name = file + 0x3000;

	image->ph[2] = (Elf64_Phdr){ PT_INTERP, PF_R, 0x3000, BASE + 0x3000, 0, 6, 6, 1 };
	memcpy(name, "/none", 6);
	run("a loader that is not there");
#define LOADER(what, string, n, ...) do {					\
	image->ph[2] = (Elf64_Phdr){ PT_INTERP, PF_R, 0x3000, BASE + 0x3000, 0, n, n, 1 };	\
	memcpy(name, string, sizeof(string));					\
	__VA_ARGS__;								\
	run(what);								\
} while (0)
	LOADER("a loader's name without an end", "/none", 5);
	LOADER("a loader's name of one byte", "", 1);
	LOADER("a loader's name of no byte", "/", 0);
	LOADER("a loader's name of 5000 bytes", "/none", 5000);
	LOADER("a loader's name of all memory", "/none", -1UL);
	LOADER("a loader that is a directory", "/", 2);
	LOADER("a loader that is a device", "/dev/null", 10);
	LOADER("a loader that is no program", "/etc/passwd", 12);
	LOADER("a loader that is far away", "/none", 6, image->ph[2].p_offset = 1UL << 62);
	LOADER("a loader that is nowhere", "/none", 6, image->ph[2].p_offset = -1UL);
	LOADER("a loader behind the file", "/none", 6, image->ph[2].p_offset = SIZE - 3);
}

int main(void)
{
	good();
	run("as it should be");
	header();
	truncated();
	segments();
	places();
	loader();
	return 0;
}
