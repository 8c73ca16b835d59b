// See handshake_crypto.hpp.
#include "handshake_crypto.hpp"

#include <cstring>
#include <stdexcept>

namespace usmp::bench {
namespace {

// HMACs of a gateway: hs, id key (2), master, proof_D (2), proof_G (2), chain_0, session_id and the
// keys of both directions (2 each).
constexpr int kHmacs = 14;
constexpr std::size_t kHmacTextSize = 33;  // a hash and HKDF's counter; labels are shorter

// What SHA-256 reads: HELLO, "usmp3" with HELLO and CHALLENGE, HELLO_ACK, and for th2 and th3.
constexpr std::size_t kHashedSizes[] = {55, 142, 65, 65, 73};
constexpr std::size_t kHashedSizeMax = 142;

constexpr std::size_t kIdSize = 8;
constexpr std::size_t kIdHeaderSize = 9;  // byte 0 and cid_G

void require(bool is_done) {
  if (!is_done) throw std::runtime_error("a primitive of the crypto library failed");
}

const std::uint8_t kHeader[kIdHeaderSize] = {0x33};

}  // namespace

HandshakeCrypto::HandshakeCrypto() {
  std::memset(private_key_, 0x35, sizeof private_key_);
  std::uint8_t peer_private[crypto::kPointSize];
  std::memset(peer_private, 0x53, sizeof peer_private);
  require(crypto::x25519_public(peer_, peer_private));
  const std::uint8_t nonce[crypto::kNonceSize] = {};
  require(crypto::aead_seal(crypto::Suite::Aes256Gcm, private_key_, nonce, Bytes(kHeader),
                            MutableBytes(sealed_id_, kIdSize), tag_));
}

void HandshakeCrypto::run() {
  std::uint8_t point[crypto::kPointSize];
  require(crypto::x25519_public(point, private_key_));
  require(crypto::x25519(point, private_key_, peer_));

  static const std::uint8_t text[kHashedSizeMax] = {};
  std::uint8_t hash[crypto::kHashSize];
  for (const std::size_t size : kHashedSizes) {
    crypto::Sha256 sha;
    sha.update(Bytes(text, size));
    sha.finish(hash);
  }
  const Bytes piece(text, kHmacTextSize);
  for (int count = 0; count < kHmacs; ++count) crypto::hmac_sha256(hash, Bytes(hash), &piece, 1);

  const std::uint8_t nonce[crypto::kNonceSize] = {};
  std::uint8_t id[kIdSize];
  std::memcpy(id, sealed_id_, kIdSize);
  require(crypto::aead_open(crypto::Suite::Aes256Gcm, private_key_, nonce, Bytes(kHeader),
                            MutableBytes(id, kIdSize), tag_));
}

}  // namespace usmp::bench
