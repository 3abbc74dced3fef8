/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/lib/cmdline.c: the functions agree with each other and keep to their buffers, whatever the line. */
#include <tests/fuzz/fuzz.h>
#include <lib/cmdline.h>

static void check_option(const char *line, const char *option, size_t room)
{
	char *buf = malloc(room), *again = malloc(room);
	int last = -1, len, found;
	const char *pos = line;

	while ((len = cmdline_next_option(&pos, option, buf, room)) >= 0) {
		CHECK(pos && pos > line && pos <= line + strlen(line), "the place after a word");
		if (room) {
			memcpy(again, buf, room);
			CHECK(strlen(buf) == min((size_t)len, room - 1), "%d characters", len);
		}
		last = len;
	}
	if (room)
		memset(buf, 0, room);
	found = cmdline_find_option(line, option, buf, room);
	CHECK(found == last, "the last value has %d characters, not %d", last, found);
	CHECK(found < 0 || !room || !strcmp(buf, again), "\"%s\", not \"%s\"", buf, again);
	free(buf);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	size_t room = input_number(&in, 1) % 40;
	char *line = input_string(&in);

	check_option(line, "efi", room);
	check_option(line, "m", room);
	if (cmdline_list_has(line, "efi", "debug"))
		CHECK(strstr(line, "debug") && cmdline_find_option(line, "efi", NULL, 0) >= 0, "no value holds it");
	if (cmdline_find_option_bool(line, "nokaslr"))
		CHECK(strstr(line, "nokaslr"), "not on the line");
	free(line);
	return 0;
}
