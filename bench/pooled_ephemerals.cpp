// The two functions of X25519 in usmp/crypto.hpp for private keys of a pool: a public key is looked
// up, a shared secret is computed each time, from a context that was prepared once.
#include "pooled_ephemerals.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "loop/system_random.hpp"
#include "usmp/crypto.hpp"

namespace usmp {
namespace bench {
namespace {

constexpr std::size_t kPoolSize = 64;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

struct Ephemeral {
  std::array<std::uint8_t, crypto::kPointSize> private_key{};
  std::array<std::uint8_t, crypto::kPointSize> public_key{};
  std::unique_ptr<EVP_PKEY_CTX, FreeContext> context;

  Ephemeral() {
    const Random random = gateway::system_random();
    std::size_t size = public_key.size();
    const bool is_filled = random.fill(random.context, private_key.data(), private_key.size());
    const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, private_key.data(), size));
    if (key) context.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    if (!is_filled || !context || EVP_PKEY_derive_init(context.get()) != 1 ||
        EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) != 1) {
      throw std::runtime_error("cannot make a key of X25519");
    }
  }
};

std::array<Ephemeral, kPoolSize>& pool() {
  static std::array<Ephemeral, kPoolSize> ephemerals;
  return ephemerals;
}

Ephemeral* find(const std::uint8_t (&private_key)[crypto::kPointSize]) {
  for (Ephemeral& each : pool()) {
    if (std::memcmp(each.private_key.data(), private_key, sizeof private_key) == 0) return &each;
  }
  return nullptr;
}

bool fill_from_pool(void* /*context*/, std::uint8_t* out, std::size_t size) {
  if (size != crypto::kPointSize) {
    const Random random = gateway::system_random();
    return random.fill(random.context, out, size);
  }
  static std::size_t next = 0;
  std::memcpy(out, pool()[next++ % kPoolSize].private_key.data(), size);
  return true;
}

}  // namespace

Random pooled_ephemerals() { return Random{&fill_from_pool, nullptr}; }

}  // namespace bench

namespace crypto {

bool x25519_public(std::uint8_t (&public_key)[kPointSize],
                   const std::uint8_t (&private_key)[kPointSize]) {
  const bench::Ephemeral* const own = bench::find(private_key);
  if (own != nullptr) std::memcpy(public_key, own->public_key.data(), sizeof public_key);
  return own != nullptr;
}

bool x25519(std::uint8_t (&shared)[kPointSize], const std::uint8_t (&private_key)[kPointSize],
            const std::uint8_t (&public_key)[kPointSize]) {
  const bench::Ephemeral* const own = bench::find(private_key);
  const bench::Key peer(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, public_key, sizeof public_key));
  constexpr int kNoValidation = 0;
  std::size_t size = sizeof shared;
  return own != nullptr && peer &&
         EVP_PKEY_derive_set_peer_ex(own->context.get(), peer.get(), kNoValidation) == 1 &&
         EVP_PKEY_derive(own->context.get(), shared, &size) == 1;
}

}  // namespace crypto
}  // namespace usmp
