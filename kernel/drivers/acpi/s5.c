/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * \_S5 in the DSDT. There is no AML interpreter: the bytes are scanned for a name,
 * followed by a package whose first elements are small constants.
 */
#include "internal.h"
#include <lib/string.h>

#define AML_NAME_OP	0x08		/* ACPI 6.5, 20.2.5.1 */
#define AML_PACKAGE_OP	0x12
#define AML_BYTE_PREFIX	0x0a
#define SLP_TYP_MAX	7		/* three bits */

/* Return: the byte at *@p, which moves on; -1 at the end. */
static int next_byte(const u8 **p, const u8 *end)
{
	return *p < end ? *(*p)++ : -1;
}

/* PkgLength (20.2.4) counts itself. Return: the end of the package; NULL when it is not within @end. */
static const u8 *package_end(const u8 **p, const u8 *end)
{
	const u8 *start = *p;
	int lead = next_byte(p, end), byte;
	unsigned int i, more = lead >> 6;
	size_t len;

	if (lead < 0)
		return NULL;
	len = more ? lead & 0x0f : lead & 0x3f;
	for (i = 0; i < more; i++) {
		byte = next_byte(p, end);
		if (byte < 0)
			return NULL;
		len |= (size_t)byte << (4 + 8 * i);
	}
	return len <= (size_t)(end - start) ? start + len : NULL;
}

/* Zero, One or a byte (20.2.3). Return: -1 for anything else. */
static int small_constant(const u8 **p, const u8 *end)
{
	int op = next_byte(p, end);

	return op == AML_BYTE_PREFIX ? next_byte(p, end) : op > 1 ? -1 : op;
}

/* @p: behind the name. */
static bool parse_package(const u8 *p, const u8 *end, struct acpi_s5 *s5)
{
	int nr, a, b;

	if (next_byte(&p, end) != AML_PACKAGE_OP)
		return false;
	end = package_end(&p, end);
	nr = end ? next_byte(&p, end) : 0;
	a = nr >= 1 ? small_constant(&p, end) : -1;
	b = nr >= 2 ? small_constant(&p, end) : -1;
	if (b < 0)
		b = a;			/* some tables have one for both */
	if (a < 0 || a > SLP_TYP_MAX || b > SLP_TYP_MAX)
		return false;
	*s5 = (struct acpi_s5){ true, a, b };
	return true;
}

/* @at: "_S5_", behind NameOp and perhaps the root prefix. */
static bool is_name(const u8 *aml, const u8 *at)
{
	if (at > aml && at[-1] == '\\')
		at--;
	return at > aml && at[-1] == AML_NAME_OP;
}

bool acpi_scan_s5(const void *aml, size_t len, struct acpi_s5 *s5)
{
	const u8 *start = aml, *end = start + len, *p;

	s5->valid = false;
	for (p = start; end - p > 4; p++)
		if (*p == '_' && !memcmp(p, "_S5_", 4) && is_name(start, p) && parse_package(p + 4, end, s5))
			return true;
	return false;
}
