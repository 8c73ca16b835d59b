// The line that `usmp device add --provision` prints and a device takes once over its console: who
// it is, its key, and the first seed of its random numbers. A secret as a whole: never logged.
#ifndef USMP_STORAGE_PROVISIONING_LINE_HPP
#define USMP_STORAGE_PROVISIONING_LINE_HPP

#include "usmp_storage/flash_seed_random.hpp"
#include "usmp_storage/identity.hpp"

namespace usmp {

/// What the line carries, as it is stored: an identity, then a seed record.
struct ProvisioningRecord {
  Identity identity;
  uint8_t seed[kSeedRecordSize];

  /// True if both are whole.
  bool valid() const { return identity.valid() && seed_record_valid(seed); }
};

/// "usmp1:", two hex digits a byte of the record, an end of line.
static const char kProvisioningMark[] = {'u', 's', 'm', 'p', '1', ':'};
static const size_t kProvisioningLineSize =
    sizeof kProvisioningMark + 2 * sizeof(ProvisioningRecord) + 1;

/// Writes the line of a record, without a zero at its end.
void write_provisioning_line(char (&line)[kProvisioningLineSize], const ProvisioningRecord& record);

/// Takes characters of a console as they come and finds the line among them; other lines are passed
/// over. Wiped when it ends.
class ProvisioningReader {
 public:
  ProvisioningReader() : record_(), place_(0) {}
  ~ProvisioningReader();
  ProvisioningReader(const ProvisioningReader&) = delete;
  ProvisioningReader& operator=(const ProvisioningReader&) = delete;

  /// What a character completed.
  enum class Line : uint8_t {
    None,     ///< no line yet
    Whole,    ///< a provisioning line: record() has it, until the next character
    Damaged,  ///< one that begins like it but is damaged or cut short: ask for it again
    Other,    ///< something else
  };
  Line push(char character);

  const ProvisioningRecord& record() const { return record_; }

 private:
  static const uint16_t kPassOver = 0xFFFF;
  static const uint16_t kDamaged = 0xFFFE;

  Line end_line();
  uint8_t* bytes() { return reinterpret_cast<uint8_t*>(&record_); }

  ProvisioningRecord record_;
  uint16_t place_;  // characters of the line so far, or one of the above
};

}  // namespace usmp

#endif  // USMP_STORAGE_PROVISIONING_LINE_HPP
