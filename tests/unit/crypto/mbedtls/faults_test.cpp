// The mbedTLS backend where the library fails: no entropy, no memory at each of its allocations.
// And what it leaves on the heap: no block, and in none that it gives back a key or a secret.
#include <gtest/gtest.h>
#include <mbedtls/entropy.h>
#include <mbedtls/platform.h>
#include <psa/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <vector>

#include "../test_bytes.hpp"
#include "usmp/crypto.hpp"

// Of the library, for tests such as this; its header is not among the public ones.
extern "C" psa_status_t mbedtls_psa_crypto_configure_entropy_sources(
    void (*entropy_init)(mbedtls_entropy_context*), void (*entropy_free)(mbedtls_entropy_context*));

namespace usmp::crypto::test {
namespace {

// The heap as the library sees it.
struct Heap {
  std::map<void*, size_t> blocks;
  // Which allocation from now on fails; 0: none.
  size_t failing = 0;
  // Blocks that are given back are searched for these.
  std::vector<ByteVector> secrets;
  size_t secrets_given_back = 0;
};
Heap heap;

bool holds(const void* block, size_t size, const ByteVector& secret) {
  const auto* const first = static_cast<const uint8_t*>(block);
  return std::search(first, first + size, secret.begin(), secret.end()) != first + size;
}

void* counted_calloc(size_t count, size_t size) {
  if (heap.failing > 0 && --heap.failing == 0) return nullptr;
  void* const block = std::calloc(count, size);
  if (block != nullptr) heap.blocks[block] = count * size;
  return block;
}

void counted_free(void* block) {
  if (block == nullptr) return;
  const auto found = heap.blocks.find(block);
  if (found == heap.blocks.end()) std::abort();
  for (const ByteVector& secret : heap.secrets) {
    heap.secrets_given_back += holds(block, found->second, secret);
  }
  heap.blocks.erase(found);
  std::free(block);
}

// Before main(), and so before the library's first allocation.
const int kHooksInstalled = mbedtls_platform_set_calloc_free(counted_calloc, counted_free);

int no_entropy(void*, unsigned char*, size_t, size_t*) { return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED; }

// One source, and it fails. The library's own ones go with the context that it made.
void init_without_entropy(mbedtls_entropy_context* context) {
  mbedtls_entropy_init(context);
  context->MBEDTLS_PRIVATE(source_count) = 0;
  mbedtls_entropy_add_source(context, no_entropy, nullptr, 1, MBEDTLS_ENTROPY_SOURCE_STRONG);
}

// One call of the backend with what it has to keep to itself. `run` also says, by the second
// argument, if its output was wiped.
struct Call {
  const char* name;
  std::vector<ByteVector> secrets;
  std::function<bool(bool&)> run;
};

bool is_zero(const ByteVector& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

ByteVector copy(const uint8_t (&bytes)[32]) { return ByteVector(bytes, bytes + 32); }

Call shared_secret() {
  const auto private_key = TestBytes(1).take<kPointSize>();
  const auto point = TestBytes(2).take<kPointSize>();
  Fixed<kPointSize> shared;
  EXPECT_TRUE(x25519(shared.bytes, private_key.bytes, point.bytes));
  return {"x25519", {copy(private_key.bytes), copy(shared.bytes)}, [=](bool& wiped) {
            Fixed<kPointSize> out;
            std::memset(out.bytes, 1, sizeof out.bytes);
            const bool done = x25519(out.bytes, private_key.bytes, point.bytes);
            wiped = is_zero(copy(out.bytes));
            return done && out.hex() == shared.hex();
          }};
}

Call public_key() {
  const auto private_key = TestBytes(3).take<kPointSize>();
  return {"x25519_public", {copy(private_key.bytes)}, [=](bool& wiped) {
            Fixed<kPointSize> out;
            wiped = true;  // A public key is no secret, and its caller is told.
            return x25519_public(out.bytes, private_key.bytes);
          }};
}

Call seal(const char* name, Suite suite) {
  const auto key = TestBytes(4).take<kKeySize>();
  return {name, {copy(key.bytes)}, [=](bool& wiped) {
            const auto nonce = TestBytes(5).take<kNonceSize>();
            ByteVector text(100, 7);
            Fixed<kTagSize> tag;
            const bool done =
                aead_seal(suite, key.bytes, nonce.bytes, Bytes(), view(text), tag.bytes);
            wiped = is_zero(text);
            return done;
          }};
}

Call open(const char* name, Suite suite) {
  const auto key = TestBytes(6).take<kKeySize>();
  const auto nonce = TestBytes(7).take<kNonceSize>();
  ByteVector sealed(100, 7);
  Fixed<kTagSize> tag;
  EXPECT_TRUE(aead_seal(suite, key.bytes, nonce.bytes, Bytes(), view(sealed), tag.bytes));
  return {name, {copy(key.bytes), ByteVector(100, 7)}, [=](bool& wiped) {
            ByteVector text = sealed;
            const bool done =
                aead_open(suite, key.bytes, nonce.bytes, Bytes(), view(text), tag.bytes);
            wiped = is_zero(text);
            return done;
          }};
}

std::vector<Call> every_call() {
  return {shared_secret(),
          public_key(),
          seal("seal AES-256-GCM", Suite::Aes256Gcm),
          seal("seal ChaCha20-Poly1305", Suite::ChaCha20Poly1305),
          open("open AES-256-GCM", Suite::Aes256Gcm),
          open("open ChaCha20-Poly1305", Suite::ChaCha20Poly1305)};
}

class MbedtlsFaults : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(kHooksInstalled, 0);
    ASSERT_EQ(psa_crypto_init(), PSA_SUCCESS);
  }
  void TearDown() override {
    heap.failing = 0;
    heap.secrets.clear();
    heap.secrets_given_back = 0;
  }
};

TEST_F(MbedtlsFaults, NothingStaysOnTheHeapAndNoSecretIsGivenBack) {
  for (const Call& call : every_call()) {
    bool wiped = false;
    ASSERT_TRUE(call.run(wiped)) << call.name;
    const size_t before = heap.blocks.size();
    heap.secrets = call.secrets;
    ASSERT_TRUE(call.run(wiped)) << call.name;
    heap.secrets.clear();
    EXPECT_EQ(heap.blocks.size(), before) << call.name;
    EXPECT_EQ(heap.secrets_given_back, 0u) << call.name;
    for (const auto& [block, size] : heap.blocks) {
      for (const ByteVector& secret : call.secrets) EXPECT_FALSE(holds(block, size, secret));
    }
  }
}

// The search above finds a secret where there is one.
TEST_F(MbedtlsFaults, TheSearchFindsASecretThatIsGivenBack) {
  heap.secrets = {ByteVector(16, 0x5a)};
  void* const block = mbedtls_calloc(1, 64);
  ASSERT_NE(block, nullptr);
  std::memset(block, 0x5a, 32);
  mbedtls_free(block);
  EXPECT_EQ(heap.secrets_given_back, 1u);
}

// The first 50 each, the thousands that follow in steps which grow. How many there are depends on
// the random numbers with which the library blinds.
TEST_F(MbedtlsFaults, AnAllocationThatFailsIsReportedAndTheNextCallWorks) {
  for (const Call& call : every_call()) {
    const size_t blocks = heap.blocks.size();
    bool wiped = false;
    size_t failed = 0;
    for (size_t failing = 1;; failing += 1 + failing / 50) {
      heap.failing = failing;
      const bool done = call.run(wiped);
      const bool reached = heap.failing == 0;
      heap.failing = 0;
      ASSERT_EQ(done, !reached) << call.name << ", allocation " << failing;
      ASSERT_EQ(heap.blocks.size(), blocks) << call.name << ", allocation " << failing;
      if (!reached) break;
      ++failed;
      ASSERT_TRUE(wiped) << call.name << ", allocation " << failing;
      ASSERT_TRUE(call.run(wiped)) << call.name << ", after allocation " << failing;
    }
    // ChaCha20-Poly1305 has none.
    EXPECT_EQ(failed > 0, std::string(call.name).find("ChaCha") == std::string::npos) << call.name;
  }
}

// The next start of the library finds no entropy; the one after that does again.
void take_entropy_away() {
  mbedtls_psa_crypto_free();
  ASSERT_EQ(
      mbedtls_psa_crypto_configure_entropy_sources(init_without_entropy, mbedtls_entropy_free),
      PSA_SUCCESS);
}

TEST_F(MbedtlsFaults, WithoutEntropyOnlyX25519IsRefusedAndTheNextCallStartsAgain) {
  for (const Call& call : every_call()) {
    bool wiped = false;
    const bool is_x25519 = std::string(call.name).rfind("x25519", 0) == 0;
    take_entropy_away();
    EXPECT_EQ(call.run(wiped), !is_x25519) << call.name;
    EXPECT_EQ(wiped, is_x25519) << call.name;
    EXPECT_TRUE(call.run(wiped)) << call.name;
  }
}

}  // namespace
}  // namespace usmp::crypto::test
