# Runs a gateway and devices as processes, and waits for what they print.
# Not a model of either: what they should say stands in the tests.
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

BINARY = os.environ["USMP_BINARY"]
# Far beyond what anything takes, even where sanitizers and other programs slow it down: only a test
# that fails waits so long.
PATIENCE_S = 90

OK, FAILURE, USAGE, NOT_FOUND, ALREADY_EXISTS, REGISTRY, BAD_KEY, REVOKED, LISTEN = range(9)
NOT_AUTHENTICATED = 10
DEVICE_REVOKED, DEVICE_GOING_DOWN = -27, -28


class Program:
    """A running `usmp …` or other program, the lines it prints collected as they come."""

    def __init__(self, arguments, directory, stdin=subprocess.PIPE, binary=BINARY, variables=()):
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("USMP_DB", "USMP_KEY")}
        environment.update(variables)
        self.process = subprocess.Popen([binary, *arguments], cwd=directory, env=environment,
                                        stdin=stdin, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.out = []
        self.err = []
        self.changed = threading.Condition()
        self.readers = [threading.Thread(target=self._collect, args=pair, daemon=True)
                        for pair in ((self.process.stdout, self.out),
                                     (self.process.stderr, self.err))]
        for reader in self.readers:
            reader.start()

    def _collect(self, stream, lines):
        for line in stream:
            with self.changed:
                lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                self.changed.notify_all()

    def type(self, line):
        self.process.stdin.write((line + "\n").encode() if isinstance(line, str) else line)
        self.process.stdin.flush()

    def end_typing(self):
        self.process.stdin.close()

    def signal(self, number):
        self.process.send_signal(number)

    def wait_until(self, condition, what):
        """Waits until condition() gives something that counts as true, and returns that."""
        until = time.monotonic() + PATIENCE_S
        with self.changed:
            while not (found := condition()):
                left = until - time.monotonic()
                if left <= 0 or (self.process.poll() is not None and not self._alive()):
                    raise AssertionError(f"{what} never came\nstdout: {self.out[-20:]}\n"
                                         f"stderr: {self.err[-20:]}")
                self.changed.wait(min(left, 0.5))
            return found

    def _alive(self):
        return any(reader.is_alive() for reader in self.readers)

    def finish(self):
        """Waits for its end and returns the exit code; then all lines are there."""
        code = self.process.wait(PATIENCE_S)
        for reader in self.readers:
            reader.join(PATIENCE_S)
        return code

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None and not stream.closed:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass


def objects(lines):
    return [json.loads(line) for line in lines if line.startswith("{")]


def matching(lines, **wanted):
    return [found for found in objects(lines)
            if all(found.get(name) == value for name, value in wanted.items())]


class Gateway(Program):
    """`usmp gateway --json` on loopback, ready for devices."""

    def __init__(self, directory, *arguments, stdin=subprocess.PIPE):
        self.ready_file = os.path.join(directory, f"ready-{time.monotonic_ns()}")
        super().__init__(["gateway", "--json", "--listen", "udp://127.0.0.1:0", "--listen",
                          "tcp://127.0.0.1:0", "--ready-file", self.ready_file, *arguments],
                         directory, stdin)
        self.wait_until(lambda: os.path.exists(self.ready_file), "the ready file")
        with open(self.ready_file, encoding="ascii") as file:
            self.udp, self.tcp = file.read().split()[:2]

    def messages(self, device=None):
        """What a device sent, in order."""
        return [found for found in objects(self.out) if device in (None, found["device"])]

    def texts(self, device):
        return [found.get("text") for found in self.messages(device)]

    def wait_message(self, device, text):
        return self.wait_until(lambda: text in self.texts(device), f"'{text}' of {device}")

    def wait_event(self, name, **wanted):
        return self.wait_until(lambda: matching(self.err, event=name, **wanted),
                               f"event {name} {wanted}")[0]


class Device(Program):
    """`usmp connect --json`, until it is stopped or its input ends."""

    def __init__(self, directory, uri, name, *arguments):
        super().__init__(["connect", uri, "--id", name, "--key-file", name + ".key", "--json",
                          *arguments], directory)

    def wait_event(self, name, **wanted):
        return self.wait_until(lambda: matching(self.out, event=name, **wanted),
                               f"event {name} {wanted}")[0]

    def texts(self):
        return [found.get("text") for found in matching(self.out, event="message")]

    def wait_message(self, text):
        return self.wait_until(lambda: text in self.texts(), f"'{text}'")


class GatewayTest(unittest.TestCase):
    def setUp(self):
        place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.directory = tempfile.mkdtemp(prefix="usmp-gateway-", dir=place)
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def run_usmp(self, *arguments, code=OK):
        """A finished `usmp …` with this exit code."""
        done = subprocess.run([BINARY, *arguments], cwd=self.directory, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S,
                              check=False)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stderr}")
        return done

    def add_devices(self, *names):
        for name in names:
            self.run_usmp("device", "add", name, "--save-key", name + ".key")

    def gateway(self, *arguments, **options):
        started = Gateway(self.directory, *arguments, **options)
        self.addCleanup(started.kill)
        return started

    def device(self, uri, name, *arguments):
        started = Device(self.directory, uri, name, *arguments)
        self.addCleanup(started.kill)
        return started

    def connected(self, uri, name, *arguments):
        started = self.device(uri, name, *arguments)
        started.wait_event("connected")
        return started
