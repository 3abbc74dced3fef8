/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/tty/vt.c and its parts beside the slow terminal of the host tests: any bytes, in chunks cut anywhere. */
#include <tests/fuzz/fuzz.h>
#include "tests/host/kernel/tty/vt_model.h"

static char replies[8192];

static u16 glyph_of(u32 cp)
{
	return model_glyph(cp);
}

static void take_reply(struct vt *vt, const char *s, size_t n)
{
	if (strlen(replies) + n < sizeof(replies))
		strncat(replies, s, n);
}

/* Exactly the bytes of the chunk, so that reading on is seen. */
static void write_chunk(struct vt *vt, struct input *in, size_t n)
{
	char *chunk = malloc(n + !n);

	memcpy(chunk, in->data, n);
	vt_write(vt, chunk, n);
	free(chunk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vt vt;
	static struct model m;
	struct input in = { data, size };
	u32 cols = 1 + input_number(&in, 1) % 100, rows = 1 + input_number(&in, 1) % 40, step = 1 + input_number(&in, 1);
	const char *wrong;

	replies[0] = '\0';
	vt_init(&vt, malloc(cols * rows * 4), cols, rows, glyph_of);
	vt_give_alternate(&vt, malloc(cols * rows * 4));
	vt_give_history(&vt, malloc(cols * MODEL_HISTORY * 4), MODEL_HISTORY);
	vt.reply = take_reply;
	model_start(&m, cols, rows);
	while (in.left) {
		size_t n = in.left < step ? in.left : step;

		write_chunk(&vt, &in, n);
		model_write(&m, (const char *)in.data, n);
		in.data += n;
		in.left -= n;
		CHECK(vt.at.row < rows && vt.at.col <= cols && vt.top < vt.bottom && vt.bottom <= rows, "out of range");
	}
	wrong = model_compare(&m, &vt);
	CHECK(!wrong, "%s", wrong);
	CHECK(!strcmp(replies, m.replies), "answers %s", replies);
	free(vt.main.cells);
	free(vt.alternate.cells);
	free(vt.history.cells);
	model_stop(&m);
	return 0;
}
