# SPDX-License-Identifier: BSD-2-Clause
"""Door 1: a BIOS and a loader start the 16-bit setup code. The probe tests read
what setup hands over; the others go on to the kernel."""
import struct

import bios
import expect
import pytest
import qemu
from PIL import Image

VIDEO_TEXT_VGA, VIDEO_VLFB = 0x22, 0x23
SETUP_STAGES = range(40, 49)
BELOW_1M = 0x100000
MBR_SIGNATURE = 0x12345678
LOADFLAGS, CODE32_START = 0x211, 0x214
SETUP_SEGMENT = 0x1000		# where QEMU puts the setup code


@pytest.fixture(scope="session")
def probe_image(tmp_path_factory):
    return bios.with_probe(tmp_path_factory.mktemp("probe") / "lantern-probe")


@pytest.fixture
def handoff(boot, probe_image):
    """handoff(append, **Machine arguments): what setup handed to the 32-bit entry."""
    def start(append="", **kwargs):
        if not {"cdrom", "kernel"} & set(kwargs):
            kwargs.update(kernel=probe_image, append=append)
        machine = boot(firmware="bios", debug_exit=True, **kwargs)
        machine.expect("probe: done")
        result = bios.Handoff(machine.log)
        result.machine_under_test = machine
        return result
    return start


# --- the 32-bit protocol, as boot.rst has it ---

@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_setup_enters_startup_32_by_the_protocol(handoff, machine):
    at = handoff("probe=regs", machine=machine)
    for register in ("ebx", "ebp", "edi"):
        assert at.regs[register] == 0
    assert at.regs["cs"] == 0x10 and at.regs["tr"] == 0x20
    assert {at.regs[segment] for segment in ("ds", "es", "fs", "gs", "ss")} == {0x18}
    assert not at.regs["eflags"] & 0x200, "interrupts are on"
    assert at.regs["cr0"] & 1 and not at.regs["cr0"] & 1 << 31
    assert at.machine == {"a20": 1, "pic1": 0xfb, "pic2": 0xff}
    assert at.header["header"] == 0x53726448 and at.header["sentinel"] == 0
    assert at.header["type_of_loader"] == 0xb0
    assert at.cmdline == "probe=regs"


def test_nothing_is_printed_unless_asked_for(handoff):
    at = handoff("probe=quiet")
    assert "[40 " not in at.machine_under_test.log and "lantern: " not in at.machine_under_test.log


@pytest.mark.parametrize("option", ["efi=debug", "earlyprintk", "earlyprintk=ttyS0,115200", "earlyprintk=serial"])
def test_stages_show_when_asked_for(handoff, option):
    log = handoff(option).machine_under_test.log
    at = [log.index(expect.stage(nr)) for nr in SETUP_STAGES]
    assert at == sorted(at)


# --- memory ---

@pytest.mark.parametrize("memory", ["64M", "512M", "3G", "8G"])
@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_e820_adds_up_to_the_machines_memory(handoff, machine, memory):
    at = handoff(machine=machine, memory=memory)
    size = qemu.mib(memory) << 20
    # all but what the BIOS keeps: a piece below 1 MiB, its tables at the top, and SMRAM
    assert size - (2 << 20) < at.ram() <= size
    starts = [start for start, _, _ in at.e820]
    assert starts == sorted(starts)
    top = max(end for start, end, kind in at.e820 if kind == 1 and end <= 1 << 32)
    assert at.memory["alt_mem_k"] == top // 1024 - 1024
    assert at.memory["ext_mem_k"] == min(at.memory["alt_mem_k"], 63 * 1024)


# --- disks ---

@pytest.fixture
def disk(tmp_path):
    mbr = bytearray(4 << 20)
    struct.pack_into("<I", mbr, 0x1b8, MBR_SIGNATURE)
    mbr[510:512] = b"\x55\xaa"
    path = tmp_path / "disk.img"
    path.write_bytes(mbr)
    # QEMU's -kernel has the first place in the boot order
    return ["-drive", f"if=none,id=disk,format=raw,snapshot=on,file={path}", "-device", "ide-hd,drive=disk"]


@pytest.mark.parametrize("option, entries, signatures", [("", 1, 1), ("edd=skipmbr", 1, 0), ("edd=off", 0, 0)])
def test_disks_of_the_bios_are_listed(handoff, disk, option, entries, signatures):
    at = handoff(option, extra=disk)
    assert at.bios["eddbuf_entries"] == entries
    assert at.bios["edd_mbr_sig_buf_entries"] == signatures
    if entries:
        assert at.bios["edd_device"] == 0x80 and at.bios["edd_sectors"] == (4 << 20) // 512
    assert at.bios["mbr_signature"] == (MBR_SIGNATURE if signatures else 0)


# --- screen ---

def test_text_screen_is_described(handoff):
    at = handoff(vga="std")
    assert (at.screen["type"], at.screen["mode"]) == (VIDEO_TEXT_VGA, 3)
    assert (at.screen["cols"], at.screen["lines"], at.screen["points"]) == (80, 25, 16)
    assert at.screen["y"] < 25 and at.screen["x"] < 80
    assert at.framebuffer["lfb_base"] == 0


def test_fifty_lines(handoff):
    at = handoff("vga=ext", vga="std")
    assert (at.screen["cols"], at.screen["lines"], at.screen["points"]) == (80, 50, 8)


def test_no_video_bios_means_no_screen(handoff):
    at = handoff("vga=0x318")
    assert at.screen["type"] == 0 and at.screen["cols"] == 0
    assert expect.re.search(expect.warning(46, "VBE"), at.machine_under_test.log)


@pytest.mark.parametrize("option, size", [
    ("vga=0x318", (1024, 768, 24)),
    ("vga=791", (1024, 768, 16)),
    ("video=800x600", (800, 600, 32)),
    ("video=vesafb:640x480-16", (640, 480, 16)),
    ("video=1280x1024-24@60", (1280, 1024, 24)),
])
def test_framebuffer_is_set_and_described(handoff, tmp_path, option, size):
    at = handoff(option, vga="std")
    fb = at.framebuffer
    assert at.screen["type"] == VIDEO_VLFB
    assert (fb["lfb_width"], fb["lfb_height"], fb["lfb_depth"]) == size
    assert fb["lfb_linelength"] >= size[0] * size[2] // 8
    assert fb["lfb_size"] * 65536 >= fb["lfb_linelength"] * size[1]
    picture = at.machine_under_test.screenshot(tmp_path / "screen.png")
    with Image.open(picture) as image:
        image = image.convert("RGB")
        assert image.size == size[:2]
        # what the probe painted by base, line length and masks
        for third, colour in enumerate([(255, 0, 0), (0, 255, 0), (0, 0, 255)]):
            for x in (0, size[0] - 1):
                pixel = image.getpixel((x, size[1] * (2 * third + 1) // 6))
                assert all(abs(a - b) < 8 for a, b in zip(pixel, colour)), (third, x, pixel)


@pytest.mark.parametrize("option", ["video=1234x567", "vga=0x2ff", "vga=0x303", "vga=5"])
def test_impossible_screen_mode_gets_a_line_and_text(handoff, option):
    at = handoff(option, vga="std")
    assert at.screen["type"] == VIDEO_TEXT_VGA and at.screen["cols"] == 80
    assert expect.re.search(expect.warning(46, "text mode stays"), at.machine_under_test.log)


# --- CPUs that cannot ---

@pytest.mark.parametrize("cpu", ["486", "pentium3", "qemu32"])
def test_cpu_without_long_mode_is_told_so_and_nothing_else_happens(boot, cpu):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="console=ttyS0", cpu=cpu, vga="std", fatal=())
    machine.expect(expect.error(41, "long mode") + r"[^\n]*\n")
    assert machine.qmp("query-status")["status"] == "running"
    machine.check_no_triple_fault()


# --- loaders that err ---

def changed(image, folder, at, value):
    """A copy of @image with @value at offset @at."""
    with open(image, "rb") as file:
        data = bytearray(file.read())
    data[at:at + len(value)] = value
    path = folder / "changed"
    path.write_bytes(data)
    return str(path)


def test_setup_code_not_loaded_to_its_end(boot, tmp_path):
    with open(qemu.LANTERN, "rb") as file:
        at = file.read().rindex(bios.SETUP_SIGNATURE, 0, 0x5000)
    kernel = changed(qemu.LANTERN, tmp_path, at, bytes(4))
    machine = boot(firmware="bios", kernel=kernel, append="x", fatal=())
    machine.expect(expect.error(40, "did not load all") + r"[^\n]*\n")
    machine.check_no_triple_fault()


def test_kernel_below_1_mib_is_refused(boot, tmp_path):
    kernel = changed(qemu.LANTERN, tmp_path, CODE32_START, struct.pack("<I", 0x10000))
    machine = boot(firmware="bios", kernel=kernel, append="x", fatal=())
    machine.expect(expect.error(47, "below 1 MiB") + r"[^\n]*\n")


# At the jump of the header: SS:SP of a loader's own, or SP too low in our segment; with and without CAN_USE_HEAP
@pytest.mark.parametrize("ss, sp, loadflags", [(0x9000, 0x1000, 0x81), (0x9000, 0x1000, 0x01),
                                               (0x1000, 0x2000, 0x81), (0x1000, 0x0000, 0x01)])
def test_any_stack_of_the_loader_will_do(boot, probe_image, ss, sp, loadflags):
    machine = boot(firmware="bios", kernel=probe_image, append="probe=stack", debug_exit=True, gdb=True,
                   cpu="qemu64")
    machine.gdb.run_to(SETUP_SEGMENT * 16 + 0x200)
    machine.gdb.set_registers(ss=ss, rsp=sp)
    machine.gdb.write(SETUP_SEGMENT * 16 + LOADFLAGS, bytes([loadflags]))
    machine.gdb.go()
    machine.expect("probe: done")
    assert bios.Handoff(machine.log).cmdline == "probe=stack"


# --- BIOSes that lack something ---

class CrippledBios:
    """The machine at the header's jump, with code of ours in the unused rest of the header page."""

    CODE = 0x300			# offset in the setup segment
    HANDLER = 0x320

    def __init__(self, boot, image, **kwargs):
        self.machine = boot(firmware="bios", kernel=image, append="probe=crippled", debug_exit=True, gdb=True,
                            cpu="qemu64", **kwargs)
        self.gdb = self.machine.gdb
        self.gdb.run_to(SETUP_SEGMENT * 16 + 0x200)

    def put(self, offset, code):
        self.gdb.write(SETUP_SEGMENT * 16 + offset, code)

    def without(self, *functions):
        """INT 15h with one of these in AX returns as it came, carry set by us."""
        old = self.gdb.read(0x15 * 4, 4)
        code = b""
        for nr, ax in enumerate(functions):		# cmp ax, FUNCTION; je the iret
            code += b"\x3d" + struct.pack("<H", ax) + b"\x74" + bytes([5 * (len(functions) - 1 - nr) + 5])
        code += b"\xea" + old + b"\xcf"			# jmp far to the BIOS; iret
        self.put(self.HANDLER, code)
        self.gdb.write(0x15 * 4, struct.pack("<HH", self.HANDLER, SETUP_SEGMENT))
        return self

    def a20_off(self):
        """xor al, al; out 0x92, al; jmp back to IP 0; CS begins at offset 0x200"""
        self.put(self.CODE, b"\x30\xc0\xe6\x92\xe9" + struct.pack("<h", 0x200 - (self.CODE + 7)))
        self.gdb.set_registers(rip=self.CODE - 0x200)
        return self

    def handoff(self):
        self.gdb.go()
        self.machine.expect("probe: done")
        return bios.Handoff(self.machine.log)


def test_a20_by_the_bios(boot, probe_image):
    assert CrippledBios(boot, probe_image).a20_off().handoff().machine["a20"] == 1


def test_a20_by_the_keyboard_controller(boot, probe_image):
    assert CrippledBios(boot, probe_image).without(0x2401).a20_off().handoff().machine["a20"] == 1


def test_a20_by_port_92(boot, probe_image):
    machine = CrippledBios(boot, probe_image, machine="pc,i8042=off").without(0x2401).a20_off()
    assert machine.handoff().machine["a20"] == 1


def test_memory_by_e801_when_there_is_no_e820(boot, probe_image):
    machine = CrippledBios(boot, probe_image, memory="512M").without(0xe820)
    at = machine.handoff()
    assert at.e820 == [(0, 639 << 10, 1), (1 << 20, (1 << 20) + (at.memory["alt_mem_k"] << 10), 1)]
    assert 510 << 20 < at.ram() <= 512 << 20
    assert expect.re.search(expect.warning(43, "E820"), machine.machine.log)


def test_memory_by_88_when_there_is_nothing_newer(boot, probe_image):
    at = CrippledBios(boot, probe_image).without(0xe820, 0xe801).handoff()
    assert at.memory["alt_mem_k"] == 0
    assert at.e820[1] == (1 << 20, 64 << 20, 1)


def test_no_memory_size_at_all_is_an_error(boot, probe_image):
    machine = CrippledBios(boot, probe_image, fatal=()).without(0xe820, 0xe801, 0x8800)
    machine.gdb.go()
    machine.machine.expect(expect.error(43, "E801") + r"[^\n]*\n")


# --- real loaders ---

@pytest.fixture
def initrd(tmp_path):
    path = tmp_path / "some-initrd"
    path.write_bytes(bytes(range(256)) * 400)
    return path


def test_isolinux(handoff, tmp_path, probe_image, initrd):
    at = handoff(cdrom=bios.isolinux_cd(tmp_path, probe_image, "by=isolinux vga=0x317", initrd), vga="std")
    assert at.header["type_of_loader"] >> 4 == 3
    assert "by=isolinux" in at.cmdline
    assert at.header["ramdisk_size"] == initrd.stat().st_size
    assert (at.screen["type"], at.framebuffer["lfb_width"]) == (VIDEO_VLFB, 1024)


def test_grub_linux16(handoff, tmp_path, probe_image, initrd):
    at = handoff(cdrom=bios.grub_cd(tmp_path, probe_image, "by=linux16", initrd), vga="std")
    assert at.header["type_of_loader"] >> 4 == 7
    assert at.cmdline.endswith("by=linux16")
    assert at.header["ramdisk_size"] == initrd.stat().st_size
    assert at.screen["type"] == VIDEO_TEXT_VGA
    assert at.regs["esi"] < BELOW_1M


def test_ipxe_by_network(handoff, tmp_path, probe_image):
    at = handoff(kernel=None, extra=bios.pxe_arguments(tmp_path, probe_image, "by=ipxe"), vga="std")
    assert at.header["type_of_loader"] >> 4 == 4
    assert "by=ipxe" in at.cmdline


# --- on to the kernel ---

@pytest.mark.parametrize("machine, memory", [("pc", "64M"), ("q35", "512M"), ("q35", "8G")])
def test_kernel_boots_from_bios(boot, machine, memory):
    vm = boot(firmware="bios", kernel=qemu.LANTERN, append="probe=kernel", machine=machine, memory=memory)
    vm.expect(expect.BANNER)
    vm.expect(expect.PROMPT)
    assert expect.command_line(vm.log) == "probe=kernel"
    assert "door: 16-bit BIOS boot protocol" in vm.log
    usable = sum(int(end, 16) + 1 - int(start, 16)
                 for start, end, kind in expect.E820_LINE.findall(vm.log) if kind == "usable")
    assert qemu.mib(memory) - 2 < usable / (1 << 20) <= qemu.mib(memory)


@pytest.mark.parametrize("loader", [bios.isolinux_cd, bios.grub_cd])
def test_kernel_boots_from_bios_loader(boot, tmp_path, loader):
    vm = boot(firmware="bios", cdrom=loader(tmp_path, qemu.LANTERN, "efi=debug probe=loader"), vga="std")
    vm.expect(expect.BANNER)
    vm.expect(expect.PROMPT)
    assert expect.command_line(vm.log).endswith("probe=loader")
    assert "door: 16-bit BIOS boot protocol" in vm.log


def test_kernel_draws_on_the_vesa_framebuffer(boot, tmp_path):
    vm = boot(firmware="bios", kernel=qemu.LANTERN, append="vga=0x318 deterministic", vga="std")
    vm.expect(expect.BANNER)
    vm.expect(expect.PROMPT)
    with Image.open(vm.screenshot(tmp_path / "screen.png")) as image:
        assert image.size == (1024, 768)
        colours = image.convert("RGB").getcolors(1 << 24)
    assert sum(count for count, colour in colours if max(colour) > 100) > 2000, "no text on the screen"
