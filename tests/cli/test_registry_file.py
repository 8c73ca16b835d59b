# The registry as a file: where it is, who may read it, and what is said when it cannot be used.
import os
import resource
import signal
import sqlite3
import unittest

from usmp_command import OK, REGISTRY, USAGE, CommandTest


class RegistryFile(CommandTest):
    def test_is_usmp_db_here_unless_said_otherwise(self):
        self.succeed("device", "add", "a")
        self.succeed("device", "add", "b", environment={"USMP_DB": "env.db"})
        self.succeed("device", "add", "c", "--db", "option.db", environment={"USMP_DB": "env.db"})
        for name, device in (("usmp.db", "a"), ("env.db", "b"), ("option.db", "c")):
            listed = self.succeed("device", "list", "--db", name).splitlines()
            self.assertEqual([line.split()[0] for line in listed], ["ID", device])
        self.fail_with(USAGE, "device", "list", "--db", "")

    def test_is_made_for_its_owner_only_whatever_the_umask(self):
        for mask in (0o000, 0o022, 0o777):
            name = f"{mask}.db"
            before = os.umask(mask)
            try:
                self.succeed("device", "add", "pump", "--db", name)
            finally:
                os.umask(before)
            self.assertEqual(self.mode(name), 0o600)

    def test_is_made_by_add_only(self):
        for arguments in (["list"], ["show", "pump"], ["rotate", "pump"], ["revoke", "pump"]):
            message = self.fail_with(REGISTRY, "device", *arguments)
            self.assertIn("usmp device add", message)
        self.assertEqual(os.listdir(self.directory), [])

    def test_open_to_everybody_is_refused_until_it_is_closed(self):
        self.succeed("device", "add", "pump")
        os.chmod(self.path("usmp.db"), 0o644)
        self.assertIn("chmod 600 usmp.db", self.fail_with(REGISTRY, "device", "list"))
        self.fail_with(REGISTRY, "device", "add", "fan")
        os.chmod(self.path("usmp.db"), 0o640)
        done = self.usmp("device", "list")
        self.assertEqual(done.returncode, OK)
        self.assertIn("warning", done.stderr)
        os.chmod(self.path("usmp.db"), 0o600)
        self.assertEqual(self.usmp("device", "list").stderr, "")

    def test_other_files_are_refused_and_stay_as_they_are(self):
        text = "not a registry, but somebody's diary\n" * 500
        self.write("diary.txt", text)
        self.assertIn("not a registry",
                      self.fail_with(REGISTRY, "device", "add", "pump", "--db", "diary.txt"))
        self.assertEqual(self.read("diary.txt"), text)
        self.assertIn("not a regular file", self.fail_with(REGISTRY, "device", "list", "--db", "."))
        self.assertIn("No such file",
                      self.fail_with(REGISTRY, "device", "add", "pump", "--db", "no/usmp.db"))

    def test_one_of_a_newer_version_is_refused(self):
        self.succeed("device", "add", "pump")
        with sqlite3.connect(self.path("usmp.db")) as raw:
            raw.execute("PRAGMA user_version = 99")
        self.assertIn("update usmp", self.fail_with(REGISTRY, "device", "list"))

    def test_damage_is_told(self):
        self.succeed("device", "add", "pump")
        size = os.path.getsize(self.path("usmp.db"))
        with open(self.path("usmp.db"), "r+b") as file:
            file.seek(4096)
            file.write(b"\xa5" * (size - 4096))
        self.assertIn("backup", self.fail_with(REGISTRY, "device", "list"))

    def test_without_room_nothing_is_lost_and_with_room_it_goes_on(self):
        self.succeed("device", "add", "pump")
        before = self.succeed("device", "list")
        size = os.path.getsize(self.path("usmp.db"))

        def limit():
            # Files may not grow beyond the registry's size: its journal then has no room.
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))

        self.assertIn("full", self.fail_with(REGISTRY, "device", "revoke", "pump",
                                             preexec_fn=limit))
        self.assertIn("full", self.fail_with(REGISTRY, "device", "add", "fan", preexec_fn=limit))
        self.assertEqual(self.succeed("device", "list"), before)
        self.succeed("device", "add", "fan")
        self.succeed("device", "revoke", "pump")

    def test_a_key_is_not_printed_when_it_was_not_stored(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

        self.assertIn("full", self.fail_with(REGISTRY, "device", "add", "pump", preexec_fn=limit))
        self.assert_key(self.succeed("device", "add", "pump"))

    def test_a_writer_waits_for_another(self):
        self.succeed("device", "add", "pump")
        raw = sqlite3.connect(self.path("usmp.db"), isolation_level=None)
        raw.execute("BEGIN IMMEDIATE")
        # Reading goes on beside a writer; a second writer is told after its patience.
        self.succeed("device", "list")
        self.assertIn("another process", self.fail_with(REGISTRY, "device", "revoke", "pump"))
        raw.execute("COMMIT")
        raw.close()
        self.succeed("device", "revoke", "pump")


if __name__ == "__main__":
    unittest.main()
