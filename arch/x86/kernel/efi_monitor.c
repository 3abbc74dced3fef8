/* SPDX-License-Identifier: BSD-2-Clause */
/* Monitor command efi: who the firmware is, its clock, its variables, its tables. */
#include "efi_internal.h"
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/kstrtox.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <lib/utf.h>
#include <mm/slab.h>
#include <uapi/errno.h>

#define NAME_UNITS	512		/* of a variable's name; UEFI knows no limit, firmware does */
#define MAX_VARIABLES	4096		/* more is firmware that never ends its list */
#define MAX_VALUE	(64u << 10)
#define SHOWN_VALUE	256		/* bytes of a value that "efi var" prints */

/* ---------------------------------------------------------------- GUIDs */

static const struct {
	efi_guid_t	guid;
	const char	*name;
} known_tables[] = {
	{ ACPI_20_GUID,				"ACPI 2.0 RSDP" },
	{ ACPI_10_GUID,				"ACPI 1.0 RSDP" },
	{ SMBIOS_GUID,				"SMBIOS" },
	{ SMBIOS3_GUID,				"SMBIOS 3" },
	{ MEMORY_ATTRIBUTES_TABLE_GUID,		"memory attributes" },
	{ RT_PROPERTIES_TABLE_GUID,		"runtime properties" },
	{ CONFORMANCE_PROFILES_GUID,		"conformance profiles" },
	{ ESRT_GUID,				"system resources (ESRT)" },
	{ IMAGE_SECURITY_GUID,			"image execution info" },
	{ DEBUG_IMAGE_INFO_GUID,		"debug image info" },
	{ DXE_SERVICES_GUID,			"DXE services" },
	{ HOB_LIST_GUID,			"HOB list" },
	{ MEMORY_TYPE_INFO_GUID,		"memory type info" },
	{ STATUS_CODES_GUID,			"status codes" },
	{ LZMA_DECOMPRESS_GUID,			"LZMA decompression" },
	{ RANDOM_SEED_GUID,			"random seed" },
	{ TPM_EVENT_LOG_GUID,			"TPM event log" },
	{ SHIM_LOCK_GUID,			"shim" },
};

#define GUID_TEXT	37		/* 36 characters and the NUL */

static void guid_text(const efi_guid_t *g, char text[GUID_TEXT])
{
	snprintf(text, GUID_TEXT, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", g->Data1, g->Data2, g->Data3,
		 g->Data4[0], g->Data4[1], g->Data4[2], g->Data4[3], g->Data4[4], g->Data4[5], g->Data4[6],
		 g->Data4[7]);
}

/* @nr hexadecimal digits. Return: what follows them and the character @end; NULL when that is not there. */
static const char *hex_field(const char *text, unsigned int nr, char end, u64 *value)
{
	char digits[17];

	if (!text || strnlen(text, nr + 1) < nr || text[nr] != end)
		return NULL;
	memcpy(digits, text, nr);
	digits[nr] = '\0';
	return kstrtou64(digits, 16, value) ? NULL : text + nr + 1;
}

static bool parse_guid(const char *text, efi_guid_t *guid)
{
	u64 a = 0, b = 0, c = 0, d = 0, e = 0;
	unsigned int i;

	text = hex_field(text, 8, '-', &a);
	text = hex_field(text, 4, '-', &b);
	text = hex_field(text, 4, '-', &c);
	text = hex_field(text, 4, '-', &d);
	if (!hex_field(text, 12, '\0', &e))
		return false;
	*guid = (efi_guid_t){ .Data1 = a, .Data2 = b, .Data3 = c, .Data4 = { d >> 8, d } };
	for (i = 0; i < 6; i++)
		guid->Data4[2 + i] = e >> (40 - 8 * i);
	return true;
}

/* ---------------------------------------------------------------- errors, time */

static void print_error(const char *what, int err)
{
	printk("efi: %s: %s\n", what, err == -ENODEV ? "not available" : err == -ENOENT ? "not found" :
	       err == -EINVAL ? "invalid" : err == -EPERM ? "not allowed" : "the firmware failed");
}

static void print_time(const efi_time_t *t)
{
	printk("%04u-%02u-%02u %02u:%02u:%02u", t->Year, t->Month, t->Day, t->Hour, t->Minute, t->Second);
	if (t->TimeZone == EFI_UNSPECIFIED_TIMEZONE)
		printk(", no time zone\n");
	else
		printk(", %d minutes from UTC\n", -t->TimeZone);
}

/* @nr decimal digits that end at @end; an impossible value when they are something else. */
static unsigned int digits(const char *text, unsigned int nr)
{
	char field[5];
	u64 value;

	memcpy(field, text, nr);
	field[nr] = '\0';
	return kstrtou64(field, 10, &value) ? ~0u : value;
}

/* "2026-11-21" and "02:30:00"; whether the fields are in range is efi_set_time()'s to know. */
static bool parse_time(const char *date, const char *clock, efi_time_t *t)
{
	if (strlen(date) != 10 || strlen(clock) != 8 || date[4] != '-' || date[7] != '-' ||
	    clock[2] != ':' || clock[5] != ':')
		return false;
	t->Year = digits(date, 4);
	t->Month = digits(date + 5, 2);
	t->Day = digits(date + 8, 2);
	t->Hour = digits(clock, 2);
	t->Minute = digits(clock + 3, 2);
	t->Second = digits(clock + 6, 2);
	t->Nanosecond = 0;
	return true;
}

static int show_time(void)
{
	efi_time_t now;
	int err = efi_get_time(&now);

	if (err)
		print_error("GetTime", err);
	else
		print_time(&now);
	return 0;
}

static int set_time(const char *date, const char *clock)
{
	efi_time_t now;
	int err = efi_get_time(&now);		/* the time zone stays */

	if (err) {
		print_error("GetTime", err);
		return 0;
	}
	if (!parse_time(date, clock, &now))
		return -1;
	err = efi_set_time(&now);
	if (err)
		print_error("SetTime", err);
	return err ? 0 : show_time();
}

/* ---------------------------------------------------------------- variables */

struct value {
	u32	attr;
	size_t	size;
	u8	*data;			/* NULL: not read */
};

static int read_value(const efi_char16_t *name, const efi_guid_t *vendor, struct value *v)
{
	int err;

	*v = (struct value){ 0 };
	err = efi_get_variable(name, vendor, &v->attr, &v->size, NULL);
	if (err != -ERANGE)
		return err;
	if (v->size > MAX_VALUE)
		return -EIO;
	v->data = kmalloc(v->size, GFP_KERNEL);
	if (!v->data)
		return -ENOMEM;
	err = efi_get_variable(name, vendor, &v->attr, &v->size, v->data);
	if (err) {
		kfree(v->data);
		v->data = NULL;
	}
	return err;
}

static void print_variable(const efi_char16_t *name, const efi_guid_t *vendor)
{
	static const char flags[] = "NBRHWTA";	/* EFI_VARIABLE_* from bit 0 on */
	char text[28], guid[GUID_TEXT], attr[sizeof(flags)];
	struct value v;
	unsigned int i;
	int err = read_value(name, vendor, &v);

	for (i = 0; flags[i]; i++)
		attr[i] = v.attr >> i & 1 ? flags[i] : '-';
	attr[i] = '\0';
	utf16_to_utf8(name, NAME_UNITS, text, sizeof(text), NULL);
	guid_text(vendor, guid);
	if (err)
		printk("%s %-27s not readable\n", guid, text);
	else
		printk("%s %-27s %s %5zu\n", guid, text, attr, v.size);
	kfree(v.data);
}

static int list_variables(void)
{
	static efi_char16_t name[NAME_UNITS];
	efi_guid_t vendor = { 0 };
	unsigned int nr;
	int err = 0;

	name[0] = 0;
	for (nr = 0; nr < MAX_VARIABLES; nr++) {
		err = efi_next_variable(name, sizeof(name), &vendor);
		if (err)
			break;
		print_variable(name, &vendor);
	}
	if (err && err != -ENOENT)
		print_error("GetNextVariableName", err);
	else
		printk("efi: %u variables%s\n", nr, err ? "" : " and more");
	return 0;
}

static void print_bytes(const u8 *data, size_t size)
{
	size_t i, shown = min(size, (size_t)SHOWN_VALUE);

	for (i = 0; i < shown; i++)
		printk("%02x%s", data[i], i % 24 == 23 || i == shown - 1 ? "\n" : " ");
	if (shown < size)
		printk("%zu bytes more\n", size - shown);
}

static int show_variable(const char *text, const char *guid)
{
	efi_char16_t name[64];
	efi_guid_t vendor = GLOBAL_VARIABLE_GUID;
	struct value v;
	size_t i;
	int err;

	if ((guid && !parse_guid(guid, &vendor)) || strlen(text) >= ARRAY_SIZE(name))
		return -1;
	for (i = 0; i <= strlen(text); i++)
		name[i] = (u8)text[i];
	err = read_value(name, &vendor, &v);
	if (err)
		print_error(text, err);
	else
		print_bytes(v.data, v.size);
	kfree(v.data);
	return 0;
}

/* ---------------------------------------------------------------- firmware, tables */

static int show_firmware(void)
{
	u32 revision;
	const char *vendor = efi_firmware(&revision);

	printk("%u-bit UEFI %u.%u, %s %u.%02u\n", efi_firmware_bits(), efi.revision >> 16,
	       (efi.revision & 0xffff) / 10, vendor ? vendor : "no system table", revision >> 16, revision & 0xffff);
	printk("runtime services %s\n", efi_runtime_enabled() ? "on" : "off");
	return 0;
}

static int list_tables(void)
{
	unsigned int i, j;

	for (i = 0; i < efi.nr_tables; i++) {
		const char *name = "";
		char guid[GUID_TEXT];

		for (j = 0; j < ARRAY_SIZE(known_tables); j++)
			if (!memcmp(&efi.tables[i].guid, &known_tables[j].guid, sizeof(efi_guid_t)))
				name = known_tables[j].name;
		guid_text(&efi.tables[i].guid, guid);
		printk("%s %#14llx %s\n", guid, (unsigned long long)efi.tables[i].pa, name);
	}
	return 0;
}

static int cmd_efi(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!efi_enabled()) {
		printk("efi: not started by UEFI\n");
		return 0;
	}
	if (argc == 1)
		return show_firmware();
	if (argc == 2 && !strcmp(what, "tables"))
		return list_tables();
	if (argc == 2 && !strcmp(what, "vars"))
		return list_variables();
	if ((argc == 3 || argc == 4) && !strcmp(what, "var"))
		return show_variable(argv[2], argc == 4 ? argv[3] : NULL);
	if (argc == 2 && !strcmp(what, "time"))
		return show_time();
	if (argc == 4 && !strcmp(what, "time"))
		return set_time(argv[2], argv[3]);
	return -1;
}
MONITOR_COMMAND(efi, "[WHAT]", "firmware; time [DATE TIME], vars, var NAME [GUID], tables", cmd_efi);
