// A backend used by many threads at once, which come and go: every result is that of one thread.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "test_bytes.hpp"
#include "usmp/crypto.hpp"

namespace usmp::crypto::test {
namespace {

constexpr int kThreads = 8;
constexpr uint64_t kPackets = 100;

// Seals, opens and derives from a seed; false if anything failed.
bool work(uint64_t seed, Sha256& results) {
  TestBytes inputs(seed);
  bool good = true;
  for (const Suite suite : {Suite::Aes256Gcm, Suite::ChaCha20Poly1305}) {
    for (uint64_t packet = 0; packet < kPackets; ++packet) {
      const auto key = inputs.take<kKeySize>();
      const auto nonce = inputs.take<kNonceSize>();
      ByteVector text = inputs.take(packet);
      Fixed<kTagSize> tag;
      good &= aead_seal(suite, key.bytes, nonce.bytes, Bytes(), view(text), tag.bytes);
      results.update(view(text));
      good &= aead_open(suite, key.bytes, nonce.bytes, Bytes(), view(text), tag.bytes);
    }
  }
  Fixed<kPointSize> shared;
  good &= x25519(shared.bytes, inputs.take<kPointSize>().bytes, inputs.take<kPointSize>().bytes);
  results.update(Bytes(shared.bytes));
  return good;
}

std::string digest_of_work(uint64_t seed) {
  Sha256 results;
  if (!work(seed, results)) return "failed";
  Fixed<kHashSize> digest;
  results.finish(digest.bytes);
  return digest.hex();
}

TEST(Threads, DoNotDisturbEachOther) {
  for (int generation = 0; generation < 3; ++generation) {
    std::string digests[kThreads];
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    std::atomic<int> waiting{kThreads};
    for (int index = 0; index < kThreads; ++index) {
      threads.emplace_back([&digests, &waiting, index] {
        --waiting;
        while (waiting > 0) std::this_thread::yield();  // All of them begin together.
        digests[index] = digest_of_work(static_cast<uint64_t>(index));
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (int index = 0; index < kThreads; ++index) {
      EXPECT_NE(digests[index], "failed");
      EXPECT_EQ(digests[index], digest_of_work(static_cast<uint64_t>(index)));
    }
  }
}

}  // namespace
}  // namespace usmp::crypto::test
