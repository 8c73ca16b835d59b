// The keys of a server that Python gave as bytes or dict: they are all here, and no handshake asks
// Python. Wiped when the server ends. Not the registry.
#ifndef USMP_PYTHON_KEY_TABLE_HPP
#define USMP_PYTHON_KEY_TABLE_HPP

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "engine/key_source.hpp"

namespace usmp::python {

struct KeyEntry {
  gateway::Psk psk;
  int wire = 3;
};

class KeyTable {
 public:
  /// The key of one device, or, without one, that of all which have none of their own. Replaces
  /// what there was. Throws std::invalid_argument for a key of the wrong size.
  void set(const std::optional<gateway::DeviceId>& device, Bytes psk, int wire);

  gateway::KeyLookup find(const gateway::DeviceId& device, gateway::DeviceKey& key) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<gateway::DeviceId, KeyEntry> entries_;
  std::optional<KeyEntry> default_;
};

/// Fills `key`. Throws std::invalid_argument for a key of the wrong size or an unknown wire.
void set_device_key(gateway::DeviceKey& key, Bytes psk, int wire);

/// One thread's view of the table.
class TableKeys final : public gateway::KeySource {
 public:
  explicit TableKeys(std::shared_ptr<const KeyTable> table) : table_(std::move(table)) {}
  gateway::KeyLookup find(const gateway::DeviceId& device, gateway::DeviceKey& key) override {
    return table_->find(device, key);
  }

 private:
  std::shared_ptr<const KeyTable> table_;
};

}  // namespace usmp::python

#endif  // USMP_PYTHON_KEY_TABLE_HPP
