# The line proxy itself: what it passes on; that it spoils what it is told to, each time the same.
import os
import select
import tempfile
import time
import unittest

from line_proxy import Direction, LineProxy, Noise, Pty, TcpClient, TcpListener, end_of

PATIENCE_S = 60
TEXT = bytes(range(256)) * 40


def spoiled(noise, seed, piece_size=1000):
    way = Direction(seed)
    way.set_noise(noise)
    return b"".join(way.spoil(TEXT[at:at + piece_size]) for at in range(0, len(TEXT), piece_size))


class Noises(unittest.TestCase):
    def test_none_changes_nothing(self):
        self.assertEqual(spoiled(Noise(), 1), TEXT)

    def test_are_the_same_for_a_seed_however_the_bytes_are_cut(self):
        noise = Noise(flip=1e-3, drop=1e-2, insert=1e-2)
        first = spoiled(noise, 7)
        self.assertNotEqual(first, TEXT)
        for piece_size in (1, 13, 5000):
            self.assertEqual(spoiled(noise, 7, piece_size), first)
        self.assertNotEqual(spoiled(noise, 8), first)

    def test_flip_about_as_many_bits_as_they_say_and_change_no_size(self):
        out = spoiled(Noise(flip=1e-3), 1)
        self.assertEqual(len(out), len(TEXT))
        flipped = sum(bin(one ^ other).count("1") for one, other in zip(out, TEXT))
        self.assertTrue(40 < flipped < 140, flipped)

    def test_drop_and_insert_about_as_many_bytes_as_they_say(self):
        self.assertTrue(40 < len(TEXT) - len(spoiled(Noise(drop=1e-2), 1)) < 180)
        self.assertTrue(40 < len(spoiled(Noise(insert=1e-2), 1)) - len(TEXT) < 180)

    def test_of_certainty_spoil_everything(self):
        self.assertEqual(spoiled(Noise(drop=1), 1), b"")
        self.assertEqual(spoiled(Noise(flip=1), 1), bytes(byte ^ 0xFF for byte in TEXT))
        self.assertEqual(spoiled(Noise(insert=1), 1)[1::2], TEXT)


class Ends(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="usmp-line-")
        self.addCleanup(place.cleanup)
        self.path = os.path.join(place.name, "tty")

    def line(self, a, b, **options):
        made = LineProxy(a, b, **options)
        self.addCleanup(made.close)
        return made

    def read(self, number, size):
        found = b""
        until = time.monotonic() + PATIENCE_S
        while len(found) < size and time.monotonic() < until:
            if select.select([number], [], [], 1)[0]:
                found += os.read(number, size - len(found))
        return found

    def open(self, path):
        number = os.open(path, os.O_RDWR | os.O_NOCTTY)
        self.addCleanup(os.close, number)
        return number

    def test_of_terminals_pass_every_byte_on_both_ways(self):
        self.line(Pty(self.path + "A"), Pty(self.path + "B"))
        one, other = self.open(self.path + "A"), self.open(self.path + "B")
        for near, far in ((one, other), (other, one)):
            os.write(near, bytes(range(256)))
            self.assertEqual(self.read(far, 256), bytes(range(256)))

    def test_of_sockets_meet_whoever_connects_first(self):
        middle = TcpListener()
        self.line(Pty(self.path + "A"), TcpClient("127.0.0.1", middle.port))
        self.line(middle, Pty(self.path + "B"))
        one, other = self.open(self.path + "A"), self.open(self.path + "B")
        os.write(one, b"hello")
        # What is said before the sockets met is lost, as on a line without anybody at its end.
        while not select.select([other], [], [], 0.2)[0]:
            os.write(one, b"hello")
        self.assertEqual(self.read(other, 5), b"hello")

    def test_that_are_unplugged_hang_up_and_come_back(self):
        line = self.line(Pty(self.path + "A"), Pty(self.path + "B"))
        one, other = self.open(self.path + "A"), self.open(self.path + "B")
        line.unplug("a")
        self.assertFalse(os.path.exists(self.path + "A"))
        until = time.monotonic() + PATIENCE_S
        with self.assertRaises(OSError):  # as soon as the proxy's thread has let go of it
            while time.monotonic() < until:
                os.write(one, b"x")
                time.sleep(0.01)
        line.plug("a")
        os.write(self.open(self.path + "A"), b"back")
        self.assertEqual(self.read(other, 4), b"back")

    def test_of_a_dead_line_hear_nothing_until_it_is_over(self):
        line = self.line(Pty(self.path + "A"), Pty(self.path + "B"))
        one, other = self.open(self.path + "A"), self.open(self.path + "B")
        line.die_for(PATIENCE_S)
        os.write(one, b"lost")
        while line.lost_dead < 4:
            time.sleep(0.01)
        line.die_for(0)
        os.write(one, b"heard")
        self.assertEqual(self.read(other, 5), b"heard")

    def test_are_written_as_the_command_line_has_them(self):
        for written in ("pty:", "tcp:host", "tcp-listen:x", "udp:h:1"):
            with self.assertRaises(Exception, msg=written):
                end_of(written)
        end = end_of("tcp-listen:127.0.0.1:0")
        self.assertGreater(end.port, 0)
        end.close()


if __name__ == "__main__":
    unittest.main()
