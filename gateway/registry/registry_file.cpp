// See registry_file.hpp.
#include "registry/registry_file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>

#include "registry/registry_error.hpp"

namespace usmp::gateway {
namespace {

constexpr mode_t kRegistryMode = S_IRUSR | S_IWUSR;

[[noreturn]] void fail(const std::string& path, int system_error) {
  const std::string reason = std::generic_category().message(system_error);
  if (system_error == ENOSPC || system_error == EDQUOT) {
    throw RegistryError(RegistryFault::DiskFull,
                        "no room to create " + path + ": make room and repeat");
  }
  if (system_error == EROFS) {
    throw RegistryError(RegistryFault::ReadOnly,
                        path + " cannot be created: its file system is read-only");
  }
  throw RegistryError(RegistryFault::CannotOpen, "cannot open " + path + ": " + reason);
}

}  // namespace

void create_registry_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kRegistryMode);
  if (file < 0) {
    if (errno == EEXIST) return;
    fail(path, errno);
  }
  // The umask can only have taken rights away, so the file was never open to others.
  const int system_error = fchmod(file, kRegistryMode) == 0 ? 0 : errno;
  close(file);
  if (system_error != 0) fail(path, system_error);
}

RegistryFileState inspect_registry_file(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) {
      throw RegistryError(RegistryFault::Missing,
                          "there is no registry " + path + ": `usmp device add` creates it");
    }
    fail(path, errno);
  }
  if (!S_ISREG(status.st_mode)) {
    throw RegistryError(RegistryFault::CannotOpen, "cannot open " + path + ": not a regular file");
  }
  if ((status.st_mode & S_IRWXO) != 0) {
    throw RegistryError(RegistryFault::Exposed,
                        path +
                            " holds keys and is open to every user of this machine: "
                            "`chmod 600 " +
                            path + "`, and rotate the keys if others log in here");
  }
  return {status.st_size == 0, (status.st_mode & S_IRWXG) != 0};
}

}  // namespace usmp::gateway
