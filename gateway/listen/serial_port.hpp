// Opens a serial port of this machine for raw bytes, 8N1, for us alone. Not for what they mean.
#ifndef USMP_GATEWAY_LISTEN_SERIAL_PORT_HPP
#define USMP_GATEWAY_LISTEN_SERIAL_PORT_HPP

#include "listen/file_descriptor.hpp"
#include "listen/listen_uri.hpp"

namespace usmp::gateway {

/// The port of a serial:// URI, non-blocking. No other program that asks can open it meanwhile.
/// Throws ListenError: NoSuchLine, NotPermitted, PortInUse, Failed.
FileDescriptor open_serial_port(const ListenUri& uri);

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_SERIAL_PORT_HPP
