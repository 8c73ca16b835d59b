// Python's values as the C++ side takes them, and back. Under the GIL.
#ifndef USMP_PYTHON_ARGUMENTS_HPP
#define USMP_PYTHON_ARGUMENTS_HPP

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <string>

#include "registry/device_id.hpp"
#include "usmp/bytes.hpp"

namespace usmp::python {

namespace nb = nanobind;

/// The bytes of a bytes-like object, for the duration of a call. TypeError for anything else.
class BytesArgument {
 public:
  explicit BytesArgument(nb::handle object) {
    if (PyObject_GetBuffer(object.ptr(), &buffer_, PyBUF_SIMPLE) != 0) throw nb::python_error();
  }
  ~BytesArgument() { PyBuffer_Release(&buffer_); }
  BytesArgument(const BytesArgument&) = delete;
  BytesArgument& operator=(const BytesArgument&) = delete;

  Bytes view() const {
    return Bytes(static_cast<const std::uint8_t*>(buffer_.buf),
                 static_cast<std::size_t>(buffer_.len));
  }
  std::string copy() const {
    return std::string(static_cast<const char*>(buffer_.buf),
                       static_cast<std::size_t>(buffer_.len));
  }

 private:
  Py_buffer buffer_{};
};

inline nb::bytes bytes_of(const std::string& text) { return nb::bytes(text.data(), text.size()); }
inline nb::bytes bytes_of(Bytes bytes) {
  return nb::bytes(reinterpret_cast<const char*>(bytes.data), bytes.size);
}

/// ValueError if it has not 1 to 32 bytes.
inline gateway::DeviceId device_id_of(nb::handle object) {
  const BytesArgument bytes(object);
  const std::optional<gateway::DeviceId> id = gateway::DeviceId::from_bytes(bytes.view());
  if (!id) throw nb::value_error("a device_id has 1 to 32 bytes");
  return *id;
}

}  // namespace usmp::python

#endif  // USMP_PYTHON_ARGUMENTS_HPP
