/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a generator of text sends it: to the log, to a file that is read, to a test. */
#ifndef KERNEL_TEXT_SINK_H
#define KERNEL_TEXT_SINK_H

#include <lib/types.h>

struct text_sink {
	void	(*emit)(void *ctx, const char *text, size_t len);
	void	*ctx;
};

/** sink_printf() - at most 255 bytes a call */
void sink_printf(const struct text_sink *out, const char *fmt, ...) __printf(2, 3);

/** sink_puts() - any number of bytes */
void sink_puts(const struct text_sink *out, const char *text);

/** log_sink - what is emitted is printed */
extern const struct text_sink log_sink;

#endif
