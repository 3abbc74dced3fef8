# SPDX-License-Identifier: BSD-2-Clause
"""What real boot loaders boot from: disks, discs and network folders, each with
lantern.efi on it, byte for byte as built. All loaders are Debian's own files.
"""
import glob
import os
import shutil
import struct
import subprocess
import sys

import qemu

SYSTEMD_BOOT = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi"
SYSTEMD_STUB = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub"
IPXE = "/usr/lib/ipxe/ipxe"		# .efi, .lkrn
DEBIAN_KERNEL = os.path.join(qemu.BUILD, "debian", "vmlinuz")


def run(*command, **kwargs):
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, **kwargs)
    assert done.returncode == 0, f"{command}: {done.stdout.decode(errors='replace')}"
    return done.stdout.decode(errors="replace")


class Media:
    """Builds in FOLDER. Every medium has lantern.efi and initrd.img in its root."""

    def __init__(self, folder, lantern=qemu.LANTERN):
        self.folder = folder
        self.lantern = lantern
        self.initrd = self.file("initrd.img", "0123456789abcdef" * 4096)

    def file(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def esp(self, files, mib=64, root=True):
        """A FAT image; FILES: {path: file here or text:LINE}."""
        if root:
            files = {"lantern.efi": self.lantern, "initrd.img": self.initrd, **files}
        out = self.folder / "esp.img"
        run(sys.executable, os.path.join(qemu.ROOT, "esp", "mkesp"), out, mib,
            *(f"{dest}={src}" for dest, src in files.items()))
        return str(out)

    def shell(self, lines):
        """What the UEFI shell runs when nothing else boots."""
        return {"startup.nsh": self.file("startup.nsh", "\r\n".join(lines) + "\r\n")}

    def tree(self, files):
        """A folder to make an ISO of, or to serve."""
        tree = self.folder / "tree"
        for dest, src in {"lantern.efi": self.lantern, "initrd.img": self.initrd, **files}.items():
            (tree / dest).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(src, tree / dest)
        return str(tree)

    def syslinux_config(self, cmdline):
        return self.file("syslinux.cfg", "DEFAULT lantern\nPROMPT 0\nTIMEOUT 1\nLABEL lantern\n"
                         f"LINUX /lantern.efi\nINITRD /initrd.img\nAPPEND {cmdline}\n")

    def syslinux(self, cmdline):
        image = self.esp({"syslinux.cfg": self.syslinux_config(cmdline)})
        run("syslinux", "--install", image)
        return image

    def extlinux(self, cmdline):
        """extlinux installs on a mounted file system only: mount one, or say that it cannot be done."""
        image, mount = self.folder / "ext2.img", self.folder / "mnt"
        tree = self.tree({"extlinux.conf": self.syslinux_config(cmdline)})
        run("/sbin/mke2fs", "-q", "-t", "ext2", "-d", tree, image, "16M")
        mount.mkdir()
        try:
            run("mount", "-o", "loop", image, mount)
        except (AssertionError, OSError) as error:
            return f"extlinux installs on a mounted file system only, and mount says: {error}"
        try:
            run("extlinux", "--install", mount)
        finally:
            run("umount", mount)
        return str(image)

    def uki(self, cmdline):
        """systemd-stub with the sections that ukify adds, each behind the last one."""
        out = self.folder / "uki.efi"
        sections = run("objdump", "-h", SYSTEMD_STUB)
        rows = [line.split() for line in sections.splitlines() if line.strip()[:1].isdigit()]
        at = max(int(row[3], 16) + int(row[2], 16) for row in rows)
        args = []
        for name, path in ((".osrel", self.file("osrel", 'ID=lantern\nVERSION_ID=1\nNAME="Lantern"\nPRETTY_NAME="Lantern"\n')),
                           (".cmdline", self.file("cmdline", cmdline + "\0")),
                           (".initrd", self.initrd), (".linux", self.lantern)):
            at = at + 0xffff & ~0xffff
            args += ["--add-section", f"{name}={path}", "--change-section-vma", f"{name}={at:#x}",
                     "--set-section-flags", f"{name}=data,readonly"]
            at += os.path.getsize(path)
        run("objcopy", *args, SYSTEMD_STUB, out)
        return str(out)

    def kexec_initramfs(self, *commands):
        """An initramfs whose init does nothing but COMMANDS: busybox and kexec, with lantern.efi in it."""
        tree = self.folder / "initramfs"
        for folder in ("bin", "proc", "sys", "dev"):
            (tree / folder).mkdir(parents=True)
        shutil.copyfile("/bin/busybox", tree / "bin/busybox")
        shutil.copyfile("/sbin/kexec", tree / "bin/kexec")
        shutil.copyfile(self.lantern, tree / "lantern.efi")
        shutil.copyfile(self.initrd, tree / "initrd.img")
        for word in run("ldd", "/sbin/kexec").split():
            if word.startswith("/"):
                (tree / word[1:]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(word, tree / word[1:])
        (tree / "init").write_text("#!/bin/busybox sh\nexport PATH=/bin\nbusybox mount -t proc none /proc\n"
                                   "busybox mount -t sysfs none /sys\nbusybox mount -t devtmpfs none /dev\n"
                                   + "\n".join(commands) + "\necho kexec: failed\nbusybox poweroff -f\n")
        for path in glob.glob(f"{tree}/bin/*") + glob.glob(f"{tree}/lib*/**", recursive=True) + [f"{tree}/init"]:
            os.chmod(path, 0o755)
        out = self.folder / "initramfs.img"
        run("sh", "-c", f"cd {tree} && find . | cpio --quiet -o -H newc > {out}")
        return str(out)


def path_node(kind, subtype, data):
    return struct.pack("<BBH", kind, subtype, 4 + len(data)) + data


def file_path(name):
    """The short form of a path, which the firmware looks for on every disk (UEFI 2.10 3.1.2)."""
    return path_node(4, 4, (name + "\0").encode("utf-16-le"))


def store_boot_option(folder, drive, path, cmdline):
    """A file of UEFI variables whose next boot is by an entry with PATH and CMDLINE; the UEFI shell writes it."""
    path += path_node(0x7f, 0xff, b"")
    option = (struct.pack("<IH", 1, len(path)) + "Lantern\0".encode("utf-16-le") + path +
              (cmdline + "\0").encode("utf-16-le"))		# EFI_LOAD_OPTION, UEFI 2.10 3.1.3
    setvar = "setvar {} -guid 8BE4DF61-93CA-11D2-AA0D-00E098032B8C -nv -bs -rt =H{}"
    nvram = str(folder / "vars.fd")
    with qemu.Machine(drive=drive([setvar.format("Boot0077", option.hex()), setvar.format("BootNext", "7700"),
                                   "reset -s"]), nvram=nvram, firmware="ovmf-4m") as machine:
        assert machine.wait() == "guest-shutdown", machine.log
        assert "Invalid" not in machine.log and "Unable" not in machine.log, machine.log
    return nvram
