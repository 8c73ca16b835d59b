# Runs the `usmp` binary for the tests, each test in an empty directory of its own.
# Not a model of the command: what it should say stands in the tests.
import os
import re
import shutil
import stat
import subprocess
import tempfile
import unittest

BINARY = os.environ["USMP_BINARY"]
KEY = re.compile(r"[0-9a-f]{64}\n")
TIMEOUT_S = 60

OK, FAILURE, USAGE, NOT_FOUND, ALREADY_EXISTS, REGISTRY, BAD_KEY, REVOKED = range(8)


class CommandTest(unittest.TestCase):
    def setUp(self):
        # In memory where there is such a place: no test needs a disk, and commits wait for one.
        place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.directory = tempfile.mkdtemp(prefix="usmp-cli-", dir=place)
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def usmp(self, *arguments, environment=None, **options):
        """The finished process of `usmp arguments…`, its output as text."""
        clean = {name: value for name, value in os.environ.items() if name != "USMP_DB"}
        clean.update(environment or {})
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([BINARY, *arguments], cwd=self.directory, env=clean, text=True,
                              stderr=subprocess.PIPE, timeout=TIMEOUT_S, check=False, **options)

    def succeed(self, *arguments, **options):
        """What `usmp arguments…` printed on stdout."""
        done = self.usmp(*arguments, **options)
        self.assertEqual(done.returncode, OK, f"{arguments}: {done.stderr}")
        return done.stdout

    def fail_with(self, code, *arguments, **options):
        """The one line on stderr of a command that has to end with this code and print nothing."""
        done = self.usmp(*arguments, **options)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stderr}")
        self.assertIn(done.stdout, ("", None))
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith("usmp: "), lines[0])
        return lines[0]

    def write(self, name, text, mode=0o600):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        return name

    def read(self, name):
        with open(self.path(name), encoding="ascii") as file:
            return file.read()

    def mode(self, name):
        return stat.S_IMODE(os.stat(self.path(name)).st_mode)

    def assert_key(self, text):
        self.assertRegex(text, KEY)
        self.assertEqual(len(text), 65)
