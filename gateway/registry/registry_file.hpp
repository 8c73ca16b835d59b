// The registry as a file among others: how it comes into being and who may read it. Not what is
// in it.
#ifndef USMP_GATEWAY_REGISTRY_REGISTRY_FILE_HPP
#define USMP_GATEWAY_REGISTRY_REGISTRY_FILE_HPP

#include <string>

namespace usmp::gateway {

/// Makes an empty file of mode 0600, whatever the umask is; an existing one stays as it is.
/// Throws RegistryError (CannotOpen, ReadOnly, DiskFull).
void create_registry_file(const std::string& path);

/// What the file's mode says about it.
struct RegistryFileState {
  bool is_empty = false;
  bool is_shared_with_group = false;
};

/// Looks at an existing file before anything of it is read. Throws RegistryError: Missing,
/// CannotOpen (no right to look, no regular file), Exposed (others than owner and group have a
/// right to it).
RegistryFileState inspect_registry_file(const std::string& path);

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_REGISTRY_REGISTRY_FILE_HPP
