# USMPClient on this machine against the real gateway: every medium, both wires, and what the calls
# of the library promise.
import signal
import unittest

from board_process import ID, BoardTest, matching, place

AUTH_FAILED, TIMEOUT, NOT_CONNECTED, BUFFER_OVERFLOW = -3, -4, -9, -6
TOO_LARGE, UNREACHABLE, STATE_USED, WRONG_WIRE, INVALID_ARG = -12, -19, -23, -33, -1
RANDOM_FAILED = -21
WIRE3 = ("driver", "driver_static")


class Media(BoardTest):
    def exchange(self, gateway, board, count=20):
        """`count` messages there, which come back; some are larger than a packet."""
        texts = [f"{number} " + "x" * (700 if number % 7 == 3 else number) for number in
                 range(count)]
        before = len(board.texts())
        for text in texts:
            board.call("send 0 " + text, "sent", done=True)
        board.wait_until(lambda: len(board.texts()) >= before + count, "echoes")
        self.assertEqual(gateway.texts(ID)[-count:], texts)
        self.assertEqual(board.texts()[before:], texts)

    def test_carry_messages_both_ways(self):
        key = self.add()
        gateway = self.gateway("--echo")
        for sketch in WIRE3:
            for kind, uri in (("udp", gateway.udp), ("tcp", gateway.tcp),
                              ("udp-address", gateway.udp), ("tcp-address", gateway.tcp)):
                with self.subTest(sketch=sketch, kind=kind):
                    board = self.driver(key, sketch)
                    board.call(f"begin {kind} {place(uri)}", "begin", done=True)
                    state = board.call("state", "state", alive=True, connecting=False, id=ID)
                    self.assertRegex(state["session"], r"\A[0-9a-f]{32}\Z")
                    self.exchange(gateway, board)
                    self.assertEqual(len(board.events("connect")), 1)
                    board.type("close")
                    board.type("quit")
                    self.assertEqual(board.finish(), 0)

    def test_of_wire_2_carry_messages_both_ways(self):
        key = self.add(wire=2)
        gateway = self.gateway("--echo")
        for kind, uri in (("udp", gateway.udp), ("tcp", gateway.tcp)):
            with self.subTest(kind=kind):
                board = self.driver(key, "driver_wire2")
                board.call(f"begin {kind} {place(uri)}", "begin", done=True)
                self.exchange(gateway, board)
                board.call("datagram 0 x", "sent datagram", done=False, error=WRONG_WIRE)
                board.call("send 7 x", "sent", done=False, error=WRONG_WIRE)
                board.call("send 0 goes on", "sent", done=True)
                board.type("close")

    def test_serial_line_carries_messages_both_ways_and_nothing_comes_from_the_heap(self):
        key = self.add()
        variables = self.line()
        gateway = self.gateway("--listen", self.serial_uri(), "--echo")
        board = self.driver(key, "driver_static", **variables)
        before = board.call("state", "state")["heap_calls"]
        board.call("begin serial", "begin", done=True)
        self.exchange(gateway, board)
        board.call("datagram 3 ping", "sent datagram", done=True)
        board.wait_event("datagram", text="ping", channel=3)
        board.call("sleep", "slept", done=True)
        board.call("wake same", "woke", done=True)
        self.exchange(gateway, board)
        self.assertEqual(board.call("state", "state")["heap_calls"], before)

    def test_line_is_not_of_wire_2(self):
        board = self.driver(self.add(wire=2), "driver_wire2", **self.line())
        board.call("begin serial", "begin", done=False, error=WRONG_WIRE)

    def test_wifi_is_joined_first_and_a_wrong_password_is_told(self):
        key = self.add()
        gateway = self.gateway("--echo")
        for kind, uri in (("wifi-udp", gateway.udp), ("wifi-tcp", gateway.tcp)):
            board = self.driver(key)
            board.type("timeout 300")
            board.call(f"begin {kind} {place(uri)} wrong", "begin", done=False, error=TIMEOUT)
            board.type("timeout 30000")
            board.call(f"begin {kind} {place(uri)} right", "begin", done=True)
            self.exchange(gateway, board, 3)
            board.type("close")

    def test_names_are_looked_up(self):
        key = self.add()
        gateway = self.gateway()
        for kind, uri in (("udp", gateway.udp), ("tcp", gateway.tcp), ("wifi-udp", gateway.udp)):
            board = self.driver(key)
            port = uri.rsplit(":", 1)[1]
            board.call(f"begin {kind} localhost {port} right", "begin", done=True)
            board.type("close")


class Sessions(BoardTest):
    def setUp(self):
        super().setUp()
        self.key = self.add()

    def begun(self, gateway, sketch="driver"):
        board = self.driver(self.key, sketch)
        board.call(f"begin udp {place(gateway.udp)}", "begin", done=True)
        return board

    def test_begin_in_the_background(self):
        gateway = self.gateway("--echo")
        for sketch in WIRE3:
            board = self.driver(self.key, sketch)
            board.call(f"async udp {place(gateway.udp)}", "begin", done=True)
            board.wait_event("connect")
            board.call("send 9 hello", "sent", done=True)
            board.wait_event("message", text="hello", channel=9)
            board.type("close")

    def test_begin_before_the_gateway_does(self):
        first = self.gateway()
        uri = first.tcp
        first.kill()
        board = self.driver(self.key)
        board.call(f"begin tcp {place(uri)}", "begin", done=False, error=UNREACHABLE)
        self.gateway("--listen", uri)
        board.wait_event("connect")  # maintain() went on trying
        board.call("send 0 hello", "sent", done=True)

    def test_with_a_wrong_key_are_refused_and_with_the_right_one_made(self):
        gateway = self.gateway()
        board = self.driver("ab" * 32)
        board.call(f"begin udp {place(gateway.udp)}", "begin", done=False, error=AUTH_FAILED)
        self.assertEqual(board.events("connect"), [])
        board.call("send 0 x", "sent", done=False, error=NOT_CONNECTED)
        board.type("key " + self.key)
        board.call(f"begin udp {place(gateway.udp)}", "begin", done=True)
        board.call("send 0 hello", "sent", done=True)
        gateway.wait_message(ID, "hello")

    def test_of_an_id_of_the_sketch(self):
        gateway = self.gateway()
        board = self.driver(self.add("lamp"))
        board.type("id lamp")
        board.call(f"begin udp {place(gateway.udp)}", "begin", done=True)
        board.call("state", "state", id="lamp")
        board.call("send 0 hello", "sent", done=True)
        gateway.wait_message("lamp", "hello")

    def test_are_made_anew_when_the_gateway_restarts(self):
        for kind in ("udp", "tcp"):
            with self.subTest(kind=kind):
                gateway = self.gateway()
                uris = gateway.udp, gateway.tcp
                board = self.driver(self.key)
                board.call(f"begin {kind} {place(getattr(gateway, kind))}", "begin", done=True)
                board.type("keepalive 1000")
                gateway.signal(signal.SIGTERM)
                gateway.finish()
                board.wait_event("disconnect")
                again = self.gateway("--listen", uris[0], "--listen", uris[1], "--echo")
                board.wait_event("reconnect")
                board.wait_event("connect", count=2)
                board.call("send 0 again", "sent", done=True)
                board.wait_event("message", text="again")
                board.type("close")
                again.kill()

    def test_are_made_anew_when_the_gateway_was_killed_without_a_word(self):
        gateway = self.gateway()
        uri = gateway.udp
        board = self.begun(gateway)
        board.type("keepalive 1000")
        gateway.process.kill()
        board.wait_event("disconnect")
        self.gateway("--listen", uri)
        board.wait_event("connect", count=2)
        self.assertEqual(len(board.events("reconnect")), 1)

    def test_are_made_anew_on_request(self):
        board = self.begun(self.gateway("--echo"))
        first = board.call("state", "state")["session"]
        board.call("reconnect", "renewed", done=True)
        second = board.call("state", "state", alive=True)["session"]
        self.assertNotEqual(first, second)
        self.assertEqual([len(board.events(name)) for name in
                          ("connect", "disconnect", "reconnect")], [2, 1, 1])
        board.call("send 0 hello", "sent", done=True)
        board.wait_event("message", text="hello")

    def test_end_with_close_and_begin_again(self):
        gateway = self.gateway("--echo")
        board = self.begun(gateway)
        board.type("close")
        gateway.wait_event("closed", cause="done")
        board.call("state", "state", alive=False, state=0)
        board.call("send 0 x", "sent", done=False, error=NOT_CONNECTED)
        board.call(f"begin tcp {place(gateway.tcp)}", "begin", done=True)
        board.call("send 0 hello", "sent", done=True)
        board.wait_event("message", text="hello")

    def test_that_are_closed_while_a_message_is_looked_at_begin_again(self):
        gateway = self.gateway()
        for sketch in WIRE3:
            board = self.begun(gateway, sketch)
            for count in (1, 2):
                gateway.type(ID + " restart")
                board.wait_event("message", count=count, text="restart")
                board.call("state", "state", alive=False)
                board.call(f"begin tcp {place(gateway.tcp)}", "begin", done=True)
            board.type("close")

    def test_without_random_numbers_never_begin(self):
        gateway = self.gateway()
        board = self.driver(self.key)
        board.type("random off")
        board.call(f"begin udp {place(gateway.udp)}", "begin", done=False, error=RANDOM_FAILED)
        board.type("random on")
        board.call(f"begin udp {place(gateway.udp)}", "begin", done=True)

    def test_to_a_name_that_is_too_long_are_refused(self):
        board = self.driver(self.key)
        board.call(f"begin udp {'x' * 64} 9000", "begin", done=False, error=INVALID_ARG)
        board.call(f"begin udp {place(self.gateway().udp)}", "begin", done=True)


class Messages(BoardTest):
    def setUp(self):
        super().setUp()
        self.key = self.add()
        self.live = self.gateway()

    def begun(self, sketch="driver_static"):
        board = self.driver(self.key, sketch)
        board.call(f"begin udp {place(self.live.udp)}", "begin", done=True)
        return board

    def test_are_answered_from_within_the_call_that_brings_them(self):
        for kind in ("udp", "tcp"):
            board = self.driver(self.key)
            uri = getattr(self.live, kind)
            board.call(f"begin {kind} {place(uri)}", "begin", done=True)
            texts = [f"{kind} {number} " + "y" * (600 if number % 5 == 0 else 1)
                     for number in range(40)]
            for text in texts:
                self.live.type(f"{ID} echo {text}")
            self.live.wait_until(lambda: self.live.texts(ID)[-1:] == texts[-1:], "answers")
            self.assertEqual(self.live.texts(ID)[-len(texts):], texts)
            board.type("close")

    def test_are_read_without_calls_and_stay_where_the_room_is_too_small(self):
        board = self.begun()
        board.type("poll")
        self.live.type(ID + " short")
        board.wait_event("read", text="short")
        self.live.type(ID + " longer than eight bytes")
        board.wait_event("kept", size=23, error=BUFFER_OVERFLOW)
        board.wait_event("read", text="longer than eight bytes")
        self.live.type(ID + " next")
        board.wait_event("read", text="next")

    def test_that_are_printed_go_line_by_line(self):
        board = self.begun()
        board.call("flash", "sent", done=True)
        self.live.wait_message(ID, "from flash")
        board.type("println 21.5 C")
        self.live.wait_until(lambda: "21.5 C\r\n" in self.live.texts(ID), "line")
        board.type("println " + "z" * 500)  # more than a line may have: two messages
        self.live.wait_until(lambda: "z" * 452 in self.live.texts(ID), "first half")
        self.live.wait_until(lambda: "z" * 48 + "\r\n" in self.live.texts(ID), "second half")

    def test_too_large_for_the_board_are_refused_and_the_session_goes_on(self):
        board = self.begun()
        self.live.type(f"{ID} " + "q" * 1025)
        self.live.type(f"{ID} " + "q" * 1024)
        board.wait_event("message", size=1024)
        self.assertEqual([found["size"] for found in board.events("message")], [1024])
        board.call("send 0 goes on", "sent", done=True)

    def test_that_may_get_lost_have_a_largest_size(self):
        board = self.begun()
        board.call("datagram 5 now", "sent datagram", done=True)
        self.live.wait_message(ID, "now")
        board.call("datagram 5 " + "d" * 2000, "sent datagram", done=False, error=TOO_LARGE)
        board.call("send 0 goes on", "sent", done=True)


class Sleep(BoardTest):
    def setUp(self):
        super().setUp()
        self.key = self.add()
        self.live = self.gateway("--echo")

    def test_and_wake_without_a_handshake(self):
        for sketch in WIRE3:
            board = self.driver(self.key, sketch)
            board.call(f"begin udp {place(self.live.udp)}", "begin", done=True)
            connected = len(self.live.err)
            for count, way in enumerate(("same", "udp " + place(self.live.udp)), 1):
                board.call("sleep", "slept", done=True)
                board.call("state", "state", alive=False)
                board.call("wake " + way, "woke", done=True)
                board.call("send 0 awake", "sent", done=True)
                board.wait_event("message", count=count, text="awake")
            self.assertEqual(matching(self.live.err[connected:], event="connected"), [])
            self.assertEqual(board.events("disconnect"), [])
            self.assertEqual(len(board.events("connect")), 3)
            board.type("close")

    def test_once_for_each_state(self):
        board = self.driver(self.key)
        board.call(f"begin udp {place(self.live.udp)}", "begin", done=True)
        board.call("sleep", "slept", done=True)
        board.call("wake same", "woke", done=True)
        board.call("wake udp " + place(self.live.udp), "woke", done=False, error=STATE_USED)
        board.call(f"begin udp {place(self.live.udp)}", "begin", done=True)
        board.call("send 0 hello", "sent", done=True)
        board.wait_event("message", text="hello")

    def test_is_not_for_streams(self):
        board = self.driver(self.key)
        board.call(f"begin tcp {place(self.live.tcp)}", "begin", done=True)
        board.call("sleep", "slept", done=False)
        board.call("wake tcp " + place(self.live.tcp), "woke", done=False, error=INVALID_ARG)


if __name__ == "__main__":
    unittest.main()
