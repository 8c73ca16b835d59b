// The native module `usmp._native`: sockets, cryptography and sessions in C++ threads that never
// hold the GIL. What programs use is written in Python on top of it (python/usmp/).
#include <nanobind/nanobind.h>
#include <nanobind/stl/shared_ptr.h>

#include "arguments.hpp"
#include "bindings.hpp"
#include "event_queue.hpp"
#include "usmp.h"

namespace usmp::python {
namespace {

nb::list take_events(EventQueue& self) {
  nb::list events;
  for (const Event& event : self.take()) {
    events.append(nb::make_tuple(
        static_cast<int>(event.kind), event.id, event.value,
        event.text.empty() ? nb::object(nb::none()) : nb::object(bytes_of(event.text))));
  }
  return events;
}

}  // namespace
}  // namespace usmp::python

NB_MODULE(_native, module) {
  using usmp::python::EventQueue;
  namespace nb = nanobind;
  usmp_set_log_level(USMP_LOG_LEVEL_NONE);  // what there is to tell Python is told by events
  nb::class_<EventQueue>(module, "EventQueue")
      .def(nb::init<>())
      .def("fileno", &EventQueue::descriptor)
      .def("take", &usmp::python::take_events);
  usmp::python::bind_server(module);
  usmp::python::bind_device(module);
  usmp::python::bind_registry(module);
  module.attr("__version__") = usmp_get_version();
}
