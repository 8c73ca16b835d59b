// The registry, as the package's own Python code sees it. Calls wait for the disk.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <stdexcept>
#include <utility>

#include "arguments.hpp"
#include "bindings.hpp"
#include "registry/registry.hpp"

namespace usmp::python {
namespace {

using gateway::ChangeOutcome;

/// A key given, or a new one.
gateway::Psk psk_of(nb::handle given) {
  gateway::Psk psk;
  if (given.is_none()) {
    if (!gateway::generate_psk(psk)) throw std::runtime_error("the system gives no random bytes");
    return psk;
  }
  const BytesArgument bytes(given);
  if (bytes.view().size < gateway::kPskSizeMin || !psk.assign(bytes.view())) {
    throw nb::value_error("a PSK has 16 to 64 bytes");
  }
  return psk;
}

[[noreturn]] void refuse(ChangeOutcome outcome) {
  switch (outcome) {
    case ChangeOutcome::NotFound:
      throw nb::key_error("no device of this ID");
    case ChangeOutcome::AlreadyExists:
      throw nb::value_error("the device has a key already; rotate() gives it a new one");
    case ChangeOutcome::IsRevoked:
      throw nb::value_error("the device is revoked; add() lets it in again with a new key");
    case ChangeOutcome::KeyInUse:
      throw nb::value_error("this key belongs to a device already");
    case ChangeOutcome::KeyUnfit:
    case ChangeOutcome::Done:
      break;
  }
  throw nb::value_error("a PSK has 16 to 64 bytes");
}

nb::bytes add(gateway::Registry& self, nb::handle device, nb::handle given, int wire) {
  if (wire != 2 && wire != 3) throw nb::value_error("wire is 2 or 3");
  const gateway::DeviceId id = device_id_of(device);
  const gateway::Psk psk = psk_of(given);
  const ChangeOutcome outcome = self.add(id, psk, static_cast<gateway::WireVersion>(wire));
  if (outcome != ChangeOutcome::Done) refuse(outcome);
  return bytes_of(psk.view());
}

nb::bytes rotate(gateway::Registry& self, nb::handle device, nb::handle given) {
  const gateway::DeviceId id = device_id_of(device);
  const gateway::Psk psk = psk_of(given);
  const ChangeOutcome outcome = self.rotate(id, psk);
  if (outcome != ChangeOutcome::Done) refuse(outcome);
  return bytes_of(psk.view());
}

nb::list list(gateway::Registry& self) {
  nb::list entries;
  for (const gateway::DeviceEntry& entry : self.list()) {
    entries.append(nb::make_tuple(bytes_of(entry.id.bytes()), static_cast<int>(entry.wire),
                                  entry.revoked_s.has_value()));
  }
  return entries;
}

}  // namespace

void bind_registry(nb::module_& module) {
  nb::class_<gateway::Registry>(module, "Registry")
      .def("__init__",
           [](gateway::Registry* self, const std::string& path, bool create) {
             new (self) gateway::Registry(
                 path, create ? gateway::OpenMode::Create : gateway::OpenMode::Write);
           })
      .def("add", &add, nb::arg("device"), nb::arg("psk").none(), nb::arg("wire"))
      .def("rotate", &rotate, nb::arg("device"), nb::arg("psk").none())
      .def("revoke",
           [](gateway::Registry& self, nb::handle device) {
             const ChangeOutcome outcome = self.revoke(device_id_of(device));
             if (outcome != ChangeOutcome::Done) refuse(outcome);
           })
      .def("list", &list);
  module.def("format_device_id",
             [](nb::handle device) { return gateway::format_device_id(device_id_of(device)); });
  module.def("parse_device_id", [](const std::string& written) {
    const gateway::ParsedDeviceId parsed = gateway::parse_device_id(written);
    if (!parsed.id) throw nb::value_error(parsed.problem.c_str());
    return bytes_of(parsed.id->bytes());
  });
}

}  // namespace usmp::python
