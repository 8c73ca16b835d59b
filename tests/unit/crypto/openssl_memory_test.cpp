// What the OpenSSL backend does with memory: nothing is allocated for a packet, no key stays
// behind, a thread's contexts go with it. Looks at every block that OpenSSL and new hand out.
#include <gtest/gtest.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <new>
#include <thread>

#include "test_bytes.hpp"
#include "usmp/crypto.hpp"

namespace {

std::atomic<size_t> allocation_count{0};

// The blocks that OpenSSL holds now. Fixed in size, so that keeping count allocates nothing.
constexpr size_t kBlocksMax = 1 << 16;
std::mutex blocks_mutex;
void* blocks[kBlocksMax];
size_t block_count = 0;

void add_block(void* block) {
  const std::lock_guard<std::mutex> lock(blocks_mutex);
  if (block_count == kBlocksMax) std::abort();
  blocks[block_count++] = block;
}

void remove_block(void* block) {
  const std::lock_guard<std::mutex> lock(blocks_mutex);
  void** const end = blocks + block_count;
  void** const found = std::find(blocks, end, block);
  if (found == end) std::abort();
  *found = blocks[--block_count];
}

void* counted_malloc(size_t size, const char*, int) {
  ++allocation_count;
  void* const block = std::malloc(size);
  if (block != nullptr) add_block(block);
  return block;
}

void counted_free(void* block, const char*, int) {
  if (block == nullptr) return;
  remove_block(block);
  std::free(block);
}

void* counted_realloc(void* block, size_t size, const char*, int) {
  ++allocation_count;
  if (block != nullptr) remove_block(block);
  void* const grown = std::realloc(block, size);
  if (grown != nullptr) add_block(grown);
  return grown;
}

// Before main(), and so before OpenSSL's first allocation, after which it would be refused.
const int kHooksInstalled = CRYPTO_set_mem_functions(counted_malloc, counted_realloc, counted_free);

size_t held_blocks() {
  const std::lock_guard<std::mutex> lock(blocks_mutex);
  return block_count;
}

// True if a block that OpenSSL holds now contains the bytes.
bool openssl_holds(usmp::Bytes bytes) {
  const std::lock_guard<std::mutex> lock(blocks_mutex);
  return std::any_of(blocks, blocks + block_count, [bytes](void* block) {
    const auto* const first = static_cast<const uint8_t*>(block);
    const uint8_t* const last = first + malloc_usable_size(block);
    return std::search(first, last, bytes.data, bytes.data + bytes.size) != last;
  });
}

}  // namespace

// Count what the backend's own C++ would allocate. Not inline, or the compiler sees malloc where
// new stands and warns that the two do not match.
__attribute__((noinline)) void* operator new(size_t size) {
  ++allocation_count;
  if (void* const block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
__attribute__((noinline)) void operator delete(void* block) noexcept { std::free(block); }
__attribute__((noinline)) void operator delete(void* block, size_t) noexcept { std::free(block); }

namespace usmp::crypto::test {
namespace {

constexpr size_t kTextMax = 1232;

// Seals one packet, opens it, and opens it once more altered, which is refused. Allocates nothing.
bool round_trip(Suite suite, uint8_t number) {
  uint8_t key[kKeySize];
  std::memset(key, number, sizeof(key));
  const uint8_t nonce[kNonceSize] = {number};
  const uint8_t aad[13] = {number};
  uint8_t buffer[kTextMax] = {};
  const MutableBytes text(buffer, size_t{number} * 4);
  uint8_t tag[kTagSize];
  if (!aead_seal(suite, key, nonce, Bytes(aad), text, tag)) return false;
  if (!aead_open(suite, key, nonce, Bytes(aad), text, tag)) return false;
  return !aead_open(suite, key, nonce, Bytes(aad), text, tag) || text.empty();
}

class OpensslMemory : public testing::TestWithParam<Suite> {
 protected:
  void SetUp() override { ASSERT_EQ(kHooksInstalled, 1); }
};

TEST_P(OpensslMemory, NothingIsAllocatedForAPacket) {
  ASSERT_TRUE(round_trip(GetParam(), 1));  // The first packet of a thread makes its contexts.
  allocation_count = 0;
  bool good = true;
  for (int packet = 0; packet < 1000; ++packet) {
    good &= round_trip(GetParam(), static_cast<uint8_t>(packet));
  }
  const size_t counted = allocation_count;
  EXPECT_TRUE(good);
  EXPECT_EQ(counted, 0u);
  // That the counting works shows in a new thread, which has its contexts to make.
  size_t in_thread = 0;
  std::thread([&in_thread, suite = GetParam()] {
    allocation_count = 0;
    round_trip(suite, 1);
    in_thread = allocation_count;
  }).join();
  EXPECT_GT(in_thread, 0u);
}

TEST_P(OpensslMemory, NoKeyStaysBehind) {
  const auto key = TestBytes(7).take<kKeySize>();
  const auto nonce = TestBytes(8).take<kNonceSize>();
  ByteVector text(100, 0x55);
  Fixed<kTagSize> tag;
  ASSERT_TRUE(aead_seal(GetParam(), key.bytes, nonce.bytes, Bytes(), view(text), tag.bytes));
  EXPECT_FALSE(openssl_holds(Bytes(key.bytes))) << "after sealing";
  ASSERT_TRUE(aead_open(GetParam(), key.bytes, nonce.bytes, Bytes(), view(text), tag.bytes));
  EXPECT_FALSE(openssl_holds(Bytes(key.bytes))) << "after opening";
  ASSERT_FALSE(aead_open(GetParam(), key.bytes, nonce.bytes, Bytes(), view(text), tag.bytes));
  EXPECT_FALSE(openssl_holds(Bytes(key.bytes))) << "after a refusal";
}

TEST_P(OpensslMemory, AThreadsContextsGoWithIt) {
  const auto run_thread = [suite = GetParam()] {
    std::thread([suite] { round_trip(suite, 9); }).join();
  };
  run_thread();
  const size_t before = held_blocks();
  for (int count = 0; count < 20; ++count) run_thread();
  EXPECT_EQ(held_blocks(), before);
}

TEST_P(OpensslMemory, ARefusalLeavesNoErrorBehind) {
  ASSERT_TRUE(round_trip(GetParam(), 3));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Suites, OpensslMemory,
                         testing::Values(Suite::Aes256Gcm, Suite::ChaCha20Poly1305),
                         [](const testing::TestParamInfo<Suite>& suite) {
                           return suite.param == Suite::Aes256Gcm ? "Aes256Gcm"
                                                                  : "ChaCha20Poly1305";
                         });

// The search of NoKeyStaysBehind finds a key where there is one: a context that nobody cleaned.
TEST(OpensslMemorySearch, FindsAKeyInAContextThatHoldsIt) {
  const auto key = TestBytes(7).take<kKeySize>();
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  ASSERT_EQ(EVP_EncryptInit_ex(context, EVP_chacha20_poly1305(), nullptr, key.bytes, key.bytes), 1);
  EXPECT_TRUE(openssl_holds(Bytes(key.bytes)));
  EVP_CIPHER_CTX_free(context);
  EXPECT_FALSE(openssl_holds(Bytes(key.bytes)));
}

TEST(OpensslMemoryX25519, NeitherKeyNorSecretStaysBehind) {
  const auto private_key = TestBytes(1).take<kPointSize>();
  Fixed<kPointSize> public_key;
  ASSERT_TRUE(x25519_public(public_key.bytes, private_key.bytes));
  EXPECT_FALSE(openssl_holds(Bytes(private_key.bytes)));
  Fixed<kPointSize> shared;
  ASSERT_TRUE(x25519(shared.bytes, private_key.bytes, public_key.bytes));
  EXPECT_FALSE(openssl_holds(Bytes(private_key.bytes)));
  EXPECT_FALSE(openssl_holds(Bytes(shared.bytes)));
  const Fixed<kPointSize> zero;
  ASSERT_FALSE(x25519(shared.bytes, private_key.bytes, zero.bytes));
  EXPECT_EQ(ERR_peek_error(), 0u);
  EXPECT_FALSE(openssl_holds(Bytes(private_key.bytes)));
}

TEST(OpensslMemoryX25519, DoesNotGrowWithUse) {
  const auto run = [] {
    const auto private_key = TestBytes(2).take<kPointSize>();
    Fixed<kPointSize> out;
    return x25519_public(out.bytes, private_key.bytes) &&
           x25519(out.bytes, private_key.bytes, out.bytes);
  };
  ASSERT_TRUE(run());
  const size_t before = held_blocks();
  for (int count = 0; count < 50; ++count) ASSERT_TRUE(run());
  EXPECT_EQ(held_blocks(), before);
}

}  // namespace
}  // namespace usmp::crypto::test
