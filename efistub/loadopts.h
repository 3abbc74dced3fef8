/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From what firmware calls LoadOptions, or from the text of cmdline.txt, to a
 * command line. Pure: the host tests and the fuzzer run the same code.
 */
#ifndef EFISTUB_LOADOPTS_H
#define EFISTUB_LOADOPTS_H

#include <lib/types.h>

/* What was found on the way, or'ed together */
#define LOADOPTS_EMPTY		0x01	/* nothing but white space, or nothing */
#define LOADOPTS_WHOLE_OPTION	0x02	/* an EFI_LOAD_OPTION (UEFI 3.1.3), its OptionalData used (Dell) */
#define LOADOPTS_OWN_NAME	0x04	/* the image's own name stood first, dropped */
#define LOADOPTS_CUT		0x08	/* longer than the buffer, cut at a character */
#define LOADOPTS_ODD_SIZE	0x10	/* an odd number of bytes, the last one dropped */
#define LOADOPTS_GARBAGE	0x20	/* not text: control characters or unpaired surrogates; result is empty, EMPTY not set */

/**
 * loadopts_to_cmdline() - make a command line of LoadOptions
 * @opts, @size: as LoadedImage gives them, any alignment; NULL and 0 allowed;
 *               a terminating NUL may be missing, what follows one is ignored
 * @own_name:    UTF-8 file name of the image without folders, or NULL; it or any
 *               first word ending in ".efi" (any case, with or without a path,
 *               quoted or not) is dropped; a word with '=' in it is an option
 *               and stays
 * @out, @out_size: the command line in UTF-8, terminated, trimmed; tab, CR and
 *               LF become spaces; @out_size >= 1
 * Return: LOADOPTS_* flags.
 */
unsigned int loadopts_to_cmdline(const void *opts, size_t size, const char *own_name,
				 char *out, size_t out_size);

/**
 * cmdline_file_parse() - make a command line of the text of cmdline.txt
 * @text, @size: UTF-8 with or without a byte order mark, or UTF-16LE with one;
 *               LF, CRLF or CR end a line; lines are joined with one space; a
 *               line whose first visible character is '#' is a comment. A NUL
 *               or a malformed sequence anywhere makes it garbage.
 * @out, @out_size: as above
 * Return: LOADOPTS_* flags (EMPTY, CUT, ODD_SIZE, GARBAGE).
 */
unsigned int cmdline_file_parse(const void *text, size_t size, char *out, size_t out_size);

#endif
