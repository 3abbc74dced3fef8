// SPDX-License-Identifier: BSD-2-Clause
/*
 * The log and its consoles.
 *
 * All text goes into one ring, log_buf, and each console follows it on its own:
 * console->seq is how far it has come. Whoever adds text brings every console up
 * to date, unless somebody is already inside that console's write(): then that
 * one does it before it leaves. So two CPUs never write to one console at once,
 * nobody waits for a slow console, and a fault inside write() cannot recurse.
 *
 * log_lock guards log_buf and log_head for the time of a memcpy(). The wait for
 * it is bounded: a message out of a fault that hit the holder matters more than
 * the bytes it may overwrite.
 */
#include <kernel/printk.h>
#include <kernel/console.h>
#include <asm/io.h>
#include <lib/printf.h>
#include <lib/string.h>

#define LOG_LOCK_SPINS	(1u << 20)	/* far longer than any memcpy() of the ring */
#define CHUNK		256		/* bytes handed to write() at a time */

static char log_buf[LOG_BUF_SIZE];
static u64 log_head;			/* bytes ever added; log_lock, read atomically */
static int log_lock;
static struct console *consoles;	/* only ever added to at the head; atomic */

static_assert((LOG_BUF_SIZE & (LOG_BUF_SIZE - 1)) == 0, "ring positions are masked");

static void log_lock_take(void)
{
	for (u32 i = 0; i < LOG_LOCK_SPINS; i++) {
		if (!__atomic_exchange_n(&log_lock, 1, __ATOMIC_ACQUIRE))
			return;
		cpu_relax();
	}
}

static void log_lock_drop(void)
{
	__atomic_store_n(&log_lock, 0, __ATOMIC_RELEASE);
}

static void log_append(const char *s, size_t n)
{
	log_lock_take();
	while (n) {
		size_t at = log_head & (LOG_BUF_SIZE - 1);
		size_t part = min(n, (size_t)LOG_BUF_SIZE - at);

		memcpy(log_buf + at, s, part);
		__atomic_store_n(&log_head, log_head + part, __ATOMIC_RELEASE);
		s += part;
		n -= part;
	}
	log_lock_drop();
}

size_t printk_log_read(u64 *seq, char *buf, size_t size)
{
	size_t done = 0;

	log_lock_take();
	if (*seq > log_head)
		*seq = log_head;
	if (log_head - *seq > LOG_BUF_SIZE)
		*seq = log_head - LOG_BUF_SIZE;
	while (done < size && *seq < log_head) {
		size_t at = *seq & (LOG_BUF_SIZE - 1);
		size_t part = min((size_t)(log_head - *seq), (size_t)LOG_BUF_SIZE - at);

		part = min(part, size - done);
		memcpy(buf + done, log_buf + at, part);
		done += part;
		*seq += part;
	}
	log_lock_drop();
	return done;
}

static bool console_enter(struct console *con)
{
	return con->write && !__atomic_exchange_n(&con->busy, 1, __ATOMIC_ACQUIRE);
}

static void console_leave(struct console *con)
{
	__atomic_store_n(&con->busy, 0, __ATOMIC_RELEASE);
}

static bool console_behind(const struct console *con)
{
	return con->write && __atomic_load_n(&con->seq, __ATOMIC_RELAXED) <
			     __atomic_load_n(&log_head, __ATOMIC_ACQUIRE);
}

static void console_drain(struct console *con)
{
	char chunk[CHUNK];
	size_t n;

	while ((n = printk_log_read(&con->seq, chunk, sizeof(chunk))))
		con->write(con, chunk, n);
}

/* Text added between the last read and console_leave() had no one to show it: look again. */
static void console_catch_up(struct console *con)
{
	while (console_behind(con) && console_enter(con)) {
		console_drain(con);
		console_leave(con);
	}
}

static struct console *first_console(void)
{
	return __atomic_load_n(&consoles, __ATOMIC_ACQUIRE);
}

void printk_write(const char *s, size_t n)
{
	log_append(s, n);
	for (struct console *con = first_console(); con; con = con->next)
		console_catch_up(con);
}

int vprintk(const char *fmt, va_list args)
{
	static const char cut[] = "[cut]\n";
	char buf[PRINTK_MAX];
	int len = vsnprintf(buf, sizeof(buf), fmt, args);

	if (len < 0)
		return 0;
	if ((size_t)len >= sizeof(buf)) {
		len = sizeof(buf) - 1;
		memcpy(buf + sizeof(buf) - sizeof(cut), cut, sizeof(cut));
	}
	printk_write(buf, len);
	return len;
}

int printk(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vprintk(fmt, args);
	va_end(args);
	return len;
}

void register_console(struct console *con)
{
	struct console *first = first_console();

	for (struct console *c = first; c; c = c->next)
		if (c == con)
			return;
	do
		con->next = first;
	while (!__atomic_compare_exchange_n(&consoles, &first, con, false,
					    __ATOMIC_RELEASE, __ATOMIC_ACQUIRE));
	console_catch_up(con);
}

void console_write(const char *s, size_t n)
{
	for (struct console *con = first_console(); con; con = con->next) {
		if (!console_enter(con))
			continue;
		console_drain(con);
		con->write(con, s, n);
		console_leave(con);
		console_catch_up(con);
	}
}

int console_getc(void)
{
	for (struct console *con = first_console(); con; con = con->next) {
		int c = con->getc ? con->getc(con) : -1;

		if (c >= 0)
			return c & 0xff;
	}
	return -1;
}

bool console_has_input(void)
{
	for (struct console *con = first_console(); con; con = con->next)
		if (con->getc)
			return true;
	return false;
}
