/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON (RFC 8259) written piece by piece; nesting is the caller's to get right, commas are not. */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <kernel/text_sink.h>

struct json {
	const struct text_sink	*out;
	bool			comma;		/* something stands before in this object or array */
	bool			broken;		/* a line has been started since the last value */
};

/*
 * @key: of a member of an object; NULL in an array. Keys and strings may hold any
 * bytes: what is not UTF-8 or a control character is written as U+FFFD or escaped.
 */
void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, u64 value);	/* below 2^53 is exact everywhere */
void json_hex(struct json *j, const char *key, u64 value);	/* as a string, "0x1000" */
void json_bool(struct json *j, const char *key, bool value);

/** json_newline() - a line feed before the next value, so that lines stay short */
void json_newline(struct json *j);

#endif
