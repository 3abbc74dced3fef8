# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's gdb stub, as much of it as the tests need: stop at an address, change memory.

This is how a test puts a loader's mistake into boot_params between the stub's
last instruction and the kernel's first.
"""
import struct

REGISTERS = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
             "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip")
SS_OFFSET = 8 * len(REGISTERS) + 2 * 4		# after eflags and cs


class GdbStub:
    """The machine is stopped when this is made and after each run_to()."""

    def __init__(self, connection):
        self.connection = connection
        self.input = connection.makefile("rb")

    def _send(self, packet):
        data = packet.encode("ascii")
        self.connection.sendall(b"$%s#%02x" % (data, sum(data) & 0xff))

    def _receive(self):
        while True:
            byte = self.input.read(1)
            if not byte:
                raise RuntimeError("QEMU closed the gdb connection")
            if byte == b"$":
                break				# '+' acknowledges our packet
        data = b""
        while (byte := self.input.read(1)) != b"#":
            data += byte
        self.input.read(2)
        self.connection.sendall(b"+")
        # run-length encoding: CHARACTER * COUNT+29
        text, i = "", 0
        while i < len(data):
            if data[i] == ord("*"):
                text += text[-1] * (data[i + 1] - 29)
                i += 2
            else:
                text += chr(data[i])
                i += 1
        return text

    def ask(self, packet):
        self._send(packet)
        return self._receive()

    def _ok(self, packet):
        answer = self.ask(packet)
        assert answer == "OK", f"gdb stub: {packet[:40]} answered {answer!r}"

    def run_to(self, address):
        """Run until the CPU is about to execute ADDRESS (a hardware breakpoint)."""
        self._ok(f"Z1,{address:x},1")
        answer = self.ask("c")
        assert answer[0] in "ST", f"gdb stub: the machine did not stop at {address:#x}: {answer!r}"
        self._ok(f"z1,{address:x},1")

    def go(self):
        """Let the machine run, and leave it alone."""
        self._send("D")
        try:
            self._receive()
        except ConnectionError:		# the machine has ended before our acknowledgement
            pass

    def registers(self):
        data = bytes.fromhex(self.ask("g")[:len(REGISTERS) * 16])
        return dict(zip(REGISTERS, struct.unpack(f"<{len(REGISTERS)}Q", data)))

    def set_registers(self, **values):
        """Names are those of REGISTERS, and "ss": in real mode its base follows."""
        data = bytearray.fromhex(self.ask("g"))
        for name, value in values.items():
            if name == "ss":
                struct.pack_into("<I", data, SS_OFFSET, value)
            else:
                struct.pack_into("<Q", data, 8 * REGISTERS.index(name), value)
        self._ok(f"G{data.hex()}")

    def read(self, address, size):
        return bytes.fromhex(self.ask(f"m{address:x},{size:x}"))

    def write(self, address, data):
        self._ok(f"M{address:x},{len(data):x}:{data.hex()}")
