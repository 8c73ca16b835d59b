# `usmp connect` as its users have it: the real binary, against the real `usmp gateway`. What the
# gateway prints is tested in tests/gateway.
import os
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "gateway"))
import live_gateway  # noqa: E402
from live_gateway import FAILURE, NOT_AUTHENTICATED, NOT_FOUND, OK, USAGE, matching  # noqa: E402

BAD_KEY = live_gateway.BAD_KEY
NO_ANSWER, BUSY, REFUSED, NO_SUCH_HOST, LOST, REPLACED = 11, 12, 13, 14, 15, 16
UNACKNOWLEDGED, TOO_LARGE = 18, 19


class Connect(live_gateway.GatewayTest):
    def setUp(self):
        super().setUp()
        self.add_devices("sensor")

    def connect(self, *arguments, text="", environment=None, code=OK):
        """`usmp connect …` with `text` as its input, until it ends by itself."""
        variables = {name: value for name, value in os.environ.items()
                     if name not in ("USMP_DB", "USMP_KEY")}
        done = subprocess.run([live_gateway.BINARY, "connect", *arguments], cwd=self.directory,
                              input=text, env={**variables, **(environment or {})}, text=True,
                              capture_output=True, timeout=live_gateway.PATIENCE_S, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def key(self):
        with open(self.path("sensor.key"), encoding="ascii") as file:
            return file.read().strip()


class Lines(Connect):
    def test_go_there_and_come_back(self):
        gateway = self.gateway("--echo")
        for uri in (gateway.udp, gateway.tcp):
            done = self.connect(uri, "--id", "sensor", "--key-file", "sensor.key", "--listen-for",
                                "2", text="one\n\ntwo words\nlast without an end")
            self.assertEqual(done.stdout, "one\n\ntwo words\nlast without an end\n")
            self.assertIn("connected", done.stderr)

    def test_of_other_channels_and_bytes_that_are_no_text_are_marked(self):
        gateway = self.gateway("--echo")
        done = self.connect(gateway.udp, "--id", "sensor", "--key-file", "sensor.key", "--channel",
                            "7", "--listen-for", "2", text="plain\n\x1b[31mred\n")
        self.assertEqual(done.stdout, "#7 plain\n#7 0x1b5b33316d726564\n")

    def test_all_arrive_before_the_command_ends(self):
        gateway = self.gateway()
        texts = [str(number) for number in range(3000)]
        for uri in (gateway.udp, gateway.tcp):
            before = len(gateway.texts("sensor"))
            self.connect(uri, "--id", "sensor", "--key-file", "sensor.key",
                         text="\n".join(texts) + "\n")
            gateway.wait_until(lambda: len(gateway.texts("sensor")) >= before + len(texts), "all")
            self.assertEqual(gateway.texts("sensor")[before:], texts)

    def test_too_large_for_a_message_are_said_and_the_others_sent(self):
        gateway = self.gateway()
        done = self.connect(gateway.udp, "--id", "sensor", "--key-file", "sensor.key",
                            text="before\n" + 65536 * "x" + "\nafter\n", code=TOO_LARGE)
        self.assertIn("not sent", done.stderr)
        gateway.wait_message("sensor", "after")
        self.assertEqual(gateway.texts("sensor"), ["before", "after"])

    def test_go_with_the_handshake_where_early_data_is_asked_for(self):
        gateway = self.gateway()
        self.connect(gateway.udp, "--id", "sensor", "--key-file", "sensor.key", "--early-data",
                     text="early\n")
        gateway.wait_message("sensor", "early")

    def test_are_counted_at_the_end(self):
        gateway = self.gateway()
        done = self.connect(gateway.udp, "--id", "sensor", "--key-file", "sensor.key", "--stats",
                            "--json", text="a\nb\n")
        stats = matching(done.stdout.splitlines(), event="stats")[0]
        self.assertEqual((stats["messages_sent"], stats["messages_acknowledged"]), (2, 2))
        self.assertEqual(stats["handshakes"], 1)


class Keys(Connect):
    def test_come_from_the_environment_and_leave_it(self):
        gateway = self.gateway()
        environment = {"USMP_KEY": self.key()}
        self.connect(gateway.udp, "--id", "sensor", text="x\n", environment=environment)
        process = subprocess.Popen([live_gateway.BINARY, "connect", gateway.udp, "--id", "sensor",
                                    "--json"], cwd=self.directory, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, env={**os.environ, **environment})
        self.addCleanup(process.stdout.close)
        self.assertIn(b"connected", process.stdout.readline())
        with open(f"/proc/{process.pid}/environ", "rb") as file:
            self.assertNotIn(self.key().encode(), file.read())
        process.stdin.close()
        self.assertEqual(process.wait(live_gateway.PATIENCE_S), OK)

    def test_come_from_the_registry(self):
        gateway = self.gateway()
        self.connect(gateway.udp, "--id", "sensor", "--db", "usmp.db", text="x\n")
        gateway.wait_message("sensor", "x")
        done = self.connect(gateway.udp, "--id", "nobody", code=NOT_FOUND)
        self.assertIn("has no key", done.stderr)

    def test_that_cannot_be_read_are_said(self):
        gateway = self.gateway()
        self.connect(gateway.udp, "--id", "sensor", "--key-file", "none.key", code=BAD_KEY)
        done = self.connect(gateway.udp, "--id", "sensor", environment={"USMP_KEY": "xyz"},
                            code=BAD_KEY)
        self.assertIn("USMP_KEY", done.stderr)
        self.assertNotIn("xyz", done.stderr)


class Failures(Connect):
    def test_of_the_command_line_are_said_at_once(self):
        for arguments in (("sensor",), ("udp://h",), ("http://h:1",), ("udp://h:0",),
                          ("udp://127.0.0.1:70000",)):
            self.connect(*arguments, "--id", "sensor", code=USAGE)
        self.connect("udp://127.0.0.1:1", code=USAGE)
        self.connect("udp://127.0.0.1:1", "--id", "e9:1", code=USAGE)
        self.connect("tcp://127.0.0.1:1", "--id", "sensor", "--sleep-state", "s", code=USAGE)
        self.connect("udp://127.0.0.1:1", "--id", "sensor", "--channel", "256", code=USAGE)

    def test_have_their_own_exit_codes(self):
        gateway = self.gateway()
        self.add_devices("other")
        self.connect(gateway.udp, "--id", "sensor", "--key-file", "other.key", "--once",
                     code=NOT_AUTHENTICATED)
        self.connect(gateway.tcp, "--id", "nobody", "--key-file", "other.key", "--once",
                     code=NOT_AUTHENTICATED)
        self.connect("tcp://no-such-host.invalid:9000", "--id", "sensor", "--once",
                     code=NO_SUCH_HOST)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as unused:
            unused.bind(("127.0.0.1", 0))  # bound, but nobody listens
            self.connect(f"tcp://127.0.0.1:{unused.getsockname()[1]}", "--id", "sensor", "--once",
                         code=REFUSED)

    def test_of_silence_are_told_apart_from_a_closed_port(self):
        # Both take as long as an attempt does on UDP (USMP3 §2: some 31 s), so they run at once.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
            silent.bind(("127.0.0.1", 0))
            closed.bind(("127.0.0.1", 0))
            ports = silent.getsockname()[1], closed.getsockname()[1]
            closed.close()
            devices = [self.device(f"udp://127.0.0.1:{port}", "sensor", "--once") for port in ports]
            devices[1].wait_event("hint", code=-18)
            self.assertEqual([device.finish() for device in devices], [NO_ANSWER, REFUSED])

    def test_of_the_output_end_it(self):
        gateway = self.gateway()
        with open("/dev/full", "wb") as full:
            process = subprocess.Popen([live_gateway.BINARY, "connect", gateway.udp, "--id",
                                        "sensor", "--json"], cwd=self.directory,
                                       stdin=subprocess.PIPE, stdout=full, stderr=subprocess.PIPE)
            _, errors = process.communicate(timeout=live_gateway.PATIENCE_S)
        self.assertEqual(process.returncode, FAILURE)
        self.assertIn(b"cannot write the output", errors)

    def test_without_once_are_followed_by_another_attempt(self):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as place:
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            place.bind(("127.0.0.1", 0))
            port = place.getsockname()[1]
        device = self.device(f"tcp://127.0.0.1:{port}", "sensor")
        device.type("patience")
        device.wait_event("error", code=-18)
        gateway = self.gateway("--listen", f"tcp://127.0.0.1:{port}")
        device.wait_event("connected")
        gateway.wait_message("sensor", "patience")


class Sessions(Connect):
    def test_that_a_restart_ended_are_made_again_and_lose_nothing(self):
        for kind in ("udp", "tcp"):
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as place:
                place.bind(("127.0.0.1", 0))
                uri = f"{kind}://127.0.0.1:{place.getsockname()[1]}"
            first = self.gateway("--listen", uri)
            device = self.connected(uri, "sensor")
            device.type("first")
            first.wait_message("sensor", "first")
            first.signal(signal.SIGTERM)
            self.assertEqual(first.finish(), OK)
            device.wait_event("error", code=live_gateway.DEVICE_GOING_DOWN)
            device.type("second")
            second = self.gateway("--listen", uri)
            second.wait_message("sensor", "second")
            device.end_typing()
            self.assertEqual(device.finish(), OK)
            self.assertEqual(first.texts("sensor") + second.texts("sensor"), ["first", "second"])

    def test_that_another_of_the_same_device_replaced_do_not_fight_back(self):
        gateway = self.gateway()
        older = self.connected(gateway.udp, "sensor")
        newer = self.connected(gateway.udp, "sensor")
        self.assertEqual(older.finish(), REPLACED)
        newer.type("I am it")
        gateway.wait_message("sensor", "I am it")

    def test_end_cleanly_by_a_signal(self):
        gateway = self.gateway()
        for count, number in enumerate((signal.SIGINT, signal.SIGTERM), 1):
            device = self.connected(gateway.udp, "sensor", "--wait")
            said = f"said before {number.name}"
            device.type(said)
            gateway.wait_message("sensor", said)
            device.end_typing()
            gateway.type("sensor heard")
            device.wait_message("heard")
            device.signal(number)
            self.assertEqual(device.finish(), OK)
            gateway.wait_until(lambda: len(matching(gateway.err, event="closed", device="sensor",
                                                    cause="done")) == count, f"{count} goodbyes")

    def test_ended_by_a_signal_too_early_say_so(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            device = self.device(f"udp://127.0.0.1:{silent.getsockname()[1]}", "sensor")
            device.type("nobody hears")
            silent.recv(2000)  # HELLO: it runs
            device.end_typing()
            device.signal(signal.SIGTERM)
            self.assertEqual(device.finish(), UNACKNOWLEDGED)


class SleepStates(Connect):
    def cycle(self, gateway, text, code=OK):
        done = self.connect(gateway.udp, "--id", "sensor", "--key-file", "sensor.key", "--json",
                            "--stats", "--sleep-state", "sensor.state", text=text, code=code)
        return done.stdout.splitlines()

    def test_carry_a_session_over_in_one_packet_each_way(self):
        gateway = self.gateway()
        lines = self.cycle(gateway, "first\n")
        self.assertTrue(matching(lines, event="connected") and matching(lines, event="asleep"))
        self.assertEqual(os.stat(self.path("sensor.state")).st_mode & 0o777, 0o600)
        for text in ("second", "third"):
            lines = self.cycle(gateway, text + "\n")
            self.assertTrue(matching(lines, event="woken") and matching(lines, event="asleep"))
            stats = matching(lines, event="stats")[0]
            self.assertEqual((stats["packets_sent"], stats["packets_received"]), (1, 1))
            self.assertEqual(stats["handshakes"], 0)
        gateway.wait_message("sensor", "third")
        self.assertEqual(gateway.texts("sensor"), ["first", "second", "third"])

    def test_bring_what_the_gateway_held(self):
        gateway = self.gateway()
        self.cycle(gateway, "")
        gateway.type("sensor wake up")
        gateway.wait_event("sending", device="sensor")
        lines = self.cycle(gateway, "")
        self.assertEqual([found["text"] for found in matching(lines, event="message")], ["wake up"])
        self.assertTrue(matching(lines, event="asleep"))

    def test_that_are_damaged_or_old_make_a_handshake(self):
        gateway = self.gateway()
        self.cycle(gateway, "first\n")
        with open(self.path("sensor.state"), "r+b") as file:
            file.truncate(50)
        lines = self.cycle(gateway, "second\n")
        self.assertTrue(matching(lines, event="note") and matching(lines, event="connected"))
        gateway.wait_message("sensor", "second")

    def test_used_by_a_process_that_was_killed_are_not_used_again(self):
        gateway = self.gateway()
        self.cycle(gateway, "")
        device = self.device(gateway.udp, "sensor", "--sleep-state", "sensor.state")
        device.wait_event("woken")
        device.kill()
        with open(self.path("sensor.state"), "rb") as file:
            self.assertEqual(file.read().strip(b"\0"), b"")
        self.assertTrue(matching(self.cycle(gateway, "after\n"), event="connected"))

    def test_never_overwrite_a_file_of_something_else(self):
        gateway = self.gateway()
        with open(self.path("sensor.state"), "w", encoding="ascii") as file:
            file.write("a letter")
        self.cycle(gateway, "x\n", code=FAILURE)
        with open(self.path("sensor.state"), encoding="ascii") as file:
            self.assertEqual(file.read(), "a letter")

    def test_are_saved_at_a_signal_too(self):
        gateway = self.gateway()
        device = self.connected(gateway.udp, "sensor", "--sleep-state", "sensor.state")
        device.signal(signal.SIGTERM)
        self.assertEqual(device.finish(), OK)
        self.assertTrue(matching(self.cycle(gateway, "x\n"), event="woken"))

    def test_of_a_gateway_that_forgot_the_session_cost_a_handshake_and_no_message(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as place:
            place.bind(("127.0.0.1", 0))
            uri = f"udp://127.0.0.1:{place.getsockname()[1]}"
        first = self.gateway("--listen", uri)
        self.connect(uri, "--id", "sensor", "--sleep-state", "sensor.state", text="x\n")
        first.kill()
        second = self.gateway("--listen", uri)
        self.connect(uri, "--id", "sensor", "--sleep-state", "sensor.state", text="y\n")
        second.wait_message("sensor", "y")


if __name__ == "__main__":
    unittest.main()
