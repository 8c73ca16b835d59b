// Where a sleeping session's state lies between two runs: a file that is written once and used
// once (USMP3 §5). Not for backups: a state that is restored or cloned would spend numbers twice.
#ifndef USMP_POSIX_SLEEP_STATE_FILE_HPP
#define USMP_POSIX_SLEEP_STATE_FILE_HPP

#include <cstdint>
#include <string>

#include "usmp/bytes.hpp"
#include "usmp/limits.hpp"

namespace usmp::posix {

/// What became of a save() or take(). errno is set where it says so.
enum class SleepStateResult : std::uint8_t {
  Done,
  Nothing,     ///< take: no file, an empty one, or its state was used: make a handshake
  Damaged,     ///< take: a torn state: make a handshake; the next save() replaces it
  Foreign,     ///< the file holds something else, which stays: choose another name
  InUse,       ///< another process has the file now: give each device a file of its own
  CannotOpen,  ///< errno; take: nothing can be used, make a handshake
  CannotWrite  ///< errno; save: the session is lost, make a handshake; take: as Damaged
};

/// A state that was taken out of a file. Secret; wiped when it ends.
struct SleepState {
  SleepState() = default;
  ~SleepState();
  SleepState(const SleepState&) = delete;
  SleepState& operator=(const SleepState&) = delete;

  MutableBytes view() { return MutableBytes(bytes, size); }

  std::uint8_t bytes[kSavedStateSizeMax] = {};
  std::size_t size = 0;
  std::uint16_t local_port = 0;  ///< as given to save(): what the device sent from, 0 if unknown
  std::uint32_t slept_s = 0;     ///< by the system's clock; 0 if that went back
};

class SleepStateFile {
 public:
  explicit SleepStateFile(std::string path);

  /// Writes `state` so that it outlives a power cut: file and directory are synced when it returns.
  /// The file has mode 0600. Killed on the way, it leaves a file that take() finds Damaged or
  /// Nothing, or the whole state.
  SleepStateResult save(Bytes state, std::uint16_t local_port);

  /// Takes the state out, once: when this returns Done, the file is overwritten with zeros, synced
  /// and read back. Killed before that, the state is lost or still there, and was not returned.
  SleepStateResult take(SleepState& state);

  /// What to tell a person: the result, the file and what happens next.
  std::string describe(SleepStateResult result) const;

 private:
  std::string path_;
};

}  // namespace usmp::posix

#endif  // USMP_POSIX_SLEEP_STATE_FILE_HPP
