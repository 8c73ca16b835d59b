// See key_file.hpp.
#include "key_file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "command_error.hpp"
#include "standard_streams.hpp"

namespace usmp::cli {
namespace {

// One byte more than a key file may have, to notice a larger one.
using KeyFileText = gateway::SecretBytes<kKeyFileSizeMax + 1>;

constexpr mode_t kKeyFileMode = S_IRUSR | S_IWUSR;

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw CommandError(ExitCode::Key, "key file " + path + ": " + reason);
}

[[noreturn]] void fail(const std::string& path, const std::string& action, int system_error) {
  fail(path, action + ": " + std::generic_category().message(system_error));
}

Bytes bytes_of(const std::string& text) {
  return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

/// A key given where the name of its file belongs must not be repeated in a message.
void refuse_key_as_name(const std::string& path) {
  gateway::Psk psk;
  if (gateway::parse_psk(bytes_of(path), psk) != gateway::PskProblem::None) return;
  throw CommandError(ExitCode::Usage,
                     "this is a key, and the name of a file was expected: never give a key as an "
                     "argument, and do not use this one any more");
}

class OpenFile {
 public:
  OpenFile(const std::string& path, int flags)
      : file_(open(path.c_str(), flags | O_CLOEXEC, kKeyFileMode)) {}
  ~OpenFile() {
    if (is_open()) close(file_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  bool is_open() const { return file_ >= 0; }
  int number() const { return file_; }

 private:
  int file_;
};

void warn_if_exposed(const std::string& path, int file) {
  struct stat status = {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return;
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
  say("warning: key file " + path + " is open to other users of this machine: `chmod 600 " + path +
      "`");
}

void read_text(const std::string& path, int file, KeyFileText& text) {
  const MutableBytes room = text.storage();
  std::size_t size = 0;
  while (size < room.size) {
    const ssize_t got = read(file, room.data + size, room.size - size);
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, "cannot read it", errno);
    size += static_cast<std::size_t>(got);
  }
  if (size > kKeyFileSizeMax || !text.resize(size)) {
    fail(path, "it is too large for a key; a key is 64 hex digits, as `usmp keygen` prints them");
  }
}

/// The key and the file's name are on the disk when this returns true; else errno says why not.
bool write_durably(const std::string& path, int file, const gateway::Psk& psk) {
  if (fchmod(file, kKeyFileMode) != 0 || !write_key(file, psk) || fsync(file) != 0) return false;
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const OpenFile parent(directory.empty() ? "." : directory, O_RDONLY | O_DIRECTORY);
  // Some file systems know no fsync of a directory; there nothing more can be done.
  return parent.is_open() && (fsync(parent.number()) == 0 || errno == EINVAL);
}

}  // namespace

NewKeyFile::NewKeyFile(const std::string& path, const gateway::Psk& psk) : path_(path) {
  refuse_key_as_name(path);
  const OpenFile file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file.is_open() && errno == EEXIST) {
    fail(path, "it exists already and may hold a key that is in use: name another");
  }
  if (!file.is_open()) fail(path, "cannot create it", errno);
  if (write_durably(path, file.number(), psk)) return;
  const int system_error = errno;
  unlink(path.c_str());
  fail(path, "cannot write it", system_error);
}

NewKeyFile::~NewKeyFile() {
  if (!is_kept_) unlink(path_.c_str());
}

bool write_key(int file, const gateway::Psk& psk) {
  gateway::PskText digits;
  gateway::format_psk(psk, digits);
  gateway::SecretBytes<gateway::PskText::capacity() + 1> line;
  // In one piece with its end of line, so that a reader never takes half a line for a key.
  return line.assign(digits.view()) && line.append('\n') && write_all(file, line.view());
}

gateway::Psk read_key_file(const std::string& path) {
  refuse_key_as_name(path);
  const OpenFile file(path, O_RDONLY);
  if (!file.is_open()) fail(path, "cannot open it", errno);
  warn_if_exposed(path, file.number());
  KeyFileText text;
  read_text(path, file.number(), text);
  gateway::Psk psk;
  const gateway::PskProblem problem = gateway::parse_psk(text.view(), psk);
  if (problem != gateway::PskProblem::None) fail(path, gateway::describe(problem));
  return psk;
}

}  // namespace usmp::cli
