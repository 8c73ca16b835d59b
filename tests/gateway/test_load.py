# `usmp gateway` under load: garbage at full speed, many devices at once, silent connections.
import random
import socket
import threading
import time
import unittest

import live_gateway
from live_gateway import OK, matching

GARBAGE_S = 10
DEVICES = 200


def port_of(uri):
    return int(uri.rsplit(":", 1)[1])


def garbage(count, seed):
    """Datagrams of every kind that nobody meant: noise, and near misses of every packet."""
    source = random.Random(seed)
    made = []
    for _ in range(count):
        size = source.choice((0, 1, 5, 29, 64, 80, 326, 327, 600, 1232, 1400))
        packet = bytearray(source.randbytes(size))
        if size > 0 and source.random() < 0.8:
            packet[0] = source.choice((0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x38, 0x3B, 0x3C,
                                       0x3F))
        made.append(bytes(packet))
    # A HELLO that is right in every field: each costs the gateway as much as a stranger can ask.
    for _ in range(count // 10):
        params = bytes([3, 0]) + (1232).to_bytes(2, "little") + (1000).to_bytes(2, "little")
        params += bytes([4]) + bytes(4) + bytes([8]) + source.randbytes(8) + bytes([0])
        made.append(bytes([0x30]) + params + source.randbytes(32) + bytes([0]))
    source.shuffle(made)
    return made


class Load(live_gateway.GatewayTest):
    def flood(self, uri, seed, until):
        """Sends garbage as fast as it can; how many datagrams that were."""
        datagrams = garbage(2000, seed)
        sent = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.connect(("127.0.0.1", port_of(uri)))
            while time.monotonic() < until:
                for datagram in datagrams:
                    try:
                        sender.send(datagram)
                    except OSError:
                        pass
                sent += len(datagrams)
        return sent

    def test_garbage_at_full_speed_costs_a_live_session_nothing(self):
        self.add_devices("sensor", "late")
        gateway = self.gateway()
        device = self.connected(gateway.udp, "sensor")
        until = time.monotonic() + GARBAGE_S
        counts = []
        flood = threading.Thread(target=lambda: counts.append(self.flood(gateway.udp, 1, until)))
        flood.start()
        sent = []
        while time.monotonic() < until:
            sent.append(f"reading {len(sent)}")
            device.type(sent[-1])
            time.sleep(0.01)
        flood.join()
        gateway.type("sensor are you there?")
        device.wait_message("are you there?")
        device.end_typing()
        self.assertEqual(device.finish(), OK)
        gateway.wait_message("sensor", sent[-1])
        self.assertEqual(gateway.texts("sensor"), sent)
        self.assertEqual(len(matching(gateway.err, event="connected", device="sensor")), 1)
        # Nothing of it stays: a device that comes now is let in.
        self.connected(gateway.udp, "late")
        self.assertGreater(counts[0], 10_000)

    def test_devices_come_in_while_garbage_arrives(self):
        self.add_devices("sensor")
        gateway = self.gateway()
        until = time.monotonic() + 5
        flood = threading.Thread(target=self.flood, args=(gateway.udp, 2, until))
        flood.start()
        self.connected(gateway.udp, "sensor")
        flood.join()

    def test_garbage_on_connections_closes_them_and_no_others(self):
        self.add_devices("sensor")
        gateway = self.gateway()
        device = self.connected(gateway.tcp, "sensor")
        source = random.Random(3)
        for count in range(300):
            # A record longer than any packet, or one of the right length without any sense.
            record = bytes([source.randrange(256), 0xFF, 0xFF]) + source.randbytes(500)
            if count % 2:
                record = bytes([source.randrange(256), 60, 0]) + source.randbytes(60)
            with socket.create_connection(("127.0.0.1", port_of(gateway.tcp))) as stranger:
                stranger.settimeout(live_gateway.PATIENCE_S)
                stranger.sendall(record)
                try:
                    self.assertEqual(stranger.recv(4096), b"")
                except ConnectionResetError:
                    pass
        device.type("still here")
        gateway.wait_message("sensor", "still here")
        self.assertEqual(len(matching(device.out, event="connected")), 1)

    def test_connections_that_say_nothing_hold_up_nobody(self):
        self.add_devices("sensor")
        gateway = self.gateway()
        silent = [socket.create_connection(("127.0.0.1", port_of(gateway.tcp)))
                  for _ in range(300)]
        try:
            silent[0].sendall(b"\x30")
            silent[1].sendall(b"\x30\x50\x00" + bytes(20))
            device = self.connected(gateway.tcp, "sensor")
            device.type("heard")
            gateway.wait_message("sensor", "heard")
        finally:
            for connection in silent:
                connection.close()

    def test_two_hundred_devices_at_once_lose_nothing(self):
        names = [f"device-{count}" for count in range(DEVICES)]
        self.add_devices(*names)
        gateway = self.gateway()
        devices = []
        for count, name in enumerate(names):
            devices.append(self.device((gateway.udp, gateway.tcp)[count % 2], name))
        # All of them are there at the same time before the first one ends.
        for device in devices:
            device.wait_event("connected")
        for name, device in zip(names, devices):
            device.type("\n".join(f"{name} {count}" for count in range(5)))
            gateway.type(f"{name} hello {name}")
        for name, device in zip(names, devices):
            device.wait_message(f"hello {name}")
            device.end_typing()
            self.assertEqual(device.finish(), OK)
        for name in names:
            gateway.wait_message(name, f"{name} 4")
            self.assertEqual(gateway.texts(name), [f"{name} {count}" for count in range(5)])
        self.assertEqual(len(matching(gateway.err, event="delivered")), DEVICES)


if __name__ == "__main__":
    unittest.main(verbosity=2)
