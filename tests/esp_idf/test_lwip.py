# A device on lwIP against the real `usmp gateway`, through a tap interface, in a network namespace of
# this test's own. The interface's other end, the gateway and a name server are this machine's.
import ctypes
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "gateway"))
import live_gateway  # noqa: E402
from live_gateway import OK, matching  # noqa: E402

DEVICE = os.environ["USMP_LWIP_DEVICE"]
SKIPPED = 77
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
# As in lwip_network.hpp.
TAP, DEVICE_ADDRESS, GATEWAY_ADDRESS = "tap0", "10.77.0.2", "10.77.0.1"
PORT = 9000  # nobody else is in this namespace
HOST = "gateway.test"
ESTABLISHED, PAUSED = 5, 7
LOST, NAME_NOT_RESOLVED, REFUSED, GOING_DOWN = -14, -17, -18, -28
DNS_TYPE_A, DNS_CLASS_IN, DNS_NO_SUCH_NAME, DNS_TTL_S = 1, 1, 3, 0
BURST = 500


def enter_namespace():
    """This process, and what it starts, has a network of its own from here on."""
    library = ctypes.CDLL(None, use_errno=True)
    own_user = f"0 {os.getuid()} 1"
    flags = CLONE_NEWNET if os.getuid() == 0 else CLONE_NEWNET | CLONE_NEWUSER
    if library.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    if flags & CLONE_NEWUSER:
        with open("/proc/self/uid_map", "w", encoding="ascii") as file:
            file.write(own_user)
    for command in (f"tuntap add dev {TAP} mode tap", f"addr add {GATEWAY_ADDRESS}/24 dev {TAP}",
                    f"link set {TAP} up", "link set lo up"):
        subprocess.run(["ip", *command.split()], check=True, capture_output=True)


def require_tap():
    """Ends the test as skipped where this machine cannot have a tap interface."""
    try:
        with open("/dev/net/tun", "rb"):
            pass
        enter_namespace()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"skipped: this machine has no tap interface for a test: {error}")
        sys.exit(SKIPPED)


class NameServer:
    """Answers questions for the address of HOST; while `knows` is false, that there is none."""

    def __init__(self):
        self.knows = True
        self.asked = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((GATEWAY_ADDRESS, 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                query, sender = self.socket.recvfrom(512)
                self.socket.sendto(self._answer(query), sender)
            except OSError:
                return

    def _answer(self, query):
        place, labels = 12, []
        while query[place] != 0:
            labels.append(query[place + 1:place + 1 + query[place]].decode())
            place += 1 + query[place]
        question = query[12:place + 5]
        kind, = struct.unpack("!H", query[place + 1:place + 3])
        found = self.knows and ".".join(labels) == HOST and kind == DNS_TYPE_A
        self.asked += 1
        header = query[:2] + struct.pack("!5H", 0x8180 | (0 if found else DNS_NO_SUCH_NAME), 1,
                                         int(found), 0, 0)
        answer = struct.pack("!3HIH", 0xC00C, DNS_TYPE_A, DNS_CLASS_IN, DNS_TTL_S, 4)
        return header + question + (answer + socket.inet_aton(GATEWAY_ADDRESS) if found else b"")

    def close(self):
        # Two blocked threads of one socket need a push.
        self.socket.shutdown(socket.SHUT_RDWR) if False else self.socket.close()


class LwipDevice(live_gateway.Program):
    """tests/esp_idf/lwip_device, with what it prints."""

    def __init__(self, directory, provisioning, kind, host=HOST, wire=3):
        super().__init__([kind, host, str(PORT), str(wire)], directory, binary=DEVICE)
        self.type(provisioning)

    def wait_event(self, name, count=1, **wanted):
        found = self.wait_until(
            lambda: (lines := matching(self.out, event=name, **wanted))[count - 1:] and lines,
            f"event {name} {wanted}")
        return found[count - 1]

    def texts(self):
        return [found["text"] for found in matching(self.out, event="message")]

    def acknowledged(self):
        return [found["text"] for found in matching(self.out, event="finished", acknowledged=True)]

    def wait_acknowledged(self, text):
        return self.wait_until(lambda: text in self.acknowledged(), f"'{text}' acknowledged")

    def stats(self):
        count = len(matching(self.out, event="stats"))
        self.type("stats")
        return self.wait_event("stats", count + 1)


class Lwip(live_gateway.GatewayTest):
    def setUp(self):
        super().setUp()
        self.names = NameServer()
        self.addCleanup(self.names.close)
        self.gateway_count = 0

    def provisioned(self, name="sensor", *arguments):
        return self.run_usmp("device", "add", name, "--provision", *arguments).stdout.strip()

    def gateway(self, kind, *arguments):
        uri = f"{kind}://{GATEWAY_ADDRESS}:{PORT}"
        started = super().gateway("--listen", uri, *arguments)
        self.uri = uri
        return started

    def lwip_device(self, *arguments, **options):
        started = LwipDevice(self.directory, *arguments, **options)
        self.addCleanup(started.kill)
        return started

    def connected(self, kind, *arguments, **options):
        gateway = self.gateway(kind)
        device = self.lwip_device(self.provisioned(), kind, *arguments, **options)
        device.wait_event("connected")
        return gateway, device

    def check_all_arrived_once(self, gateway, device, count):
        texts = [str(number) for number in range(count)]
        device.wait_until(lambda: len(device.acknowledged()) >= count, "all acknowledged")
        gateway.wait_until(lambda: len(gateway.texts("sensor")) >= count, "all at the gateway")
        self.assertEqual(gateway.texts("sensor"), texts)
        self.assertEqual(device.acknowledged(), texts)


class Messages(Lwip):
    def test_go_both_ways_to_a_name_that_lwip_resolved(self):
        for kind in ("udp", "tcp"):
            with self.subTest(kind):
                gateway = self.gateway(kind)
                asked = self.names.asked
                device = self.lwip_device(self.provisioned(kind), kind)
                device.wait_event("connected")
                self.assertGreater(self.names.asked, asked)
                device.type("send 23.5")
                gateway.wait_message(kind, "23.5")
                device.wait_acknowledged("23.5")
                gateway.type(f"{kind} open the valve")
                device.wait_until(lambda: "open the valve" in device.texts(), "the answer")
                device.type("end")
                self.assertEqual(device.finish(), OK)
                gateway.wait_event("closed", device=kind, cause="done")
                gateway.kill()


if __name__ == "__main__":
    require_tap()
    unittest.main()
