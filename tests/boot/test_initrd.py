# SPDX-License-Identifier: BSD-2-Clause
"""The initial RAM disk reaches the kernel byte for byte, whoever brings it."""
import random

import expect
import pytest
import qemu
import xxhash

OPTIONS = "initrd.verify monitor.exec=poweroff"


def contents(seed, size):
    return random.Random(seed).randbytes(size)


def concatenated(*parts):
    """As the stub lays them out: each at a multiple of four bytes."""
    out = b""
    for part in parts:
        out += bytes(-len(out) % 4) + part
    return out


class Files:
    """Files for the ESP, by name: files(one=b"...") -> {path there: path here}"""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, parts):
        out = {}
        for nr, (path, data) in enumerate(parts.items()):
            here = self.folder / f"part-{nr}"
            here.write_bytes(data)
            out[path] = str(here)
        return out


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def check(machine, expected):
    """The kernel has got @expected as its initrd, or none when it is None."""
    assert machine.wait() == "guest-shutdown"
    log = expect.from_stub(machine.log)
    match = expect.INITRD.search(log)
    if expected is None:
        assert not match, match.group()
        return log
    assert match, "no line says where the initrd is"
    start, last = int(match.group(1), 16), int(match.group(2), 16)
    assert last + 1 - start == len(expected)
    assert int(match.group(4), 16) == xxhash.xxh64(expected).intdigest()
    assert any(first <= start and last < end for first, end, kind in expect.MemoryMap(log).ranges
               if kind == "usable")
    return log


ONE, TWO = contents(1, 3 * 1024 * 1024 + 5), contents(2, 4099)


@pytest.mark.parametrize("path", ["/boot/one.img", r"\boot\one.img", r"\boot/one.img"])
def test_path_from_the_root_with_either_slash(boot, files, path):
    check(boot(cmdline=f"initrd={path} {OPTIONS}", files=files({"boot/one.img": ONE})), ONE)


def test_path_without_a_slash_is_beside_the_image(boot, files):
    check(boot(cmdline=f"initrd=one.img {OPTIONS}", files=files({"EFI/BOOT/one.img": ONE, "one.img": TWO})), ONE)


def test_path_with_a_space_and_letters_beyond_ascii(boot, files):
    check(boot(cmdline=f'initrd="/Äpfel und Öl.img" {OPTIONS}', files=files({"Äpfel und Öl.img": TWO})), TWO)


@pytest.mark.parametrize("options", ["", "efi=nochunk "])
def test_several_in_order_each_at_a_multiple_of_four(boot, files, options):
    parts = files({"one.img": ONE, "two.img": TWO})
    log = check(boot(cmdline=f"initrd=/one.img {options}initrd=\\two.img initrd=/one.img {OPTIONS}", files=parts),
                concatenated(ONE, TWO, ONE))
    assert int(expect.INITRD.search(log).group(2), 16) < 1 << 32


def test_file_reads_stay_below_four_gib(boot, files):
    log = check(boot(cmdline=f"initrd=/one.img {OPTIONS}", files=files({"one.img": ONE}), memory="8G"), ONE)
    assert int(expect.INITRD.search(log).group(2), 16) < 1 << 32


def test_initrd_img_beside_the_image_when_nothing_else_names_one(boot, files):
    check(boot(cmdline=OPTIONS, files=files({"EFI/BOOT/initrd.img": TWO})), TWO)


def test_initrd_option_wins_over_initrd_img(boot, files):
    check(boot(cmdline=f"initrd=/one.img {OPTIONS}", files=files({"EFI/BOOT/initrd.img": TWO, "one.img": ONE})), ONE)


def test_noinitrd_ignores_all(boot, files):
    check(boot(cmdline=f"noinitrd initrd=/one.img {OPTIONS}",
               files=files({"EFI/BOOT/initrd.img": TWO, "one.img": ONE})), None)


def test_no_initrd_at_all_is_silent(boot):
    log = check(boot(cmdline=OPTIONS), None)
    assert "initrd:" not in log and "warning 12" not in log


def test_checksum_only_when_asked_for(boot, files):
    machine = boot(cmdline="monitor.exec=poweroff", files=files({"EFI/BOOT/initrd.img": TWO}))
    assert machine.wait() == "guest-shutdown"
    assert expect.INITRD.search(machine.log).group(4) is None


def test_an_empty_file_is_named_and_adds_nothing(boot, files):
    log = check(boot(cmdline=f"initrd=/one.img initrd=/empty.img initrd=/two.img {OPTIONS}",
                     files=files({"one.img": ONE, "empty.img": b"", "two.img": TWO})), concatenated(ONE, TWO))
    assert expect.re.search(expect.warning(12, "empty.img"), log)


@pytest.mark.parametrize("initrd, cause", [
    ("/missing.img", "missing.img.*Not found|NOT_FOUND"),
    ("/boot", "a folder"),
    ("", "INVALID_PARAMETER"),
    ("/" + "x" * 300, "INVALID_PARAMETER"),
    ("/" + "y" * 600, "601 bytes"),
], ids=["missing", "folder", "empty", "long", "longer"])
def test_an_initrd_that_cannot_be_read_returns_to_the_firmware(boot, files, initrd, cause):
    """The shell goes on, and the memory is back: the next start, without it, works."""
    machine = boot(shell=["fs0:", f"lantern.efi nokaslr initrd={initrd}", "echo back in the shell",
                          "lantern.efi nokaslr noinitrd monitor.exec=poweroff"],
                   files=files({"boot/one.img": TWO}), fatal=(qemu.FIRMWARE_CRASH,))
    machine.expect("to skip")
    machine.send("\r")
    assert machine.wait() == "guest-shutdown"
    flat = machine.log.replace("\n", " ")
    assert expect.re.search(rf"lantern: error 12 initrd: .*({cause}).*back in the shell.*Lantern", flat)
    assert flat.count("lantern: error ") == 1


def test_qemu_initrd_arrives_through_load_file2(boot, files):
    path = files({"unused": ONE})["unused"]
    log = check(boot(kernel=qemu.LANTERN, append=f"efi=debug {OPTIONS}", extra=["-initrd", path]), ONE)
    assert "from LoadFile2" in log
