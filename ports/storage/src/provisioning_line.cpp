// See usmp_storage/provisioning_line.hpp.
#include "usmp_storage/provisioning_line.hpp"

#include <string.h>

namespace usmp {

static_assert(sizeof(ProvisioningRecord) == 110, "bytes, without gaps: it is the line");

namespace {

const size_t kMarkSize = sizeof kProvisioningMark;
const uint8_t kNotHex = 0xFF;

char digit_of(uint8_t value) {
  return static_cast<char>(value < 10 ? '0' + value : 'a' + (value - 10));
}

uint8_t value_of(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<uint8_t>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<uint8_t>(digit - 'a' + 10);
  if (digit >= 'A' && digit <= 'F') return static_cast<uint8_t>(digit - 'A' + 10);
  return kNotHex;
}

}  // namespace

void write_provisioning_line(char (&line)[kProvisioningLineSize],
                             const ProvisioningRecord& record) {
  memcpy(line, kProvisioningMark, kMarkSize);
  const uint8_t* byte = reinterpret_cast<const uint8_t*>(&record);
  for (size_t index = 0; index < sizeof record; ++index) {
    line[kMarkSize + 2 * index] = digit_of(byte[index] >> 4);
    line[kMarkSize + 2 * index + 1] = digit_of(byte[index] & 0x0F);
  }
  line[kProvisioningLineSize - 1] = '\n';
}

ProvisioningReader::~ProvisioningReader() {
  memset(bytes(), 0, sizeof record_);
  __asm__ __volatile__("" : : "r"(bytes()) : "memory");  // not a dead store
}

ProvisioningReader::Line ProvisioningReader::push(char character) {
  if (character == '\n' || character == '\r') return end_line();
  if (place_ >= kDamaged) return Line::None;
  if (place_ < kMarkSize) {
    place_ = character == kProvisioningMark[place_] ? static_cast<uint16_t>(place_ + 1) : kPassOver;
    return Line::None;
  }
  const size_t digit = place_ - kMarkSize;
  const uint8_t value = value_of(character);
  if (value == kNotHex || digit >= 2 * sizeof record_) {
    place_ = kDamaged;
    return Line::None;
  }
  uint8_t& byte = bytes()[digit / 2];
  byte = static_cast<uint8_t>(digit % 2 == 0 ? value << 4 : byte | value);
  ++place_;
  return Line::None;
}

ProvisioningReader::Line ProvisioningReader::end_line() {
  const uint16_t place = place_;
  place_ = 0;
  if (place == 0) return Line::None;  // of an empty line, or the second half of "\r\n"
  if (place == kPassOver || place < kMarkSize) return Line::Other;
  return place == kProvisioningLineSize - 1 && record_.valid() ? Line::Whole : Line::Damaged;
}

}  // namespace usmp
