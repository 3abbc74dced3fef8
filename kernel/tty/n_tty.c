// SPDX-License-Identifier: BSD-2-Clause
/* The line discipline, see <kernel/n_tty.h>; termios(3) tells what each mode means. */
#include <kernel/n_tty.h>
#include <lib/string.h>
#include <uapi/signal.h>

#define DISABLED	0		/* a control character that is none: _POSIX_VDISABLE */
#define TAB_WIDTH	8

static const struct ktermios initial = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD | HUPCL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.c_cc = {
		[VINTR] = 3, [VQUIT] = 28, [VERASE] = 127, [VKILL] = 21, [VEOF] = 4, [VMIN] = 1, [VSTART] = 17,
		[VSTOP] = 19, [VSUSP] = 26, [VREPRINT] = 18, [VDISCARD] = 15, [VWERASE] = 23, [VLNEXT] = 22,
	},
};

void n_tty_init(struct n_tty *n, void (*echo)(struct n_tty *n, const u8 *s, size_t len),
		void (*signal)(struct n_tty *n, int sig, bool flush))
{
	memset(n, 0, sizeof(*n));
	n->t = initial;
	n->echo = echo;
	n->signal = signal;
}

static bool lflag(const struct n_tty *n, u32 flag)
{
	return n->t.c_lflag & flag;
}

static bool iflag(const struct n_tty *n, u32 flag)
{
	return n->t.c_iflag & flag;
}

static bool is_cc(const struct n_tty *n, u8 c, unsigned int which)
{
	return c == n->t.c_cc[which] && c != DISABLED;
}

/* ---------------------------------------------------------------- the buffer */

static u8 byte_at(const struct n_tty *n, u32 at)
{
	return n->buf[at % N_TTY_SIZE];
}

static bool ends_at(const struct n_tty *n, u32 at)
{
	return n->ends[at % N_TTY_SIZE / 64] >> at % 64 & 1;
}

static void set_end(struct n_tty *n, u32 at, bool end)
{
	u64 bit = 1ULL << at % 64, *word = &n->ends[at % N_TTY_SIZE / 64];

	*word = end ? *word | bit : *word & ~bit;
}

static u32 used(const struct n_tty *n)
{
	return n->head - n->tail;
}

static void put(struct n_tty *n, u8 c, bool end)
{
	n->buf[n->head % N_TTY_SIZE] = c;
	set_end(n, n->head, end);
	n->head++;
}

void n_tty_flush(struct n_tty *n)
{
	n->tail = n->canon_head = n->head;
	n->literal = n->erasing = false;
}

size_t n_tty_room(const struct n_tty *n)
{
	size_t left = N_TTY_SIZE - used(n);

	/* the end of a line must always find its place; a line without one yet is cut, not waited for */
	if (lflag(n, ICANON) && n->canon_head == n->tail)
		return N_TTY_SIZE;
	return left > 1 ? left - 1 : 0;
}

bool n_tty_has_line(const struct n_tty *n)
{
	return n->canon_head != n->tail;
}

/* ---------------------------------------------------------------- showing what is typed */

static bool is_continuation(const struct n_tty *n, u8 c)
{
	return iflag(n, IUTF8) && (c & 0xc0) == 0x80;
}

static bool is_control(u8 c)
{
	return c < 32 || c == 127;
}

static void echo_raw(struct n_tty *n, const char *s, size_t len)
{
	n->echo(n, (const u8 *)s, len);
}

/* Through the output rules, so that a newline returns the carriage. */
static void echo_output(struct n_tty *n, u8 c)
{
	u8 out[16];
	size_t took, len = n_tty_output(n, &c, 1, out, sizeof(out), &took);

	n->echo(n, out, len);
}

static void echo_char(struct n_tty *n, u8 c)
{
	char caret[2] = { '^', c ^ 0100 };

	if (lflag(n, ECHOCTL) && is_control(c) && c != '\t' && c != '\n') {
		echo_raw(n, caret, 2);
		n->column += 2;
	} else {
		echo_output(n, c);
	}
}

static void finish_erasing(struct n_tty *n)
{
	if (!n->erasing)
		return;
	echo_raw(n, "/", 1);
	n->column++;
	n->erasing = false;
}

/* Columns the unfinished line takes up to @end, from where it began. */
static u32 width_until(const struct n_tty *n, u32 end)
{
	u32 column = n->canon_column, at;

	for (at = n->canon_head; at != end; at++) {
		u8 c = byte_at(n, at);

		if (c == '\t')
			column += TAB_WIDTH - column % TAB_WIDTH;
		else if (is_control(c))
			column += lflag(n, ECHOCTL) ? 2 : 0;
		else if (!is_continuation(n, c))
			column++;
	}
	return column;
}

static void rub_out(struct n_tty *n, u8 c)
{
	u32 before = width_until(n, n->head), cells;

	if (lflag(n, ECHOPRT)) {
		if (!n->erasing)
			echo_raw(n, "\\", 1);
		n->erasing = true;
		echo_char(n, c);
		return;
	}
	if (!lflag(n, ECHOE)) {
		echo_char(n, n->t.c_cc[VERASE]);
		return;
	}
	for (cells = n->column - min(before, n->column); cells; cells--) {
		if (c == '\t')
			echo_raw(n, "\b", 1);
		else
			echo_raw(n, "\b \b", 3);
		n->column--;
	}
}

/* The last character of the unfinished line goes; a UTF-8 one as a whole. */
static void erase_char(struct n_tty *n)
{
	u8 c;

	do
		c = byte_at(n, --n->head);
	while (is_continuation(n, c) && n->head != n->canon_head);
	if (lflag(n, ECHO))
		rub_out(n, c);
}

static bool is_word(u8 c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static void erase_word(struct n_tty *n)
{
	bool seen = false;

	while (n->head != n->canon_head) {
		bool word = is_word(byte_at(n, n->head - 1));

		if (seen && !word)
			break;
		seen |= word;
		erase_char(n);
	}
}

static void kill_line(struct n_tty *n)
{
	if (lflag(n, ECHO) && (!lflag(n, ECHOK) || !lflag(n, ECHOKE) || !lflag(n, ECHOE))) {
		n->head = n->canon_head;
		finish_erasing(n);
		echo_char(n, n->t.c_cc[VKILL]);
		if (lflag(n, ECHOK))
			echo_output(n, '\n');
		return;
	}
	while (n->head != n->canon_head)
		erase_char(n);
}

static void reprint(struct n_tty *n)
{
	u32 at;

	finish_erasing(n);
	echo_char(n, n->t.c_cc[VREPRINT]);
	echo_output(n, '\n');
	n->canon_column = n->column;
	for (at = n->canon_head; at != n->head; at++)
		echo_char(n, byte_at(n, at));
}

/* ---------------------------------------------------------------- taking what is typed */

static int signal_of(const struct n_tty *n, u8 c)
{
	if (!lflag(n, ISIG))
		return 0;
	return is_cc(n, c, VINTR) ? SIGINT : is_cc(n, c, VQUIT) ? SIGQUIT : is_cc(n, c, VSUSP) ? SIGTSTP : 0;
}

static void send_signal(struct n_tty *n, int sig, u8 c)
{
	bool flush = !lflag(n, NOFLSH);

	if (flush)
		n_tty_flush(n);
	if (iflag(n, IXON))
		n->stopped = false;
	n->signal(n, sig, flush);
	if (lflag(n, ECHO)) {
		echo_char(n, c);
		n->canon_column = n->column;
	}
}

static void end_line(struct n_tty *n, u8 c)
{
	put(n, c, true);
	n->canon_head = n->head;
	n->canon_column = n->column;
}

static void echo_typed(struct n_tty *n, u8 c)
{
	finish_erasing(n);
	if (n->head == n->canon_head)
		n->canon_column = n->column;
	echo_char(n, c);
}

/* Control characters of a line. Return: whether @c was one. */
static bool edit_line(struct n_tty *n, u8 c)
{
	bool extended = lflag(n, IEXTEN), empty = n->head == n->canon_head;

	if (is_cc(n, c, VERASE)) {
		if (!empty)
			erase_char(n);
	} else if (is_cc(n, c, VKILL)) {
		kill_line(n);
	} else if (extended && is_cc(n, c, VWERASE)) {
		erase_word(n);
	} else if (extended && is_cc(n, c, VLNEXT)) {
		n->literal = true;
		if (lflag(n, ECHO) && lflag(n, ECHOCTL))
			echo_raw(n, "^\b", 2);
	} else if (extended && lflag(n, ECHO) && is_cc(n, c, VREPRINT)) {
		reprint(n);
	} else if (c == '\n') {
		finish_erasing(n);
		if (lflag(n, ECHO) || lflag(n, ECHONL))
			echo_output(n, '\n');
		end_line(n, c);
	} else if (is_cc(n, c, VEOF)) {
		end_line(n, DISABLED);
	} else if (is_cc(n, c, VEOL) || (extended && is_cc(n, c, VEOL2))) {
		if (lflag(n, ECHO))
			echo_typed(n, c);
		end_line(n, c);
	} else {
		return false;
	}
	return true;
}

static void take(struct n_tty *n, u8 c)
{
	if (used(n) >= N_TTY_LINE_MAX) {	/* what does not fit is not shown either */
		if (iflag(n, IMAXBEL))
			echo_raw(n, "\a", 1);
		return;
	}
	if (lflag(n, ECHO))
		echo_typed(n, c);
	put(n, c, false);
}

/* Flow control. Return: whether @c was that. */
static bool start_or_stop(struct n_tty *n, u8 c)
{
	if (!iflag(n, IXON))
		return false;
	if (is_cc(n, c, VSTOP) || is_cc(n, c, VSTART)) {
		n->stopped = is_cc(n, c, VSTOP) && !(n->stopped && is_cc(n, c, VSTART));
		return true;
	}
	if (n->stopped && iflag(n, IXANY))
		n->stopped = false;
	return false;
}

static void receive(struct n_tty *n, u8 c)
{
	int sig;

	if (iflag(n, ISTRIP))
		c &= 0x7f;
	if (n->literal) {
		n->literal = false;
		take(n, c);
		return;
	}
	if (start_or_stop(n, c))
		return;
	sig = signal_of(n, c);
	if (sig) {
		send_signal(n, sig, c);
		return;
	}
	if (c == '\r') {
		if (iflag(n, IGNCR))
			return;
		if (iflag(n, ICRNL))
			c = '\n';
	} else if (c == '\n' && iflag(n, INLCR)) {
		c = '\r';
	}
	if (!lflag(n, ICANON) || !edit_line(n, c))
		take(n, c);
}

size_t n_tty_receive(struct n_tty *n, const u8 *s, size_t len)
{
	size_t i;

	for (i = 0; i < len && n_tty_room(n); i++)
		receive(n, s[i]);
	return i;
}

/* ---------------------------------------------------------------- reading */

static bool is_eof(const struct n_tty *n, u32 at)
{
	return ends_at(n, at) && byte_at(n, at) == DISABLED;
}

size_t n_tty_readable(const struct n_tty *n)
{
	u32 at;

	if (!lflag(n, ICANON))
		return used(n);
	for (at = n->tail; at != n->canon_head; at++)
		if (ends_at(n, at))
			return at - n->tail + !is_eof(n, at);
	return 0;
}

size_t n_tty_read(struct n_tty *n, u8 *buf, size_t size, bool *end)
{
	u32 stop = lflag(n, ICANON) ? n->canon_head : n->head;
	size_t got = 0;

	*end = false;
	while (n->tail != stop && !*end) {
		bool ends = lflag(n, ICANON) && ends_at(n, n->tail);

		/* an end of file right behind what fills the buffer is taken with it, as it is no byte */
		if (ends && is_eof(n, n->tail)) {
			n->tail++;
			*end = true;
			break;
		}
		if (got == size)
			break;
		buf[got++] = byte_at(n, n->tail++);
		*end = ends;
	}
	if ((s32)(n->canon_head - n->tail) < 0)
		n->canon_head = n->tail;
	return got;
}

/* ---------------------------------------------------------------- writing */

/* One byte, as at most 8. */
static size_t output_char(struct n_tty *n, u8 c, u8 *out)
{
	u32 oflag = n->t.c_oflag, spaces;

	switch (c) {
	case '\n':
		if (oflag & ONLRET)
			n->column = 0;
		if (oflag & ONLCR) {
			n->column = n->canon_column = 0;
			memcpy(out, "\r\n", 2);
			return 2;
		}
		break;
	case '\r':
		if (oflag & ONOCR && !n->column)
			return 0;
		n->column = n->canon_column = 0;
		if (oflag & OCRNL)
			c = '\n';
		break;
	case '\t':
		spaces = TAB_WIDTH - n->column % TAB_WIDTH;
		n->column += spaces;
		if ((oflag & TABDLY) == XTABS) {
			memset(out, ' ', spaces);
			return spaces;
		}
		break;
	case '\b':
		n->column -= n->column > 0;
		break;
	default:
		if (oflag & OLCUC && c >= 'a' && c <= 'z')
			c -= 'a' - 'A';
		if (!is_control(c) && !is_continuation(n, c))
			n->column++;
	}
	*out = c;
	return 1;
}

size_t n_tty_output(struct n_tty *n, const u8 *s, size_t len, u8 *out, size_t room, size_t *used)
{
	size_t at = 0, i;

	if (!(n->t.c_oflag & OPOST)) {
		*used = min(len, room);
		memcpy(out, s, *used);
		return *used;
	}
	for (i = 0; i < len && room - at >= TAB_WIDTH; i++)
		at += output_char(n, s[i], out + at);
	*used = i;
	return at;
}

void n_tty_set_termios(struct n_tty *n, const struct ktermios *t)
{
	bool was_canonical = lflag(n, ICANON);

	n->t = *t;
	n->t.c_line = N_TTY;
	n->literal = n->erasing = false;
	if (!iflag(n, IXON))
		n->stopped = false;
	if (!lflag(n, ICANON) || was_canonical)
		return;
	/* what was typed until now can be read as if it were a line */
	if (n->head != n->tail)
		set_end(n, n->head - 1, true);
	n->canon_head = n->head;
}
