# SPDX-License-Identifier: BSD-2-Clause
"""The file lantern.efi, read by our own parser and by tools that are not ours."""
import glob
import os
import re
import shutil
import struct
import subprocess

import pytest

from payload import payload_offset

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build"))
LANTERN = os.path.join(BUILD, "lantern.efi")
VMLINUX = os.path.join(BUILD, "vmlinux")

SECTION_EXECUTE, SECTION_READ, SECTION_WRITE = 0x20000000, 0x40000000, 0x80000000
SECTION_DISCARDABLE = 0x02000000
XLF_KERNEL_64, XLF_ABOVE_4G, XLF_HANDOVER_32, XLF_HANDOVER_64 = 1, 2, 4, 8
KERNEL_ALIGN = 0x200000
OVERHEAD_LIMIT = 100 * 1024		# bytes of the file that are not kernel


def tool(*command, **kwargs):
    """Run a tool that must succeed; return what it printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kwargs)
    assert done.returncode == 0, f"{' '.join(map(str, command))}:\n{done.stdout}"
    return done.stdout


class Section:
    def __init__(self, image, at):
        self.name = image[at:at + 8].rstrip(b"\0").decode("ascii")
        (self.virtual_size, self.rva, self.raw_size, self.offset, relocations, lines,
         nr_relocations, nr_lines, self.flags) = struct.unpack_from("<IIIIIIHHI", image, at + 8)
        assert not (relocations or lines or nr_relocations or nr_lines)
        self.data = image[self.offset:self.offset + self.raw_size]


class Pe:
    """A PE32+ file; offsets by the Microsoft PE/COFF specification."""

    def __init__(self, image):
        self.image = image
        self.at = struct.unpack_from("<I", image, 0x3c)[0]
        (self.signature, self.machine, nr_sections, _, self.symbols, _, self.optional_size,
         self.characteristics) = struct.unpack_from("<IHHIIIHH", image, self.at)
        opt = self.at + 24
        (self.magic, _, _, self.code_size, _, _, self.entry, self.code_base, self.image_base,
         self.section_alignment, self.file_alignment) = struct.unpack_from("<HBBIIIIIQII", image, opt)
        self.image_size, self.headers_size, _, self.subsystem, self.dll_flags = struct.unpack_from("<IIIHH", image, opt + 56)
        self.nr_directories = struct.unpack_from("<I", image, opt + 108)[0]
        self.directories = [struct.unpack_from("<II", image, opt + 112 + 8 * i) for i in range(self.nr_directories)]
        self.table = opt + self.optional_size
        self.table_end = self.table + 40 * nr_sections
        self.sections = [Section(image, self.table + 40 * i) for i in range(nr_sections)]

    def section(self, name):
        return next(s for s in self.sections if s.name == name)


class SetupHeader:
    """The fields of boot.rst that the tests look at."""

    def __init__(self, image):
        def field(at, layout):
            return struct.unpack_from("<" + layout, image, at)[0]

        self.sentinel = field(0x1ef, "B")
        self.setup_sects = field(0x1f1, "B")
        self.syssize = field(0x1f4, "I")
        self.boot_flag = field(0x1fe, "H")
        self.jump = field(0x200, "H")
        self.magic = image[0x202:0x206]
        self.version = field(0x206, "H")
        self.kernel_version = field(0x20e, "H")
        self.loadflags = field(0x211, "B")
        self.code32_start = field(0x214, "I")
        self.initrd_addr_max = field(0x22c, "I")
        self.kernel_alignment = field(0x230, "I")
        self.relocatable = field(0x234, "B")
        self.min_alignment = field(0x235, "B")
        self.xloadflags = field(0x236, "H")
        self.cmdline_size = field(0x238, "I")
        self.payload_offset = field(0x248, "I")
        self.payload_length = field(0x24c, "I")
        self.pref_address = field(0x258, "Q")
        self.init_size = field(0x260, "I")
        self.handover_offset = field(0x264, "I")
        self.kernel_info_offset = field(0x268, "I")
        self.end = 0x202 + (self.jump >> 8)


@pytest.fixture(scope="module")
def image():
    with open(LANTERN, "rb") as file:
        return file.read()


@pytest.fixture(scope="module")
def pe(image):
    return Pe(image)


@pytest.fixture(scope="module")
def header(image):
    return SetupHeader(image)


def payload(image):
    """(offset, image_size, memory_size, link_address, file size of header and block)"""
    at = payload_offset(image)
    link_address = struct.unpack_from("<Q", image, at + 8)[0]
    image_size, memory_size = struct.unpack_from("<II", image, at + 24)
    block_offset, block_size = struct.unpack_from("<II", image, at + 48)
    return at, image_size, memory_size, link_address, block_offset + block_size


# --- PE32+ ---

def test_pe_headers_are_what_firmware_and_shim_accept(pe):
    assert pe.image[:2] == b"MZ"
    assert pe.signature == 0x4550
    assert pe.machine == 0x8664
    assert pe.magic == 0x20b
    assert pe.characteristics == 0x206		# RELOCS_STRIPPED, bit 0, is what shim refuses
    assert pe.subsystem == 10
    assert pe.dll_flags & 0x100, "NX_COMPAT is not set"
    assert pe.section_alignment == 4096 and pe.file_alignment == 512
    assert pe.headers_size == 0x1000
    assert pe.nr_directories == 6
    assert pe.directories == [(0, 0)] * 6
    assert pe.optional_size == 112 + 8 * 6
    assert pe.symbols == 0
    assert pe.table_end <= 0x1ef, "the section table runs into the setup header"


def test_sections_are_ascending_and_disjoint_and_flat_where_loaders_use_them(pe):
    last = end = pe.headers_size
    for section in pe.sections:
        assert section.rva >= last, f"{section.name} begins inside what is before it, or in the header page"
        assert section.rva % pe.section_alignment == 0
        assert section.rva == section.offset or section.name in (".sbat", ".compat"), f"{section.name}: RVA is not the file offset"
        assert section.offset == end, f"{section.name}: a gap before it in the file"
        assert section.virtual_size >= section.raw_size > 0
        assert section.offset % pe.file_alignment == 0 and section.raw_size % pe.file_alignment == 0
        last, end = section.rva + section.virtual_size, section.offset + section.raw_size
    assert pe.image_size == -(-last // pe.section_alignment) * pe.section_alignment
    assert len(pe.image) == end


def test_no_section_is_writable_and_executable(pe):
    for section in pe.sections:
        assert section.flags & SECTION_READ
        assert not (section.flags & SECTION_WRITE and section.flags & SECTION_EXECUTE), section.name


def test_entry_point_lies_in_one_executable_section(pe):
    holding = [s for s in pe.sections if s.rva <= pe.entry < s.rva + s.virtual_size]
    assert len(holding) == 1
    assert holding[0].flags & SECTION_EXECUTE


def test_sbat(pe):
    lines = pe.section(".sbat").data.rstrip(b"\0").decode("ascii").splitlines()
    assert re.fullmatch(r"sbat,1,SBAT Version,sbat,1,https://\S+", lines[0])
    fields = lines[1].split(",")
    assert fields[0] == "lantern" and fields[1].isdigit() and len(fields) == 6


# --- bzImage ---

def test_setup_header_is_protocol_2_15(image, header):
    assert header.sentinel == 0xff
    assert header.boot_flag == 0xaa55
    assert header.magic == b"HdrS"
    assert header.version == 0x20f
    assert header.jump & 0xff == 0xeb and header.end == 0x26c
    assert header.loadflags & 1			# LOADED_HIGH
    assert header.code32_start == 0x100000
    assert header.initrd_addr_max == 0x7fffffff
    assert header.cmdline_size == 2047
    assert header.relocatable == 1
    assert header.kernel_alignment == KERNEL_ALIGN == 1 << header.min_alignment
    assert header.pref_address % KERNEL_ALIGN == 0


def test_setup_sects_and_syssize_describe_the_file_but_for_what_only_firmware_reads(image, header, pe):
    setup_size = 512 * (1 + header.setup_sects)
    assert header.setup_sects >= 4
    assert setup_size <= 64 * 512
    assert setup_size + 16 * header.syssize == pe.section(".sbat").offset


def test_kernel_version_string(image, header):
    at = header.kernel_version + 0x200
    assert at < 512 * (1 + header.setup_sects)
    version = image[at:image.index(b"\0", at)].decode("ascii")
    assert re.match(r"Lantern \d+\.\d+\.\d+", version)


def test_no_door_is_advertised_that_does_not_exist(image, header):
    pm_start = 512 * (1 + header.setup_sects)
    assert header.xloadflags & ~0x7f == 0
    if header.xloadflags & XLF_KERNEL_64:
        assert image[pm_start + 0x200:pm_start + 0x204] != b"\0" * 4
    if header.xloadflags & XLF_ABOVE_4G:
        assert header.xloadflags & XLF_KERNEL_64
    handovers = header.xloadflags & (XLF_HANDOVER_32 | XLF_HANDOVER_64)
    assert bool(handovers) == bool(header.handover_offset)
    if header.kernel_info_offset:
        at = pm_start + header.kernel_info_offset
        assert image[at:at + 4] == b"LToP"
    if header.payload_length:
        at = pm_start + header.payload_offset
        assert at + header.payload_length <= len(image)


def test_init_size_leaves_room_for_kernel_and_decompression(image, header):
    _, image_size, memory_size, link_address, packed_size = payload(image)
    assert header.init_size >= memory_size
    assert header.init_size >= image_size + (image_size >> 8) + 0x20000
    assert header.init_size >= packed_size
    assert link_address % KERNEL_ALIGN == 0


# --- the judgement of others ---

def test_file_says_efi_application_and_bzimage():
    text = tool("file", "-k", LANTERN)
    assert "PE32+ executable" in text and "EFI application" in text and "x86-64" in text
    assert "bzImage" in text and "Lantern" in text


def test_objdump_reads_the_same_sections(pe):
    text = tool("objdump", "-h", "-p", "-x", LANTERN)
    assert "pei-x86-64" in text
    for section in pe.sections:
        assert re.search(rf" {re.escape(section.name)} +{section.raw_size:08x} ", text), section.name
    assert re.search(r"^Subsystem\s+0*a\s+\(EFI application\)", text, re.M)
    assert re.search(r"^SizeOfHeaders\s+0*1000$", text, re.M)
    assert re.search(rf"^AddressOfEntryPoint\s+0*{pe.entry:x}$", text, re.M)
    assert "NX_COMPAT" in text or re.search(r"^DllCharacteristics\s+0*100$", text, re.M)


def test_grub_takes_it_for_a_linux_kernel_and_an_efi_program():
    tool("grub-file", "--is-x86-linux", LANTERN)
    tool("grub-file", "--is-x86_64-efi", LANTERN)


def test_it_can_be_signed_and_verified(image, tmp_path):
    key, cert, signed = (str(tmp_path / name) for name in ("key.pem", "cert.pem", "signed.efi"))
    tool("openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test/",
         "-days", "1", "-keyout", key, "-out", cert)
    text = tool("sbsign", "--key", key, "--cert", cert, "--output", signed, LANTERN)
    assert "warning" not in text.lower() and "gap" not in text.lower(), text
    assert "Signature verification OK" in tool("sbverify", "--cert", cert, signed)
    with open(signed, "rb") as file:
        changed = bytearray(file.read())
    changed[len(image) // 2] ^= 1
    with open(signed, "wb") as file:
        file.write(changed)
    assert subprocess.run(["sbverify", "--cert", cert, signed], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode != 0, "a changed file still verifies"


# --- what it is made of ---

def boot_objects():
    found = glob.glob(os.path.join(BUILD, "boot", "**", "*.o"), recursive=True)
    assert found, "no boot objects built"
    # header.o alone holds link-time numbers on purpose: they are the headers
    return [path for path in sorted(found) if os.path.basename(path) != "header.o"]


def test_boot_objects_hold_no_absolute_relocation():
    for path in boot_objects():
        section = ""
        for line in tool("readelf", "-rW", path).splitlines():
            if line.startswith("Relocation section"):
                section = line.split("'")[1]
            elif "R_X86_64_" in line and not section.startswith(".rela.debug"):
                kind, symbol = line.split()[2], line.split()[4]
                # distances and sizes the linker computes: the same wherever the image is loaded
                if re.match(r"_(rva|loader|init)_", symbol):
                    continue
                assert kind in ("R_X86_64_PC32", "R_X86_64_PLT32", "R_X86_64_PC64", "R_X86_64_PC8"), \
                    f"{path}: {section}: {line.strip()}"


def test_boot_objects_hold_no_writable_text():
    for path in boot_objects():
        for match in re.finditer(r"^ *\[ *\d+\] (\S+) +\S+ +\S+ \S+ \S+ \S+ +(\w*) ", tool("readelf", "-SW", path), re.M):
            assert not {"W", "X"} <= set(match.group(2)), f"{path}: {match.group(1)}"


def test_boot_objects_keep_no_pointer_in_initialised_data():
    for path in boot_objects():
        names = re.findall(r"Relocation section '\.rela(\.data\S*)'", tool("readelf", "-rW", path))
        assert not names, f"{path}: {names}"


# --- 32-bit firmware ---

STUB32 = os.path.join(BUILD, "stub32", "stub32.elf")


def test_compat_names_the_entry_for_32_bit_cpus(pe):
    section = pe.section(".compat")
    assert section.flags & SECTION_DISCARDABLE
    assert not section.flags & (SECTION_WRITE | SECTION_EXECUTE)
    version, size, machine, entry, end = struct.unpack_from("<BBHIB", section.data)
    assert (version, size, machine, end) == (1, 8, 0x14c, 0)
    text = pe.section(".text")
    assert text.rva <= entry < text.rva + text.raw_size


def test_handover_entries_are_where_the_header_says(pe, image, header):
    pm_start = 512 * (1 + header.setup_sects)
    assert header.xloadflags & XLF_HANDOVER_32 and header.xloadflags & XLF_HANDOVER_64
    symbols = {line.split()[2]: int(line.split()[0], 16)
               for line in tool("nm", os.path.join(BUILD, "lantern.elf")).splitlines() if len(line.split()) == 3}
    assert symbols["efi32_stub_entry"] == pm_start + header.handover_offset
    assert symbols["efi64_stub_entry"] == pm_start + header.handover_offset + 0x200


def test_32_bit_stub_is_one_piece_of_read_only_code(image):
    with open(os.path.join(BUILD, "stub32", "stub32.bin"), "rb") as file:
        blob = file.read()
    assert blob in image
    assert "There are no relocations" in tool("readelf", "-rW", STUB32)
    assert "There is no dynamic section" in tool("readelf", "-dW", STUB32)
    for name, size, flags in re.findall(r"^ *\[ *\d+\] (\S+) +[A-Z]+ +\S+ \S+ (\S+) \S+ +(\w*) ",
                                        tool("readelf", "-SW", STUB32), re.M):
        if "A" in flags and "W" in flags:
            assert name == ".got" and int(size, 16) <= 12, f"{name}: {size} bytes of writable data"
    text = tool("readelf", "-SW", STUB32)
    assert re.search(rf"\.text +PROGBITS +0+ \S+ 0*{len(blob):x} ", text), "the blob is not all of .text"


def test_32_bit_stub_objects_hold_no_absolute_relocation():
    found = glob.glob(os.path.join(BUILD, "stub32", "**", "*.o"), recursive=True)
    assert found
    for path in found:
        section = ""
        for line in tool("readelf", "-rW", path).splitlines():
            if line.startswith("Relocation section"):
                section = line.split("'")[1]
            elif "R_386_" in line and not section.startswith(".rel.debug"):
                assert line.split()[2] in ("R_386_PC32", "R_386_PLT32", "R_386_GOTPC", "R_386_GOTOFF"), \
                    f"{path}: {section}: {line.strip()}"


def test_kernel_has_relr_relocations_only():
    text = tool("readelf", "-rW", VMLINUX)
    assert ".relr.dyn" in text or "RELR" in tool("readelf", "-dW", VMLINUX)
    assert "R_X86_64_" not in re.sub(r"R_X86_64_RELATIVE", "", text.split(".relr.dyn")[0])
    for match in re.finditer(r"Relocation section '(\.rela\S*)' at offset \S+ contains (\d+)", text):
        assert match.group(2) == "0", match.group()


def test_kernel_has_an_empty_got():
    """Nothing but the three words the linker reserves, if it keeps the section at all."""
    for match in re.finditer(r"\] (\.got\S*) +PROGBITS +\S+ \S+ (\S+)", tool("readelf", "-SW", VMLINUX)):
        assert int(match.group(2), 16) <= 24, match.group(1)


def test_kernel_has_no_writable_and_executable_segment():
    loads = re.findall(r"^ +LOAD +\S+ +\S+ +\S+ +\S+ +\S+ +(.{3}) ", tool("readelf", "-lW", VMLINUX), re.M)
    assert loads
    for flags in loads:
        assert not ("W" in flags and "E" in flags), flags


def test_file_is_small(image, record_property):
    # the page that the payload ends in is the payload's: how full it is says nothing of the rest
    overhead = len(image) - (payload(image)[4] + 4095 & ~4095)
    record_property("file_bytes", str(len(image)))
    record_property("overhead_bytes", str(overhead))
    print(f"{len(image)} bytes, {overhead} of them are not kernel")
    assert overhead <= OVERHEAD_LIMIT


# --- the same bytes wherever it is built ---

PRODUCTS = ("lantern.efi", "vmlinux", "esp.img")


def build_copy(folder):
    """The products of the tracked files, as they are now, built in a folder of their own."""
    names = tool("git", "-c", "safe.directory=*", "ls-files", "-z", cwd=ROOT).split("\0")[:-1]
    for name in names:
        source = os.path.join(ROOT, name)
        if os.path.lexists(source):
            os.makedirs(os.path.dirname(folder / name), exist_ok=True)
            shutil.copy2(source, folder / name, follow_symlinks=False)
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "BUILD", "SOURCE_DATE_EPOCH")}
    tool("make", f"-j{os.cpu_count()}", *(f"build/{name}" for name in PRODUCTS), cwd=folder, env=env)
    return {name: (folder / "build" / name).read_bytes() for name in PRODUCTS}


def test_builds_in_two_folders_are_identical(tmp_path):
    folder = tmp_path / "a-folder-of-another-length"
    folder.mkdir()
    for name, copy in build_copy(folder).items():
        with open(os.path.join(BUILD, name), "rb") as file:
            assert file.read() == copy, f"{name} depends on the folder it is built in"
