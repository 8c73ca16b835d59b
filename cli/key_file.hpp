// Keys in files, the only way a key enters the command, and the safe way out of it. Never as an
// argument, which every user of the machine can see.
#ifndef USMP_CLI_KEY_FILE_HPP
#define USMP_CLI_KEY_FILE_HPP

#include <cstddef>
#include <string>

#include "registry/psk.hpp"

namespace usmp::cli {

/// A key file is hex digits and white space; a larger file is not one.
inline constexpr std::size_t kKeyFileSizeMax = 1024;

/// Reads the key of a file of hex digits (white space is skipped; /dev/stdin works too). Warns on
/// stderr if others than its owner may read it. Throws CommandError (Key) if it cannot be read or
/// holds no key.
gateway::Psk read_key_file(const std::string& path);

/// Writes the key as a line of hex digits to an open file or stream. False if that fails: errno
/// says why.
[[nodiscard]] bool write_key(int file, const gateway::Psk& psk);

/// A new file of mode 0600 with a key in it. It never replaces a file, because that may hold the
/// only copy of another key, and it is gone again unless keep() was called.
class NewKeyFile {
 public:
  /// Creates it and writes the key durably. Throws CommandError (Key), leaving no file behind, if
  /// one of that name exists or it cannot be written.
  NewKeyFile(const std::string& path, const gateway::Psk& psk);
  ~NewKeyFile();
  NewKeyFile(const NewKeyFile&) = delete;
  NewKeyFile& operator=(const NewKeyFile&) = delete;

  void keep() { is_kept_ = true; }

 private:
  std::string path_;
  bool is_kept_ = false;
};

}  // namespace usmp::cli

#endif  // USMP_CLI_KEY_FILE_HPP
