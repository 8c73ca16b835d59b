// See provisioning.hpp.
#include "provisioning.hpp"

#include <cstdint>

#include "command_error.hpp"
#include "key_options.hpp"
#include "standard_streams.hpp"
#include "usmp_storage/provisioning_line.hpp"

namespace usmp::cli {

void require_provisionable(const gateway::Psk& psk) {
  if (psk.size() <= sizeof Identity{}.psk) return;
  throw CommandError(ExitCode::Key,
                     "a device that is provisioned by a line has room for a key of 32 bytes, and "
                     "this one is longer: `usmp keygen` makes one");
}

bool write_provisioning(int file, const gateway::DeviceId& id, const gateway::Psk& psk) {
  // All of it lies in memory that is wiped at its end.
  gateway::SecretBytes<sizeof(ProvisioningRecord)> memory;
  auto& record = *reinterpret_cast<ProvisioningRecord*>(memory.storage().data);
  gateway::SecretBytes<kProvisioningLineSize> line;
  const gateway::Psk random = new_key();
  static_assert(gateway::kPskSizeGenerated == kSeedSize);

  write_seed_record(record.seed,
                    *reinterpret_cast<const std::uint8_t(*)[kSeedSize]>(random.view().data));
  if (!make_identity(record.identity, id.bytes(), psk.view())) return false;
  write_provisioning_line(*reinterpret_cast<char(*)[kProvisioningLineSize]>(line.storage().data),
                          record);
  return line.resize(kProvisioningLineSize) && write_all(file, line.view());
}

}  // namespace usmp::cli
