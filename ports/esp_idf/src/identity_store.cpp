// The device's identity in NVS, and the line that brings it there. The line's seed is not used: the
// chip has a generator of its own.
#include <nvs.h>
#include <stdio.h>
#include <string.h>

#include "sleep_memory.hpp"
#include "usmp_esp_idf.h"
#include "usmp_storage/provisioning_line.hpp"

namespace {

using usmp::Bytes;
using usmp::Identity;
using usmp::MutableBytes;
using usmp::ProvisioningReader;
using Line = usmp::ProvisioningReader::Line;

constexpr const char* kNamespace = "usmp";
constexpr const char* kEntry = "identity";
constexpr uint32_t kConsoleIntervalMs = 20;

void wipe(void* memory, size_t size) {
  memset(memory, 0, size);
  __asm__ __volatile__("" : : "r"(memory) : "memory");  // not a dead store
}

/// NVS, opened; closes itself.
class NvsHandle {
 public:
  explicit NvsHandle(nvs_open_mode_t mode) {
    is_open_ = nvs_open(kNamespace, mode, &handle_) == ESP_OK;
  }
  ~NvsHandle() {
    if (is_open_) nvs_close(handle_);
  }
  NvsHandle(const NvsHandle&) = delete;
  NvsHandle& operator=(const NvsHandle&) = delete;

  bool is_open() const { return is_open_; }
  nvs_handle_t get() const { return handle_; }

 private:
  nvs_handle_t handle_ = 0;
  bool is_open_ = false;
};

bool read_entry(void*, MutableBytes out) {
  const NvsHandle nvs(NVS_READONLY);
  size_t size = out.size;
  return nvs.is_open() && nvs_get_blob(nvs.get(), kEntry, out.data, &size) == ESP_OK &&
         size == out.size;
}

bool write_entry(void*, Bytes content) {
  const NvsHandle nvs(NVS_READWRITE);
  return nvs.is_open() && nvs_set_blob(nvs.get(), kEntry, content.data, content.size) == ESP_OK &&
         nvs_commit(nvs.get()) == ESP_OK;
}

/// An identity that is wiped when it ends.
struct TakenIdentity {
  Identity value = {};

  TakenIdentity() = default;
  ~TakenIdentity() { wipe(&value, sizeof value); }
  TakenIdentity(const TakenIdentity&) = delete;
  TakenIdentity& operator=(const TakenIdentity&) = delete;
};

usmp_idf_provisioning_t store(const Identity& identity) {
  // The session that is saved is that of the old key.
  (void)usmp::esp_idf::erase(usmp::esp_idf::saved_session());
  const usmp::Store place = {read_entry, write_entry, nullptr};
  const Bytes content(reinterpret_cast<const uint8_t*>(&identity), sizeof identity);
  return usmp::replace(place, content) ? USMP_IDF_PROVISIONED : USMP_IDF_NVS_FAILED;
}

usmp_idf_provisioning_t take_character(ProvisioningReader& reader, char character) {
  switch (reader.push(character)) {
    case Line::Whole:
      return store(reader.record().identity);
    case Line::Damaged:
      return USMP_IDF_LINE_DAMAGED;
    case Line::None:
    case Line::Other:
      break;
  }
  return USMP_IDF_NO_LINE;
}

}  // namespace

usmp_idf_provisioning_t usmp_idf_provision(const char* line, size_t len) {
  ProvisioningReader reader;
  usmp_idf_provisioning_t found = USMP_IDF_NO_LINE;
  for (size_t index = 0; index < len && found == USMP_IDF_NO_LINE; ++index) {
    found = take_character(reader, line[index]);
  }
  // A line that was cut out of its text has no end of its own.
  if (found == USMP_IDF_NO_LINE) found = take_character(reader, '\n');
  return found != USMP_IDF_NO_LINE ? found : USMP_IDF_LINE_DAMAGED;
}

usmp_idf_provisioning_t usmp_idf_provision_from_console(uint32_t timeout_ms) {
  puts("usmp: waiting for the line of `usmp device add --provision`");
  ProvisioningReader reader;
  const uint32_t begun_ms = usmp_port_millis();
  while (timeout_ms == 0 || usmp_port_millis() - begun_ms < timeout_ms) {
    const int character = getchar();
    if (character == EOF) {
      clearerr(stdin);
      usmp_port_wdt_feed();
      usmp_port_delay_ms(kConsoleIntervalMs);
      continue;
    }
    switch (take_character(reader, static_cast<char>(character))) {
      case USMP_IDF_PROVISIONED:
        puts("usmp: provisioned");
        return USMP_IDF_PROVISIONED;
      case USMP_IDF_NVS_FAILED:
        puts("usmp: NVS did not take it");
        return USMP_IDF_NVS_FAILED;
      case USMP_IDF_LINE_DAMAGED:
        puts("usmp: the line is damaged, send it again");
        break;
      case USMP_IDF_NO_LINE:
        break;
    }
  }
  return USMP_IDF_NO_LINE;
}

bool usmp_idf_load_identity(usmp_idf_identity_t* identity, usmp_t* ctx) {
  wipe(identity, sizeof *identity);
  TakenIdentity taken;
  const MutableBytes room(reinterpret_cast<uint8_t*>(&taken.value), sizeof taken.value);
  if (!read_entry(nullptr, room) || !taken.value.valid()) return false;
  const Bytes id = taken.value.device_id();
  const Bytes key = taken.value.key();
  memcpy(identity->id, id.data, id.size);
  identity->id_len = static_cast<uint8_t>(id.size);
  memcpy(identity->key, key.data, key.size);
  identity->key_len = static_cast<uint8_t>(key.size);

  memcpy(ctx->device_id, id.data, id.size);
  ctx->device_id_len = identity->id_len;
  ctx->psk = identity->key;
  ctx->psk_len = identity->key_len;
  return true;
}

void usmp_idf_wipe_identity(usmp_idf_identity_t* identity) { wipe(identity, sizeof *identity); }

bool usmp_idf_forget_identity(void) {
  (void)usmp::esp_idf::erase(usmp::esp_idf::saved_session());
  const NvsHandle nvs(NVS_READWRITE);
  if (!nvs.is_open()) return false;
  const esp_err_t erased = nvs_erase_key(nvs.get(), kEntry);
  if (erased == ESP_ERR_NVS_NOT_FOUND) return true;
  return erased == ESP_OK && nvs_commit(nvs.get()) == ESP_OK;
}
