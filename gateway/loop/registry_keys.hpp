// Answers a thread's engine with keys from the registry's file. Not a cache: each handshake sees
// the file as it is. Each thread has its own.
#ifndef USMP_GATEWAY_LOOP_REGISTRY_KEYS_HPP
#define USMP_GATEWAY_LOOP_REGISTRY_KEYS_HPP

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/key_source.hpp"
#include "registry/registry.hpp"

namespace usmp::gateway {

/// Which file stands behind the registry's name, by number: it grows when another one took its
/// place (registry_watch.hpp), and then each thread opens that one.
using RegistryEdition = std::atomic<std::uint32_t>;

class RegistryKeys : public KeySource {
 public:
  /// Takes one line for the operator.
  using Warn = std::function<void(const std::string&)>;

  /// Opens `path`. `edition` outlives it. Throws RegistryError.
  RegistryKeys(std::string path, const RegistryEdition& edition, Warn warn);

  KeyLookup find(const DeviceId& device, DeviceKey& key) override;

 private:
  bool reopen();
  void warn_once(const std::string& line);

  std::string path_;
  const RegistryEdition& edition_;
  std::uint32_t opened_edition_;
  Warn warn_;
  std::string last_warning_;
  std::unique_ptr<Registry> registry_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LOOP_REGISTRY_KEYS_HPP
