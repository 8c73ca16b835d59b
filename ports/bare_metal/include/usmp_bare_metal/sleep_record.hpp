// Where a sleeping session's state lies while the board has no power: written once, used once
// (USMP3 §5). Not for backups: a state that is restored or cloned would spend numbers twice.
#ifndef USMP_BARE_METAL_SLEEP_RECORD_HPP
#define USMP_BARE_METAL_SLEEP_RECORD_HPP

#include "usmp/compact_device.hpp"
#include "usmp_storage/store.hpp"

namespace usmp {

/// What the application keeps beside the session: how long it means to sleep, by its own clock, and
/// a word of its own.
struct SleepNote {
  uint32_t sleep_s;
  uint32_t word;
};

/// Saves the session into `store`. NotIdle: something is under way, nothing was written, the
/// session goes on. StateUsed: the store does not hold what was written; the session is over all
/// the same, and the wake makes a handshake.
USMP_MUST_USE Error save_to(const Store& store, CompactDevice& session, SleepNote note,
                            Instant now);

/// Goes on with the session in `store`, if there is one that was never used: it is overwritten
/// there, and that read back, before anything else. `note` is what save_to() got, zeros if the
/// store holds none. StateUsed: none, or not to be used: connect().
USMP_MUST_USE Error wake_from(const Store& store, CompactDevice& session, SleepNote* note,
                              Instant now);

}  // namespace usmp

#endif  // USMP_BARE_METAL_SLEEP_RECORD_HPP
