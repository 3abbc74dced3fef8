/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every fuzz target starts with: libc, CHECK() for what must hold, and the
 * input as a stream of bytes, which gives zeros when it has run out.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <lib/types.h>

#define CHECK(cond, ...)							\
	do {									\
		if (!(cond)) {							\
			fprintf(stderr, "%s:%d: " #cond ": ", __FILE__, __LINE__);	\
			fprintf(stderr, __VA_ARGS__);				\
			fprintf(stderr, "\n");					\
			abort();						\
		}								\
	} while (0)

struct input {
	const u8	*data;
	size_t		left;
};

static inline u64 input_number(struct input *in, unsigned int bytes)
{
	u64 value = 0;

	for (unsigned int i = 0; i < bytes && in->left; i++, in->left--)
		value |= (u64)*in->data++ << 8 * i;
	return value;
}

/* The rest of the input as a string of exactly its size. */
static inline char *input_string(struct input *in)
{
	char *text = malloc(in->left + 1);

	memcpy(text, in->data, in->left);
	text[in->left] = '\0';
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
