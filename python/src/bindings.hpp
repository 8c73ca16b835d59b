// The parts of the native module. It is the package's own: programs use `usmp`, never `_native`.
#ifndef USMP_PYTHON_BINDINGS_HPP
#define USMP_PYTHON_BINDINGS_HPP

#include <nanobind/nanobind.h>

#include "engine/engine_config.hpp"
#include "engine/engine_counters.hpp"

namespace usmp::python {

void bind_server(nanobind::module_& module);
void bind_device(nanobind::module_& module);
void bind_registry(nanobind::module_& module);

/// By the names that they have in C++.
nanobind::dict dict_of(const gateway::EngineCounters& counters);

/// Silence after which a session ends, on every wire.
void set_session_timeout(gateway::EngineConfig& config, double seconds);

}  // namespace usmp::python

#endif  // USMP_PYTHON_BINDINGS_HPP
