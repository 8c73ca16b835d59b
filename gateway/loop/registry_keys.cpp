// Keys from the registry: see registry_keys.hpp.
#include "loop/registry_keys.hpp"

#include <exception>
#include <utility>

namespace usmp::gateway {

RegistryKeys::RegistryKeys(std::string path, const RegistryEdition& edition, Warn warn)
    : path_(std::move(path)),
      edition_(edition),
      opened_edition_(edition.load()),
      warn_(std::move(warn)),
      registry_(std::make_unique<Registry>(path_, OpenMode::Read, kServingWait)) {}

KeyLookup RegistryKeys::find(const DeviceId& device, DeviceKey& key) {
  if ((registry_ == nullptr || opened_edition_ != edition_.load()) && !reopen()) {
    return KeyLookup::Unavailable;
  }
  Credential credential;
  switch (registry_->find(device, credential)) {
    case Lookup::Found:
      key.psk = std::move(credential.psk);
      key.wire = credential.wire;
      key.generation = credential.generation;
      // A revoked device has no key at all in the registry.
      key.revoked = false;
      return KeyLookup::Found;
    case Lookup::NoKey:
      return KeyLookup::Unknown;
    case Lookup::Unavailable:
      // Somebody writes just now: the device repeats its packet. Anything else the operator hears.
      if (registry_->last_fault() != RegistryFault::Busy) warn_once(registry_->last_error());
      return KeyLookup::Unavailable;
  }
  return KeyLookup::Unavailable;
}

bool RegistryKeys::reopen() {
  const std::uint32_t edition = edition_.load();
  registry_.reset();
  try {
    registry_ = std::make_unique<Registry>(path_, OpenMode::Read, kServingWait);
  } catch (const std::exception& error) {
    warn_once(error.what());
    return false;
  }
  opened_edition_ = edition;
  last_warning_.clear();
  return true;
}

void RegistryKeys::warn_once(const std::string& line) {
  // One line a fault and not one a handshake, of which a stranger can cause any number.
  if (line == last_warning_) return;
  last_warning_ = line;
  warn_(line);
}

}  // namespace usmp::gateway
