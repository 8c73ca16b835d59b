// What can go wrong with the registry's file, told apart by what a person has to do about it.
// Not for what is normal (an unknown device, an ID that is taken): those are values.
#ifndef USMP_GATEWAY_REGISTRY_REGISTRY_ERROR_HPP
#define USMP_GATEWAY_REGISTRY_REGISTRY_ERROR_HPP

#include <cstdint>
#include <stdexcept>
#include <string>

namespace usmp::gateway {

/// In every case but None the registry is as it was before the call that failed.
enum class RegistryFault : std::uint8_t {
  None,
  Missing,       ///< No file of that name: create one, or name another.
  CannotOpen,    ///< No right to it, no such directory, or no regular file.
  Exposed,       ///< Every user of the machine may read or write the keys: chmod 600 it.
  NotARegistry,  ///< A file of something else, or an empty one: name another.
  TooNew,        ///< Made by a newer usmp: update this one.
  ReadOnly,      ///< The file, its directory or its file system cannot be written.
  DiskFull,      ///< No room (or quota): make room and repeat.
  Busy,          ///< Another process holds it longer than the wait: repeat.
  Damaged,       ///< Not what this program wrote: restore a backup.
  Replaced,      ///< Another file took its name since it was opened: open it again.
  Failed,        ///< The system failed to read or write, or memory ran out.
};

/// Its what() is one line for a person that names the file and what to do; it never holds a key.
class RegistryError : public std::runtime_error {
 public:
  RegistryError(RegistryFault fault, const std::string& text)
      : std::runtime_error(text), fault_(fault) {}
  RegistryFault fault() const { return fault_; }

 private:
  RegistryFault fault_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_REGISTRY_REGISTRY_ERROR_HPP
