# Keys that come from files and go into files; never as arguments.
import os
import unittest

from usmp_command import ALREADY_EXISTS, BAD_KEY, NOT_FOUND, OK, REGISTRY, USAGE, CommandTest

KEY = "00112233445566778899aabbccddeeff" * 2


def become_nobody():
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


class KeyFiles(CommandTest):
    def test_an_imported_key_is_the_devices_and_is_not_printed(self):
        self.write("pump.key", KEY + "\n")
        done = self.usmp("device", "add", "pump", "--key-file", "pump.key")
        self.assertEqual((done.returncode, done.stdout), (OK, ""))
        self.assertNotIn(KEY, done.stderr)
        with open(self.path("usmp.db"), "rb") as registry:
            self.assertIn(bytes.fromhex(KEY), registry.read())

    def test_a_rotated_key_may_be_imported_and_the_old_one_is_gone_from_the_file(self):
        self.write("old.key", KEY)
        self.write("new.key", "ab" * 32)
        self.succeed("device", "add", "pump", "--key-file", "old.key")
        self.succeed("device", "rotate", "pump", "--key-file", "new.key")
        with open(self.path("usmp.db"), "rb") as registry:
            content = registry.read()
        self.assertNotIn(bytes.fromhex(KEY), content)
        self.assertIn(b"\xab" * 32, content)

    def test_white_space_capitals_and_16_bytes_are_taken(self):
        shortest, longest, upper = "5" * 32, "7" * 128, "ABCDEF01" * 8
        for device, text, key in (("a", " " + KEY[:32] + "\r\n\t" + KEY[32:] + "\n", KEY),
                                  ("b", upper, upper), ("c", shortest, shortest),
                                  ("d", longest, longest)):
            self.succeed("device", "add", device, "--key-file", self.write("k", text))
            with open(self.path("usmp.db"), "rb") as registry:
                self.assertIn(bytes.fromhex(key), registry.read())

    def test_what_is_no_key_is_refused_and_told_apart(self):
        for text, reason in (("", "fewer"), ("ab" * 15, "fewer"), ("ab" * 65, "more"),
                             ("a" * 63, "odd"), ("g" * 64, "no hex digit"),
                             ("0x" + KEY, "no hex digit"), ("ab" * 1000, "too large"),
                             ("\n" * 2000, "too large")):
            self.write("bad.key", text)
            message = self.fail_with(BAD_KEY, "device", "add", "pump", "--key-file", "bad.key")
            self.assertIn(reason, message)
            if text.strip():
                self.assertNotIn(text, message)
        self.assertFalse(os.path.exists(self.path("usmp.db")))
        self.write("good.key", KEY)
        self.succeed("device", "add", "pump", "--key-file", "good.key")

    def test_unreadable_key_files_are_told(self):
        self.assertIn("No such file",
                      self.fail_with(BAD_KEY, "device", "add", "pump", "--key-file", "no.key"))
        self.assertIn("directory",
                      self.fail_with(BAD_KEY, "device", "add", "pump", "--key-file", "."))
        self.write("closed.key", KEY, 0o000)
        os.chmod(self.directory, 0o755)
        message = self.fail_with(BAD_KEY, "device", "add", "pump", "--key-file", "closed.key",
                                 preexec_fn=become_nobody)
        self.assertIn("Permission denied", message)

    def test_a_key_file_open_to_others_is_used_with_a_warning(self):
        for mode in (0o644, 0o640, 0o604):
            self.write("open.key", "%064x" % mode, mode)
            done = self.usmp("device", "add", f"pump-{mode}", "--key-file", "open.key")
            self.assertEqual(done.returncode, OK)
            self.assertIn("warning", done.stderr)
            self.assertIn("chmod 600 open.key", done.stderr)
        self.write("closed.key", KEY)
        done = self.usmp("device", "add", "fan", "--key-file", "closed.key")
        self.assertNotIn("warning", done.stderr)

    def test_a_key_of_another_device_is_refused(self):
        self.write("a.key", KEY)
        self.succeed("device", "add", "pump", "--key-file", "a.key")
        self.succeed("device", "add", "fan")
        self.fail_with(BAD_KEY, "device", "add", "lamp", "--key-file", "a.key")
        self.fail_with(BAD_KEY, "device", "rotate", "fan", "--key-file", "a.key")
        self.fail_with(BAD_KEY, "device", "rotate", "pump", "--key-file", "a.key")

    def test_a_key_as_an_argument_is_refused_and_not_repeated(self):
        for arguments in (["device", "add", "pump", KEY], ["device", "add", "pump", "--psk", KEY],
                          ["device", "add", "pump", "--psk=" + KEY], ["keygen", KEY],
                          ["device", "add", "pump", "--key-file", KEY],
                          ["device", "add", "pump", "--save-key", KEY],
                          ["device", "add", KEY], [KEY], ["device", KEY]):
            message = self.fail_with(USAGE, *arguments)
            self.assertNotIn(KEY, message)
        self.assertEqual(os.listdir(self.directory), [])

    def test_add_and_rotate_save_a_new_key_for_its_owner_only(self):
        for command, name in (("add", "one.key"), ("rotate", "two.key")):
            self.assertEqual(self.succeed("device", command, "pump", "--save-key", name), "")
            self.assert_key(self.read(name))
            self.assertEqual(self.mode(name), 0o600)
            with open(self.path("usmp.db"), "rb") as registry:
                self.assertIn(bytes.fromhex(self.read(name)), registry.read())

    def test_a_saved_key_replaces_no_file_and_then_nothing_changes(self):
        self.succeed("device", "add", "pump", "--save-key", "pump.key")
        key = self.read("pump.key")
        self.fail_with(BAD_KEY, "device", "rotate", "pump", "--save-key", "pump.key")
        self.assertEqual(self.read("pump.key"), key)
        with open(self.path("usmp.db"), "rb") as registry:
            self.assertIn(bytes.fromhex(key), registry.read())
        self.succeed("device", "rotate", "pump", "--save-key", "pump.new.key")

    def test_when_the_registry_refuses_no_key_file_is_left(self):
        self.succeed("device", "add", "pump")
        self.fail_with(ALREADY_EXISTS, "device", "add", "pump", "--save-key", "x.key")
        self.fail_with(NOT_FOUND, "device", "rotate", "fan", "--save-key", "x.key")
        self.fail_with(REGISTRY, "device", "rotate", "pump", "--save-key", "x.key", "--db", "no.db")
        self.assertFalse(os.path.exists(self.path("x.key")))

    def test_importing_and_saving_exclude_each_other(self):
        self.write("a.key", KEY)
        self.fail_with(USAGE, "device", "add", "pump", "--key-file", "a.key", "--save-key", "b.key")


if __name__ == "__main__":
    unittest.main()
