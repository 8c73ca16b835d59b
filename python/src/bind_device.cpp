// DeviceLink, as the package's own Python code sees it.
#include <nanobind/nanobind.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>

#include <utility>

#include "arguments.hpp"
#include "bindings.hpp"
#include "device_host.hpp"
#include "device_link.hpp"
#include "process_copy.hpp"

namespace usmp::python {
namespace {

using LinkPtr = std::shared_ptr<DeviceLink>;

void wake(const LinkPtr& link) { DeviceHost::instance().wake(link); }

std::optional<InboxMessage> next(const LinkPtr& self) {
  bool resumes = false;
  std::optional<InboxMessage> message = self->receive(&resumes);
  if (resumes) wake(self);
  return message;
}

nb::object next_content(const LinkPtr& self) {
  const std::optional<InboxMessage> message = next(self);
  return message ? nb::object(bytes_of(message->content)) : nb::none();
}

nb::object next_message(const LinkPtr& self) {
  const std::optional<InboxMessage> message = next(self);
  if (!message) return nb::none();
  return nb::make_tuple(bytes_of(message->content), message->channel, message->is_datagram);
}

int send(const LinkPtr& self, nb::handle content, std::uint8_t channel, std::uint64_t token) {
  const BytesArgument bytes(content);
  const Sent sent = self->send(channel, bytes.view(), token);
  if (sent == Sent::Taken) wake(self);
  return static_cast<int>(sent);
}

LinkPtr make_link(std::shared_ptr<EventQueue> queue, const std::string& transport,
                  const std::string& place, int port, nb::handle psk, nb::handle device_id,
                  int wire, double keepalive_s, bool reconnects) {
  const gateway::DeviceId id = device_id_of(device_id);
  const BytesArgument key(psk);
  if (key.view().size < USMP_PSK_LEN_MIN || key.view().size > USMP_PSK_LEN_MAX) {
    throw nb::value_error("a PSK has 16 to 255 bytes");
  }
  if (wire != 2 && wire != 3) throw nb::value_error("wire is 2 or 3");
  LinkConfig config;
  config.transport = transport;
  config.place = place;
  config.port = port;
  config.psk = key.copy();
  config.device_id.assign(reinterpret_cast<const char*>(id.bytes().data), id.bytes().size);
  config.wire = wire;
  config.keepalive_ms = static_cast<std::uint32_t>(keepalive_s * 1000);
  config.reconnects = reconnects;
  return std::make_shared<DeviceLink>(std::move(queue), std::move(config));
}

}  // namespace

void bind_device(nb::module_& module) {
  nb::class_<DeviceLink>(module, "Link")
      .def_prop_ro("id", [](const DeviceLink& self) { return self.id; })
      .def_prop_ro("session_id", [](const DeviceLink& self) { return bytes_of(self.session_id()); })
      .def_prop_ro("datagram_max", &DeviceLink::datagram_max)
      .def(
          "connect",
          [](const LinkPtr& self, nb::handle saved, std::uint32_t slept_s) {
            self->connect(BytesArgument(saved).copy(), slept_s);
            wake(self);
          },
          nb::arg("saved") = nb::bytes("", 0), nb::arg("slept_s") = 0)
      .def("take", &next_content)
      .def("take_message", &next_message)
      .def("count", &DeviceLink::inbox_count)
      .def("send", &send, nb::arg("content"), nb::arg("channel") = 0, nb::arg("token") = 0)
      .def(
          "send_datagram",
          [](const LinkPtr& self, nb::handle content, std::uint8_t channel) {
            const BytesArgument bytes(content);
            const bool is_taken = self->send_datagram(channel, bytes.view());
            if (is_taken) wake(self);
            return is_taken;
          },
          nb::arg("content"), nb::arg("channel") = 0)
      .def("is_all_settled", &DeviceLink::is_all_settled)
      .def("ping",
           [](const LinkPtr& self) {
             self->ping();
             wake(self);
           })
      .def("rekey",
           [](const LinkPtr& self) {
             self->rekey();
             wake(self);
           })
      .def("sleep",
           [](const LinkPtr& self) {
             self->sleep();
             wake(self);
           })
      .def("close", [](const LinkPtr& self) {
        self->close();
        wake(self);
      });

  module.def("make_link", &make_link, nb::arg("queue"), nb::arg("transport"), nb::arg("place"),
             nb::arg("port"), nb::arg("psk"), nb::arg("device_id"), nb::arg("wire"),
             nb::arg("keepalive_s"), nb::arg("reconnects"));
  module.def("error_text",
             [](int code) { return std::string(usmp_strerror(static_cast<usmp_err_t>(code))); });
  module.def("after_fork", [] {
    ++fork_count;
    DeviceHost::after_fork();
  });
  module.def(
      "shut_down", [] { DeviceHost::instance().shut_down(); },
      nb::call_guard<nb::gil_scoped_release>());
}

}  // namespace usmp::python
