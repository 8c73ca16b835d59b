# A serial line between two programs, good or bad: passes bytes on between pseudo-terminals and TCP
# sockets, and flips bits, drops and inserts bytes, is dead for a while or unplugged when told to.
# The same seed does the same to the same bytes. Not for datagrams: `usmp lossy` does those.
# By itself: line_proxy.py --a pty:/tmp/a --b tcp-listen:127.0.0.1:7000 --flip 0.0001 --seed 7
import argparse
import errno
import math
import os
import random
import select
import signal
import socket
import threading
import time
import tty
from dataclasses import dataclass

READ_SIZE = 4096
# Bytes that wait for one end before the other is not read any more: nothing is lost but by noise.
QUEUE_MAX = 4096
LOOK_S = 0.05
REDIAL_S = 0.1


@dataclass(frozen=True)
class Noise:
    """What happens to the bytes, each way."""
    flip: float = 0.0    # the chance of each bit to be flipped
    drop: float = 0.0    # of each byte to be lost
    insert: float = 0.0  # of a random byte to come before each byte


class Pty:
    """A pseudo-terminal; `path` is a symbolic link to it, as /dev/ttyUSB0 would be to a program."""

    def __init__(self, path):
        self.path = path
        self.master = self.slave = None
        self.plug()

    def plug(self):
        # The slave stays open here: programs may come and go without hanging up the master.
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        made = self.path + ".new"
        os.symlink(os.ttyname(self.slave), made)
        os.replace(made, self.path)

    def unplug(self):
        """As an adapter that is pulled out: who has the line open is hung up."""
        if self.master is None:
            return
        os.unlink(self.path)
        for number in (self.slave, self.master):
            os.close(number)
        self.master = self.slave = None

    def file(self):
        return self.master

    def read(self):
        return os.read(self.master, READ_SIZE)

    def write(self, data):
        return os.write(self.master, data)

    close = unplug


class Tcp:
    """What both kinds of TCP ends have: at most one connection."""

    def __init__(self):
        self.connection = None

    def file(self):
        if self.connection is None:
            self.look_for_peer()
        return None if self.connection is None else self.connection.fileno()

    def read(self):
        data = self.connection.recv(READ_SIZE)
        if not data:
            self.hang_up()
        return data

    def write(self, data):
        return self.connection.send(data)

    def hang_up(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def take(self, connection):
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection = connection


class TcpListener(Tcp):
    """Listens, as a serial server does; port 0: the system chooses one."""

    def __init__(self, host="127.0.0.1", port=0):
        super().__init__()
        self.listener = socket.create_server((host, port))
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]

    def look_for_peer(self):
        try:
            self.take(self.listener.accept()[0])
        except BlockingIOError:
            pass

    def close(self):
        self.hang_up()
        self.listener.close()


class TcpClient(Tcp):
    """Connects, to an emulator's UART for one, until there is somebody, and again after an end."""

    def __init__(self, host, port):
        super().__init__()
        self.address = host, port
        self.next_dial = 0.0

    def look_for_peer(self):
        if time.monotonic() < self.next_dial:
            return
        self.next_dial = time.monotonic() + REDIAL_S
        try:
            self.take(socket.create_connection(self.address, timeout=1))
        except OSError:
            pass

    close = Tcp.hang_up


class Direction:
    """The bytes of one way, with their own chance, so that the other way does not change it."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.passed = self.flipped = self.dropped = self.inserted = 0
        self.set_noise(Noise())

    def set_noise(self, noise):
        self.noise = noise
        # How many bits or bytes are left until the next one happens.
        self.next_flip = self.gap(noise.flip)
        self.next_drop = self.gap(noise.drop)
        self.next_insert = self.gap(noise.insert)

    def gap(self, chance):
        if chance <= 0:
            return math.inf
        if chance >= 1:
            return 0
        return int(math.log(1.0 - self.random.random()) / math.log(1.0 - chance))

    def spoil(self, data):
        self.passed += len(data)
        if self.noise == Noise():
            return data
        out = bytearray()
        for byte in data:
            if self.next_insert == 0:
                out.append(self.random.randrange(256))
                self.inserted += 1
                self.next_insert = self.gap(self.noise.insert) + 1
            self.next_insert -= 1
            while self.next_flip < 8:
                byte ^= 1 << self.next_flip
                self.flipped += 1
                self.next_flip += self.gap(self.noise.flip) + 1
            self.next_flip -= 8
            if self.next_drop == 0:
                self.dropped += 1
                self.next_drop = self.gap(self.noise.drop)
                continue
            self.next_drop -= 1
            out.append(byte)
        return bytes(out)


class LineProxy:
    """Runs until close() or the end of `with`, on a thread of its own: LineProxy(Pty("/tmp/a"),
    TcpListener(), noise=Noise(flip=1e-4), seed=7)."""

    def __init__(self, a, b, noise=Noise(), seed=1):
        self.ends = {"a": a, "b": b}
        self.ways = {"a": Direction(f"{seed} to b"), "b": Direction(f"{seed} to a")}
        self.queues = {"a": b"", "b": b""}  # by the end that they are for
        self.lock = threading.Lock()
        self.dead_until = 0.0
        self.lost_dead = 0
        self.ending = False
        self.set_noise(noise)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def set_noise(self, noise):
        with self.lock:
            for way in self.ways.values():
                way.set_noise(noise)

    def die_for(self, seconds):
        """What comes within that time is lost."""
        with self.lock:
            self.dead_until = time.monotonic() + seconds

    def unplug(self, name):
        """Only where the end is a Pty."""
        with self.lock:
            self.ends[name].unplug()
            self.queues[name] = b""

    def plug(self, name):
        with self.lock:
            self.ends[name].plug()

    def hang_up(self, name):
        """Only where the end is TCP: breaks the connection; the next one may come."""
        with self.lock:
            self.ends[name].hang_up()
            self.queues[name] = b""

    def counts(self):
        with self.lock:
            return {name: {"passed": way.passed, "flipped": way.flipped, "dropped": way.dropped,
                           "inserted": way.inserted} for name, way in self.ways.items()}

    def run(self):
        while not self.ending:
            with self.lock:
                files = {name: end.file() for name, end in self.ends.items()}
                readers = {files[name]: name for name in files if files[name] is not None and
                           len(self.queues[self.other(name)]) < QUEUE_MAX}
                writers = {files[name]: name for name in files if files[name] is not None and
                           self.queues[name]}
            try:
                readable, writable, _ = select.select(list(readers), list(writers), [], LOOK_S)
            except (OSError, ValueError):
                continue  # unplugged meanwhile
            with self.lock:
                for number in readable:
                    if self.ends[readers[number]].file() == number:
                        self.take(readers[number])
                for number in writable:
                    if self.ends[writers[number]].file() == number:
                        self.give(writers[number])
            if not files["a"] or not files["b"]:
                time.sleep(0.01)

    @staticmethod
    def other(name):
        return "b" if name == "a" else "a"

    def take(self, name):
        try:
            data = self.ends[name].read()
        except BlockingIOError:
            return
        except OSError as error:
            self.broke(name, error)
            return
        if time.monotonic() < self.dead_until:
            self.lost_dead += len(data)
        elif self.ends[self.other(name)].file() is not None:  # else nobody hears it
            self.queues[self.other(name)] += self.ways[name].spoil(data)

    def give(self, name):
        try:
            count = self.ends[name].write(self.queues[name])
        except BlockingIOError:
            return
        except OSError as error:
            self.broke(name, error)
            return
        self.queues[name] = self.queues[name][count:]

    def broke(self, name, error):
        if isinstance(self.ends[name], Tcp):
            self.ends[name].hang_up()
            self.queues[name] = b""
        elif error.errno != errno.EIO:
            raise error

    def close(self):
        self.ending = True
        self.thread.join()
        for end in self.ends.values():
            end.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def end_of(written):
    kind, _, rest = written.partition(":")
    if kind == "pty" and rest:
        return Pty(rest)
    host, _, port = rest.rpartition(":")
    if kind == "tcp-listen" and port.isdigit():
        return TcpListener(host or "127.0.0.1", int(port))
    if kind == "tcp" and host and port.isdigit():
        return TcpClient(host, int(port))
    raise argparse.ArgumentTypeError(f"{written}: write pty:PATH, tcp-listen:HOST:PORT or "
                                     "tcp:HOST:PORT")


def main():
    parser = argparse.ArgumentParser(description="A serial line between two programs, good or bad.")
    for name in ("--a", "--b"):
        parser.add_argument(name, type=end_of, required=True,
                            help="pty:PATH, tcp-listen:HOST:PORT or tcp:HOST:PORT")
    for name, text in (("flip", "the chance of each bit to be flipped"),
                       ("drop", "the chance of each byte to be lost"),
                       ("insert", "the chance of a random byte before each byte")):
        parser.add_argument("--" + name, type=float, default=0.0, help=text)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    noise = Noise(arguments.flip, arguments.drop, arguments.insert)
    with LineProxy(arguments.a, arguments.b, noise, arguments.seed) as line:
        for name, end in line.ends.items():
            place = end.path if isinstance(end, Pty) else getattr(end, "port", "connecting")
            print(f"{name}: {place}", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
        print(line.counts(), flush=True)


if __name__ == "__main__":
    main()
