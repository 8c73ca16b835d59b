# Runs a sketch on a simulated Arduino whose serial lines are TCP ports, by usmp_run_board.
# USMP_RUN_BOARD says where that is. Not a model of a board: libsimavr is.
import json
import os
import queue
import subprocess
import sys
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "ports", "arduino"))

import build  # noqa: E402, F401

PATIENCE_S = 60
FREQUENCY = 16_000_000
PROCESSORS = {"uno": "atmega328p", "mega": "atmega2560"}


def read_until(connection, mark, count=1):
    """What comes until `mark` was there so often."""
    got = b""
    while got.count(mark) < count:
        piece = connection.recv(4096)
        if not piece:
            raise AssertionError(f"the line ended: {got}")
        got += piece
    return got


class Board:
    """Has power from the start. `eeprom`: a file, which outlives the board."""

    def __init__(self, name, image, eeprom):
        self.eeprom = eeprom
        self.process = subprocess.Popen(
            [os.environ["USMP_RUN_BOARD"], "--mcu", PROCESSORS[name], "--image", image,
             "--eeprom", eeprom], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.answers = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.ports = self._answer()["ports"]
        self.port = self.ports[0]

    def _read(self):
        for line in self.process.stdout:
            self.answers.put(json.loads(line))
        self.answers.put(None)

    def _answer(self):
        answer = self.answers.get(timeout=PATIENCE_S)
        if answer is None:
            raise AssertionError(f"the board ended: {self.process.stderr.read().decode()}")
        return answer

    def ask(self, command):
        self.process.stdin.write((command + "\n").encode())
        self.process.stdin.flush()
        return self._answer()

    def reset(self):
        """As the reset button does: memory stays."""
        self.ask("reset")

    def power_cycle(self):
        """Memory is gone, the EEPROM is not."""
        self.ask("off")
        self.ask("on")

    def report(self):
        return self.ask("report")

    def stop(self):
        """Ends it, with its EEPROM in the file."""
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.reader.join()
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
