# What each case of the matrix does, once for our device against the published server and once for
# the published client against our gateway. A case returns when all was as it should be, and raises
# CaseFailed with what was seen instead. How the programs are run is in peers.py.
import time

import peers
from peers import CaseFailed, KEY, OTHER_ID, OTHER_KEY

MANY = 2000
TWO_FRAMES = 600
A_REKEY_S = 0.3  # between two: 4 a second are asked for at most, 8 control frames taken
PEER_CLOSED, BUFFER_OVERFLOW = -11, -6


class Column:
    """One direction, transport and suite; keeps the programs that a case began."""

    def __init__(self, transport, suite, directory):
        self.transport = transport
        self.suite = suite
        self.directory = directory
        self.begun = []

    def keep(self, process):
        self.begun.append(process)
        return process

    def clean(self):
        for process in reversed(self.begun):
            process.kill()
        self.begun = []


def expect(seen, wanted, what):
    if seen != wanted:
        raise CaseFailed(f"{what}: {seen} in place of {wanted}")


class OurDevice(Column):
    """Our device, the published server."""

    title = "our device, published server"

    def server(self, port=None, **options):
        self.port = port or peers.free_port(self.transport)
        return self.keep(peers.published_server(self.transport, self.port, self.suite, **options))

    def device(self):
        return self.keep(peers.our_device())

    def connect(self, device, port=None, key=KEY, device_id=peers.DEVICE_ID, keepalive_ms=0):
        return device.ask("connect", self.transport, "127.0.0.1", port or self.port, key,
                          device_id, self.suite, keepalive_ms)

    def pair(self, **options):
        server = self.server(**options)
        device = self.device()
        code, text = self.connect(device)
        expect(code, 0, f"handshake ({text})")
        return device, server

    def handshake(self):
        self.pair()

    def size(self, size):
        device, _ = self.pair()
        device.succeed("echo", size, 3, 0)

    def too_large(self):
        device, _ = self.pair()
        expect(device.ask("flood", 1809, 1)[0] != 0, True, "1809 bytes refused")
        expect(device.ask("echo", 1809, 1, 0)[0], BUFFER_OVERFLOW, "1809 bytes")
        device.succeed("echo", 1808, 1, 0)

    def many(self):
        device, _ = self.pair()
        device.succeed("echo", 64, MANY, 0)

    def ping(self):
        device, server = self.pair()
        device.succeed("ping")
        device.succeed("echo", 1, 1, 0)

    def ping_by_peer(self):
        device, server = self.pair()
        server.begin("ping")
        device.begin("idle", 1000)
        server.finish("ping")
        device.finish("idle")
        device.succeed("echo", 1, 1, 0)

    def idle(self):
        server = self.server(timeout_s=3)
        device = self.device()
        expect(self.connect(device, keepalive_ms=1000)[0], 0, "handshake")
        device.succeed("idle", 7000)
        device.succeed("echo", 64, 1, 0)

    def rekey(self):
        device, server = self.pair()
        server.succeed("keep", 0)
        for _ in range(5):
            device.succeed("flood", TWO_FRAMES, 20)
            device.succeed("rekey")
            time.sleep(A_REKEY_S)
        server.succeed("keep", 1)
        device.succeed("echo", 1808, 3, 0)
        expect(int(server.succeed("count")), 103, "messages at the server")

    def rekey_with_echo(self):
        device, _ = self.pair()
        device.succeed("echo", TWO_FRAMES, 60, 20)
        device.succeed("echo", 1808, 3, 0)

    def rekey_by_peer(self):
        device, server = self.pair()
        server.begin("send", TWO_FRAMES, 190, 40)
        device.succeed("take", TWO_FRAMES, 190)
        server.finish("send")
        device.succeed("echo", 1808, 3, 0)

    def rekey_by_peer_crossing(self):
        device, server = self.pair()
        server.succeed("keep", 0)
        device.begin("flood", 64, 600)
        for _ in range(3):
            time.sleep(0.05)
            server.succeed("rekey")
        device.finish("flood")
        server.succeed("keep", 1)
        device.succeed("echo", 64, 3, 0)
        expect(int(server.succeed("count")), 603, "messages at the server")

    def bye(self):
        device, server = self.pair()
        device.succeed("close")
        expect(server.succeed("ending"), "ConnectionClosedError: Remote sent BYE",
               "at the server")

    def bye_by_peer(self):
        device, server = self.pair()
        device.begin("await", PEER_CLOSED)
        server.succeed("bye")
        device.finish("await")

    def wrong_key(self):
        server = self.server()
        device = self.device()
        code, text = self.connect(device, key=OTHER_KEY)
        expect(code < 0, True, f"refused ({text})")
        expect(self.connect(device)[0], 0, "the right key afterwards")

    def unknown(self):
        server = self.server()
        device = self.device()
        code, text = self.connect(device, device_id=OTHER_ID)
        expect(code < 0, True, f"refused ({text})")
        expect(self.connect(device)[0], 0, "the right device afterwards")

    def lossy(self):
        self.server()
        line = self.keep(peers.LossyLine(self.port))
        device = self.device()
        for _ in range(5):
            if self.connect(device, port=line.port)[0] == 0:
                break
        device.succeed("insist", 600, 15)

    def restart(self):
        device, server = self.pair()
        device.succeed("echo", 64, 3, 0)
        server.kill()
        self.server(port=self.port)
        device.succeed("insist", 64, 3)


class OurGateway(Column):
    """The published client, our gateway."""

    title = "published client, our gateway"

    def gateway(self, port=0):
        started = self.keep(peers.OurGateway(self.directory, self.transport, self.suite, port))
        self.port = started.port
        return started

    def client(self, port=None, **options):
        return self.keep(peers.published_client(self.transport, port or self.port, self.suite,
                                                **options))

    def pair(self):
        gateway = self.gateway()
        client = self.client()
        client.succeed("connect")
        return client, gateway

    def driven_pair(self):
        """The core's gateway classes, which do more on request than the console has words for."""
        gateway = self.keep(peers.our_gateway_driver(self.transport, self.suite))
        self.port = int(gateway.succeed("port"))
        client = self.client()
        client.succeed("connect")
        return client, gateway

    def handshake(self):
        _, gateway = self.pair()
        gateway.wait_event("connected")

    def size(self, size):
        client, _ = self.pair()
        client.succeed("echo", size, 3, 0)

    def too_large(self):
        client, _ = self.pair()
        code, text = client.ask("echo", 1809, 1, 0)
        expect((code, text.split(":")[0]), (1, "PayloadError"), "1809 bytes")
        client.succeed("echo", 1808, 1, 0)

    def many(self):
        client, _ = self.pair()
        client.succeed("echo", 64, MANY, 0)

    def ping(self):
        client, _ = self.pair()
        client.succeed("ping")
        client.succeed("echo", 1, 1, 0)

    def ping_by_peer(self):
        client, gateway = self.driven_pair()
        heard = int(gateway.succeed("heard"))
        gateway.succeed("ping")
        client.ask("ping")  # reads, and so answers
        expect(int(gateway.succeed("heard")) >= heard + 2, True, "PING and PONG of the client")
        client.succeed("echo", 1, 1, 0)

    def idle(self):
        client, _ = self.pair()
        client.succeed("idle", 6)
        client.succeed("echo", 64, 1, 0)

    def rekey(self):
        client, gateway = self.driven_pair()
        gateway.succeed("keep", 0)
        for _ in range(5):
            client.succeed("flood", TWO_FRAMES, 20)
            client.succeed("rekey")
            time.sleep(A_REKEY_S)
        gateway.succeed("keep", 1)
        client.succeed("echo", 1808, 3, 0)
        expect(int(gateway.succeed("rekeys")), 5, "rekeys")

    def rekey_with_echo(self):
        client, _ = self.pair()
        client.succeed("echo", TWO_FRAMES, 60, 20)
        client.succeed("echo", 1808, 3, 0)

    def rekey_by_peer(self):
        client, gateway = self.driven_pair()
        for number in range(5):
            gateway.succeed("send", TWO_FRAMES, 20)
            gateway.succeed("rekey")
            gateway.succeed("send", TWO_FRAMES, 20)
            for _ in range(2):
                client.succeed("take", TWO_FRAMES, 20)
            client.succeed("echo", 1, 1, 0)
            self.wait_for_rekeys(client, gateway, number + 1)
        client.succeed("echo", 1808, 3, 0)

    def wait_for_rekeys(self, client, gateway, count):
        """The core spreads its control frames over time."""
        until = time.monotonic() + 10
        while int(gateway.succeed("rekeys")) < count and time.monotonic() < until:
            time.sleep(A_REKEY_S)
            client.succeed("echo", 1, 1, 0)
        expect(int(gateway.succeed("rekeys")), count, "rekeys")

    def rekey_by_peer_crossing(self):
        client, gateway = self.driven_pair()
        client.begin("echo", 64, 300, 0)
        for _ in range(3):
            time.sleep(0.05)
            gateway.succeed("rekey")
        client.finish("echo")

    def bye(self):
        client, gateway = self.pair()
        client.succeed("bye")
        expect(gateway.wait_event("closed")["cause"], "done", "at the gateway")

    def bye_by_peer(self):
        client, gateway = self.pair()
        client.begin("ending")
        gateway.stop()
        expect(client.finish("ending"), "ConnectionClosedError: Remote sent BYE", "at the client")

    def wrong_key(self):
        gateway = self.gateway()
        code, text = self.client(key=OTHER_KEY).ask("connect")
        expect(code, 1, f"refused ({text})")
        self.client().succeed("connect")
        gateway.wait_event("connected")

    def unknown(self):
        gateway = self.gateway()
        code, text = self.client(device_id=OTHER_ID).ask("connect")
        expect(code, 1, f"refused ({text})")
        self.client().succeed("connect")
        gateway.wait_event("connected")

    def lossy(self):
        self.gateway()
        line = self.keep(peers.LossyLine(self.port))
        self.client(port=line.port).succeed("insist", 600, 15)

    def restart(self):
        client, gateway = self.pair()
        client.succeed("echo", 64, 3, 0)
        gateway.kill()
        self.gateway(port=self.port)
        client.succeed("insist", 64, 3)


class Published(OurGateway):
    """The published client, the published server: tells what fails without us."""

    def driven_pair(self):
        gateway = self.gateway()
        client = self.client()
        client.succeed("connect")
        return client, gateway

    def rekey(self):
        client, server = self.driven_pair()
        server.succeed("keep", 0)
        for _ in range(5):
            client.succeed("flood", TWO_FRAMES, 20)
            client.succeed("rekey")
        server.succeed("keep", 1)
        client.succeed("echo", 1808, 3, 0)

    def rekey_by_peer(self):
        client, server = self.driven_pair()
        server.begin("send", TWO_FRAMES, 200, 40)
        client.succeed("take", TWO_FRAMES, 200)
        server.finish("send")
        client.succeed("echo", 1808, 3, 0)

    def rekey_by_peer_crossing(self):
        client, server = self.driven_pair()
        client.begin("echo", 64, 300, 0)
        for _ in range(3):
            time.sleep(0.05)
            server.succeed("rekey")
        client.finish("echo")

    title = "published client, published server"

    def gateway(self, port=0):
        self.port = port or peers.free_port(self.transport)
        return self.keep(peers.published_server(self.transport, self.port, self.suite))


CASES = (
    ("handshake", "handshake", lambda column: column.handshake()),
    ("empty message", "empty", lambda column: column.size(0)),
    ("1 byte", "1", lambda column: column.size(1)),
    ("452 bytes, one frame", "452", lambda column: column.size(452)),
    ("453 bytes, two frames", "453", lambda column: column.size(453)),
    ("1808 bytes, four frames", "1808", lambda column: column.size(1808)),
    ("1809 bytes are refused, the session goes on", "1809", lambda column: column.too_large()),
    (f"{MANY} messages there and {MANY} back", "many", lambda column: column.many()),
    ("PING by the device", "ping", lambda column: column.ping()),
    ("PING by the gateway", "ping-gw", lambda column: column.ping_by_peer()),
    ("idle, kept alive", "idle", lambda column: column.idle()),
    ("REKEY by the device, while it sends", "rekey", lambda column: column.rekey()),
    ("REKEY by the device, an echo on its way", "rekey-echo",
     lambda column: column.rekey_with_echo()),
    ("REKEY by the gateway, while it sends", "rekey-gw",
     lambda column: column.rekey_by_peer()),
    ("REKEY by the gateway, while the device sends", "rekey-cross",
     lambda column: column.rekey_by_peer_crossing()),
    ("BYE by the device", "bye", lambda column: column.bye()),
    ("BYE by the gateway", "bye-gw", lambda column: column.bye_by_peer()),
    ("wrong key is refused, the right one let in", "wrong-key",
     lambda column: column.wrong_key()),
    ("unknown device is refused, the known one let in", "unknown",
     lambda column: column.unknown()),
    ("20 % loss and 20 % duplicates, each way", "lossy", lambda column: column.lossy()),
    ("gateway killed and restarted", "restart", lambda column: column.restart()),
)
