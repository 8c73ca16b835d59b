// The native module `usmp._native`: sockets, cryptography and sessions in C++ threads that never
// hold the GIL. What programs use is written in Python on top of it (python/usmp/).
#include <nanobind/nanobind.h>
#include <nanobind/stl/shared_ptr.h>

#include <exception>
#include <system_error>

#include "arguments.hpp"
#include "bindings.hpp"
#include "event_queue.hpp"
#include "listen/listen_error.hpp"
#include "registry/registry_error.hpp"
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
  // A program that ends with a server still there has done nothing wrong.
  nb::set_leak_warnings(false);
  usmp_set_log_level(USMP_LOG_LEVEL_NONE);  // what there is to tell Python is told by events
  // What the system refuses is an OSError to Python, whoever of us found out.
  nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
    try {
      std::rethrow_exception(thrown);
    } catch (const usmp::gateway::ListenError& error) {
      PyErr_SetString(PyExc_OSError, error.what());
    } catch (const usmp::gateway::RegistryError& error) {
      PyErr_SetString(PyExc_OSError, error.what());
    } catch (const std::system_error& error) {
      PyErr_SetString(PyExc_OSError, error.what());
    }
  });
  nb::class_<EventQueue>(module, "EventQueue")
      .def(nb::init<>())
      .def("fileno", &EventQueue::descriptor)
      .def("take", &usmp::python::take_events);
  usmp::python::bind_server(module);
  usmp::python::bind_device(module);
  usmp::python::bind_registry(module);
  module.attr("__version__") = usmp_get_version();
}
