# Messages through `usmp gateway`, both ways, as JSON and as lines for people.
import re
import unittest

import live_gateway
from live_gateway import Program, matching


class Messages(live_gateway.GatewayTest):
    def setUp(self):
        super().setUp()
        self.add_devices("sensor", "pump")

    def test_come_as_json_objects_in_order(self):
        gateway = self.gateway()
        for uri, name in ((gateway.udp, "sensor"), (gateway.tcp, "pump")):
            device = self.device(uri, name, "--channel", "7")
            sent = [f"reading {count} of {name}" for count in range(300)]
            device.type("\n".join(sent))
            device.end_typing()
            self.assertEqual(device.finish(), live_gateway.OK)
            gateway.wait_until(lambda: len(gateway.texts(name)) >= len(sent), "all readings")
            self.assertEqual(gateway.texts(name), sent)
            for message in gateway.messages(name):
                self.assertEqual(list(message), ["time", "device", "channel", "text", "datagram"])
                self.assertEqual(message["channel"], 7)
                self.assertIs(message["datagram"], False)
                self.assertRegex(message["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_that_are_not_text_come_as_hex(self):
        gateway = self.gateway()
        device = self.connected(gateway.udp, "sensor")
        device.type(b"\xff\x00\x01\n")
        gateway.wait_until(lambda: matching(gateway.out, device="sensor", hex="ff0001"),
                           "the bytes")

    def test_as_long_as_the_wire_allows_come_whole(self):
        gateway = self.gateway()
        for uri, name in ((gateway.udp, "sensor"), (gateway.tcp, "pump")):
            device = self.connected(uri, name)
            text = "".join(chr(ord("a") + count % 26) for count in range(65535))
            device.type(text)
            device.type("next")
            gateway.wait_message(name, "next")
            self.assertEqual(gateway.texts(name), [text, "next"])

    def test_typed_go_to_the_device_named(self):
        gateway = self.gateway()
        sensor = self.connected(gateway.udp, "sensor")
        pump = self.connected(gateway.tcp, "pump")
        gateway.type("sensor sample  now")
        gateway.type("pump #9 start")
        sensor.wait_message("sample  now")
        pump.wait_message("start")
        self.assertEqual(matching(pump.out, text="start")[0]["channel"], 9)
        gateway.wait_event("delivered", device="sensor")
        gateway.wait_event("delivered", device="pump")
        self.assertEqual(sensor.texts(), ["sample  now"])
        self.assertEqual(pump.texts(), ["start"])

    def test_typed_are_held_until_the_device_comes(self):
        gateway = self.gateway()
        for count in range(20):
            gateway.type(f"sensor command {count}")
        gateway.wait_event("held", device="sensor")
        sensor = self.connected(gateway.udp, "sensor")
        sensor.wait_message("command 19")
        self.assertEqual(sensor.texts(), [f"command {count}" for count in range(20)])
        gateway.wait_until(lambda: len(matching(gateway.err, event="delivered")) == 20,
                           "20 deliveries")

    def test_typed_wrong_are_refused_and_the_next_goes(self):
        gateway = self.gateway()
        sensor = self.connected(gateway.udp, "sensor")
        for line in ("nobody hello", "sensor", "sensor #300 x", "e9:xx: x", "x" * 70000):
            gateway.type(line)
        gateway.type("")
        gateway.wait_until(lambda: len(matching(gateway.err, event="refused")) == 5, "5 refusals")
        causes = [found["cause"] for found in matching(gateway.err, event="refused")]
        self.assertIn("nobody", causes[0])
        gateway.type("sensor after all")
        sensor.wait_message("after all")
        self.assertEqual(sensor.texts(), ["after all"])

    def test_are_sent_back_where_that_is_asked_for(self):
        gateway = self.gateway("--echo")
        for uri, name in ((gateway.udp, "sensor"), (gateway.tcp, "pump")):
            device = self.connected(uri, name)
            sent = [f"message {count}" for count in range(200)]
            device.type("\n".join(sent))
            device.wait_message("message 199")
            self.assertEqual(device.texts(), sent)

    def test_for_a_sleeping_device_come_when_it_wakes(self):
        gateway = self.gateway()
        first = self.device(gateway.udp, "sensor", "--sleep-state", "sensor.state")
        first.type("before sleep")
        first.end_typing()
        self.assertEqual(first.finish(), live_gateway.OK)
        self.assertTrue(matching(first.out, event="asleep"), first.out)
        gateway.wait_message("sensor", "before sleep")
        gateway.type("sensor good morning")
        second = self.device(gateway.udp, "sensor", "--sleep-state", "sensor.state")
        second.type("awake")
        second.wait_message("good morning")
        gateway.wait_message("sensor", "awake")
        gateway.wait_event("woke", device="sensor")
        self.assertEqual(len(matching(gateway.err, event="connected")), 1)
        self.assertEqual(gateway.texts("sensor"), ["before sleep", "awake"])


class LinesForPeople(live_gateway.GatewayTest):
    def setUp(self):
        super().setUp()
        self.add_devices("sensor")
        # Not of Gateway: that one speaks JSON.
        self.gateway_program = Program(["gateway", "--listen", "udp://127.0.0.1:0", "--ready-file",
                                        self.path("ready")], self.directory)
        self.addCleanup(self.gateway_program.kill)
        self.gateway_program.wait_until(
            lambda: any("listening on" in line for line in self.gateway_program.err), "listening")
        listening = [line for line in self.gateway_program.err if "listening on" in line][0]
        self.device_program = self.connected(listening.split()[-1], "sensor")

    def line_of(self, count):
        self.gateway_program.wait_until(lambda: len(self.gateway_program.out) > count, "a line")
        return self.gateway_program.out[count]

    def test_show_time_device_channel_and_text(self):
        self.device_program.type("21.5 °C")
        self.assertRegex(self.line_of(0), r"^\S+Z sensor #0 21.5 °C$")

    def test_show_nothing_that_commands_a_terminal(self):
        self.device_program.type("\x1b[2Jcleared")
        self.device_program.type("safe")
        self.assertRegex(self.line_of(0), r"^\S+Z sensor #0 0x1b5b324a636c6561726564$")
        self.assertRegex(self.line_of(1), r"^\S+Z sensor #0 safe$")
        self.assertFalse(re.search("\x1b", "".join(self.gateway_program.out)))

    def test_tell_of_sessions_on_stderr(self):
        err = self.gateway_program.err
        self.gateway_program.wait_until(
            lambda: any("sensor connected (udp 127.0.0.1:" in line for line in err), "connected")
        self.device_program.end_typing()
        self.device_program.finish()
        self.gateway_program.wait_until(
            lambda: any("sensor closed: done" in line for line in err), "closed")


if __name__ == "__main__":
    unittest.main(verbosity=2)
