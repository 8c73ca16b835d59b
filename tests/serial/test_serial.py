# Wire 3 over serial lines: the real `usmp gateway` and the real `usmp connect`, a line of our own
# between them that can be as bad as lines are. Frames alone are tested in tests/unit/framing.
import fcntl
import os
import signal
import socket
import subprocess
import sys
import termios
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "gateway"))
import live_gateway  # noqa: E402
from line_proxy import LineProxy, Noise, Pty, TcpClient, TcpListener  # noqa: E402
from live_gateway import LISTEN, NOT_AUTHENTICATED, OK, USAGE, matching  # noqa: E402

NO_SUCH_LINE, LINE_IN_USE = -30, -31
NO_ANSWER, NO_SUCH_HOST = 11, 14
# A pseudo-terminal is as fast as the machine, but the gateway keeps to the speed it is told.
BAUD = "?baud=4000000"


class SerialTest(live_gateway.GatewayTest):
    def setUp(self):
        super().setUp()
        self.add_devices("sensor")
        self.gateway_uri = "serial://" + self.path("ttyG") + BAUD
        self.device_uri = "serial://" + self.path("ttyD") + BAUD

    def line(self, a=None, b=None, **options):
        made = LineProxy(a or Pty(self.path("ttyG")), b or Pty(self.path("ttyD")), **options)
        self.addCleanup(made.close)
        return made

    def serial_gateway(self, *arguments):
        return self.gateway("--listen", self.gateway_uri, *arguments)

    def end(self, gateway, code=OK):
        """Its last counters."""
        gateway.signal(signal.SIGTERM)
        self.assertEqual(gateway.finish(), code)
        return matching(gateway.err, event="summary")[0]

    def exchange(self, gateway, device, count, first=0):
        """`count` messages each way at the same time, some of 1000 bytes; all in order and once."""
        texts = [f"{number} " + "x" * (995 if number % 10 == 5 else number % 50)
                 for number in range(first, first + count)]
        for text in texts:
            device.type(text)
            gateway.type("sensor " + text)
        gateway.wait_until(lambda: len(gateway.texts("sensor")) >= len(texts) + first, "messages")
        device.wait_until(lambda: len(device.texts()) >= len(texts) + first, "messages")
        self.assertEqual(gateway.texts("sensor")[first:], texts)
        self.assertEqual(device.texts()[first:], texts)


class Lines(SerialTest):
    def test_carry_messages_both_ways(self):
        self.line()
        gateway = self.serial_gateway()
        device = self.connected(self.device_uri, "sensor", "--stats")
        event = gateway.wait_event("connected", device="sensor")
        self.assertEqual((event["transport"], event["address"]), ("serial", self.gateway_uri))
        self.exchange(gateway, device, 200)
        device.end_typing()
        self.assertEqual(device.finish(), OK)
        gateway.wait_event("closed", cause="done")
        summary = self.end(gateway)
        self.assertEqual(summary["line_frames_in"], summary["packets_in"])
        self.assertEqual(summary["line_frames_out"], summary["packets_out"])
        self.assertEqual([summary[name] for name in ("line_crc_errors", "line_cobs_errors",
                                                     "line_oversize", "line_losses")], [0] * 4)

    def test_are_served_several_at_once_and_beside_udp(self):
        self.add_devices("second", "third")
        self.line()
        self.line(Pty(self.path("ttyG2")), Pty(self.path("ttyD2")))
        gateway = self.serial_gateway("--listen", "serial://" + self.path("ttyG2") + BAUD)
        devices = {"sensor": self.connected(self.device_uri, "sensor"),
                   "second": self.connected("serial://" + self.path("ttyD2") + BAUD, "second"),
                   "third": self.connected(gateway.udp, "third")}
        for name, device in devices.items():
            device.type("I am " + name)
            gateway.wait_message(name, "I am " + name)
            gateway.type(f"{name} hello {name}")
            device.wait_message("hello " + name)
            self.assertEqual(gateway.texts(name), ["I am " + name])

    def test_to_a_serial_server_are_found_when_it_comes(self):
        with socket.create_server(("127.0.0.1", 0)) as place:
            port = place.getsockname()[1]
        gateway = self.gateway("--listen", f"serial+tcp://127.0.0.1:{port}")
        gateway.wait_until(lambda: any("not there" in line for line in gateway.err), "the warning")
        line = self.line(TcpListener(port=port), TcpListener())
        device = self.connected(f"serial+tcp://127.0.0.1:{line.ends['b'].port}", "sensor")
        self.exchange(gateway, device, 20)
        # The server's connections break; the session does not.
        line.hang_up("a")
        self.exchange(gateway, device, 20, first=20)
        line.hang_up("b")
        self.exchange(gateway, device, 20, first=40)
        self.assertEqual(len(matching(gateway.err, event="connected")), 1)
        self.assertEqual(self.end(gateway)["line_losses"], 1)

    def test_between_a_socket_and_a_terminal_are_one_line(self):
        # As between an emulator's UART, which listens or connects, and a gateway.
        emulator = TcpListener()
        self.line(Pty(self.path("ttyG")), TcpClient("127.0.0.1", emulator.port))
        self.line(emulator, Pty(self.path("ttyD")))
        gateway = self.serial_gateway()
        self.exchange(gateway, self.connected(self.device_uri, "sensor"), 20)

    def test_have_the_device_that_made_the_last_handshake(self):
        self.add_devices("second")
        self.line()
        gateway = self.serial_gateway()
        first = self.connected(self.device_uri, "sensor")
        first.kill()  # unplugged, without a word
        gateway.type("sensor for later")
        second = self.connected(self.device_uri, "second")
        gateway.wait_event("closed", device="sensor", cause="connection lost")
        second.type("mine")
        gateway.wait_message("second", "mine")
        second.end_typing()
        self.assertEqual(second.finish(), OK)
        again = self.connected(self.device_uri, "sensor")
        again.wait_message("for later")
        self.assertEqual(second.texts(), [])

    def test_lose_their_session_to_the_same_device_elsewhere(self):
        self.line()
        gateway = self.serial_gateway()
        on_line = self.connected(self.device_uri, "sensor")
        on_udp = self.connected(gateway.udp, "sensor")
        self.assertEqual(on_line.finish(), 16)
        gateway.type("sensor over there")
        on_udp.wait_message("over there")

    def test_of_a_device_that_was_revoked_end_at_once(self):
        self.line()
        self.serial_gateway()
        device = self.connected(self.device_uri, "sensor", "--once")
        self.run_usmp("device", "revoke", "sensor")
        device.wait_event("error", code=live_gateway.DEVICE_REVOKED)

    def test_that_take_nothing_hold_up_nobody_else(self):
        self.add_devices("other")
        line = self.line()
        gateway = self.serial_gateway("--threads", "1")
        device = self.connected(self.device_uri, "sensor")
        device.kill()
        with line.lock:  # nobody reads the gateway's terminal
            for number in range(200):
                gateway.type(f"sensor {number} " + "x" * 1000)
            other = self.connected(gateway.udp, "other")
            other.type("still here")
            gateway.wait_message("other", "still here")
        again = self.connected(self.device_uri, "sensor")
        again.wait_until(lambda: len(again.texts()) >= 200, "what was held")
        self.assertEqual([int(text.split()[0]) for text in again.texts()], list(range(200)))


class BadLines(SerialTest):
    def flow(self, noise, seed, count=200):
        line = self.line(noise=noise, seed=seed)
        gateway = self.serial_gateway()
        device = self.connected(self.device_uri, "sensor", "--stats")
        self.exchange(gateway, device, count)
        line.set_noise(Noise())
        self.exchange(gateway, device, 5, first=count)
        device.end_typing()
        self.assertEqual(device.finish(), OK)
        return line, self.end(gateway)

    def test_that_flip_bits_lose_and_double_nothing(self):
        line, summary = self.flow(Noise(flip=1e-4), seed=1)
        self.assertGreater(line.counts()["b"]["flipped"], 10)
        self.assertGreater(summary["line_crc_errors"] + summary["line_cobs_errors"], 5)

    def test_that_drop_bytes_lose_and_double_nothing(self):
        line, summary = self.flow(Noise(drop=3e-4), seed=2)
        self.assertGreater(line.counts()["b"]["dropped"], 3)
        self.assertGreater(summary["line_crc_errors"] + summary["line_cobs_errors"], 1)

    def test_that_insert_bytes_lose_and_double_nothing(self):
        line, summary = self.flow(Noise(insert=3e-4), seed=3)
        self.assertGreater(line.counts()["b"]["inserted"], 3)
        self.assertGreater(summary["line_crc_errors"] + summary["line_cobs_errors"], 1)

    def test_that_do_all_of_it_lose_and_double_nothing(self):
        for seed in range(10, 14):
            with self.subTest(seed=seed):
                self.flow(Noise(flip=1e-4, drop=1e-4, insert=1e-4), seed, count=100)
                self.doCleanups()
                self.setUp()

    def test_that_are_dead_for_seconds_lose_and_double_nothing(self):
        line = self.line()
        gateway = self.serial_gateway()
        device = self.connected(self.device_uri, "sensor")
        self.exchange(gateway, device, 20)
        line.die_for(3)
        self.exchange(gateway, device, 50, first=20)
        self.assertGreater(line.lost_dead, 0)
        self.assertEqual(len(matching(gateway.err, event="connected")), 1)

    def test_full_of_noise_before_the_device_comes_are_in_step_at_its_first_frame(self):
        line = self.line()
        gateway = self.serial_gateway()
        with open(self.path("ttyD"), "wb", buffering=0) as noise:
            noise.write(os.urandom(20_000))
        device = self.connected(self.device_uri, "sensor")
        self.exchange(gateway, device, 5)
        self.assertGreater(line.counts()["b"]["passed"], 20_000)


class Failures(SerialTest):
    def test_of_the_key_are_told_apart_from_a_dead_line(self):
        line = self.line()
        gateway = self.serial_gateway()
        os.rename(self.path("sensor.key"), self.path("right.key"))
        self.run_usmp("keygen", "--save-key", "sensor.key")
        device = self.device(self.device_uri, "sensor", "--once")
        self.assertEqual(device.finish(), NOT_AUTHENTICATED)
        os.replace(self.path("right.key"), self.path("sensor.key"))
        right = self.connected(self.device_uri, "sensor")
        self.exchange(gateway, right, 3)
        right.kill()
        line.die_for(live_gateway.PATIENCE_S)
        self.assertEqual(self.device(self.device_uri, "sensor", "--once").finish(), NO_ANSWER)

    def test_of_a_gateway_that_restarts_cost_a_handshake_and_no_message(self):
        self.line()
        for number in (signal.SIGTERM, signal.SIGKILL):
            first = self.serial_gateway()
            device = self.connected(self.device_uri, "sensor")
            self.exchange(first, device, 10)
            first.signal(number)
            first.process.wait(live_gateway.PATIENCE_S)
            device.type("while it is away")
            second = self.serial_gateway()
            second.wait_message("sensor", "while it is away")
            second.type("sensor and back")
            device.wait_message("and back")
            # USMP3 §5: across a handshake a message may arrive twice, whose ACK was lost with the
            # first gateway. None is missing, and their order is kept.
            texts = second.texts("sensor")
            sent = [*first.texts("sensor"), "while it is away"]
            self.assertEqual(texts, sent[-len(texts):])
            device.end_typing()
            self.assertEqual(device.finish(), OK)
            self.end(second)

    def test_of_an_adapter_are_over_when_it_is_plugged_in_again(self):
        line = self.line()
        gateway = self.serial_gateway()
        device = self.connected(self.device_uri, "sensor")
        self.exchange(gateway, device, 10)
        for name in ("a", "b"):
            line.unplug(name)
            time.sleep(0.2)
            device.type("unplugged " + name)
            time.sleep(1.5)
            line.plug(name)
            gateway.wait_message("sensor", "unplugged " + name)
        gateway.type("sensor all is well")
        device.wait_message("all is well")
        self.assertEqual(gateway.texts("sensor")[10:], ["unplugged a", "unplugged b"])
        notes = [found["text"] for found in matching(gateway.err, event="note")]
        self.assertEqual(len([note for note in notes if "the line is gone" in note]), 1, notes)
        self.assertEqual(len([note for note in notes if "works again" in note]), 1, notes)
        self.assertEqual(len(matching(gateway.err, event="connected")), 1)
        self.assertEqual(self.end(gateway)["line_losses"], 1)

    def test_to_open_a_line_say_what_to_do(self):
        self.run_usmp("gateway", "--listen", "serial:///dev/none?baud=1", code=USAGE)
        with open(self.path("plain"), "wb"):
            pass
        for path, what in ((self.path("ttyNone"), "no such device"),
                           ("/dev/null", "no serial line"), (self.path("plain"), "no serial line")):
            said = self.run_usmp("gateway", "--listen", "serial://" + path, code=LISTEN).stderr
            self.assertIn(what, said)
        self.run_usmp("connect", "serial://" + self.path("ttyNone"), "--id", "sensor", "--key-file",
                      "sensor.key", "--once", code=NO_SUCH_HOST)

    def test_of_a_line_that_another_program_has_are_said(self):
        self.line()
        gateway = self.serial_gateway()
        said = self.run_usmp("gateway", "--listen", self.gateway_uri, code=LISTEN).stderr
        self.assertIn("another program has the line", said)
        self.end(gateway)
        # It is free again, and the device's side asks as well.
        with open(self.path("ttyD"), "rb", buffering=0) as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            device = self.device(self.device_uri, "sensor", "--once")
            device.wait_event("error", code=LINE_IN_USE)
        gateway = self.serial_gateway()
        self.exchange(gateway, self.connected(self.device_uri, "sensor"), 3)


class Settings(SerialTest):
    def test_of_the_line_are_raw_bytes_at_the_speed_asked_for(self):
        self.line()
        self.gateway("--listen", "serial://" + self.path("ttyG") + "?baud=9600")
        with open(self.path("ttyG"), "rb", buffering=0) as terminal:
            settings = termios.tcgetattr(terminal)
        self.assertEqual((settings[4], settings[5]), (termios.B9600, termios.B9600))
        self.assertEqual(settings[2] & (termios.CSIZE | termios.PARENB | termios.CSTOPB |
                                        termios.HUPCL), termios.CS8)
        self.assertFalse(settings[0] & (termios.IXON | termios.ICRNL))
        self.assertFalse(settings[3] & (termios.ECHO | termios.ICANON | termios.ISIG))


class Sleep(SerialTest):
    def cycle(self, text):
        done = subprocess.run([live_gateway.BINARY, "connect", self.device_uri, "--id", "sensor",
                               "--key-file", "sensor.key", "--json", "--stats", "--sleep-state",
                               "sensor.state"], cwd=self.directory, input=text, text=True,
                              capture_output=True, timeout=live_gateway.PATIENCE_S, check=False)
        self.assertEqual(done.returncode, OK, done.stderr)
        return done.stdout.splitlines()

    def test_is_over_in_one_packet_each_way(self):
        self.line()
        gateway = self.serial_gateway()
        lines = self.cycle("first\n")
        self.assertTrue(matching(lines, event="connected") and matching(lines, event="asleep"))
        for text in ("second", "third"):
            lines = self.cycle(text + "\n")
            self.assertTrue(matching(lines, event="woken") and matching(lines, event="asleep"))
            stats = matching(lines, event="stats")[0]
            self.assertEqual((stats["packets_sent"], stats["packets_received"]), (1, 1))
            self.assertEqual(stats["handshakes"], 0)
        gateway.wait_message("sensor", "third")
        self.assertEqual(gateway.texts("sensor"), ["first", "second", "third"])
        self.assertEqual(len(matching(gateway.err, event="woke", transport="serial")), 2)

    def test_keeps_what_the_gateway_has_for_the_device(self):
        self.line()
        gateway = self.serial_gateway()
        self.cycle("")
        gateway.type("sensor wake up")
        gateway.wait_event("sending", device="sensor")
        lines = self.cycle("")
        self.assertEqual([found["text"] for found in matching(lines, event="message")], ["wake up"])


if __name__ == "__main__":
    unittest.main()
