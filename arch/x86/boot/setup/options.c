/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of the setup code; options.h says which. Reads, prints nothing. */
#include <lib/cmdline.h>
#include <lib/string.h>
#include "options.h"

#define DEFAULT_BAUD	115200

static const u16 com_ports[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };

/* Whether *@s begins with @word; then *@s is moved behind it. */
static bool take(const char **s, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*s, word, len) != 0)
		return false;
	*s += len;
	return true;
}

static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;			/* lower case */
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* The digits at *@s, hexadecimal after 0x, as far as they go; false when there is none or they are too many. */
static bool take_number(const char **s, u32 *out)
{
	unsigned int base = take(s, "0x") || take(s, "0X") ? 16 : 10, digit;
	const char *start = *s;
	u32 v = 0;

	for (; (digit = digit_value(**s)) < base; ++*s) {
		if (v > 0x0fffff)
			return false;
		v = v * base + digit;
	}
	*out = v;
	return *s > start;
}

static u32 baud_of(const char *s)
{
	u32 baud;

	if (!take_number(&s, &baud) || baud < 50 || DEFAULT_BAUD % baud)
		return DEFAULT_BAUD;
	return baud;
}

/* ttySn or 0xPORT, up to a comma or the end; *@s is moved behind it and the comma. */
static u16 take_port(const char **s)
{
	const char *p = *s;
	u32 port = 0;

	if (take(&p, "ttyS")) {
		if (!take_number(&p, &port) || port >= ARRAY_SIZE(com_ports))
			return 0;
		port = com_ports[port];
	} else if (strncmp(p, "0x", 2) != 0 || !take_number(&p, &port) || port > 0xffff) {
		return 0;
	}
	if (*p && *p != ',')
		return 0;
	*s = p + (*p == ',');
	return port;
}

static struct serial_request serial_at(u16 port, const char *baud)
{
	return (struct serial_request){ .port = port, .baud = baud_of(baud) };
}

static struct serial_request earlyprintk_serial(const char *s)
{
	bool serial = take(&s, "serial");
	u16 port;

	if (serial)
		take(&s, ",");
	port = take_port(&s);
	if (!port && serial)
		port = com_ports[0];
	return serial_at(port, s);
}

struct serial_request serial_options(const char *cmdline)
{
	struct serial_request request;
	bool named = false;
	char value[32];
	const char *s = value;

	if (cmdline_find_option(cmdline, "earlyprintk", value, sizeof(value)) >= 0) {
		named = true;
		request = earlyprintk_serial(value);
		if (request.port)
			return request;
	}
	/* the last console= counts here; it is where /dev/console would be */
	if (cmdline_find_option(cmdline, "console", value, sizeof(value)) >= 0) {
		u16 port = take_port(&s);

		return serial_at(port, s);
	}
	return serial_at(named ? 0 : com_ports[0], "");
}

bool wants_detail(const char *cmdline)
{
	return cmdline_list_has(cmdline, "efi", "debug") ||
	       cmdline_find_option_bool(cmdline, "earlyprintk") ||
	       cmdline_find_option(cmdline, "earlyprintk", NULL, 0) >= 0;
}

static struct video_request request_of_mode(u16 mode)
{
	struct video_request want = { .kind = VIDEO_UNKNOWN };

	if (mode == VID_MODE_NORMAL || mode == VID_MODE_80X25)
		want.kind = VIDEO_TEXT;
	else if (mode == VID_MODE_EXTENDED || mode == VID_MODE_80X50)
		want.kind = VIDEO_TEXT_50;
	else if (mode >= VID_MODE_VESA_FIRST && mode <= VID_MODE_VESA_LAST) {
		want.kind = VIDEO_VESA_MODE;
		want.mode = mode - VID_MODE_VESA_FIRST;
	}
	return want;
}

static u16 mode_of_vga_option(const char *value)
{
	u32 mode;

	if (strcmp(value, "normal") == 0)
		return VID_MODE_NORMAL;
	if (strcmp(value, "ext") == 0)
		return VID_MODE_EXTENDED;
	if (take_number(&value, &mode) && !*value && mode <= 0xffff)
		return mode;
	return VID_MODE_ASK;
}

/* WxH, then -DEPTH or nothing; a refresh rate and vesafb's own options say nothing to us */
static bool parse_size(const char *s, struct video_request *want)
{
	u32 width, height, depth = 0;

	take(&s, "vesafb:");
	if (!take_number(&s, &width) || !take(&s, "x") || !take_number(&s, &height))
		return false;
	if (take(&s, "-") && !take_number(&s, &depth))
		return false;
	if (*s && *s != '@' && *s != ',')
		return false;
	if (!width || !height || width > 0xffff || height > 0xffff || depth > 32)
		return false;
	*want = (struct video_request){ .kind = VIDEO_VESA_SIZE, .width = width, .height = height, .depth = depth };
	return true;
}

struct video_request video_options(const char *cmdline, u16 vid_mode)
{
	struct video_request want = { .kind = VIDEO_TEXT };
	char value[32];

	if (vid_mode != VID_MODE_NORMAL)
		return request_of_mode(vid_mode);
	if (cmdline_find_option(cmdline, "vga", value, sizeof(value)) >= 0)
		return request_of_mode(mode_of_vga_option(value));
	/* other drivers' video= (efifb:, a connector's name) are none of ours */
	if (cmdline_find_option(cmdline, "video", value, sizeof(value)) >= 0)
		parse_size(value, &want);
	return want;
}

#define VBE_SUPPORTED	0x01		/* mode attributes, VBE 3.0 function 01h */
#define VBE_COLOUR	0x08
#define VBE_GRAPHICS	0x10
#define VBE_LINEAR	0x80
#define VBE_NEEDED	(VBE_SUPPORTED | VBE_COLOUR | VBE_GRAPHICS | VBE_LINEAR)
#define VBE_PACKED	4		/* memory model; some cards call direct colour that */
#define VBE_DIRECT	6

static unsigned int depth_rank(u8 depth)
{
	switch (depth) {
	case 32:
		return 4;
	case 24:
		return 3;
	case 16:
		return 2;
	case 15:
		return 1;
	}
	return 0;
}

bool vesa_mode_usable(const struct vesa_mode_facts *facts)
{
	u32 bytes = (facts->depth + 7) / 8;

	return (facts->attributes & VBE_NEEDED) == VBE_NEEDED && facts->lfb_base &&
	       (facts->memory_model == VBE_DIRECT || facts->memory_model == VBE_PACKED) &&
	       depth_rank(facts->depth) && facts->width && facts->height &&
	       facts->line_length >= facts->width * bytes && facts->line_length <= 0xffff;
}

unsigned int vesa_mode_rank(const struct vesa_mode_facts *facts, const struct video_request *want)
{
	if (facts->width != want->width || facts->height != want->height)
		return 0;
	if (want->depth && want->depth != facts->depth)
		return 0;
	return depth_rank(facts->depth);
}
