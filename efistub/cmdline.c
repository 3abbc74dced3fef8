/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the command line comes from: the load options, else cmdline.txt beside
 * the image unless Secure Boot is on, else the one built in. A line that is cut or unreadable is named,
 * and the boot goes on with what is left.
 */
#include "stub.h"
#include "loadopts.h"
#include <generated/version.h>
#include <lib/cmdline.h>
#include <lib/string.h>

static void complain(struct stub *s, const char *source, unsigned int flags)
{
	if (flags & LOADOPTS_GARBAGE)
		stub_warn(s, "%s: not text, ignored", source);
	if (flags & LOADOPTS_CUT)
		stub_warn(s, "%s: longer than %d bytes, cut", source, COMMAND_LINE_SIZE - 1);
	if (flags & LOADOPTS_ODD_SIZE)
		stub_warn(s, "%s: an odd number of bytes, the last one dropped", source);
	if (flags & LOADOPTS_WHOLE_OPTION)
		stub_detail(s, "%s: a whole EFI_LOAD_OPTION, its optional data used", source);
}

static bool from_load_options(struct stub *s)
{
	char path[256];
	const char *name = path;
	unsigned int i, flags;

	stub_file_path(s, path, sizeof(path));
	for (i = 0; path[i]; i++)
		if (path[i] == '\\' || path[i] == '/')
			name = path + i + 1;
	flags = loadopts_to_cmdline(s->loaded->LoadOptions, s->loaded->LoadOptionsSize, name,
				    s->cmdline, sizeof(s->cmdline));
	complain(s, "load options", flags);
	return s->cmdline[0];
}

static bool from_file(struct stub *s)
{
	static const char name[] = "cmdline.txt";
	char text[2 * COMMAND_LINE_SIZE];	/* room for comments, or for UTF-16 */
	size_t size = sizeof(text);
	efi_status_t err = stub_read_beside(s, name, text, &size);

	if (err == EFI_NOT_FOUND)
		return false;
	if (stub_secure_boot_on(s)) {
		stub_printf(s, "Secure Boot on: %s ignored, no signature covers it\n", name);
		return false;
	}
	if (err == EFI_BUFFER_TOO_SMALL)
		stub_warn(s, "%s: longer than %u bytes, the rest not read", name, (unsigned int)sizeof(text));
	else if (EFI_ERROR(err)) {
		stub_warn(s, "%s: cannot be read (%#llx)", name, (unsigned long long)err);
		return false;
	}
	complain(s, name, cmdline_file_parse(text, size, s->cmdline, sizeof(s->cmdline)));
	return s->cmdline[0];
}

/* The load options are the loader's own then, and the folder it came from is its own too. */
static bool from_boot_params(struct stub *s)
{
	u64 pa = stub_handed_ptr(s, s->handed->hdr.cmd_line_ptr, s->handed->ext_cmd_line_ptr);

	if (pa && strscpy(s->cmdline, (const char *)(uintptr_t)pa, sizeof(s->cmdline)) < 0)
		complain(s, "boot_params", LOADOPTS_CUT);
	return s->cmdline[0];
}

efi_status_t stub_command_line(struct stub *s)
{
	const char *source = "load options";
	efi_status_t err;

	if (s->handed) {
		err = stub_check_handed(s);
		if (EFI_ERROR(err))
			return err;
		source = "boot_params";
		if (!from_boot_params(s)) {
			source = "built in";
			strscpy(s->cmdline, LANTERN_CMDLINE, sizeof(s->cmdline));
		}
	} else if (!from_load_options(s)) {
		source = "cmdline.txt";
		if (!from_file(s)) {
			source = "built in";
			strscpy(s->cmdline, LANTERN_CMDLINE, sizeof(s->cmdline));
		}
	}
	s->debug = cmdline_list_has(s->cmdline, "efi", "debug");
	s->deterministic = cmdline_find_option_bool(s->cmdline, "deterministic");
	s->no_kaslr = s->deterministic || cmdline_find_option_bool(s->cmdline, "nokaslr");
	s->no_5level = cmdline_find_option_bool(s->cmdline, "no5lvl");
	s->soft_reserve = !cmdline_list_has(s->cmdline, "efi", "nosoftreserve");
	cmdline_find_option(s->cmdline, "stop", s->stop, sizeof(s->stop));
	stub_stages_passed(s);
	stub_detail(s, "from %s: %s", source, s->cmdline);
	return EFI_SUCCESS;
}
