# The telemetry example in an emulator, its UART on a line of our own, the real `usmp gateway` at
# the other end. USMP_BOARD says which board, USMP_FIRMWARE where build_images.py put the images.
import os
import secrets
import sys
import unittest

from emulator import Emulator, provision
from firmware_case import COMMANDS, READINGS, FirmwareTest, SharedTests, SleepTests
from live_gateway import matching

BOARD = os.environ["USMP_BOARD"]
IMAGE = os.path.join(os.environ["USMP_FIRMWARE"], BOARD, "telemetry.elf")


class QemuTest(FirmwareTest):
    def enter_device(self):
        self.add_devices("board")
        with open(self.path("board.key"), encoding="ascii") as file:
            return bytes.fromhex(file.read().strip())

    def wrong_key(self):
        key = secrets.token_bytes(32)
        return key, key.hex()

    def make_board(self, key):
        board = Emulator(BOARD, IMAGE, self.directory, provision.pages(b"board", key))
        self.addCleanup(board.stop)
        return board


class Telemetry(QemuTest, SharedTests, SleepTests):
    def test_connects_and_sends_a_reading_each_second(self):
        self.start()
        self.wait_readings(3)
        self.assertEqual(self.texts(READINGS)[:3], ["0 20.0", "1 20.1", "2 20.2"])
        self.assertEqual(self.sessions(), 1)

    def test_obeys_commands(self):
        self.start()
        self.wait_readings(1)
        self.assertEqual(self.command("ping"), "pong")
        self.assertEqual(self.command("echo hello, board"), "hello, board")
        self.assertIn("commands:", self.command("dance"))
        self.assertIn("commands:", self.command("rate fast"))
        self.assertEqual(self.command("rate 20"), "ok")
        count = len(self.counters())
        self.wait_readings(count + 50)

    def test_takes_and_sends_1000_bytes_in_chunks(self):
        self.start()
        self.wait_readings(1)
        for letter in "abc":
            self.assertEqual(self.command("echo " + letter * 995), letter * 995)
        self.assertEqual(self.command("ping"), "pong")

    def test_is_started_anew_by_its_watchdog(self):
        self.start()
        self.wait_readings(1)
        self.assertEqual(self.command("hang"), "until the watchdog starts me anew")
        self.wait_answers(2)
        self.assertEqual(self.texts(COMMANDS)[1:], ["started by the watchdog"])
        self.assertEqual(self.command("ping"), "pong")
        self.assertEqual(self.sessions(), 2)

if __name__ == "__main__":
    unittest.main()