// The line that a device takes once over its console (`usmp device add --provision`): its ID, its
// key, and the first seed of its random numbers. Not how a device reads it: ports/storage.
#ifndef USMP_CLI_PROVISIONING_HPP
#define USMP_CLI_PROVISIONING_HPP

#include "registry/device_id.hpp"
#include "registry/psk.hpp"

namespace usmp::cli {

/// Throws CommandError (Key) if a device has no room for this key: it takes up to 32 bytes.
void require_provisionable(const gateway::Psk& psk);

/// Writes the line, with a new random seed, to an open file or stream. False if that fails: errno
/// says why. Throws CommandError (Failure) if the system gives no random bytes.
[[nodiscard]] bool write_provisioning(int file, const gateway::DeviceId& id,
                                      const gateway::Psk& psk);

}  // namespace usmp::cli

#endif  // USMP_CLI_PROVISIONING_HPP
