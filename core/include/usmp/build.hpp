// What this build of the core can do: here, everything. A device whose flash is small takes one of
// core/profiles/ before this directory, and what it has no use for is not compiled.
#ifndef USMP_BUILD_HPP
#define USMP_BUILD_HPP

namespace usmp {

/// Media that the build knows; a configuration with another one is a BadConfig. Serial lines and
/// BLE always.
static const bool kStreamSupported = true;
static const bool kUdpSupported = true;
/// Sessions that play the gateway.
static const bool kGatewaySupported = true;
/// Devices that give themselves a cid, which only a medium without connections needs.
static const bool kDeviceCidSupported = true;
/// CHALLENGE taken by receive(), and not only by a ChallengeReader that the owner feeds.
static const bool kWholeChallengeSupported = true;

}  // namespace usmp

#endif  // USMP_BUILD_HPP
