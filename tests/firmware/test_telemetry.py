# The telemetry example in an emulator, its UART on a line of our own, the real `usmp gateway` at
# the other end. USMP_BOARD says which board, USMP_FIRMWARE where build_images.py put the images.
import os
import secrets
import sys
import time
import unittest

from emulator import Emulator, provision
from firmware_case import COMMANDS, HELLO, READINGS, FirmwareTest, SharedTests
from live_gateway import matching

BOARD = os.environ["USMP_BOARD"]
IMAGE = os.path.join(os.environ["USMP_FIRMWARE"], BOARD, "telemetry.elf")
LONG_PACKET = 0x3C


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


class Telemetry(QemuTest, SharedTests):
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

    def test_sleeps_and_wakes_in_one_packet(self):
        self.start()
        self.wait_readings(1)
        self.assertEqual(self.command("sleep 2"), "good night")
        self.gate.wait_until(lambda: matching(self.gate.err, event="delivered"), "the ACK")
        time.sleep(1)
        asleep_at, count = len(self.uart.sent), len(self.counters())
        self.gate.type("board #2 echo held for you")
        self.gate.wait_event("woke")
        self.wait_readings(count + 1)
        self.assertEqual(self.uart.first_bytes(asleep_at)[0], LONG_PACKET)
        self.assertNotIn(HELLO, self.uart.first_bytes(asleep_at))
        self.wait_answers(2)
        self.assertEqual(self.texts(COMMANDS), ["good night", "held for you"])
        self.wait_readings(count + 2)
        found = self.counters()
        self.assertEqual(found, list(range(len(found))))
        self.assertEqual(self.sessions(), 1)

    def test_uses_a_saved_state_once(self):
        self.start()
        self.wait_readings(1)
        self.assertEqual(self.command("sleep 1"), "good night")
        self.gate.wait_event("woke")
        self.assertEqual(self.command("ping"), "pong")
        self.board.reset()  # the state that it woke with must not be there again
        self.gate.wait_until(lambda: self.sessions() == 2, "a handshake")
        self.assertEqual(len(matching(self.gate.err, event="woke")), 1)
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