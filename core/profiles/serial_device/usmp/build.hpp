// In place of core/include/usmp/build.hpp: a device on a serial line or BLE, and nothing else.
// Everything of a program is compiled with the same one.
#ifndef USMP_BUILD_HPP
#define USMP_BUILD_HPP

namespace usmp {

static const bool kStreamSupported = false;
static const bool kUdpSupported = false;
static const bool kGatewaySupported = false;
static const bool kDeviceCidSupported = false;
static const bool kWholeChallengeSupported = false;

}  // namespace usmp

#endif  // USMP_BUILD_HPP
