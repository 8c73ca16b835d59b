// See measured.hpp.
#include "measured.hpp"

namespace usmp::simavr {

Mailbox Measured::box(const std::function<uint8_t()>& next_byte) const {
  Mailbox box{};
  box.operation = operation;
  box.option = option;
  for (size_t index = 0; index < sizes.size(); ++index) box.sizes[index] = sizes[index];
  for (size_t index = 0; index < data_size; ++index) box.data[index] = next_byte();
  return box;
}

const std::vector<Measured>& measured_calls() {
  constexpr uint8_t kGcm = 1, kChaCha = 2, kSharedBehind = 64;
  // Key, nonce and tag; a packet of 64 bytes has a header of 5 and 43 bytes of text.
  constexpr size_t kAead = 32 + 12 + 16;
  static const std::vector<Measured> calls = {
      {"X25519, shared secret", Operation::X25519, kSharedBehind, {}, 96},
      {"X25519, public key", Operation::X25519Public, 0, {}, 64},
      {"field multiplication", Operation::FieldMultiply, 0, {}, 96},
      {"field squaring", Operation::FieldSquare, 0, {}, 96},
      {"SHA-256, one compression", Operation::Compress, 0, {}, 96},
      {"HMAC-SHA256, key 32, message 32", Operation::Hmac, 0, {32, 32}, 96},
      {"HMAC-SHA256, key 32, message 64", Operation::Hmac, 0, {32, 64}, 128},
      {"AES-256, one block", Operation::Aes256, 0, {}, 48},
      {"GHASH, one block", Operation::GhashMultiply, 0, {}, 32},
      {"AES-256-GCM, seal 43 bytes", Operation::Seal, kGcm, {5, 43}, kAead + 48},
      {"AES-256-GCM, seal 16 bytes", Operation::Seal, kGcm, {5, 16}, kAead + 21},
      {"AES-256-GCM, seal 235 bytes", Operation::Seal, kGcm, {5, 235}, kAead + 240},
      {"AES-256-GCM, refuse 43 bytes", Operation::Open, kGcm, {5, 43}, kAead + 48},
      {"ChaCha20-Poly1305, seal 43 bytes", Operation::Seal, kChaCha, {5, 43}, kAead + 48},
      {"ChaCha20-Poly1305, seal 235 bytes", Operation::Seal, kChaCha, {5, 235}, kAead + 240},
  };
  return calls;
}

}  // namespace usmp::simavr
