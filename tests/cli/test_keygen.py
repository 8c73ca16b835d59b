# `usmp keygen`.
import os
import subprocess
import unittest

from usmp_command import BAD_KEY, FAILURE, CommandTest


class Keygen(CommandTest):
    def test_prints_64_hex_digits_and_nothing_else(self):
        done = self.usmp("keygen")
        self.assertEqual(done.returncode, 0)
        self.assert_key(done.stdout)
        self.assertEqual(done.stderr, "")

    def test_keys_differ(self):
        keys = {self.succeed("keygen") for _ in range(20)}
        self.assertEqual(len(keys), 20)

    def test_saves_a_key_for_its_owner_only_whatever_the_umask(self):
        before = os.umask(0)
        try:
            self.assertEqual(self.succeed("keygen", "--save-key", "a.key"), "")
        finally:
            os.umask(before)
        self.assert_key(self.read("a.key"))
        self.assertEqual(self.mode("a.key"), 0o600)

    def test_never_replaces_a_file(self):
        self.write("a.key", "precious")
        self.assertIn("exists", self.fail_with(BAD_KEY, "keygen", "--save-key", "a.key"))
        self.assertEqual(self.read("a.key"), "precious")
        os.symlink("nowhere", self.path("link.key"))
        self.fail_with(BAD_KEY, "keygen", "--save-key", "link.key")
        self.assertFalse(os.path.exists(self.path("nowhere")))

    def test_tells_when_the_file_cannot_be_made(self):
        self.assertIn("No such file", self.fail_with(BAD_KEY, "keygen", "--save-key", "no/a.key"))

    def test_tells_when_the_output_cannot_be_written(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            self.assertIn("No space", self.fail_with(FAILURE, "keygen", stdout=full))

    def test_tells_when_stdout_is_closed(self):
        self.fail_with(FAILURE, "keygen", stdout=subprocess.PIPE,
                       preexec_fn=lambda: os.close(1))


if __name__ == "__main__":
    unittest.main()
