/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/drivers/usb/descriptor.c: any bytes; what comes out is within what a controller can be told. */
#include <tests/fuzz/fuzz.h>
#include "kernel/drivers/usb/descriptor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 *copy = malloc(size);
	struct usb_device_info dev;
	struct usb_config_info config;
	struct usb_hub_info hub;

	memcpy(copy, data, size);
	usb_parse_device(copy, size, &dev);
	if (usb_parse_config(copy, size, &config)) {
		CHECK(usb_config_length(copy, size) >= USB_CONFIG_SIZE, "a configuration of no length");
		CHECK(!config.keyboard || !config.hub, "both keyboard and hub");
		if (config.keyboard || config.hub) {
			CHECK(config.endpoint >= 1 && config.endpoint <= 15, "endpoint %u", config.endpoint);
			CHECK(config.max_packet >= 1 && config.max_packet <= 1024, "packets of %u", config.max_packet);
			CHECK(config.nr_interfaces, "an endpoint of no interface");
		}
	}
	if (usb_parse_hub(copy, size, &hub))
		CHECK(hub.nr_ports >= 1 && hub.nr_ports <= 15 && hub.think_time <= 3, "%u ports", hub.nr_ports);
	free(copy);
	return 0;
}
