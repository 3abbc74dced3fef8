/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pictures made of text, for commands that draw over the terminal: the same on
 * each console, at most 24 rows of 80 columns, and not kept in the log. A picture
 * is put together line by line and sent as a whole over the one before; or, where
 * nobody sits at a terminal, it is printed, line by line and without colours.
 */
#ifndef KERNEL_PICTURE_H
#define KERNEL_PICTURE_H

#include <lib/types.h>

#define PICTURE_ROWS	24
#define PICTURE_COLUMNS	80

/* Colours, as ECMA-48 has them in SGR. */
#define PICTURE_TITLE	"\033[97;44m"
#define PICTURE_GOOD	"\033[92m"
#define PICTURE_BAD	"\033[97;41m"
#define PICTURE_DIM	"\033[90m"
#define PICTURE_HEAD	"\033[96m"
#define PICTURE_PLAIN	"\033[0m"

/**
 * picture_begin() - an empty terminal; @full false: pictures are printed
 * picture_end() - the prompt comes below the last picture
 */
void picture_begin(bool full);
void picture_end(void);

/**
 * picture_put() - more of the line
 * picture_line() - the last of a line; the next one begins. What is more than PICTURE_ROWS is left out
 * picture_title() - a line that is all coloured: @left, and at its end @right
 * picture_bar() - @width columns of which @part of @whole are filled
 * picture_show() - the picture is complete: rows that it does not have are empty
 */
void picture_put(const char *fmt, ...) __printf(1, 2);
void picture_line(const char *fmt, ...) __printf(1, 2);
void picture_title(const char *left, const char *right);
void picture_bar(unsigned int width, u64 part, u64 whole);
void picture_show(void);

/** picture_rows_left() - lines the picture has room for */
unsigned int picture_rows_left(void);

#endif
