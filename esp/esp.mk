# SPDX-License-Identifier: BSD-2-Clause
# The EFI System Partition: its image, an ISO that carries it, installation.
# Read by the top Makefile, which sets BUILD, Q and PYTHON.
#
#help make esp                  build/esp.img, a FAT image for a USB stick
#help make usb-image            build/lantern-usb.img, for dd to a USB stick, BIOS and UEFI
#help make iso                  build/lantern.iso, for CD, USB stick and disk, BIOS and UEFI
#help make sign KEY=my.key CERT=my.pem  build/lantern-signed.efi for Secure Boot; both files PEM
#help make install ESP=/boot/efi  copy to \EFI\LANTERN there; APPLY=1 adds the boot menu entry

ESP_SIZE_MIB	?= 64
ESP_FILES	:= EFI/BOOT/BOOTX64.EFI=$(BUILD)/lantern.efi \
		   EFI/BOOT/cmdline.txt=esp/cmdline.txt \
		   README.txt=esp/README.txt
# an ISO is downloaded: no larger than it must be
ISO_ESP_SIZE_MIB ?= 8
ISO_FILES	:= README.txt=esp/README.txt lantern.efi=$(BUILD)/lantern.efi isolinux/isolinux.cfg=esp/isolinux.cfg

# The same file for the firmware of both kinds, each with its PE header, and what Syslinux reads on a BIOS
USB_FILES	:= $(ESP_FILES) EFI/BOOT/BOOTIA32.EFI=$(BUILD)/bootia32.efi syslinux.cfg=esp/syslinux.cfg

# What `make run` starts: busybox of Debian's package, as its init and its shell
BUSYBOX		?= /bin/busybox
INITRAMFS_FILES	:= bin/busybox=$(BUSYBOX) init=esp/initramfs/init:755 'bin/sh -> busybox' etc/inittab=esp/initramfs/inittab \
		   etc/passwd=esp/initramfs/passwd etc/group=esp/initramfs/group \
		   etc/profile=esp/initramfs/profile dev/ proc/ sys/ tmp/ root/ sbin/ usr/bin/ usr/sbin/

.PHONY: esp usb-image iso sign install

esp: $(BUILD)/esp.img

$(BUILD)/esp.img: $(BUILD)/lantern.efi esp/cmdline.txt esp/README.txt esp/mkesp esp/esp.mk
	$(call say,ESP,$@)
	$(Q)$(PYTHON) esp/mkesp $@ $(ESP_SIZE_MIB) $(ESP_FILES)

$(BUILD)/initrd.img: $(BUSYBOX) esp/mkinitramfs $(wildcard esp/initramfs/*) esp/esp.mk
	$(call say,CPIO,$@)
	@mkdir -p $(@D)
	$(Q)esp/mkinitramfs $@ $(INITRAMFS_FILES)

usb-image: $(BUILD)/lantern-usb.img

$(BUILD)/bootia32.efi: $(BUILD)/lantern.efi esp/mkia32
	$(Q)$(PYTHON) esp/mkia32 $@ $<

$(BUILD)/lantern-usb.img: $(BUILD)/lantern.efi $(BUILD)/bootia32.efi esp/cmdline.txt esp/README.txt esp/syslinux.cfg esp/mkesp esp/mkusb esp/esp.mk
	$(call say,USB,$@)
	$(Q)tests/need mtools syslinux syslinux-common
	$(Q)$(PYTHON) esp/mkesp $(BUILD)/usb-esp.img $(ESP_SIZE_MIB) $(USB_FILES)
	$(Q)$(PYTHON) esp/mkusb $@ $(BUILD)/usb-esp.img

iso: $(BUILD)/lantern.iso

$(BUILD)/lantern.iso: $(BUILD)/lantern.efi esp/cmdline.txt esp/README.txt esp/isolinux.cfg esp/mkesp esp/mkiso esp/esp.mk
	$(call say,ISO,$@)
	$(Q)tests/need xorriso mtools isolinux syslinux-common
	$(Q)$(PYTHON) esp/mkesp $(BUILD)/iso-esp.img $(ISO_ESP_SIZE_MIB) $(ESP_FILES)
	$(Q)sh esp/mkiso $@ $(BUILD)/iso-esp.img $(ISO_FILES)

# A file of its own: lantern.efi stays the same bytes on every machine.
sign: $(BUILD)/lantern.efi
	$(if $(and $(KEY),$(CERT)),,$(error make sign needs KEY= and CERT=, two PEM files; openssl req -newkey rsa:2048 -nodes -x509 -keyout my.key -out my.pem makes them))
	$(Q)tests/need sbsigntool
	$(call say,SIGN,$(BUILD)/lantern-signed.efi)
	$(Q)sbsign --key "$(KEY)" --cert "$(CERT)" --output $(BUILD)/lantern-signed.efi $< 2>&1 | grep -v '^Signing Unsigned' ; \
		sbverify --cert "$(CERT)" $(BUILD)/lantern-signed.efi >/dev/null

install: $(BUILD)/lantern.efi
	$(if $(filter 1,$(APPLY)),$(Q)tests/need efibootmgr)
	$(Q)sh esp/install.sh $(BUILD)/lantern.efi "$(ESP)"
