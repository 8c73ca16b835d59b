# A device's firmware at one end of a line of our own, the real `usmp gateway` at the other: what the
# tests of every board share. Not how a board is run: see make_board().
import os
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "gateway"), os.path.join(HERE, "..", "serial")]

import live_gateway  # noqa: E402
from line_proxy import LineProxy, Noise, TcpClient, TcpListener  # noqa: E402
from live_gateway import matching  # noqa: E402

READINGS, COMMANDS = 1, 2
HELLO = 0x30
BAD_LINE = Noise(flip=1e-4, drop=2e-4, insert=2e-4)


class RecordedClient(TcpClient):
    """What the board sent, before anything happens to it."""

    def __init__(self, port):
        super().__init__("127.0.0.1", port)
        self.sent = b""

    def read(self):
        data = super().read()
        self.sent += data
        return data

    def frames(self, since=0):
        return [frame for frame in self.sent[since:].split(b"\0")[:-1] if len(frame) > 1]

    def first_bytes(self, since):
        """Byte 0 of each whole packet: behind the code byte of its first COBS block."""
        return [frame[1] for frame in self.frames(since)]


class FirmwareTest(live_gateway.GatewayTest):
    def enter_device(self):
        """Enters the device `board` in the registry. What make_board() takes as its key."""
        raise NotImplementedError

    def wrong_key(self):
        """Another key for the same ID, for make_board(), and its PSK in hex."""
        raise NotImplementedError

    def make_board(self, key):
        """A board that runs, with its UART at the TCP port `port`."""
        raise NotImplementedError

    def setUp(self):
        super().setUp()
        self.key = self.enter_device()

    def start(self, key=None):
        """The board, a good line and a gateway. `key`: another one than the gateway's."""
        self.board = self.make_board(key or self.key)
        self.uart = RecordedClient(self.board.port)
        adapter = TcpListener()
        self.line = LineProxy(adapter, self.uart, seed=5)
        self.addCleanup(self.line.close)
        self.uri = f"serial+tcp://127.0.0.1:{adapter.port}"
        return self.start_gateway()

    def start_gateway(self):
        self.gate = self.gateway("--listen", self.uri)
        return self.gate

    def texts(self, channel):
        return [found.get("text") for found in self.gate.messages("board")
                if found["channel"] == channel]

    def counters(self):
        return [int(text.split()[0]) for text in self.texts(READINGS)]

    def wait_readings(self, count):
        self.gate.wait_until(lambda: len(self.counters()) >= count, f"reading {count}")

    def wait_answers(self, count):
        self.gate.wait_until(lambda: len(self.texts(COMMANDS)) >= count, f"answer {count}")

    def command(self, text):
        """What the board answers to a command."""
        before = len(self.texts(COMMANDS))
        self.gate.type("board #2 " + text)
        self.wait_answers(before + 1)
        return self.texts(COMMANDS)[before]

    def exchange(self, count, interval_ms=10):
        """`count` messages each way at the same time: each in order, once, none missing."""
        self.assertEqual(self.command(f"rate {interval_ms}"), "ok")
        readings, answers = len(self.counters()), len(self.texts(COMMANDS))
        texts = [f"{number} " + "y" * (number % 50) for number in range(count)]
        for done in range(0, count, 10):
            for text in texts[done:done + 10]:
                self.gate.type("board #2 echo " + text)
            self.wait_answers(answers + min(done + 10, count))
        self.wait_readings(readings + count)
        self.assertEqual(self.texts(COMMANDS)[answers:], texts)
        self.assertEqual(self.command("rate 1000"), "ok")
        found = self.counters()
        self.assertEqual(found, list(range(found[0], found[0] + len(found))))

    def sessions(self):
        return len(matching(self.gate.err, event="connected"))


class SharedTests:
    """What every board shows, beside a FirmwareTest."""

    LONG_ECHO = 900

    def test_500_messages_both_ways(self):
        self.start()
        self.wait_readings(1)
        self.exchange(500)
        self.assertEqual(self.sessions(), 1)

    def test_with_the_wrong_key_gets_nowhere_and_goes_on_trying(self):
        wrong, its_hex = self.wrong_key()
        self.start(wrong)
        # Each attempt has a key of its own, so their HELLOs differ.
        self.gate.wait_until(
            lambda: len({frame for frame in self.uart.frames() if frame[1] == HELLO}) >= 2,
            "a second attempt")
        self.assertEqual(self.gate.messages("board"), [])
        self.assertEqual(self.sessions(), 0)
        with open(self.path("its.key"), "w", encoding="ascii") as file:
            file.write(its_hex + "\n")
        os.chmod(self.path("its.key"), 0o600)
        self.run_usmp("device", "rotate", "board", "--key-file", "its.key")
        self.wait_readings(2)
        self.assertEqual(self.command("ping"), "pong")

    def test_goes_on_after_a_reset_in_mid_message(self):
        self.start()
        self.wait_readings(1)
        count = 40
        for number in range(count):
            self.gate.type(f"board #2 echo {number:03} " + "z" * self.LONG_ECHO)
        self.wait_answers(3)
        self.board.reset()
        self.assertLess(len(self.texts(COMMANDS)), count)
        # Each is acknowledged by the board, before the reset or after it; at most what it had
        # taken and not yet answered is without an answer (USMP3 §8).
        self.gate.wait_until(
            lambda: len(matching(self.gate.err, event="delivered")) >= count, "all delivered")
        last = f"{count - 1:03} "
        self.gate.wait_until(lambda: any(text.startswith(last) for text in self.texts(COMMANDS)),
                             "the last one's answer")
        numbers = [int(text[:3]) for text in self.texts(COMMANDS)]
        once = list(dict.fromkeys(numbers))
        self.assertEqual(once, sorted(once))
        self.assertGreaterEqual(len(once), count - 2)
        self.assertLessEqual(len(numbers), len(once) + 4)  # across a handshake one may come twice
        self.assertEqual(self.command("ping"), "pong")
        self.assertEqual(self.sessions(), 2)

    def test_finds_a_gateway_that_was_restarted(self):
        self.start()
        self.wait_readings(2)
        for number in (signal.SIGKILL, signal.SIGTERM):
            self.gate.signal(number)
            self.gate.finish()
            last = self.counters()[-1]
            self.start_gateway()
            self.wait_readings(2)
            # A reading may come twice across a handshake; none is missing, but for one that a
            # gateway had acknowledged and, killed, could not print.
            found = self.counters()
            self.assertLessEqual(found[0], last + (2 if number == signal.SIGKILL else 1))
            self.assertEqual(found, list(range(found[0], found[0] + len(found))))
            self.assertEqual(self.command("ping"), "pong")

    def test_loses_and_doubles_nothing_on_a_bad_line(self):
        self.start()
        self.wait_readings(1)
        self.line.set_noise(BAD_LINE)
        self.exchange(150, 40)
        self.line.die_for(3)
        time.sleep(1)
        self.exchange(150, 40)
        counts = self.line.counts()
        self.assertTrue(all(way[what] > 0 for way in counts.values()
                            for what in ("flipped", "dropped", "inserted")), counts)
        self.line.set_noise(Noise())
        self.exchange(20)
        self.assertEqual(self.sessions(), 1)
