# How `usmp gateway` ends: devices hear it, nothing printed is lost, the exit code is right.
import os
import signal
import subprocess
import time
import unittest

import live_gateway
from live_gateway import DEVICE_GOING_DOWN, FAILURE, OK


class Stop(live_gateway.GatewayTest):
    def setUp(self):
        super().setUp()
        self.add_devices("sensor", "pump")

    def test_says_goodbye_to_every_device(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            gateway = self.gateway()
            devices = [self.connected(gateway.udp, "sensor"), self.connected(gateway.tcp, "pump")]
            gateway.signal(number)
            self.assertEqual(gateway.finish(), OK)
            for device in devices:
                device.wait_event("error", code=DEVICE_GOING_DOWN)
                device.kill()

    def test_prints_a_summary_and_removes_the_ready_file(self):
        gateway = self.gateway()
        device = self.device(gateway.udp, "sensor")
        device.type("one\ntwo")
        device.end_typing()
        self.assertEqual(device.finish(), OK)
        gateway.signal(signal.SIGTERM)
        self.assertEqual(gateway.finish(), OK)
        summary = gateway.wait_event("summary")
        self.assertEqual(summary["messages_in"], 2)
        self.assertEqual(summary["handshakes_finished"], 1)
        self.assertFalse(os.path.exists(gateway.ready_file))

    def test_the_end_of_stdin_ends_nothing(self):
        gateway = self.gateway()
        gateway.end_typing()
        device = self.connected(gateway.udp, "sensor")
        device.type("still served")
        gateway.wait_message("sensor", "still served")
        closed = self.gateway(stdin=subprocess.DEVNULL)
        self.connected(closed.udp, "pump")

    def unread_gateway(self):
        """A gateway whose stdout nobody reads, and its UDP address."""
        ready = self.path("ready")
        gateway = subprocess.Popen(
            [live_gateway.BINARY, "gateway", "--json", "--listen", "udp://127.0.0.1:0",
             "--ready-file", ready], cwd=self.directory, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for cleanup in (gateway.stderr.close, gateway.stdout.close, gateway.wait, gateway.kill):
            self.addCleanup(cleanup)
        while b"listening" not in gateway.stderr.readline():
            pass
        until = time.monotonic() + live_gateway.PATIENCE_S
        while not os.path.exists(ready) and time.monotonic() < until:
            time.sleep(0.01)
        with open(ready, encoding="ascii") as file:
            return gateway, file.read().strip()

    def test_a_reader_that_went_away_is_an_error(self):
        gateway, uri = self.unread_gateway()
        device = self.connected(uri, "sensor")
        gateway.stdout.close()
        device.type("nobody reads this")
        device.wait_event("error", code=DEVICE_GOING_DOWN)
        self.assertEqual(gateway.wait(live_gateway.PATIENCE_S), FAILURE)
        self.assertIn(b"cannot write to stdout", gateway.stderr.read())

    def test_a_reader_that_is_slow_loses_nothing(self):
        gateway, uri = self.unread_gateway()
        device = self.device(uri, "sensor")
        sent = [f"{count} " + "x" * 1000 for count in range(300)]
        device.type("\n".join(sent))
        device.end_typing()
        self.assertEqual(device.finish(), OK)
        gateway.send_signal(signal.SIGTERM)
        out, _ = gateway.communicate(timeout=live_gateway.PATIENCE_S)
        self.assertEqual(gateway.returncode, OK)
        printed = live_gateway.objects(out.decode().splitlines())
        self.assertEqual([found["text"] for found in printed], sent)

    def test_a_second_signal_ends_at_once(self):
        # Its reader never reads, so that the first signal alone cannot end it.
        gateway, uri = self.unread_gateway()
        device = self.device(uri, "sensor")
        device.type("\n".join("x" * 1000 for _ in range(300)))
        device.end_typing()
        self.assertEqual(device.finish(), OK)
        gateway.send_signal(signal.SIGTERM)
        with self.assertRaises(subprocess.TimeoutExpired):
            gateway.wait(4)
        gateway.send_signal(signal.SIGTERM)
        self.assertEqual(gateway.wait(live_gateway.PATIENCE_S), -signal.SIGTERM)


if __name__ == "__main__":
    unittest.main(verbosity=2)
