/* SPDX-License-Identifier: BSD-2-Clause */
/* arch/x86/boot/setup/options.c: what the command line asks of the BIOS setup code. */
#include <tests/host/test.h>
#include <arch/x86/boot/setup/options.h>

static void expect_serial(const char *cmdline, u16 port, u32 baud)
{
	struct serial_request got = serial_options(cmdline);

	if (got.port != port || (port && got.baud != baud))
		fail_msg("\"%s\" gives port %#x at %u, not %#x at %u", cmdline, got.port, got.baud, port, baud);
}

static void serial_line_is_com1_unless_named(void **state)
{
	(void)state;
	expect_serial("", 0x3f8, 115200);
	expect_serial("quiet root=/dev/sda", 0x3f8, 115200);
	expect_serial("console=ttyS0", 0x3f8, 115200);
	expect_serial("console=ttyS1,9600", 0x2f8, 9600);
	expect_serial("console=ttyS2,9600n8", 0x3e8, 9600);
	expect_serial("console=tty0 console=ttyS3", 0x2e8, 115200);
	expect_serial("console=tty0", 0, 0);
	expect_serial("console=ttyS4", 0, 0);
	expect_serial("console=ttyS", 0, 0);
	expect_serial("console=ttyS0x", 0, 0);
	expect_serial("console=ttyUSB0", 0, 0);
}

static void earlyprintk_goes_first(void **state)
{
	(void)state;
	expect_serial("earlyprintk=ttyS1 console=ttyS0", 0x2f8, 115200);
	expect_serial("earlyprintk=serial", 0x3f8, 115200);
	expect_serial("earlyprintk=serial,ttyS1,19200", 0x2f8, 19200);
	expect_serial("earlyprintk=serial,0x2e8,300", 0x2e8, 300);
	expect_serial("earlyprintk=serial,9600", 0x3f8, 9600);
	expect_serial("earlyprintk=0x3220,57600", 0x3220, 57600);
	expect_serial("earlyprintk=0x12345", 0, 0);
	expect_serial("earlyprintk=0x", 0, 0);
	expect_serial("earlyprintk=vga", 0, 0);
	expect_serial("earlyprintk=vga console=ttyS0", 0x3f8, 115200);
	expect_serial("earlyprintk", 0x3f8, 115200);
}

static void impossible_speeds_become_the_usual_one(void **state)
{
	(void)state;
	expect_serial("console=ttyS0,0", 0x3f8, 115200);
	expect_serial("console=ttyS0,115201", 0x3f8, 115200);
	expect_serial("console=ttyS0,99999999999", 0x3f8, 115200);
	expect_serial("console=ttyS0,fast", 0x3f8, 115200);
	expect_serial("console=ttyS0,49", 0x3f8, 115200);
	expect_serial("console=ttyS0,50", 0x3f8, 50);
}

static void stages_are_asked_for_by_two_options(void **state)
{
	(void)state;
	assert_true(wants_detail("efi=debug"));
	assert_true(wants_detail("a efi=nochunk,debug b"));
	assert_true(wants_detail("earlyprintk"));
	assert_true(wants_detail("earlyprintk=ttyS0"));
	assert_false(wants_detail(""));
	assert_false(wants_detail("efi=nochunk xearlyprintk"));
}

static void expect_video(const char *cmdline, u16 vid_mode, struct video_request want)
{
	struct video_request got = video_options(cmdline, vid_mode);

	if (got.kind != want.kind || got.mode != want.mode || got.width != want.width ||
	    got.height != want.height || got.depth != want.depth)
		fail_msg("\"%s\" with %#x gives kind %d mode %#x %ux%u-%u", cmdline, vid_mode, got.kind, got.mode,
			 got.width, got.height, got.depth);
}

#define TEXT		(struct video_request){ .kind = VIDEO_TEXT }
#define TEXT_50		(struct video_request){ .kind = VIDEO_TEXT_50 }
#define UNKNOWN		(struct video_request){ .kind = VIDEO_UNKNOWN }
#define MODE(nr)	(struct video_request){ .kind = VIDEO_VESA_MODE, .mode = nr }
#define SIZE(w, h, d)	(struct video_request){ .kind = VIDEO_VESA_SIZE, .width = w, .height = h, .depth = d }

static void mode_of_the_header_decides(void **state)
{
	(void)state;
	expect_video("", 0xffff, TEXT);
	expect_video("vga=0x318", 0x317, MODE(0x117));
	expect_video("video=800x600", 0x318, MODE(0x118));
	expect_video("", 0xfffe, TEXT_50);
	expect_video("", 0xfffd, UNKNOWN);
	expect_video("", 0x0f00, TEXT);
	expect_video("", 0x0f01, TEXT_50);
	expect_video("", 0x0200, MODE(0));
	expect_video("", 0x09ff, MODE(0x7ff));
	expect_video("", 0x01ff, UNKNOWN);
	expect_video("", 0x0a00, UNKNOWN);
	expect_video("", 0, UNKNOWN);
}

static void vga_option_takes_both_kinds_of_number(void **state)
{
	(void)state;
	expect_video("vga=0x318", 0xffff, MODE(0x118));
	expect_video("vga=0X318", 0xffff, MODE(0x118));
	expect_video("vga=792", 0xffff, MODE(0x118));
	expect_video("vga=normal", 0xffff, TEXT);
	expect_video("vga=ext", 0xffff, TEXT_50);
	expect_video("vga=ask", 0xffff, UNKNOWN);
	expect_video("vga=", 0xffff, UNKNOWN);
	expect_video("vga=318x", 0xffff, UNKNOWN);
	expect_video("vga=0x10318", 0xffff, UNKNOWN);
	expect_video("vga=99999999999999999999", 0xffff, UNKNOWN);
	expect_video("vga=792 video=800x600", 0xffff, MODE(0x118));
}

static void video_option_gives_a_size(void **state)
{
	(void)state;
	expect_video("video=1024x768", 0xffff, SIZE(1024, 768, 0));
	expect_video("video=1024x768-24", 0xffff, SIZE(1024, 768, 24));
	expect_video("video=vesafb:800x600-16@60", 0xffff, SIZE(800, 600, 16));
	expect_video("video=vesafb:800x600,mtrr:3", 0xffff, SIZE(800, 600, 0));
	expect_video("video=640x480@75", 0xffff, SIZE(640, 480, 0));
	expect_video("video=640x480 video=800x600", 0xffff, SIZE(800, 600, 0));
}

static void what_is_no_size_stays_text(void **state)
{
	static const char *const lines[] = {
		"video=efifb:auto", "video=vesafb:", "video=HDMI-A-1:1024x768", "video=1024", "video=1024x",
		"video=x768", "video=0x768", "video=1024x0", "video=1024x768-", "video=1024x768-33",
		"video=70000x768", "video=1024x768M", "video=", "xvideo=1024x768",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		expect_video(lines[i], 0xffff, TEXT);
}

static const struct vesa_mode_facts good = {
	.attributes = 0x9b, .width = 1024, .height = 768, .depth = 32, .memory_model = 6,
	.lfb_base = 0xfd000000, .line_length = 4096,
};

#define BUT(change)	({ struct vesa_mode_facts f = good; f.change; vesa_mode_usable(&f); })

static void only_modes_that_can_be_drawn_in_are_usable(void **state)
{
	(void)state;
	assert_true(vesa_mode_usable(&good));
	assert_true(BUT(memory_model = 4));
	assert_true(BUT(line_length = 8192));
	assert_true(BUT(depth = 15));
	assert_false(BUT(attributes = 0x9a));		/* not supported by the hardware */
	assert_false(BUT(attributes = 0x93));		/* monochrome */
	assert_false(BUT(attributes = 0x8b));		/* text */
	assert_false(BUT(attributes = 0x1b));		/* banked only */
	assert_false(BUT(depth = 8));
	assert_false(BUT(depth = 4));
	assert_false(BUT(memory_model = 3));
	assert_false(BUT(lfb_base = 0));
	assert_false(BUT(line_length = 4095));
	assert_false(BUT(line_length = 0x10000));	/* screen_info has 16 bits for it */
	assert_false(BUT(width = 0));
	assert_false(BUT(height = 0));
}

static unsigned int rank(u8 depth, u16 wanted_depth)
{
	struct vesa_mode_facts facts = good;
	struct video_request want = SIZE(1024, 768, wanted_depth);

	facts.depth = depth;
	return vesa_mode_rank(&facts, &want);
}

static void best_mode_is_the_deepest_or_the_one_named(void **state)
{
	struct video_request other = SIZE(1024, 600, 0);

	(void)state;
	assert_true(rank(32, 0) > rank(24, 0));
	assert_true(rank(24, 0) > rank(16, 0));
	assert_true(rank(16, 0) > rank(15, 0));
	assert_true(rank(15, 0) > 0);
	assert_true(rank(16, 16) > 0);
	assert_int_equal(rank(32, 16), 0);
	assert_int_equal(rank(8, 0), 0);
	assert_int_equal(vesa_mode_rank(&good, &other), 0);
}

static void random_lines_are_survived(void **state)
{
	static const char *const pieces[] = {
		"video=", "vga=", "console=", "earlyprintk=", "serial", "ttyS", "0x", "1", "9600", ",", "x",
		"-", "@", "\"", " ", "vesafb:", "1024x768", "99999999999", "\x80",
	};

	(void)state;
	for (int round = 0; round < 100000; round++) {
		char line[256] = "", *copy;

		for (u64 n = random_below(12); n; n--)
			strcat(line, pieces[random_below(ARRAY_SIZE(pieces))]);
		copy = exact_copy(line, strlen(line) + 1);
		assert_true(serial_options(copy).baud >= 50);
		video_options(copy, 0xffff);
		wants_detail(copy);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serial_line_is_com1_unless_named),
		cmocka_unit_test(earlyprintk_goes_first),
		cmocka_unit_test(impossible_speeds_become_the_usual_one),
		cmocka_unit_test(stages_are_asked_for_by_two_options),
		cmocka_unit_test(mode_of_the_header_decides),
		cmocka_unit_test(vga_option_takes_both_kinds_of_number),
		cmocka_unit_test(video_option_gives_a_size),
		cmocka_unit_test(what_is_no_size_stays_text),
		cmocka_unit_test(only_modes_that_can_be_drawn_in_are_usable),
		cmocka_unit_test(best_mode_is_the_deepest_or_the_one_named),
		cmocka_unit_test(random_lines_are_survived),
	};

	return cmocka_run_group_tests_name("arch/x86/boot/setup/options", tests, seed_random, NULL);
}
