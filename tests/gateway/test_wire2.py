# Devices of the published package (PyPI usmp 1.2.2) at `usmp gateway`, over TCP and UDP, beside
# devices of wire 3. Run by the Python that has the package: scripts/fetch_published.sh.
import asyncio
import os
import signal
import time
import unittest
from urllib.parse import urlsplit

import usmp
from usmp import USMPClient

import live_gateway
from live_gateway import USAGE, matching

DEVICE = "e9:1d:ed:ef:5c:04"
OTHER = "e9:1d:ed:ef:5c:05"
# How long the peer may take: it repeats a packet after half a second at first.
PATIENCE_S = live_gateway.PATIENCE_S
# Between two looks at what the client has read, or two of its changes of keys.
PAUSE_S = 0.3


class Device:
    """A published client that finishes its handshake, or says why not."""

    def __init__(self, uri, key, name=DEVICE):
        split = urlsplit(uri)
        self.client = USMPClient(split.hostname, split.port, key,
                                 bytes.fromhex(name.replace(":", "")), split.scheme)

    async def __aenter__(self):
        await self.client.connect(timeout=PATIENCE_S)
        return self

    async def __aexit__(self, *_):
        await self.client.disconnect()
        await asyncio.sleep(0)  # the transport closes in the next turn

    async def hear_bye(self):
        """Reads until the gateway says BYE; the session is over then."""
        try:
            while True:
                await self.receive()
        except usmp.ConnectionClosedError:
            self.client._session._closed = True
            self.client._transport.close()

    @property
    def session(self):
        return self.client._session

    async def send(self, data):
        await asyncio.wait_for(self.client.send(data), PATIENCE_S)

    async def receive(self):
        return await asyncio.wait_for(self.client.recv(), PATIENCE_S)

    async def echo(self, data):
        await self.send(data)
        return await self.receive()


class Wire2(live_gateway.GatewayTest):
    def setUp(self):
        super().setUp()
        for name, file in ((DEVICE, "pump.key"), (OTHER, "fan.key")):
            self.run_usmp("device", "add", name, "--wire", "2", "--save-key", file)
        self.add_devices("sensor")
        self.key, self.other_key = self.key_of("pump.key"), self.key_of("fan.key")

    def key_of(self, file):
        with open(self.path(file), encoding="ascii") as opened:
            return bytes.fromhex(opened.read())

    def over_both(self, scenario, *arguments):
        """Runs `scenario(gateway, uri)` over each medium with a gateway of its own."""
        for medium in ("tcp", "udp"):
            with self.subTest(medium):
                gateway = self.gateway(*arguments)
                asyncio.run(scenario(gateway, getattr(gateway, medium)))
                gateway.signal(signal.SIGTERM)
                self.assertEqual(gateway.finish(), 0)

    def test_the_peer_is_the_published_package(self):
        self.assertIn(os.path.join("deps", "published"), usmp.__file__)

    def test_messages_of_every_size_come_back_unchanged(self):
        async def scenario(gateway, uri):
            async with Device(uri, self.key) as device:
                connected = gateway.wait_event("connected", device=DEVICE)
                self.assertEqual(connected["wire"], 2)
                self.assertEqual(connected["transport"], urlsplit(uri).scheme)
                self.assertEqual(connected["session"], device.session.session_id.replace(":", ""))
                for size in (0, 1, 64, 452, 453, 904, 1808):
                    data = os.urandom(size)
                    self.assertEqual(await device.echo(data), data)
            gateway.wait_event("closed", device=DEVICE, cause="done")
        self.over_both(scenario, "--echo")

    def test_typed_lines_arrive_and_what_the_wire_cannot_carry_is_said(self):
        async def scenario(gateway, uri):
            gateway.type(f"{DEVICE} held until it comes")
            gateway.wait_event("held", device=DEVICE)
            async with Device(uri, self.key) as device:
                self.assertEqual(await device.receive(), b"held until it comes")
                gateway.type(f"{DEVICE} #7 for a channel")
                gateway.type(DEVICE + " " + "x" * 1809)
                gateway.type(DEVICE + " " + "y" * 1808)
                self.assertEqual(await device.receive(), b"y" * 1808)
                await device.send(b"from the pump")
                gateway.wait_message(DEVICE, "from the pump")
                self.assertEqual(gateway.messages(DEVICE)[-1]["channel"], 0)
            gateway.wait_until(lambda: len(matching(gateway.err, event="undelivered")) == 2,
                               "two messages undelivered")
            causes = [found["cause"] for found in matching(gateway.err, event="undelivered")]
            self.assertIn("channels", causes[0])
            self.assertIn("too large", causes[1])
        self.over_both(scenario)

    def test_a_ping_is_answered(self):
        async def scenario(gateway, uri):
            async with Device(uri, self.key) as device:
                heard = device.session._last_recv
                await device.client.ping()
                until = time.monotonic() + PATIENCE_S
                while device.session._last_recv == heard:  # until the PONG is read
                    self.assertLess(time.monotonic(), until, "no PONG came")
                    with self.assertRaises(usmp.USMPTimeoutError):
                        await device.session.recv(timeout=PAUSE_S)
                self.assertEqual(await device.echo(b"after it"), b"after it")
        self.over_both(scenario, "--echo")

    def test_new_keys_of_the_devices_choice_and_messages_go_on(self):
        async def scenario(gateway, uri):
            async with Device(uri, self.key) as device:
                for turn in range(3):
                    before = f"before {turn}".encode()
                    self.assertEqual(await device.echo(before), before)
                    await asyncio.wait_for(device.session.rekey(), PATIENCE_S)
                    for size in (0, 64, 1808):
                        data = os.urandom(size)
                        self.assertEqual(await device.echo(data), data)
                    await asyncio.sleep(PAUSE_S)
            gateway.wait_event("closed", device=DEVICE, cause="done")
        self.over_both(scenario, "--echo")

    def assert_refused(self, uri, key, name):
        async def scenario():
            device = Device(uri, key, name)
            # On TCP the connection closes; on UDP nothing comes.
            with self.assertRaises((usmp.HandshakeError, usmp.USMPTimeoutError, OSError)):
                await device.client.connect(timeout=2)
        asyncio.run(scenario())

    def test_a_wrong_key_an_unknown_device_and_the_other_wire_are_refused(self):
        self.run_usmp("device", "add", "e9:1d:ed:ef:5c:06", "--save-key", "third.key")
        for medium in ("tcp", "udp"):
            gateway = self.gateway()
            uri = getattr(gateway, medium)
            self.assert_refused(uri, self.other_key, DEVICE)
            self.assert_refused(uri, self.key, "e9:1d:ed:ef:5c:07")
            self.assert_refused(uri, self.key_of("third.key"), "e9:1d:ed:ef:5c:06")
            self.assertEqual(matching(gateway.err, event="connected"), [])

            async def scenario():
                async with Device(uri, self.key) as device:
                    await device.send(b"let in")
                    gateway.wait_message(DEVICE, "let in")
            asyncio.run(scenario())
            gateway.kill()

    def test_the_gateways_end_is_told_and_its_successor_takes_the_device(self):
        for medium in ("tcp", "udp"):
            first = self.gateway()
            uri = getattr(first, medium)

            async def until_the_end():
                async with Device(uri, self.key) as device:
                    first.signal(signal.SIGTERM)
                    await device.hear_bye()
            asyncio.run(until_the_end())
            self.assertEqual(first.finish(), 0)

            second = self.gateway("--listen", uri, "--echo")

            async def again():
                async with Device(uri, self.key) as device:
                    self.assertEqual(await device.echo(b"here again"), b"here again")
            asyncio.run(again())
            second.kill()

    def test_a_revoked_device_hears_it_at_once(self):
        async def scenario(gateway, uri):
            name, key = (DEVICE, self.key) if urlsplit(uri).scheme == "tcp" else (OTHER,
                                                                                 self.other_key)
            async with Device(uri, key, name) as device:
                self.run_usmp("device", "revoke", name)
                await device.hear_bye()
            gateway.wait_event("closed", device=name, cause="key revoked or changed")
        self.over_both(scenario)

    def test_both_wires_and_both_media_at_one_gateway(self):
        gateway = self.gateway("--echo")
        sensors = [self.connected(uri, "sensor") for uri in (gateway.udp,)]

        async def scenario():
            async with Device(gateway.udp, self.key) as pump, \
                    Device(gateway.tcp, self.other_key, OTHER) as fan:
                for turn in range(20):
                    data = f"turn {turn}".encode()
                    sensors[0].type(data.decode())
                    self.assertEqual(await asyncio.gather(pump.echo(data), fan.echo(data)),
                                     [data, data])
        asyncio.run(scenario())
        sensors[0].wait_message("turn 19")
        self.assertEqual(gateway.texts(DEVICE), gateway.texts(OTHER))
        gateway.signal(signal.SIGTERM)
        self.assertEqual(gateway.finish(), 0)
        summary = matching(gateway.err, event="summary")[0]
        self.assertEqual(summary["messages_in"], 60)
        self.assertEqual(summary["wire2_retries"], 1)

    def test_a_device_entry_of_wire_2_needs_six_bytes(self):
        refused = self.run_usmp("device", "add", "sensor-2", "--wire", "2", code=USAGE)
        self.assertIn("6 bytes", refused.stderr)
        self.run_usmp("device", "rotate", DEVICE, "--save-key", "new.key")
        self.assertIn('"wire": 2', self.run_usmp("device", "show", DEVICE, "--json").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
