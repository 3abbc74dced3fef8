/* SPDX-License-Identifier: BSD-2-Clause */
#include <kernel/text_sink.h>
#include <lib/printf.h>
#include <lib/string.h>

void sink_puts(const struct text_sink *out, const char *text)
{
	out->emit(out->ctx, text, strlen(text));
}

void sink_printf(const struct text_sink *out, const char *fmt, ...)
{
	char text[256];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	out->emit(out->ctx, text, min(len, (int)sizeof(text) - 1));
}
