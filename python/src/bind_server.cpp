// ServerHost and its sessions, as the package's own Python code sees them.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <utility>

#include "arguments.hpp"
#include "bindings.hpp"
#include "listen/listen_uri.hpp"
#include "server_host.hpp"

namespace usmp::python {
namespace {

/// A session together with the server that it belongs to.
struct SessionRef {
  std::shared_ptr<ServerHost> host;
  std::shared_ptr<HostedPeer> peer;
};

gateway::ServerConfig make_config(const std::vector<std::string>& listen, unsigned threads,
                                  std::uint32_t connections_max,
                                  std::uint32_t connections_per_address_max,
                                  double handshake_timeout_s, double session_timeout_s,
                                  const std::string& registry_path) {
  gateway::ServerConfig config;
  for (const std::string& written : listen) {
    gateway::ParsedListenUri parsed = gateway::parse_listen_uri(written);
    if (!parsed.uri) throw nb::value_error(parsed.problem.c_str());
    config.listen.push_back(std::move(*parsed.uri));
  }
  config.threads = threads;
  config.connections_max = connections_max;
  config.connections_per_address_max = connections_per_address_max;
  config.registry_path = registry_path;
  config.directory.hold_without_session = false;
  config.directory.mailbox_max = 16'384;
  const double handshake_ms = handshake_timeout_s * 1000;
  config.engine.stream_handshake_max =
      handshake_ms >= kStreamHandshakeMax
          ? kStreamHandshakeMax
          : std::max<Duration>(1, static_cast<Duration>(handshake_ms));
  set_session_timeout(config.engine, session_timeout_s);
  return config;
}

nb::object next_content(SessionRef& self) {
  const std::optional<InboxMessage> message = self.host->receive(*self.peer);
  return message ? nb::object(bytes_of(message->content)) : nb::none();
}

nb::object next_message(SessionRef& self) {
  const std::optional<InboxMessage> message = self.host->receive(*self.peer);
  if (!message) return nb::none();
  return nb::make_tuple(bytes_of(message->content), message->channel, message->is_datagram);
}

void answer_key(ServerHost& self, std::uint64_t question, nb::handle psk, int wire) {
  if (psk.is_none()) {
    self.key_desk().answer(question, std::nullopt);
    return;
  }
  const BytesArgument bytes(psk);
  gateway::DeviceKey key;
  set_device_key(key, bytes.view(), wire);
  self.key_desk().answer(question, std::move(key));
}

void set_key(ServerHost& self, nb::handle device, nb::handle psk, int wire) {
  std::optional<gateway::DeviceId> id;
  if (!device.is_none()) id = device_id_of(device);
  const BytesArgument bytes(psk);
  self.key_table().set(id, bytes.view(), wire);
}

}  // namespace

void bind_server(nb::module_& module) {
  nb::class_<SessionRef>(module, "Peer")
      .def_prop_ro("id", [](const SessionRef& self) { return self.peer->id; })
      .def_prop_ro("device_id",
                   [](const SessionRef& self) { return bytes_of(self.peer->device.bytes()); })
      .def_prop_ro("session_id",
                   [](const SessionRef& self) { return bytes_of(self.peer->session_id); })
      .def_prop_ro("address", [](const SessionRef& self) { return self.peer->address; })
      .def_prop_ro("wire", [](const SessionRef& self) { return self.peer->wire; })
      .def_prop_ro("is_stream", [](const SessionRef& self) { return is_stream(self.peer->medium); })
      .def_prop_ro("max_message", [](const SessionRef& self) { return self.peer->max_message; })
      .def("take", &next_content)
      .def("take_message", &next_message)
      .def("count", [](const SessionRef& self) { return self.peer->inbox.count(); })
      .def(
          "send",
          [](SessionRef& self, nb::handle content, std::uint8_t channel) {
            const BytesArgument bytes(content);
            return static_cast<int>(self.host->send(*self.peer, channel, bytes.view()));
          },
          nb::arg("content"), nb::arg("channel") = 0)
      .def("is_all_settled", [](SessionRef& self) { return self.peer->room.is_empty(); })
      .def("ping", [](SessionRef& self) { self.host->ping(*self.peer); })
      .def("rekey", [](SessionRef& self) { self.host->rekey(*self.peer); })
      .def("close", [](SessionRef& self) { self.host->close(*self.peer); });

  nb::enum_<ServerHost::Keys>(module, "Keys")
      .value("Table", ServerHost::Keys::Table)
      .value("Asked", ServerHost::Keys::Asked)
      .value("Registry", ServerHost::Keys::Registry);

  nb::class_<ServerHost>(module, "Server")
      .def("__init__", [](ServerHost*) { throw nb::type_error("use make_server()"); })
      .def_prop_ro("id", &ServerHost::id)
      .def("set_key", &set_key, nb::arg("device").none(), nb::arg("psk"), nb::arg("wire"))
      .def("answer_key", &answer_key, nb::arg("question"), nb::arg("psk").none(), nb::arg("wire"))
      .def("withdraw_key",
           [](ServerHost& self, std::uint64_t question) { self.key_desk().withdraw(question); })
      .def("start", &ServerHost::start, nb::call_guard<nb::gil_scoped_release>())
      .def("stop", &ServerHost::stop, nb::call_guard<nb::gil_scoped_release>())
      .def("listening", &ServerHost::listening)
      .def("counters",
           [](ServerHost& self) {
             gateway::EngineCounters counters;
             {
               const nb::gil_scoped_release released;
               counters = self.counters();
             }
             return dict_of(counters);
           })
      .def("claim",
           [](const std::shared_ptr<ServerHost>& self, std::uint64_t session) -> nb::object {
             std::shared_ptr<HostedPeer> peer = self->claim(session);
             if (!peer) return nb::none();
             return nb::cast(SessionRef{self, std::move(peer)});
           })
      .def("send",
           [](ServerHost& self, nb::handle device, nb::handle content, std::uint8_t channel,
              std::uint64_t token) {
             const BytesArgument bytes(content);
             return self.send_to_device(device_id_of(device), channel, bytes.view(), token);
           })
      .def("send_datagram",
           [](ServerHost& self, nb::handle device, nb::handle content, std::uint8_t channel) {
             const BytesArgument bytes(content);
             return self.send_datagram(device_id_of(device), channel, bytes.view());
           })
      .def("is_connected", [](const ServerHost& self, nb::handle device) {
        return self.is_connected(device_id_of(device));
      });

  module.def(
      "make_server",
      [](std::shared_ptr<EventQueue> queue, const std::vector<std::string>& listen,
         unsigned threads, std::uint32_t connections_max, std::uint32_t connections_per_address_max,
         double handshake_timeout_s, double session_timeout_s, const std::string& registry_path) {
        return std::make_shared<ServerHost>(
            std::move(queue),
            make_config(listen, threads, connections_max, connections_per_address_max,
                        handshake_timeout_s, session_timeout_s, registry_path));
      },
      nb::arg("queue"), nb::arg("listen"), nb::arg("threads"), nb::arg("connections_max"),
      nb::arg("connections_per_address_max"), nb::arg("handshake_timeout_s"),
      nb::arg("session_timeout_s"), nb::arg("registry_path"));
}

}  // namespace usmp::python
