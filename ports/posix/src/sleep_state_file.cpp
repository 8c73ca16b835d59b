// See sleep_state_file.hpp. One record of fixed size, always rewritten in place: so there is never
// a second copy of the chain on the disk that zeros would not reach.
#include "usmp_posix/sleep_state_file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <system_error>
#include <utility>

namespace usmp::posix {
namespace {

constexpr char kMagic[8] = {'u', 's', 'm', 'p', 's', 'l', 'p', '1'};

/// What lies in the file. `check` is over all before it; a record of zeros is a used one.
struct Record {
  char magic[8];
  std::int64_t saved_at_s;  ///< seconds since 1970
  std::uint32_t size;
  std::uint32_t local_port;
  std::uint8_t state[kSavedStateSizeMax];
  std::uint64_t check;
};

/// FNV-1a: tells a torn record, not an altered one; who can write the file could also remove it.
std::uint64_t check_of(const Record& record) {
  std::uint64_t hash = 14695981039346656037u;
  const std::uint8_t* bytes = reinterpret_cast<const std::uint8_t*>(&record);
  for (std::size_t index = 0; index < offsetof(Record, check); ++index) {
    hash = (hash ^ bytes[index]) * 1099511628211u;
  }
  return hash;
}

/// A record that is wiped where it lies.
struct WipedRecord {
  WipedRecord() : record() {}
  ~WipedRecord() { explicit_bzero(&record, sizeof record); }
  WipedRecord(const WipedRecord&) = delete;
  WipedRecord& operator=(const WipedRecord&) = delete;
  Record record;
};

/// An open file, alone with it: a lock keeps other processes out.
class LockedFile {
 public:
  LockedFile(const std::string& path, int flags) : file_(::open(path.c_str(), flags, 0600)) {
    locked_ = file_ >= 0 && flock(file_, LOCK_EX | LOCK_NB) == 0;
  }
  ~LockedFile() {
    if (file_ >= 0) ::close(file_);
  }
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  bool is_open() const { return file_ >= 0; }
  bool is_locked() const { return locked_; }
  int file() const { return file_; }

  off_t size() const {
    struct stat status = {};
    return fstat(file_, &status) == 0 ? status.st_size : -1;
  }
  bool write(const Record& record) const {
    const ssize_t count = pwrite(file_, &record, sizeof record, 0);
    if (count >= 0 && count != static_cast<ssize_t>(sizeof record)) errno = ENOSPC;
    return count == static_cast<ssize_t>(sizeof record) && ftruncate(file_, sizeof record) == 0 &&
           fsync(file_) == 0;
  }
  /// The record as far as the file has it, the rest zeros. Negative: errno says why.
  ssize_t read(Record& record) const {
    memset(&record, 0, sizeof record);
    return pread(file_, &record, sizeof record, 0);
  }

 private:
  int file_;
  bool locked_ = false;
};

bool sync_directory_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  const std::string directory =
      slash == std::string::npos ? std::string(".") : path.substr(0, slash + 1);
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return false;
  const bool done = fsync(file) == 0;
  ::close(file);
  return done;
}

bool is_zero(const Record& record) {
  const Record zeros{};
  return memcmp(&record, &zeros, sizeof record) == 0;
}

/// True if the file may be overwritten: it is empty, used, or a state, if only a piece of one. What
/// a person named by mistake is none of these.
bool is_ours(const Record& record, ssize_t count, off_t file_size) {
  if (file_size > static_cast<off_t>(sizeof record) || count < 0) return false;
  const std::size_t known = static_cast<std::size_t>(count) < sizeof kMagic
                                ? static_cast<std::size_t>(count)
                                : sizeof kMagic;
  return is_zero(record) || memcmp(record.magic, kMagic, known) == 0;
}

bool is_whole(const Record& record) {
  return memcmp(record.magic, kMagic, sizeof kMagic) == 0 && record.size >= 1 &&
         record.size <= kSavedStateSizeMax && record.check == check_of(record);
}

std::uint32_t seconds_since(std::int64_t then_s) {
  const std::int64_t span = static_cast<std::int64_t>(time(nullptr)) - then_s;
  if (span < 0) return 0;
  return span > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(span);
}

/// USMP3 §5: overwritten with zeros, durably and read back, before anything is sent.
bool make_used(const LockedFile& file) {
  const Record zeros{};
  if (!file.write(zeros)) return false;
  // What is read back is to come from the disk where the system can do that.
  (void)posix_fadvise(file.file(), 0, 0, POSIX_FADV_DONTNEED);
  Record found;
  return file.read(found) == static_cast<ssize_t>(sizeof found) && is_zero(found);
}

}  // namespace

SleepState::~SleepState() { explicit_bzero(bytes, sizeof bytes); }

SleepStateFile::SleepStateFile(std::string path) : path_(std::move(path)) {}

SleepStateResult SleepStateFile::save(Bytes state, std::uint16_t local_port) {
  if (state.size == 0 || state.size > kSavedStateSizeMax) {
    errno = EINVAL;
    return SleepStateResult::CannotWrite;
  }
  const LockedFile file(path_, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW);
  if (!file.is_open()) return SleepStateResult::CannotOpen;
  if (!file.is_locked()) return SleepStateResult::InUse;
  WipedRecord wiped;
  Record& record = wiped.record;
  const ssize_t former = file.read(record);
  if (former < 0) return SleepStateResult::CannotOpen;
  if (!is_ours(record, former, file.size())) return SleepStateResult::Foreign;
  // A file that was there may have another mode.
  if (fchmod(file.file(), 0600) != 0) return SleepStateResult::CannotWrite;
  memset(&record, 0, sizeof record);
  memcpy(record.magic, kMagic, sizeof kMagic);
  record.saved_at_s = static_cast<std::int64_t>(time(nullptr));
  record.size = static_cast<std::uint32_t>(state.size);
  record.local_port = local_port;
  memcpy(record.state, state.data, state.size);
  record.check = check_of(record);
  if (file.write(record) && sync_directory_of(path_)) return SleepStateResult::Done;
  const int error = errno;
  (void)make_used(file);  // the caller makes a handshake: nobody shall find the state
  errno = error;
  return SleepStateResult::CannotWrite;
}

SleepStateResult SleepStateFile::take(SleepState& state) {
  state.size = 0;
  const LockedFile file(path_, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (!file.is_open()) {
    return errno == ENOENT ? SleepStateResult::Nothing : SleepStateResult::CannotOpen;
  }
  if (!file.is_locked()) return SleepStateResult::InUse;
  WipedRecord wiped;
  const Record& record = wiped.record;
  const ssize_t count = file.read(wiped.record);
  if (count < 0) return SleepStateResult::CannotOpen;
  if (!is_ours(record, count, file.size())) return SleepStateResult::Foreign;
  if (count == 0 || is_zero(record)) return SleepStateResult::Nothing;
  const bool whole = count == static_cast<ssize_t>(sizeof record) && is_whole(record);
  if (!make_used(file)) return SleepStateResult::CannotWrite;
  if (!whole) return SleepStateResult::Damaged;
  memcpy(state.bytes, record.state, record.size);
  state.size = record.size;
  state.local_port = static_cast<std::uint16_t>(record.local_port);
  state.slept_s = seconds_since(record.saved_at_s);
  return SleepStateResult::Done;
}

std::string SleepStateFile::describe(SleepStateResult result) const {
  const std::string why = std::generic_category().message(errno);
  switch (result) {
    case SleepStateResult::Done:
      return path_ + ": done";
    case SleepStateResult::Nothing:
      return path_ + ": holds no unused state";
    case SleepStateResult::Damaged:
      return path_ + ": damaged, the state in it is discarded";
    case SleepStateResult::Foreign:
      return path_ + ": is no sleep state and stays as it is; choose another name";
    case SleepStateResult::InUse:
      return path_ + ": another process uses it; give each device a file of its own";
    case SleepStateResult::CannotOpen:
      return path_ + ": cannot be opened: " + why;
    case SleepStateResult::CannotWrite:
      return path_ + ": cannot be written: " + why;
  }
  return path_;
}

}  // namespace usmp::posix
