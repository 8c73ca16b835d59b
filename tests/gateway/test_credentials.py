# Changes of the registry reach a gateway that runs, at once.
import os
import unittest

import live_gateway
from live_gateway import DEVICE_REVOKED, NOT_AUTHENTICATED, matching


class Credentials(live_gateway.GatewayTest):
    def setUp(self):
        super().setUp()
        self.add_devices("sensor", "pump")
        self.gateway_program = self.gateway()

    def uris(self):
        return self.gateway_program.udp, self.gateway_program.tcp

    def assert_refused(self, uri, name):
        refused = self.device(uri, name, "--once")
        self.assertEqual(refused.finish(), NOT_AUTHENTICATED, refused.out)

    def test_a_device_added_now_is_let_in_now(self):
        self.add_devices("late")
        self.connected(self.gateway_program.udp, "late")

    def test_a_device_revoked_hears_it_and_is_out(self):
        for uri, name in zip(self.uris(), ("sensor", "pump")):
            device = self.connected(uri, name)
            self.run_usmp("device", "revoke", name)
            device.wait_event("error", code=DEVICE_REVOKED)
            self.gateway_program.wait_event("closed", device=name, cause="key revoked or changed")
            self.assert_refused(uri, name)

    def test_other_sessions_go_on_while_one_is_revoked(self):
        sensor = self.connected(self.gateway_program.udp, "sensor")
        pump = self.connected(self.gateway_program.udp, "pump")
        self.run_usmp("device", "revoke", "pump")
        pump.wait_event("error", code=DEVICE_REVOKED)
        sensor.type("still here")
        self.gateway_program.wait_message("sensor", "still here")
        self.assertEqual(len(matching(sensor.out, event="connected")), 1)

    def test_a_rotated_key_ends_the_session_and_the_new_one_makes_one(self):
        device = self.connected(self.gateway_program.udp, "sensor")
        self.run_usmp("device", "rotate", "sensor", "--save-key", "new.key")
        device.wait_event("error", code=DEVICE_REVOKED)
        device.kill()
        self.assert_refused(self.gateway_program.udp, "sensor")
        os.replace(self.path("new.key"), self.path("sensor.key"))
        self.connected(self.gateway_program.udp, "sensor")

    def test_a_device_that_comes_back_gets_in_with_its_new_key(self):
        self.run_usmp("device", "revoke", "sensor")
        self.assert_refused(self.gateway_program.udp, "sensor")
        self.run_usmp("device", "add", "sensor", "--save-key", "new.key")
        self.assert_refused(self.gateway_program.udp, "sensor")
        os.replace(self.path("new.key"), self.path("sensor.key"))
        self.connected(self.gateway_program.udp, "sensor")

    def test_unknown_devices_and_wrong_keys_look_the_same(self):
        os.link(self.path("pump.key"), self.path("stranger.key"))
        self.assert_refused(self.gateway_program.udp, "stranger")
        os.replace(self.path("pump.key"), self.path("sensor.key"))
        self.assert_refused(self.gateway_program.udp, "sensor")

    def test_a_registry_that_is_replaced_ends_the_sessions_of_the_old_one(self):
        sensor = self.connected(self.gateway_program.udp, "sensor")
        pump = self.connected(self.gateway_program.tcp, "pump")
        # The same device with the same key, and another one with no key at all.
        self.run_usmp("device", "add", "sensor", "--db", "other.db", "--key-file", "sensor.key")
        os.replace(self.path("other.db"), self.path("usmp.db"))
        for name in ("sensor", "pump"):
            self.gateway_program.wait_event("closed", device=name)
        pump.wait_event("error", code=DEVICE_REVOKED)
        self.assert_refused(self.gateway_program.tcp, "pump")
        sensor.kill()
        self.connected(self.gateway_program.udp, "sensor")
        # And the new file is the one that is watched from now on.
        self.add_devices("late")
        late = self.connected(self.gateway_program.udp, "late")
        self.run_usmp("device", "revoke", "late")
        late.wait_event("error", code=DEVICE_REVOKED)


if __name__ == "__main__":
    unittest.main(verbosity=2)
