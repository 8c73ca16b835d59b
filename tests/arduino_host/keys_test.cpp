// Memories for keys as boards have them: an EEPROM, one in flash that is committed, and the
// key-value memory of an ESP32. Each is a stand-in for the board's own; USMPKeys above it is the
// real one.
#include <USMP.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <vector>

#include "usmp_storage/provisioning_line.hpp"

namespace {

// The names are Arduino's. NOLINTBEGIN(readability-identifier-naming)
struct PlainEeprom {
  std::uint8_t read(int address) const { return bytes[static_cast<std::size_t>(address)]; }
  void write(int address, std::uint8_t value) {
    ++writes;
    bytes[static_cast<std::size_t>(address)] = value;
  }
  std::array<std::uint8_t, 1024> bytes{};
  int writes = 0;
};

struct FlashEeprom : PlainEeprom {
  void begin(std::size_t size) { begun = size; }
  bool commit() {
    if (!takes) return false;
    stored = bytes;
    return true;
  }
  std::size_t begun = 0;
  bool takes = true;
  std::array<std::uint8_t, 1024> stored{};
};

struct KeyValues {
  bool begin(const char* space, bool) {
    open = std::string(space) == "usmp";
    return open;
  }
  void end() { open = false; }
  std::size_t getBytesLength(const char* name) { return open ? entries[name].size() : 0; }
  std::size_t getBytes(const char* name, void* out, std::size_t size) {
    const std::vector<std::uint8_t>& entry = entries[name];
    if (entry.size() > size) return 0;
    std::copy(entry.begin(), entry.end(), static_cast<std::uint8_t*>(out));
    return entry.size();
  }
  std::size_t putBytes(const char* name, const void* data, std::size_t size) {
    if (!open || full) return 0;
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    entries[name].assign(bytes, bytes + size);
    return size;
  }
  bool open = false;
  bool full = false;
  std::map<std::string, std::vector<std::uint8_t>> entries;
};
// NOLINTEND(readability-identifier-naming)

/// A console on which somebody has typed.
class Console : public Stream {
 public:
  explicit Console(std::string text) : text_(std::move(text)) {}
  int available() override { return static_cast<int>(text_.size() - place_); }
  int read() override { return available() > 0 ? text_[place_++] : -1; }
  int peek() override { return -1; }
  std::size_t write(std::uint8_t byte) override {
    said += static_cast<char>(byte);
    return 1;
  }
  std::string said;

 private:
  std::string text_;
  std::size_t place_ = 0;
};

std::string line() {
  usmp::ProvisioningRecord record{};
  const std::uint8_t id[] = {'l', 'a', 'm', 'p'};
  const std::uint8_t key[32] = {1, 2, 3};
  const std::uint8_t seed[usmp::kSeedSize] = {9, 9};
  EXPECT_TRUE(usmp::make_identity(record.identity, usmp::Bytes(id), usmp::Bytes(key)));
  usmp::write_seed_record(record.seed, seed);
  char text[usmp::kProvisioningLineSize];
  usmp::write_provisioning_line(text, record);
  return std::string(text, sizeof text);
}

std::string id_of(const USMPKeys& keys) {
  std::size_t size = 0;
  const std::uint8_t* id = keys.deviceId(&size);
  return std::string(reinterpret_cast<const char*>(id), size);
}

template <typename Memory>
void provision_and_find_again(Memory& memory, USMPStorage storage) {
  {
    USMPKeys keys(storage);
    EXPECT_FALSE(keys.begin());
    EXPECT_EQ(id_of(keys), "");
    Console console(line());
    ASSERT_TRUE(keys.provision(console));
    EXPECT_EQ(console.said, "usmp: provisioned\r\n");
    EXPECT_EQ(id_of(keys), "lamp");
  }
  USMPKeys keys(storage);
  ASSERT_TRUE(keys.begin());
  EXPECT_EQ(id_of(keys), "lamp");
  std::size_t size = 0;
  EXPECT_EQ(keys.psk(&size)[2], 3);
  EXPECT_EQ(size, 32u);
  Console console(line());
  EXPECT_TRUE(keys.provision(console));
  EXPECT_GT(console.available(), 0);  // nothing was read
  EXPECT_TRUE(keys.forget());
  EXPECT_FALSE(keys.provisioned());
  EXPECT_FALSE(USMPKeys(storage).begin());
  (void)memory;
}

TEST(Keys, LieInAnEeprom) {
  PlainEeprom memory;
  provision_and_find_again(memory, USMP::eeprom(memory));
}

TEST(Keys, LieInAnEepromThatIsCommitted) {
  FlashEeprom memory;
  provision_and_find_again(memory, USMP::eeprom<100>(memory));
  EXPECT_EQ(memory.begun, 612u);
  EXPECT_EQ(memory.stored, memory.bytes);
}

TEST(Keys, LieInKeyValueMemory) {
  KeyValues memory;
  provision_and_find_again(memory, USMP::nvs(memory));
  EXPECT_FALSE(memory.open);
}

TEST(Keys, AreNotTakenWhereTheMemoryDoesNotTakeThem) {
  FlashEeprom flash;
  flash.takes = false;
  KeyValues values;
  values.full = true;
  for (const USMPStorage& storage : {USMP::eeprom(flash), USMP::nvs(values)}) {
    USMPKeys keys(storage);
    Console console(line());
    EXPECT_FALSE(keys.provision(console));
    EXPECT_EQ(console.said, "usmp: the memory for keys did not take it\r\n");
    EXPECT_FALSE(keys.provisioned());
  }
}

TEST(Keys, BytesThatAreThereAlreadyAreNotWrittenAgain) {
  PlainEeprom memory;
  USMPStorage storage = USMP::eeprom(memory);
  const std::uint8_t content[3] = {1, 2, 3};
  ASSERT_TRUE(storage.write(storage.object, 1, content, sizeof content));
  EXPECT_EQ(memory.writes, 3);
  ASSERT_TRUE(storage.write(storage.object, 1, content, sizeof content));
  EXPECT_EQ(memory.writes, 3);
}

TEST(Keys, ASleepingSessionIsTakenOutOnce) {
  PlainEeprom memory;
  USMPKeys keys(USMP::eeprom(memory));
  USMPSavedState state{};
  EXPECT_FALSE(keys.keep(state));  // there is none
  EXPECT_FALSE(keys.take(state));
  state.size = 40;
  state.bytes[0] = 7;
  ASSERT_TRUE(keys.keep(state));
  USMPSavedState taken{};
  ASSERT_TRUE(keys.take(taken));
  EXPECT_EQ(taken.size, 40);
  EXPECT_EQ(taken.bytes[0], 7);
  EXPECT_FALSE(keys.take(taken));
  EXPECT_EQ(taken.size, 0);
}

}  // namespace
