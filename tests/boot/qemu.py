# SPDX-License-Identifier: BSD-2-Clause
"""One virtual machine: QEMU with its firmware, its serial line, its QMP and gdb sockets.

The time limits here only catch a machine that hangs; nothing is measured with
them. QEMU connects to sockets that already listen, so nobody waits for a file
to appear. A Machine kills only the QEMU it started, by its process id.
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import pexpect

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build"))
LANTERN = os.environ.get("LANTERN_EFI", os.path.join(BUILD, "lantern.efi"))
VMLINUX = os.path.join(BUILD, "vmlinux")
SABOTEUR = os.path.join(BUILD, "tests", "saboteur.efi")
HANDOVER = os.path.join(BUILD, "tests", "handover.efi")
COMPAT = os.path.join(BUILD, "tests", "compat.efi")
OVMF = "/usr/share/OVMF/"
FIRMWARE = {			# code and fresh variables; None: what QEMU has of its own, SeaBIOS or qboot
    "ovmf": (OVMF + "OVMF_CODE.fd", OVMF + "OVMF_VARS.fd"),		# starts in three quarters of the other's time
    "ovmf-4m": (OVMF + "OVMF_CODE_4M.fd", OVMF + "OVMF_VARS_4M.fd"),	# what `make run` and the doors take
    "ovmf32": (OVMF + "OVMF32_CODE_4M.secboot.fd", OVMF + "OVMF32_VARS_4M.fd"),
    "secure": (OVMF + "OVMF_CODE_4M.secboot.fd", OVMF + "OVMF_VARS_4M.snakeoil.fd"),
    "bios": None,
}
NEED_SMM = ("ovmf32", "secure")
DISKS = {			# how a disk is attached; the drive is "esp"
    "ahci": ["-device", "ide-hd,drive=esp,bootindex=0"],
    "nvme": ["-device", "nvme,drive=esp,serial=lantern,bootindex=0"],
    "virtio": ["-device", "virtio-blk-pci,drive=esp,bootindex=0"],
    "usb": ["-device", "qemu-xhci", "-device", "usb-storage,drive=esp,bootindex=0"],
}

def is_sanitized():
    """Whether what is tested was built with SAN=1: larger, slower, and with reports of its own."""
    with open(VMLINUX, "rb") as file:
        return b"kasan: shadow of" in file.read()


HANG = int(os.environ.get("HANG", "300"))	# seconds without the awaited text: the machine hangs
LOOKS = HANG * 10		# a tenth of a second apart, at what is to come
ESCAPE = re.compile(r"\x1b(?:\[[0-9;?=]*[ -/]*[@-~]|[()][0-9A-B]|[=>78cDEHM])")
CURSOR_WHERE = "\x1b[6n"
SANITIZER_REPORT = re.compile(r"^(?:kasan|ubsan): .*$", re.M)
LARGE_GUEST_MIB = 4096		# from here on the host may not promise that much memory


def mib(size):
    """QEMU's spelling of a memory size ("2G", "128M") in MiB."""
    return int(size[:-1]) * {"M": 1, "G": 1024}[size[-1]]


class SerialLine(pexpect.spawn):
    """QEMU's terminal as text, without carriage returns and terminal control.

    With .terminal set to (rows, columns) it answers as one when it is asked where its cursor is.
    """

    def __init__(self, *args, **kwargs):
        self.terminal = None
        self.pending = ""	# an escape sequence that has not arrived in full
        self.text = ""		# everything received, cleaned
        super().__init__(*args, encoding="utf-8", codec_errors="replace", echo=False,
                         timeout=HANG, maxread=65536, searchwindowsize=None, **kwargs)

    def read_nonblocking(self, size=1, timeout=-1):
        text = self.pending + super().read_nonblocking(size, timeout)
        if self.terminal and CURSOR_WHERE in text:
            self.send("\x1b[%d;%dR" % self.terminal)
        text = ESCAPE.sub("", text)
        cut = text.rfind("\x1b")
        self.pending = text[cut:] if 0 <= cut and len(text) - cut < 32 else ""
        text = text[:len(text) - len(self.pending)].replace("\r", "")
        self.text += text
        return text


FIRMWARE_CRASH = r"!!!! (?:X64|IA32) Exception Type.*"


class GuestCrash(AssertionError):
    pass


class Machine:
    """A running machine. Use as a context manager, or call kill() at the end.

    files:  {path on the ESP: file here or "text:one line"}, made into a FAT image
    drive:  an existing disk image instead, opened with snapshot=on
    disk:   what the disk hangs on, of DISKS
    firmware: of FIRMWARE
    nvram:  a file of the firmware's variables that outlives the machine; made when absent
    cdrom:  an existing ISO image
    kernel, append:  QEMU's -kernel and -append
    memory: "128M", "2G"...; nothing of it is taken from the host until touched
    terminal: the device the terminal is at, instead of COM1
    stopped: leave the machine stopped before its first instruction
    saved:  a file that save() of a machine with the same arguments made, to go on from there
    gdb:    stop before the first instruction and offer .gdb (see gdb.py)
    fatal:  patterns after which waiting for anything else is in vain
    """

    # what firmware and kernel print last when they stop for good
    FATAL = (FIRMWARE_CRASH, r"panic: stopped.*", r"lantern: error \d.*EFI_\w+ .*")

    def __init__(self, *, machine="q35", memory="512M", cpu="max", smp=1, files=None, drive=None,
                 cdrom=None, kernel=None, append=None, vga="none", debug_exit=False, gdb=False,
                 esp_mib=16, extra=(), fatal=FATAL, firmware="ovmf", disk="ahci", nvram=None, stopped=False,
                 saved=None, terminal=None):
        self.dir = tempfile.mkdtemp(prefix="lantern-boot.")
        self.serial = None
        self.gdb = None
        self.fatal = fatal
        self.events = []
        self.qmp_file = None
        try:
            self._start(machine, memory, cpu, smp, files, drive, cdrom, kernel, append, vga,
                        debug_exit, gdb, esp_mib, extra, firmware, disk, nvram, stopped, saved, terminal)
        except BaseException:
            self.kill()
            raise

    def _start(self, machine, memory, cpu, smp, files, drive, cdrom, kernel, append, vga,
               debug_exit, gdb, esp_mib, extra, firmware, disk, nvram, stopped, saved, terminal):
        self.reset_log = os.path.join(self.dir, "qemu.log")
        if firmware in NEED_SMM:
            machine += ",smm=on"
        args = ["-machine", f"{machine},accel={os.environ.get('ACCEL', 'tcg')}",
                "-m", memory, "-cpu", cpu, "-smp", str(smp)]
        args += self._firmware(firmware, nvram or os.path.join(self.dir, "vars.fd"))
        args += ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
                "-vga", vga, "-net", "none", "-monitor", "none", "-chardev", "stdio,id=line,signal=off",
                "-d", "cpu_reset", "-D", self.reset_log]
        args += ["-serial", "none", "-device", f"{terminal},chardev=line"] if terminal else ["-serial", "chardev:line"]
        if mib(memory) >= LARGE_GUEST_MIB and "-numa" not in extra:	# nodes bring their own
            args += ["-object", f"memory-backend-ram,id=ram,size={memory},reserve=off",
                     "-machine", "memory-backend=ram"]
        if files:
            drive = os.path.join(self.dir, "esp.img")
            pairs = [f"{dest}={src}" for dest, src in files.items()]
            subprocess.run([sys.executable, os.path.join(ROOT, "esp", "mkesp"), drive, str(esp_mib)] + pairs,
                           check=True)
        if drive:
            args += ["-drive", f"if=none,id=esp,format=raw,snapshot=on,file={drive}"] + DISKS[disk]
        if cdrom:
            args += ["-drive", f"if=none,id=cd,format=raw,media=cdrom,readonly=on,file={cdrom}",
                     "-device", "ide-cd,drive=cd,bootindex=0"]
        if kernel:
            args += ["-kernel", kernel]
        if append is not None:
            args += ["-append", append]
        if debug_exit:
            args += ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
        qmp = self._listen("qmp")
        args += ["-chardev", f"socket,id=qmp,path={self.dir}/qmp", "-mon", "chardev=qmp,mode=control"]
        if gdb:
            gdb_listener = self._listen("gdb")
            args += ["-chardev", f"socket,id=gdb,path={self.dir}/gdb", "-gdb", "chardev:gdb"]
        if saved:
            args += ["-incoming", f"exec:cat {saved}"]
        # stopped until QMP answers: a quick guest could be gone before
        args += ["-S"] + list(extra)

        self.command = ["qemu-system-x86_64"] + args
        self.serial = SerialLine(self.command[0], args)
        self.qmp_file = self._accept(qmp).makefile("rw", encoding="utf-8")
        self._qmp_read()				# the greeting
        self.qmp("qmp_capabilities")
        if gdb:
            from gdb import GdbStub
            self.gdb = GdbStub(self._accept(gdb_listener))
        elif not stopped:
            self.qmp("cont")
        if saved:
            self._until("query-status", "running")		# before that the serial line would lose what is sent

    # --- start and end ---

    @staticmethod
    def _firmware(firmware, nvram):
        if not FIRMWARE[firmware]:
            return []
        code, fresh = FIRMWARE[firmware]
        if not os.path.exists(nvram):
            shutil.copyfile(fresh, nvram)
        args = ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={code}",
                "-drive", f"if=pflash,format=raw,unit=1,file={nvram}"]
        if firmware in NEED_SMM:
            args += ["-global", "driver=cfi.pflash01,property=secure,value=on", "-global", "ICH9-LPC.disable_s3=1"]
        return args

    def _listen(self, name):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.path.join(self.dir, name))
        listener.listen(1)
        return listener

    def _accept(self, listener):
        listener.settimeout(1)
        try:
            for _ in range(HANG):
                try:
                    connection = listener.accept()[0]
                    connection.settimeout(HANG)
                    return connection
                except socket.timeout:
                    if not self.serial.isalive():
                        break
        finally:
            listener.close()
        raise RuntimeError(f"QEMU did not start: {self.serial.read()}\n{' '.join(self.command)}")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.kill()

    def kill(self):
        """End this QEMU, whatever it does, and remove its files."""
        if self.serial is not None:
            self.serial.close(force=True)		# SIGHUP, SIGINT, SIGKILL to its pid
        if self.qmp_file is not None:
            self.qmp_file.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def wait(self):
        """Wait until QEMU ends by itself. Return why: "guest-shutdown", "guest-reset"..."""
        self.expect(pexpect.EOF)
        self.serial.wait()
        while self._qmp_read() is not None:
            pass
        self.check_no_triple_fault()
        assert self.status in (0, None) or self.status & 1, f"QEMU itself failed, exit status {self.status}"
        reasons = [event["data"]["reason"] for event in self.events if event["event"] == "SHUTDOWN"]
        return reasons[-1] if reasons else "unknown"

    @property
    def status(self):
        """QEMU's exit status; with debug_exit, 2 * value + 1 of what the guest wrote."""
        return self.serial.exitstatus

    def check_no_triple_fault(self):
        with open(self.reset_log, encoding="utf-8", errors="replace") as file:
            assert "Triple fault" not in file.read(), "the guest made a triple fault"

    # --- the serial line ---

    @property
    def log(self):
        """All text of the serial line so far."""
        return self.serial.text

    def expect(self, pattern):
        """Wait for a regular expression; return the match. What came before it is consumed.

        A crash that stops the guest for good ends the wait at once, unless it is what
        PATTERN waits for.
        """
        found = self.serial.expect([pattern] + list(self.fatal))
        match = self.serial.match
        if found > 0:
            # the rest of its report, for the log
            self.serial.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=2)
            raise GuestCrash(f"the guest crashed while the test waited for {pattern!r}: {match.group()}")
        return match

    @property
    def before(self):
        """The text between the last two expect calls."""
        return self.serial.before

    def send(self, text):
        self.serial.send(text)

    # --- QMP ---

    def _qmp_read(self):
        try:
            line = self.qmp_file.readline()
        except ConnectionError:
            return None
        if not line:
            return None
        message = json.loads(line)
        if "event" in message:
            self.events.append(message)
        return message

    def qmp(self, command, **arguments):
        """Run a QMP command, return its result."""
        self.qmp_file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.qmp_file.flush()
        while True:
            message = self._qmp_read()
            if message is None:
                raise RuntimeError(f"QEMU ended during {command}")
            if "error" in message:
                raise RuntimeError(f"{command}: {message['error']['desc']}")
            if "return" in message:
                return message["return"]

    def _until(self, query, status):
        for _ in range(LOOKS):
            now = self.qmp(query).get("status")
            if now == status:
                return
            assert now != "failed", query
            time.sleep(0.1)
        raise RuntimeError(f"{query} is not {status}, but {now}")

    def save(self, path):
        """Write the whole state of this machine to a file, for Machine(saved=path); it stops."""
        self.qmp("migrate", uri=f"exec:cat > {path}")
        self._until("query-migrate", "completed")

    def screenshot(self, path):
        """Write what the display shows as a PNG file."""
        self.qmp("screendump", filename=str(path), format="png")
        return path
