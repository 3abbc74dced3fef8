# SPDX-License-Identifier: BSD-2-Clause
"""Secure Boot: OVMF with Debian's snakeoil keys starts what they signed and nothing
else, directly and through shim.
"""
import subprocess

import expect
import media
import pytest
import qemu

SNAKEOIL = "/usr/share/ovmf/PkKek-1-snakeoil"
SHIM = "/usr/lib/shim/shimx64.efi"
REFUSED = r"failed to (?:load|start) Boot[^\n]*(?:Access Denied|Security Violation)"
SHIM_REFUSED = r"Verif[^\n]*failed|Security (?:Policy )?Violation"


class Signer:
    def __init__(self, folder):
        self.folder = folder
        self.key = folder / "snakeoil.key"
        media.run("openssl", "rsa", "-in", SNAKEOIL + ".key", "-passin", "pass:snakeoil", "-out", self.key)

    def sign(self, path, name):
        out = self.folder / name
        media.run("sbsign", "--key", self.key, "--cert", SNAKEOIL + ".pem", "--output", out, path)
        return str(out)


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    return Signer(tmp_path_factory.mktemp("signed"))


def start(boot, tmp_path, files):
    drive = media.Media(tmp_path).esp(files, mib=8, root=False)
    machine = qemu.Machine(drive=drive, firmware="secure", fatal=(qemu.FIRMWARE_CRASH,))
    boot.machines.append(machine)
    return machine


def booted(machine):
    machine.expect(expect.PROMPT)
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"
    log = machine.log[machine.log.index("Lantern"):]
    expect.MemoryMap(log).check()
    assert "Secure Boot on\n" in log		# the kernel's firmware: line
    return log


def test_make_sign_makes_a_file_the_firmware_starts_and_cmdline_txt_is_ignored(boot, tmp_path, signer):
    signed = subprocess.run(["make", "--no-print-directory", "sign", f"KEY={signer.key}", f"CERT={SNAKEOIL}.pem",
                             f"BUILD={qemu.os.path.relpath(qemu.BUILD, qemu.ROOT)}"], cwd=qemu.ROOT,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert signed.returncode == 0, signed.stdout
    log = booted(start(boot, tmp_path, {"EFI/BOOT/BOOTX64.EFI": qemu.BUILD + "/lantern-signed.efi",
                                        "EFI/BOOT/cmdline.txt": "text:probe=unsigned"}))
    assert expect.command_line(log).strip() == ""
    assert "Secure Boot on: cmdline.txt ignored" in log


def tampered(signer):
    """One byte of the kernel is not what was signed."""
    data = bytearray(open(signer.sign(qemu.LANTERN, "good.efi"), "rb").read())
    data[len(data) // 2] ^= 1
    path = signer.folder / "tampered.efi"
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize("kind", ["unsigned", "tampered"])
def test_firmware_refuses(boot, tmp_path, signer, kind):
    image = qemu.LANTERN if kind == "unsigned" else tampered(signer)
    machine = start(boot, tmp_path, {"EFI/BOOT/BOOTX64.EFI": image})
    machine.expect(REFUSED)
    assert "Lantern" not in machine.log


def without_sbat(signer):
    data = open(qemu.LANTERN, "rb").read()
    path = signer.folder / "no-sbat.efi"
    path.write_bytes(data.replace(b".sbat\0\0\0", b".sbax\0\0\0", 1))
    return str(path)


def test_through_shim(boot, tmp_path, signer):
    """shim starts \\EFI\\BOOT\\grubx64.efi, whatever that is, after checking signature and SBAT."""
    booted(start(boot, tmp_path, {"EFI/BOOT/BOOTX64.EFI": signer.sign(SHIM, "shim.efi"),
                                  "EFI/BOOT/grubx64.efi": signer.sign(qemu.LANTERN, "grubx64.efi")}))


@pytest.mark.parametrize("kind", ["unsigned", "tampered", "without-sbat"])
def test_shim_refuses(boot, tmp_path, signer, kind):
    image = {"unsigned": lambda: qemu.LANTERN, "tampered": lambda: tampered(signer),
             "without-sbat": lambda: signer.sign(without_sbat(signer), "no-sbat-signed.efi")}[kind]()
    machine = start(boot, tmp_path, {"EFI/BOOT/BOOTX64.EFI": signer.sign(SHIM, "shim.efi"), "EFI/BOOT/grubx64.efi": image})
    machine.expect(SHIM_REFUSED)
    assert "Lantern" not in machine.log
