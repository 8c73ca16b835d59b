// Runs every primitive of crypto/tiny with its secrets marked as undefined, below valgrind:
// memcheck then reports each branch and each address that depends on one. Keys, scalars, texts,
// tags and what comes of them are secret; sizes, nonces, points of the peer and the verdict on a
// tag are not.
#include <valgrind/memcheck.h>

#include <cstdint>
#include <cstdio>
#include <cstring>

#include "usmp/crypto.hpp"

namespace usmp::crypto {
namespace {

constexpr size_t kTextSize = 77;
constexpr size_t kKeySizeLong = 100;  // Longer than a block: HMAC hashes it.

void make_secret(void* bytes, size_t size) { VALGRIND_MAKE_MEM_UNDEFINED(bytes, size); }
void make_public(void* bytes, size_t size) { VALGRIND_MAKE_MEM_DEFINED(bytes, size); }

void fill(uint8_t* bytes, size_t size, unsigned seed) {
  for (size_t index = 0; index < size; ++index) {
    bytes[index] = static_cast<uint8_t>(seed + 37 * index);
  }
}

void run_hash() {
  uint8_t message[kTextSize], digest[kHashSize], key[kKeySizeLong];
  fill(message, sizeof(message), 1);
  fill(key, sizeof(key), 2);
  make_secret(message, sizeof(message));
  make_secret(key, sizeof(key));
  Sha256 hash;
  hash.update(Bytes(message));
  hash.finish(digest);
  const Bytes pieces[] = {Bytes(message), Bytes(message).first(5)};
  hmac_sha256(digest, Bytes(key), pieces, 2);
  hmac_sha256(digest, Bytes(key).first(kHashSize), pieces, 2);
  make_public(digest, sizeof(digest));
}

bool run_x25519() {
  uint8_t private_key[kPointSize], public_key[kPointSize], shared[kPointSize];
  fill(private_key, sizeof(private_key), 3);
  make_secret(private_key, sizeof(private_key));
  bool good = x25519_public(public_key, private_key);
  make_public(public_key, sizeof(public_key));
  const bool agreed = x25519(shared, private_key, public_key);
  // Whether the shared secret is zero is an answer to the caller, made without a branch.
  VALGRIND_MAKE_MEM_DEFINED(&agreed, sizeof(agreed));
  good = good && agreed;
  make_public(shared, sizeof(shared));
  return good;
}

bool run_suite(Suite suite) {
  uint8_t key[kKeySize], nonce[kNonceSize], aad[13], text[kTextSize], tag[kTagSize];
  fill(key, sizeof(key), 4);
  fill(nonce, sizeof(nonce), 5);
  fill(aad, sizeof(aad), 6);
  fill(text, sizeof(text), 7);
  make_secret(key, sizeof(key));
  make_secret(text, sizeof(text));
  bool good = aead_seal(suite, key, nonce, Bytes(aad), MutableBytes(text), tag);
  // What goes over the wire is public; the key stays secret.
  make_public(text, sizeof(text));
  make_public(tag, sizeof(tag));
  good = good && aead_open(suite, key, nonce, Bytes(aad), MutableBytes(text), tag);
  make_public(text, sizeof(text));
  tag[3] = static_cast<uint8_t>(tag[3] ^ 1);
  good = good && !aead_open(suite, key, nonce, Bytes(aad), MutableBytes(text), tag);
  return good;
}

// What must be found: a branch and an index by a secret, as a table of an S-box would be.
int leak(const char* how) {
  static const uint8_t kTable[256] = {1, 2, 3};
  volatile uint8_t secret = 5;
  volatile uint8_t sink = 0;
  make_secret(const_cast<uint8_t*>(&secret), 1);
  if (std::strcmp(how, "--leak-branch") == 0) {
    if ((secret & 1) != 0) sink = 1;
  } else {
    sink = kTable[secret];
  }
  return 0;
}

}  // namespace
}  // namespace usmp::crypto

int main(int argc, char** argv) {
  using namespace usmp::crypto;
  if (argc > 1) return leak(argv[1]);
  if (RUNNING_ON_VALGRIND == 0) {
    std::fprintf(stderr, "not below valgrind: nothing would be checked\n");
    return 2;
  }
  run_hash();
  const bool good =
      run_x25519() && run_suite(Suite::Aes256Gcm) && run_suite(Suite::ChaCha20Poly1305);
  std::printf("%s\n", good ? "all primitives ran" : "a result is wrong");
  return good ? 0 : 1;
}
