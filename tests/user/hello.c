/* SPDX-License-Identifier: BSD-2-Clause */
/* A static program starts with its arguments and environment, prints and ends. */
#include "check.h"
#include <elf.h>
#include <sys/auxv.h>

extern char **environ;

int main(int argc, char **argv)
{
	printf("hello, %d arguments\n", argc - 1);
	check(argv[argc] == NULL);
	check(getenv("PATH") != NULL);
	check(getauxval(AT_PAGESZ) == 4096);
	check(getauxval(AT_RANDOM) != 0);
	check(getauxval(AT_PHDR) != 0 && getauxval(AT_PHNUM) != 0);
	check(getauxval(AT_CLKTCK) == 100);
	check(getauxval(AT_SECURE) == 0);
	check(getauxval(AT_SYSINFO_EHDR) != 0);
	check(!strcmp(strrchr((char *)getauxval(AT_EXECFN), '/'), "/hello"));
	check(!strcmp((char *)getauxval(AT_PLATFORM), "x86_64"));
	return 42;
}
