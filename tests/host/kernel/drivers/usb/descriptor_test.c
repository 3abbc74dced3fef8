// SPDX-License-Identifier: BSD-2-Clause
/* kernel/drivers/usb/descriptor.c: what devices say of themselves, true or not. */
#include "tests/host/test.h"
#include "kernel/drivers/usb/descriptor.h"

#define DEVICE		18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x6d, 0x04, 0x1c, 0xc3, 0x10, 0x64, 1, 2, 0, 1
#define CONFIG(len)	9, 2, (len) & 0xff, (len) >> 8, 1, 7, 0, 0xa0, 50
#define INTERFACE(nr, alt, class, sub, protocol) 9, 4, nr, alt, 1, class, sub, protocol, 0
#define HID		9, 0x21, 0x11, 1, 0, 1, 0x22, 63, 0
#define ENDPOINT(address, kind, size, interval) 7, 5, address, kind, (size) & 0xff, (size) >> 8, interval

static struct usb_config_info info;

static bool parse(const u8 *bytes, size_t len)
{
	u8 *copy = exact_copy(bytes, len);
	bool good = usb_parse_config(copy, len, &info);

	free(copy);
	return good;
}
#define PARSE(...) parse((const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }))

static void a_device_says_who_it_is(void **state)
{
	static const u8 bytes[] = { DEVICE };
	struct usb_device_info dev;

	(void)state;
	assert_true(usb_parse_device(bytes, sizeof(bytes), &dev));
	assert_int_equal(dev.vendor, 0x046d);
	assert_int_equal(dev.product, 0xc31c);
	assert_int_equal(dev.max_packet0, 64);
	assert_int_equal(dev.nr_configs, 1);
	for (size_t len = 0; len < sizeof(bytes); len++) {
		u8 *copy = exact_copy(bytes, len);

		assert_false(usb_parse_device(copy, len, &dev));
		free(copy);
	}
	assert_false(usb_parse_device((u8[18]){ 17, 1 }, 18, &dev));
	assert_false(usb_parse_device((u8[18]){ 18, 2 }, 18, &dev));
}

static void a_keyboard_is_found(void **state)
{
	(void)state;
	assert_true(PARSE(CONFIG(34), INTERFACE(0, 0, 3, 1, 1), HID, ENDPOINT(0x81, 3, 8, 10)));
	assert_true(info.keyboard);
	assert_false(info.hub);
	assert_int_equal(info.value, 7);
	assert_int_equal(info.endpoint, 1);
	assert_int_equal(info.max_packet, 8);
	assert_int_equal(info.interval, 10);
	assert_int_equal(info.nr_interfaces, 1);
}

/* A mouse first, as of a receiver for both; the keyboard's own OUT endpoint is not asked for keys. */
static void a_keyboard_among_others_is_found(void **state)
{
	(void)state;
	assert_true(PARSE(CONFIG(75), INTERFACE(0, 0, 3, 1, 2), HID, ENDPOINT(0x81, 3, 4, 1),
			  INTERFACE(5, 0, 3, 1, 1), HID, ENDPOINT(2, 3, 8, 1), ENDPOINT(0x83, 3, 0x840, 1)));
	assert_true(info.keyboard);
	assert_int_equal(info.interface, 5);
	assert_int_equal(info.endpoint, 3);
	assert_int_equal(info.max_packet, 64);
	assert_int_equal(info.class, 3);
	assert_int_equal(info.protocol, 2);	/* of the first */
	assert_int_equal(info.nr_interfaces, 2);
	assert_true(PARSE(CONFIG(41), INTERFACE(0, 0, 9, 0, 0), ENDPOINT(0x81, 3, 1, 12), INTERFACE(1, 0, 3, 1, 1), ENDPOINT(0x82, 3, 8, 1)));
	assert_true(info.keyboard);
	assert_false(info.hub);
}

static void a_hub_is_found_and_its_alternate_setting_is_not(void **state)
{
	(void)state;
	assert_true(PARSE(CONFIG(41), INTERFACE(0, 0, 9, 0, 1), ENDPOINT(0x81, 3, 1, 12),
			  INTERFACE(0, 1, 9, 0, 2), ENDPOINT(0x81, 3, 2, 12)));
	assert_true(info.hub);
	assert_int_equal(info.max_packet, 1);
	assert_int_equal(info.nr_interfaces, 1);
}

static void what_is_no_keyboard_is_none(void **state)
{
	(void)state;
	assert_true(PARSE(CONFIG(25), INTERFACE(0, 0, 3, 0, 1), ENDPOINT(0x81, 3, 8, 10)));	/* no boot protocol */
	assert_false(info.keyboard);
	assert_true(PARSE(CONFIG(25), INTERFACE(0, 0, 3, 1, 1), ENDPOINT(0x01, 3, 8, 10)));	/* OUT */
	assert_false(info.keyboard);
	assert_true(PARSE(CONFIG(25), INTERFACE(0, 0, 3, 1, 1), ENDPOINT(0x81, 2, 8, 10)));	/* bulk */
	assert_false(info.keyboard);
	assert_true(PARSE(CONFIG(25), INTERFACE(0, 0, 3, 1, 1), ENDPOINT(0x80, 3, 8, 10)));	/* number 0 */
	assert_false(info.keyboard);
	assert_true(PARSE(CONFIG(25), INTERFACE(0, 0, 3, 1, 1), ENDPOINT(0x81, 3, 0, 10)));	/* no bytes */
	assert_false(info.keyboard);
	assert_true(PARSE(CONFIG(25), INTERFACE(0, 1, 3, 1, 1), ENDPOINT(0x81, 3, 8, 10)));	/* alternate only */
	assert_false(info.keyboard);
	assert_true(PARSE(CONFIG(16), ENDPOINT(0x81, 3, 8, 10)));	/* of no interface */
	assert_false(info.keyboard);
}

static void lengths_that_make_no_sense_end_it(void **state)
{
	(void)state;
	assert_false(PARSE(9, 2, 8, 0, 1, 1, 0, 0, 0));
	assert_false(PARSE(8, 2, 34, 0, 1, 1, 0, 0, 0));
	assert_false(PARSE(9, 1, 34, 0, 1, 1, 0, 0, 0));
	assert_false(PARSE(9, 2, 34));
	assert_true(PARSE(CONFIG(34), INTERFACE(0, 0, 3, 1, 1), 0, 0x21, ENDPOINT(0x81, 3, 8, 10)));	/* of no length */
	assert_false(info.keyboard);
	assert_true(PARSE(CONFIG(34), INTERFACE(0, 0, 3, 1, 1), 1, ENDPOINT(0x81, 3, 8, 10)));
	assert_false(info.keyboard);
	assert_true(PARSE(CONFIG(18), INTERFACE(0, 0, 3, 1, 1), ENDPOINT(0x81, 3, 8, 10)));	/* behind the end */
	assert_false(info.keyboard);
	assert_true(PARSE(CONFIG(0xffff), INTERFACE(0, 0, 3, 1, 1), ENDPOINT(0x81, 3, 8, 10)));	/* more than came */
	assert_true(info.keyboard);
	assert_true(PARSE(CONFIG(24), INTERFACE(0, 0, 3, 1, 1), 6, 5, 0x81, 3, 8, 0));		/* too short for its kind */
	assert_false(info.keyboard);
}

static void hubs_have_ports_a_route_can_name(void **state)
{
	struct usb_hub_info hub;

	(void)state;
	assert_true(usb_parse_hub((u8[]){ 9, 0x29, 4, 0x60, 0, 50, 100, 0, 0xff }, 9, &hub));
	assert_int_equal(hub.nr_ports, 4);
	assert_int_equal(hub.power_ms_2, 50);
	assert_int_equal(hub.think_time, 3);
	assert_true(usb_parse_hub((u8[]){ 9, 0x29, 255, 0, 0, 50, 100, 0, 0xff }, 9, &hub));
	assert_int_equal(hub.nr_ports, 15);
	assert_false(usb_parse_hub((u8[]){ 9, 0x29, 0, 0, 0, 50, 100, 0, 0xff }, 9, &hub));
	assert_false(usb_parse_hub((u8[]){ 9, 0x2a, 4, 0, 0, 50, 100, 0, 0xff }, 9, &hub));
	assert_false(usb_parse_hub((u8[]){ 9, 0x29, 4, 0, 0, 50 }, 6, &hub));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_says_who_it_is),
		cmocka_unit_test(a_keyboard_is_found),
		cmocka_unit_test(a_keyboard_among_others_is_found),
		cmocka_unit_test(a_hub_is_found_and_its_alternate_setting_is_not),
		cmocka_unit_test(what_is_no_keyboard_is_none),
		cmocka_unit_test(lengths_that_make_no_sense_end_it),
		cmocka_unit_test(hubs_have_ports_a_route_can_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
