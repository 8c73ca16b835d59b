# `usmp gateway` begins, or says why it cannot.
import os
import socket
import unittest

import live_gateway
from live_gateway import LISTEN, REGISTRY, USAGE


class Start(live_gateway.GatewayTest):
    def fail_to_start(self, code, *arguments):
        done = self.run_usmp("gateway", *arguments, code=code)
        self.assertEqual(done.stdout, "")
        line = done.stderr.splitlines()[-1]
        self.assertTrue(line.startswith("usmp: "), done.stderr)
        return line

    def test_makes_the_registry_if_there_is_none_and_says_so(self):
        gateway = self.gateway("--db", "new.db")
        self.assertEqual(os.stat(self.path("new.db")).st_mode & 0o777, 0o600)
        self.assertTrue(any("new.db" in line for line in gateway.err), gateway.err)

    def test_listens_where_it_says(self):
        gateway = self.gateway()
        for uri in (gateway.udp, gateway.tcp):
            self.assertEqual(gateway.wait_event("listening", uri=uri)["uri"], uri)
        self.add_devices("sensor")
        for uri in (gateway.udp, gateway.tcp):
            device = self.connected(uri, "sensor")
            device.end_typing()
            self.assertEqual(device.finish(), live_gateway.OK)

    def test_says_that_the_port_is_in_use(self):
        self.add_devices("sensor")
        gateway = self.gateway()
        for uri in (gateway.udp, gateway.tcp):
            line = self.fail_to_start(LISTEN, "--listen", uri)
            self.assertIn(uri, line)
            self.assertIn("in use", line)
            self.assertIn("another port", line)
        # The one that was there is not disturbed.
        self.connected(gateway.udp, "sensor")

    def test_says_that_another_program_has_the_port(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            port = other.getsockname()[1]
            self.assertIn("in use", self.fail_to_start(LISTEN, "--listen", f"udp://[::]:{port}"))
        self.gateway("--listen", f"udp://[::]:{port}")

    def test_says_that_an_address_is_not_of_this_machine(self):
        line = self.fail_to_start(LISTEN, "--listen", "udp://192.0.2.1:9000")
        self.assertIn("no such address", line)

    def test_says_that_a_name_is_not_known(self):
        line = self.fail_to_start(LISTEN, "--listen", "udp://no-such-host.invalid:9000")
        self.assertIn("no-such-host.invalid", line)

    def test_says_what_is_wrong_with_a_uri(self):
        for uri in ("9000", "udp://[::]", "http://[::]:9000", "udp://[::]:99999"):
            self.assertIn("udp://[::]:9000", self.fail_to_start(USAGE, "--listen", uri))

    def test_says_that_the_registry_cannot_be_used(self):
        with open(self.path("text.db"), "w", encoding="ascii") as file:
            file.write("no registry at all, but long enough to be looked at as one" * 30)
        os.chmod(self.path("text.db"), 0o600)
        self.assertIn("text.db", self.fail_to_start(REGISTRY, "--db", "text.db"))
        self.assertIn("none/usmp.db", self.fail_to_start(REGISTRY, "--db", "none/usmp.db"))

    def test_says_that_the_registry_cannot_be_read(self):
        self.add_devices("sensor")
        os.chmod(self.path("usmp.db"), 0o644)
        self.assertIn("usmp.db", self.fail_to_start(REGISTRY))
        os.chmod(self.path("usmp.db"), 0o600)
        self.connected(self.gateway().udp, "sensor")

    def test_says_that_the_ready_file_cannot_be_written(self):
        line = self.fail_to_start(live_gateway.FAILURE, "--listen", "udp://127.0.0.1:0",
                                  "--ready-file", "none/ready")
        self.assertIn("none/ready", line)

    def test_serves_with_one_thread_and_with_many(self):
        self.add_devices("sensor")
        for threads in ("1", "7"):
            gateway = self.gateway("--threads", threads)
            for _ in range(6):
                device = self.connected(gateway.udp, "sensor")
                device.type("reading")
                device.end_typing()
                self.assertEqual(device.finish(), live_gateway.OK)
            gateway.wait_until(lambda: gateway.texts("sensor") == ["reading"] * 6, "6 readings")


if __name__ == "__main__":
    unittest.main(verbosity=2)
