# `usmp device add | list | show | rotate | revoke`: what they do, print and refuse.
import json
import os
import re
import sqlite3
import unittest

from usmp_command import ALREADY_EXISTS, BAD_KEY, FAILURE, NOT_FOUND, REVOKED, USAGE, CommandTest

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Device(CommandTest):
    def entry(self, device):
        return json.loads(self.succeed("device", "show", device, "--json"))

    def entries(self):
        return json.loads(self.succeed("device", "list", "--json"))

    def test_add_prints_a_key_once_and_only_then(self):
        key = self.succeed("device", "add", "pump")
        self.assert_key(key)
        for arguments in (["list"], ["list", "--json"], ["show", "pump"],
                          ["show", "pump", "--json"]):
            done = self.usmp("device", *arguments)
            self.assertIn("pump", done.stdout)
            self.assertNotIn(key.strip(), done.stdout + done.stderr)

    def test_add_prints_the_line_that_a_device_takes(self):
        line = self.succeed("device", "add", "pump", "--provision")
        self.assertRegex(line, r"\Ausmp1:[0-9a-f]{220}\n\Z")
        record = bytes.fromhex(line[6:])
        self.assertEqual((record[:8], record[8:40]),
                         (b"USMP\x01\x04\x20\0", b"pump".ljust(32, b"\0")))
        # The key in it is the device's: no other may have it.
        with open(self.path("pump.key"), "w", encoding="ascii") as file:
            file.write(record[40:72].hex())
        self.assertIn("belongs to a device",
                      self.usmp("device", "add", "fan", "--key-file", "pump.key").stderr)
        again = self.succeed("device", "rotate", "pump", "--provision")
        self.assertNotEqual(record[40:], bytes.fromhex(again[6:])[40:])

    def test_a_key_from_a_file_goes_into_the_line_unless_the_device_has_no_room(self):
        for size, code in ((16, 0), (32, 0), (33, BAD_KEY)):
            key = os.urandom(size).hex()
            with open(self.path("some.key"), "w", encoding="ascii") as file:
                file.write(key)
            done = self.usmp("device", "add", f"pump-{size}", "--key-file", "some.key",
                             "--provision")
            self.assertEqual((done.returncode, key in done.stdout), (code, code == 0))
        self.assertEqual([entry["id"] for entry in self.entries()], ["pump-16", "pump-32"])
        self.assertEqual(self.usmp("device", "add", "fan", "--provision", "--save-key",
                                   "fan.key").returncode, USAGE)

    def test_add_twice_is_refused_and_the_first_key_stays(self):
        self.succeed("device", "add", "pump", "--save-key", "pump.key")
        message = self.fail_with(ALREADY_EXISTS, "device", "add", "pump")
        self.assertIn("rotate", message)
        # The key is still the device's: no other device may have it.
        self.assertIn("belongs to a device",
                      self.usmp("device", "add", "fan", "--key-file", "pump.key").stderr)

    def test_list_shows_every_device_in_order(self):
        for device in ("pump", "e9:1d:ed:ef:5c:04", "fan"):
            self.succeed("device", "add", device)
        self.assertEqual([entry["id"] for entry in self.entries()],
                         ["fan", "pump", "e9:1d:ed:ef:5c:04"])
        lines = self.succeed("device", "list").splitlines()
        self.assertEqual([line.split()[0] for line in lines],
                         ["ID", "fan", "pump", "e9:1d:ed:ef:5c:04"])

    def test_list_of_an_empty_registry_is_empty(self):
        self.succeed("device", "add", "pump")
        self.assertEqual(len(self.entries()), 1)
        with sqlite3.connect(self.path("usmp.db")) as raw:
            raw.execute("DELETE FROM device")
        self.assertEqual(self.entries(), [])
        done = self.usmp("device", "list")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("usmp device add", done.stderr)

    def test_show_tells_all_but_the_key(self):
        self.succeed("device", "add", "pump")
        entry = self.entry("pump")
        self.assertEqual(set(entry), {"id", "id_hex", "wire", "status", "created", "rotated",
                                      "revoked"})
        self.assertEqual((entry["id"], entry["id_hex"], entry["wire"], entry["status"]),
                         ("pump", "70:75:6d:70", 3, "active"))
        self.assertRegex(entry["created"], TIME)
        self.assertIsNone(entry["rotated"])
        self.assertIsNone(entry["revoked"])
        text = dict(line.split(None, 1) for line in
                    self.succeed("device", "show", "pump").splitlines())
        self.assertEqual((text["id"], text["bytes"], text["status"], text["created"]),
                         ("pump", "70:75:6d:70", "active", entry["created"]))

    def test_rotate_prints_another_key(self):
        first = self.succeed("device", "add", "pump")
        second = self.succeed("device", "rotate", "pump")
        self.assert_key(second)
        self.assertNotEqual(first, second)
        self.assertRegex(self.entry("pump")["rotated"], TIME)

    def test_revoke_shuts_out_and_only_add_lets_in_again(self):
        self.succeed("device", "add", "pump")
        self.succeed("device", "revoke", "pump")
        self.assertEqual(self.entry("pump")["status"], "revoked")
        self.assertRegex(self.entry("pump")["revoked"], TIME)
        self.assertIn("usmp device add", self.fail_with(REVOKED, "device", "rotate", "pump"))
        done = self.usmp("device", "revoke", "pump")
        self.assertEqual(done.returncode, 0)
        self.assertIn("already", done.stderr)
        self.assert_key(self.succeed("device", "add", "pump"))
        self.assertEqual(self.entry("pump")["status"], "active")

    def test_unknown_devices_are_not_found(self):
        self.succeed("device", "add", "pump")
        for command in ("show", "rotate", "revoke"):
            self.assertIn("fan", self.fail_with(NOT_FOUND, "device", command, "fan"))
        self.assertEqual(len(self.entries()), 1)

    def test_ids_are_text_or_hex_and_the_same_bytes_are_the_same_device(self):
        self.succeed("device", "add", "pump")
        self.assertEqual(self.entry("70:75:6D:70")["id"], "pump")
        self.fail_with(ALREADY_EXISTS, "device", "add", "70:75:6d:70")
        self.succeed("device", "add", "00:")
        self.assertEqual(self.entry("00:")["id"], "00:")
        self.succeed("device", "add", "x" * 32)
        self.succeed("device", "add", ":".join(["ff"] * 32))
        for odd in ("a,b", "[a,b]", "{x}", "%s", "list", "add", "'", '"', "\\", "{}", "a=b"):
            self.succeed("device", "add", odd)
            self.assertEqual(self.entry(odd)["id"], odd)
        self.succeed("device", "add", "--", "-dash")
        self.assertEqual(json.loads(self.succeed("device", "show", "--json", "--", "-dash"))["id"],
                         "-dash")

    def test_bad_ids_are_refused_and_not_repeated(self):
        for bad in ("", "x" * 33, "a b", "e9:1d:ee:f", "a:b", ":", "pömp", "a\n", "\x1b[2J",
                    ":".join(["ff"] * 33), "0123456789abcdef" * 4):
            message = self.fail_with(USAGE, "device", "add", bad)
            self.assertIn("ID", message)
            if len(bad) > 3:
                self.assertNotIn(bad, message)
        self.assertFalse(os.path.exists(self.path("usmp.db")))

    def test_a_key_that_cannot_be_printed_is_told_with_the_way_out(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            message = self.fail_with(FAILURE, "device", "add", "pump", stdout=full)
        self.assertIn("usmp device rotate pump", message)
        self.assert_key(self.succeed("device", "rotate", "pump"))

    def test_a_closed_stdout_never_becomes_the_registry(self):
        message = self.fail_with(FAILURE, "device", "add", "pump",
                                 preexec_fn=lambda: os.close(1))
        self.assertIn("could not be printed", message)
        self.assert_key(self.succeed("device", "rotate", "pump"))
        self.assertEqual(len(self.entries()), 1)

    def test_a_reader_that_went_away_is_told(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        try:
            self.assertIn("Broken pipe",
                          self.fail_with(FAILURE, "device", "add", "pump", stdout=write_end))
        finally:
            os.close(write_end)


if __name__ == "__main__":
    unittest.main()
