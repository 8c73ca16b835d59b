// See key_table.hpp.
#include "key_table.hpp"

#include <stdexcept>
#include <utility>

namespace usmp::python {

void set_device_key(gateway::DeviceKey& key, Bytes psk, int wire) {
  if (wire != 2 && wire != 3) throw std::invalid_argument("wire is 2 or 3");
  if (psk.size < gateway::kPskSizeMin || !key.psk.assign(psk)) {
    throw std::invalid_argument("a PSK has 16 to 64 bytes");
  }
  key.wire = static_cast<decltype(key.wire)>(wire);
}

void KeyTable::set(const std::optional<gateway::DeviceId>& device, Bytes psk, int wire) {
  gateway::DeviceKey checked;
  set_device_key(checked, psk, wire);
  const std::lock_guard lock(mutex_);
  KeyEntry& entry = device ? entries_[*device] : default_.emplace();
  entry.psk = std::move(checked.psk);
  entry.wire = wire;
}

gateway::KeyLookup KeyTable::find(const gateway::DeviceId& device, gateway::DeviceKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(device);
  if (found == entries_.end() && !default_) return gateway::KeyLookup::Unknown;
  const KeyEntry& entry = found != entries_.end() ? found->second : *default_;
  set_device_key(key, entry.psk.view(), entry.wire);
  return gateway::KeyLookup::Found;
}

}  // namespace usmp::python
