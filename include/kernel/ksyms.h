#pragma once
#include <lib/types.h>
bool ksym_lookup(unsigned long addr, char *name, size_t size, unsigned long *offset, unsigned long *len);
