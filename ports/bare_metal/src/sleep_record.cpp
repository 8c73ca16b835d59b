// See usmp_bare_metal/sleep_record.hpp. A record: its size, the note, the state as save() made it,
// which has a check of its own.
#include "usmp_bare_metal/sleep_record.hpp"

#include <string.h>

namespace usmp {

namespace {

const size_t kHeaderSize = 12;  // mark ‖ size ‖ 2 zeros ‖ sleep_s ‖ word
const uint8_t kMark = 0x5A;
const size_t kRecordSizeMax = kHeaderSize + kSavedStateSizeMax;
static_assert(kRecordSizeMax <= kStoreSizeMin, "a sleeping session fits every store");

struct Record {
  uint8_t bytes[kRecordSizeMax];

  Record() : bytes() {}
  ~Record() {
    memset(bytes, 0, sizeof bytes);
    __asm__ __volatile__("" : : "r"(bytes) : "memory");  // not a dead store
  }
  uint8_t* state() { return bytes + kHeaderSize; }
};

}  // namespace

Error save_to(const Store& store, CompactDevice& session, SleepNote note, Instant now) {
  Record record;
  const Result<size_t> size = session.save(MutableBytes(record.state(), kSavedStateSizeMax), now);
  if (!size.ok()) return size.error;
  record.bytes[0] = kMark;
  record.bytes[1] = static_cast<uint8_t>(size.value);
  memcpy(record.bytes + 4, &note, sizeof note);
  return replace(store, Bytes(record.bytes, kHeaderSize + size.value)) ? Error::None
                                                                       : Error::StateUsed;
}

Error wake_from(const Store& store, CompactDevice& session, SleepNote* note, Instant now) {
  note->sleep_s = note->word = 0;
  Record record;
  if (!store.read(store.context, MutableBytes(record.bytes))) return Error::StateUsed;
  const size_t size = record.bytes[1];
  if (record.bytes[0] != kMark || size > kSavedStateSizeMax) return Error::StateUsed;
  // USMP3 §5: the wake overwrites the saved chain with zeros, durably and read back, before it
  // sends anything.
  if (!erase(store, kRecordSizeMax)) return Error::StateUsed;
  memcpy(note, record.bytes + 4, sizeof *note);
  return session.wake(MutableBytes(record.state(), size), note->sleep_s, now);
}

}  // namespace usmp
