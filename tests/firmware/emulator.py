# Runs a firmware image in QEMU with its UART on a TCP port, and looks into its memory. Not a model
# of a board: the boards are QEMU's.
import json
import os
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "ports", "bare_metal"))

import build  # noqa: E402
import provision  # noqa: E402

PATIENCE_S = 60
PAINT = 0xA5
MACHINES = {
    "mps2_an386": ["qemu-system-arm", "-M", "mps2-an386"],
    "microbit": ["qemu-system-arm", "-M", "microbit"],
    "riscv_virt": ["qemu-system-riscv32", "-M", "virt", "-bios", "none", "-m", "16M"],
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Emulator:
    """A board that runs `image`. `pages`: identity and first seed, as provision.pages() makes them.
    `counted`: one instruction a nanosecond, and the stack painted before the start."""

    def __init__(self, board, image, directory, pages, counted=False):
        self.board = board
        self.symbols = build.symbols(board, image)
        self.directory = directory
        self.port = free_port()
        self.uri = f"serial+tcp://127.0.0.1:{self.port}"
        monitor = os.path.join(directory, f"monitor-{self.port}")
        pages_file = self._file("pages", pages)
        command = [*MACHINES[board], "-display", "none", "-kernel", image,
                   "-serial", f"tcp:127.0.0.1:{self.port},server=on,wait=off",
                   "-device", f"loader,file={pages_file},addr={self.symbols['pages_start']:#x},"
                              "force-raw=on",
                   "-qmp", f"unix:{monitor},server=on,wait=off"]
        if counted:
            bottom, top = self.symbols["stack_bottom"], self.symbols["stack_top"]
            paint = self._file("paint", bytes([PAINT]) * (top - bottom))
            command += ["-icount", "shift=0",
                        "-device", f"loader,file={paint},addr={bottom:#x},force-raw=on"]
        self.log = open(os.path.join(directory, f"qemu-{self.port}.log"), "wb")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log)
        self.monitor = None
        self._connect(monitor)

    def _file(self, name, content):
        path = os.path.join(self.directory, f"{name}-{self.port}")
        provision.write_private(path, content)
        return path

    def _connect(self, monitor):
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.monitor = socket.socket(socket.AF_UNIX)
                self.monitor.settimeout(PATIENCE_S)
                self.monitor.connect(monitor)
                break
            except OSError as error:
                self.monitor.close()
                if time.monotonic() > until or self.process.poll() is not None:
                    with open(self.log.name, encoding="utf-8") as file:
                        raise AssertionError(f"QEMU did not start: {file.read()}") from error
                time.sleep(0.02)
        self.answers = self.monitor.makefile("r")
        json.loads(self.answers.readline())  # its greeting
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        self.monitor.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        while True:
            answer = json.loads(self.answers.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise AssertionError(f"{command}: {answer['error']}")

    def memory(self, address, size):
        path = os.path.join(self.directory, f"memory-{self.port}")
        self.ask("memsave", val=address, size=size, filename=path)  # as the processor sees it
        with open(path, "rb") as file:
            return file.read()

    def words(self, symbol, count):
        content = self.memory(self.symbols[symbol], 4 * count)
        return [int.from_bytes(content[4 * index:4 * index + 4], "little")
                for index in range(count)]

    def deepest_stack(self):
        """Bytes of stack that were ever used, since the paint was laid."""
        bottom, top = self.symbols["stack_bottom"], self.symbols["stack_top"]
        content = self.memory(bottom, top - bottom)
        untouched = len(content) - len(content.lstrip(bytes([PAINT])))
        return top - bottom - untouched

    def reset(self):
        """As the reset button does: memory stays."""
        self.ask("system_reset")

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.monitor is not None:
            self.answers.close()
            self.monitor.close()
        self.log.close()
