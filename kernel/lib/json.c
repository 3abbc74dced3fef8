/* SPDX-License-Identifier: BSD-2-Clause */
#include <lib/json.h>
#include <lib/string.h>
#include <lib/utf.h>

static void put_codepoint(struct json *j, u32 cp, const char *text, size_t len)
{
	if (cp == '"' || cp == '\\')
		sink_printf(j->out, "\\%c", (char)cp);
	else if (cp < ' ' || cp == 0x7f)
		sink_printf(j->out, "\\u%04x", cp);
	else if (cp == UNICODE_REPLACEMENT)
		sink_puts(j->out, "\\ufffd");	/* the bytes themselves may be none */
	else
		j->out->emit(j->out->ctx, text, len);
}

static void put_string(struct json *j, const char *value)
{
	const char *end = value + strlen(value);

	sink_puts(j->out, "\"");
	while (value < end) {
		u32 cp;
		size_t len = utf8_decode(value, end, &cp);

		put_codepoint(j, cp, value, len);
		value += len;
	}
	sink_puts(j->out, "\"");
}

static void start(struct json *j, const char *key)
{
	if (j->comma)
		sink_puts(j->out, ",");
	if (j->broken)
		sink_puts(j->out, "\n");
	j->broken = false;
	j->comma = true;
	if (key) {
		put_string(j, key);
		sink_puts(j->out, ":");
	}
}

void json_open(struct json *j, const char *key, char bracket)
{
	start(j, key);
	sink_printf(j->out, "%c", bracket);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	sink_printf(j->out, "%c", bracket);
	j->comma = true;
}

void json_string(struct json *j, const char *key, const char *value)
{
	start(j, key);
	put_string(j, value);
}

void json_number(struct json *j, const char *key, u64 value)
{
	start(j, key);
	sink_printf(j->out, "%llu", (unsigned long long)value);
}

void json_hex(struct json *j, const char *key, u64 value)
{
	start(j, key);
	sink_printf(j->out, "\"%#llx\"", (unsigned long long)value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	start(j, key);
	sink_puts(j->out, value ? "true" : "false");
}

void json_newline(struct json *j)
{
	j->broken = true;
}
