/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What gcc calls where -fsanitize=undefined finds that C does not say what
 * happens. The layouts are those of its libubsan. Each place is told once: the
 * compiler's own record of it is marked.
 */
#include <asm/traps.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <lib/types.h>

#define COLUMN_REPORTED	0x80000000u

struct source_location {
	const char	*file;
	u32		line, column;
};

struct type_descriptor {
	u16	kind;
	u16	info;			/* integer: bit 0 signed, above it log2 of the bits */
	char	name[];
};

struct overflow_data { struct source_location at; const struct type_descriptor *type; };
struct shift_data { struct source_location at; const struct type_descriptor *left, *right; };
struct bounds_data { struct source_location at; const struct type_descriptor *array, *index; };
struct value_data { struct source_location at; const struct type_descriptor *type; };
struct unreachable_data { struct source_location at; };
struct mismatch_data {
	struct source_location at;
	const struct type_descriptor *type;
	u8 log_alignment, access;
};

static bool first_time(struct source_location *at)
{
	return !(__atomic_fetch_or(&at->column, COLUMN_REPORTED, __ATOMIC_RELAXED) & COLUMN_REPORTED);
}

static bool begin(const char *kind, struct source_location *at)
{
	if (!first_time(at))
		return false;
	printk(KERN_ERR "ubsan: %s at %s:%u:%u: ", kind, at->file[0] == '.' ? at->file + 2 : at->file, at->line,
	       at->column & ~COLUMN_REPORTED);
	return true;
}

static void end(void)
{
	show_backtrace(0, (unsigned long)__builtin_frame_address(0));
}

/* A value as gcc passes it: in the word itself, or where it does not fit pointed to. */
static s64 value_of(const struct type_descriptor *type, unsigned long value)
{
	unsigned int bits = 1u << (type->info >> 1);

	if (bits > 64)
		return *(const s64 *)value;
	if (!(type->info & 1) || bits == 64)
		return value;
	return (s64)(value << (64 - bits)) >> (64 - bits);
}

static void overflow(const char *what, struct overflow_data *data, unsigned long a, unsigned long b)
{
	if (!begin("signed-integer-overflow", &data->at))
		return;
	printk("%lld %s %lld does not fit %s\n", (long long)value_of(data->type, a), what,
	       (long long)value_of(data->type, b), data->type->name);
	end();
}

#define HANDLER(name, ...)			\
void __ubsan_handle_##name(__VA_ARGS__);	\
void __ubsan_handle_##name(__VA_ARGS__)

HANDLER(add_overflow, struct overflow_data *data, unsigned long a, unsigned long b)
{
	overflow("+", data, a, b);
}

HANDLER(sub_overflow, struct overflow_data *data, unsigned long a, unsigned long b)
{
	overflow("-", data, a, b);
}

HANDLER(mul_overflow, struct overflow_data *data, unsigned long a, unsigned long b)
{
	overflow("*", data, a, b);
}

HANDLER(negate_overflow, struct overflow_data *data, unsigned long a)
{
	overflow("negated, from", data, 0, a);
}

HANDLER(divrem_overflow, struct overflow_data *data, unsigned long a, unsigned long b)
{
	overflow("/", data, a, b);
}

HANDLER(shift_out_of_bounds, struct shift_data *data, unsigned long left, unsigned long right)
{
	if (!begin("shift-out-of-bounds", &data->at))
		return;
	printk("%lld shifted by %lld, of %u bits of %s\n", (long long)value_of(data->left, left),
	       (long long)value_of(data->right, right), 1u << (data->left->info >> 1), data->left->name);
	end();
}

HANDLER(out_of_bounds, struct bounds_data *data, unsigned long index)
{
	if (!begin("array-index-out-of-bounds", &data->at))
		return;
	printk("index %lld of %s\n", (long long)value_of(data->index, index), data->array->name);
	end();
}

HANDLER(load_invalid_value, struct value_data *data, unsigned long value)
{
	if (!begin("invalid-load", &data->at))
		return;
	printk("%lu is no value of %s\n", value, data->type->name);
	end();
}

HANDLER(type_mismatch_v1, struct mismatch_data *data, unsigned long va)
{
	if (!begin("misaligned-access", &data->at))
		return;
	printk("%#lx for %s, which wants %u bytes\n", va, data->type->name, 1u << data->log_alignment);
	end();
}

void __ubsan_handle_builtin_unreachable(struct unreachable_data *data) __noreturn;
void __ubsan_handle_builtin_unreachable(struct unreachable_data *data)
{
	panic("ubsan: unreachable code at %s:%u", data->at.file, data->at.line);
}
