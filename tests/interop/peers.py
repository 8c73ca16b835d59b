# The programs of the matrix as processes: our device and our gateway, the published server and the
# published client. Each takes commands line by line and answers each with a line, our gateway
# excepted, whose console is read. Which commands make a case is in cases.py.
import json
import os
import socket
import subprocess
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
USMP = os.environ["USMP_BINARY"]
DEVICE_DRIVER = os.environ["USMP_DEVICE_DRIVER"]
GATEWAY_DRIVER = os.environ["USMP_GATEWAY_DRIVER"]
PYTHON = os.environ["USMP_PUBLISHED_PYTHON"]

PATIENCE_S = 100
DEVICE_ID = "0a0b0c0d0e0f"
OTHER_ID = "0a0b0c0d0e10"
KEY = bytes(range(1, 33)).hex()
OTHER_KEY = bytes(range(2, 34)).hex()


class CaseFailed(Exception):
    """What was seen in place of what should be."""


def colons(device_id):
    return ":".join(device_id[at:at + 2] for at in range(0, len(device_id), 2))


def free_port(transport):
    """A port that was free a moment ago: the published server cannot be asked for the one it got,
    and the one that comes after a restart needs the same."""
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    def __init__(self, arguments):
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("USMP_DB", "USMP_KEY", "PYTHONPATH")}
        self.process = subprocess.Popen(arguments, env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines = []
        self.errors = []
        self.changed = threading.Condition()
        self.readers = [threading.Thread(target=self._collect, args=pair, daemon=True)
                        for pair in ((self.process.stdout, self.lines),
                                     (self.process.stderr, self.errors))]
        for reader in self.readers:
            reader.start()

    def _collect(self, stream, lines):
        for line in stream:
            with self.changed:
                lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def wait(self, condition, what):
        until = time.monotonic() + PATIENCE_S
        with self.changed:
            while not (found := condition()):
                left = until - time.monotonic()
                if left <= 0 or self.process.poll() is not None:
                    raise CaseFailed(f"{what} never came; {self.errors[-3:]}")
                self.changed.wait(min(left, 0.5))
            return found

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass

    def stop(self):
        """Asks it to end, and waits."""
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        self.kill()


class Driver(Process):
    """A program that answers each command with `CODE TEXT`, and with `0 ready` at first."""

    def __init__(self, arguments):
        super().__init__(arguments)
        self.taken = 0
        self.answer("ready")

    def answer(self, command):
        """The code and the text of the next answer."""
        self.wait(lambda: len(self.lines) > self.taken, f"the answer to '{command}'")
        line = self.lines[self.taken]
        self.taken += 1
        code, _, text = line.partition(" ")
        return int(code), text

    def begin(self, *words):
        self.type(" ".join(str(word) for word in words))

    def ask(self, *words):
        self.begin(*words)
        return self.answer(words[0])

    def succeed(self, *words):
        """The text of an answer that is no error."""
        return self.succeeded(self.ask(*words), words)

    def finish(self, *words):
        """The same for a command that was begun."""
        return self.succeeded(self.answer(words[0]), words)

    def succeeded(self, answer, words):
        if answer[0] != 0:
            raise CaseFailed(f"{' '.join(str(word) for word in words)}: {answer[1]}")
        return answer[1]


def our_device():
    return Driver([DEVICE_DRIVER])


def our_gateway_driver(transport, suite):
    """The core's gateway classes, told what to do, for what a gateway does of its own accord."""
    return Driver([GATEWAY_DRIVER, transport, KEY, DEVICE_ID, str(suite)])


def published_server(transport, port, suite, key=KEY, timeout_s=60):
    return Driver([PYTHON, "-B", os.path.join(HERE, "published_server.py"), transport, str(port),
                   key, DEVICE_ID, str(suite), str(timeout_s)])


def published_client(transport, port, suite, key=KEY, device_id=DEVICE_ID):
    return Driver([PYTHON, "-B", os.path.join(HERE, "published_client.py"), transport,
                   "127.0.0.1", str(port), key, device_id, str(suite)])


class LossyLine(Process):
    """`usmp lossy` in front of a UDP port."""

    def __init__(self, port):
        self.port = free_port("udp")
        super().__init__([USMP, "lossy", "--listen", f"udp://127.0.0.1:{self.port}", "--to",
                          f"udp://127.0.0.1:{port}", "--loss", "20", "--duplicate", "20"])
        self.wait(lambda: any("lossy line" in line for line in self.errors), "the lossy line")


class OurGateway(Process):
    """`usmp gateway` that echoes, with the one device of the matrix in its registry."""

    SUITES = {1: "aes-256-gcm", 2: "chacha20-poly1305"}

    def __init__(self, directory, transport, suite, port=0):
        self.database = os.path.join(directory, "registry.db")
        self.key_file = os.path.join(directory, "device.key")
        if not os.path.exists(self.database):
            with open(self.key_file, "w", encoding="ascii", opener=private) as file:
                file.write(KEY + "\n")
            subprocess.run([USMP, "device", "add", colons(DEVICE_ID), "--db", self.database,
                            "--wire", "2", "--key-file", self.key_file], check=True,
                           stdin=subprocess.DEVNULL, capture_output=True)
        ready = os.path.join(directory, f"ready-{time.monotonic_ns()}")
        super().__init__([USMP, "gateway", "--db", self.database, "--json", "--echo", "--listen",
                          f"{transport}://127.0.0.1:{port}", "--wire2-suite", self.SUITES[suite],
                          "--ready-file", ready])
        self.wait(lambda: os.path.exists(ready), "the gateway")
        with open(ready, encoding="ascii") as file:
            self.port = int(file.read().split()[0].rpartition(":")[2])

    def wait_event(self, name):
        return self.wait(lambda: [found for found in map(json.loads, (
            line for line in self.errors if line.startswith("{"))) if found.get("event") == name],
                         f"event {name}")[-1]

    def send(self, text):
        self.type(f"{colons(DEVICE_ID)} {text}")


def private(path, flags):
    return os.open(path, flags, 0o600)
