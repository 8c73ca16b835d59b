# The telemetry sketch on a simulated Uno or Mega, its UART on a line of our own, the real `usmp
# gateway` at the other end. USMP_BOARD says which board, USMP_SKETCHES where build_sketches.py put
# the images.
import os
import secrets
import socket
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "firmware"))

from board import PATIENCE_S, Board, read_until  # noqa: E402
from firmware_case import HELLO, FirmwareTest, SharedTests, SleepTests  # noqa: E402

BOARD = os.environ["USMP_BOARD"]
SKETCHES = os.environ["USMP_SKETCHES"]
# Where the key lies in a provisioning line: see usmp_storage/identity.hpp.
KEY_AT = len("usmp1:") + 2 * 40


class ArduinoTest(FirmwareTest):
    """A board's key is the line that provisions it."""

    BOARD = BOARD
    SKETCH = "telemetry"

    def image(self, sketch=None):
        return os.path.join(SKETCHES, self.BOARD, sketch or self.SKETCH, "sketch.elf")

    def enter_device(self):
        return self.run_usmp("device", "add", "board", "--provision").stdout

    def wrong_key(self):
        line = self.run_usmp("device", "add", "board", "--provision", "--db", "another.db").stdout
        return line, line[KEY_AT:KEY_AT + 64]

    def make_board(self, key):
        eeprom = self.path(f"eeprom-{secrets.token_hex(4)}")
        if key:
            self.provision(eeprom, key)
        return self.power_on(self.SKETCH, eeprom)

    def power_on(self, sketch, eeprom):
        board = Board(self.BOARD, self.image(sketch), eeprom)
        self.addCleanup(board.stop)
        return board

    def provision(self, eeprom, key):
        """As a user does: the sketch `provision`, a line pasted into its console."""
        board = self.power_on("provision", eeprom)
        with self.console(board) as console:
            console.sendall(key.encode())
            self.assertIn(b"provisioned\r\n", read_until(console, b"provisioned\r\n"))
        board.stop()

    def console(self, board):
        """The serial monitor of the sketch `provision`. It resets the board, as the one of the IDE
        does, and has read what the board then asks for."""
        found = socket.create_connection(("127.0.0.1", board.port))
        found.settimeout(PATIENCE_S)
        board.reset()
        read_until(found, b"usmp device add NAME --provision\r\n")
        return found

    def hellos(self):
        return {frame for frame in self.uart.frames() if frame[1] == HELLO}


class Telemetry(ArduinoTest, SharedTests):
    LONG_ECHO = 50

    def test_is_provisioned_by_its_console_once(self):
        eeprom = self.path("eeprom-of-this-test")
        board = self.power_on("provision", eeprom)
        with self.console(board) as console:
            cut = self.key[:-9] + "\n"
            console.sendall(b"hello?\r\n" + cut.encode())
            said = read_until(console, b"\n", count=2)
            self.assertEqual(said.count(b"not a whole line"), 2, said)
            console.sendall(self.key.encode())
            self.assertIn(b"provisioned\r\n", read_until(console, b"provisioned\r\n"))
        board.stop()
        stored = self.key[len("usmp1:"):].strip()
        seed = bytes.fromhex(stored)[74:106]
        with open(eeprom, "rb") as file:
            self.assertNotIn(seed, file.read())  # mixed with the board's own

    def test_without_a_key_it_says_so(self):
        board = self.power_on(self.SKETCH, self.path("eeprom-of-nobody"))
        with socket.create_connection(("127.0.0.1", board.port)) as console:
            console.settimeout(PATIENCE_S)
            board.reset()
            read_until(console, b"upload the example `provision` first\r\n")

    def test_keeps_its_identity_without_power_and_never_uses_a_seed_again(self):
        self.start()
        self.wait_readings(1)
        for count in range(2, 4):
            self.board.power_cycle()
            self.gate.wait_until(lambda: self.sessions() == count, "a handshake")  # noqa: B023
            self.assertEqual(self.command("ping"), "pong")
        self.assertGreaterEqual(len(self.hellos()), 3)  # a key of its own in each

    def test_obeys_commands(self):
        self.start()
        self.wait_readings(2)
        self.assertEqual(self.command("ping"), "pong")
        self.assertEqual(self.command("echo hello, board"), "hello, board")
        self.assertIn("commands:", self.command("dance"))
        longest = "z" * (59 if BOARD == "uno" else 251)
        self.assertEqual(self.command("echo " + longest), longest)
        self.assertEqual(self.command("ping"), "pong")


class Sleep(ArduinoTest, SleepTests):
    SKETCH = "sleeper"


if __name__ == "__main__":
    unittest.main()
