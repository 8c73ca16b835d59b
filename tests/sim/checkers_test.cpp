// The checkers themselves: each must see what it is for, or a green run says nothing.
#include <gtest/gtest.h>

#include <sstream>

#include "alarm.hpp"
#include "event_queue.hpp"
#include "ledger.hpp"
#include "plan.hpp"
#include "seal_watch.hpp"
#include "usmp/crypto.hpp"
#include "violation.hpp"
#include "world.hpp"

namespace usmp::sim {
namespace {

const SessionId kSession = {1};

Bytes view(const std::vector<std::uint8_t>& bytes) { return Bytes(bytes.data(), bytes.size()); }

class LedgerSees : public testing::Test {
 protected:
  LedgerSees() : flow_(1, 0, Direction::ToGateway, 100) {
    for (int count = 0; count < 3; ++count) flow_.compose(20, 1);
    flow_.session_begun(kSession, {0, 1, 2});
  }
  Flow flow_;
};

TEST_F(LedgerSees, OrderKept) {
  for (std::uint32_t number = 0; number < 3; ++number) {
    flow_.delivered(kSession, view(flow_.content(number)), 1);
  }
  EXPECT_EQ(flow_.missing_in(kSession), 0u);
}

TEST_F(LedgerSees, AMessageTwice) {
  flow_.delivered(kSession, view(flow_.content(0)), 1);
  EXPECT_THROW(flow_.delivered(kSession, view(flow_.content(0)), 1), Violation);
}

TEST_F(LedgerSees, AMessageOvertaking) {
  EXPECT_THROW(flow_.delivered(kSession, view(flow_.content(1)), 1), Violation);
}

TEST_F(LedgerSees, AWrongByte) {
  std::vector<std::uint8_t> content = flow_.content(0);
  content.back() ^= 1;
  EXPECT_THROW(flow_.delivered(kSession, view(content), 1), Violation);
}

TEST_F(LedgerSees, AWrongChannel) {
  EXPECT_THROW(flow_.delivered(kSession, view(flow_.content(0)), 2), Violation);
}

TEST_F(LedgerSees, AnotherSession) {
  EXPECT_THROW(flow_.delivered({2}, view(flow_.content(0)), 1), Violation);
}

TEST_F(LedgerSees, OneMoreThanWasSent) {
  for (std::uint32_t number = 0; number < 3; ++number) {
    flow_.delivered(kSession, view(flow_.content(number)), 1);
  }
  EXPECT_THROW(flow_.delivered(kSession, view(flow_.content(2)), 1), Violation);
}

TEST_F(LedgerSees, AcknowledgedAndNeverDelivered) {
  flow_.settled(0, Fate::Acknowledged);
  EXPECT_THROW(flow_.check_acknowledged(), Violation);
  flow_.delivered(kSession, view(flow_.content(0)), 1);
  EXPECT_NO_THROW(flow_.check_acknowledged());
}

TEST_F(LedgerSees, SettledTwice) {
  flow_.settled(0, Fate::Acknowledged);
  EXPECT_THROW(flow_.settled(0, Fate::Acknowledged), Violation);
}

TEST_F(LedgerSees, ADatagramTwiceAndOneNeverSent) {
  const std::uint32_t number = flow_.compose_datagram(30, 2);
  const std::vector<std::uint8_t> content = flow_.datagram_content(number);
  EXPECT_NO_THROW(flow_.datagram_delivered(kSession, view(content), 2));
  EXPECT_THROW(flow_.datagram_delivered(kSession, view(content), 2), Violation);
  EXPECT_THROW(flow_.datagram_delivered(kSession, view(std::vector<std::uint8_t>(30)), 2),
               Violation);
}

bool seal(std::uint8_t nonce_byte, std::uint8_t text_byte) {
  const std::uint8_t key[crypto::kKeySize] = {7};
  const std::uint8_t nonce[crypto::kNonceSize] = {nonce_byte};
  std::uint8_t text[1] = {text_byte};
  std::uint8_t tag[crypto::kTagSize];
  return crypto::aead_seal(crypto::Suite::ChaCha20Poly1305, key, nonce, Bytes(), MutableBytes(text),
                           tag);
}

TEST(SealWatchSees, ANonceTwiceUnderOneKey) {
  SealWatch watch;
  ASSERT_TRUE(seal(1, 0));
  ASSERT_TRUE(seal(2, 0));
  EXPECT_NO_THROW(watch.check());
  ASSERT_TRUE(seal(1, 9));
  EXPECT_THROW(watch.check(), Violation);
  EXPECT_EQ(watch.count(), 3u);
}

TEST(SealWatchSees, EvenTheSamePacketSealedTwice) {
  SealWatch watch;
  ASSERT_TRUE(seal(1, 0));
  ASSERT_TRUE(seal(1, 0));
  EXPECT_THROW(watch.check(), Violation);
}

TEST(QueueSees, ALivelock) {
  EventQueue queue;
  std::function<void()> again = [&]() { queue.after(0, again); };
  queue.after(0, again);
  EXPECT_THROW(queue.run_until(1), Violation);
}

TEST(QueueSees, AHostThatSpins) {
  EventQueue queue;
  Alarm* rung = nullptr;
  Alarm alarm(queue, "a host", [&]() { rung->set(queue.now()); });
  rung = &alarm;
  alarm.set(5);
  EXPECT_THROW(queue.run_until(10), Violation);
}

TEST(Replay, OneSeedIsOneRun) {
  for (const std::string_view schedule : kSchedules) {
    std::string traces[2];
    for (std::string& trace : traces) {
      std::ostringstream out;
      World world(make_plan(11, schedule), &out);
      world.run();
      trace = out.str();
    }
    EXPECT_GT(traces[0].size(), 1000u) << schedule;
    EXPECT_TRUE(traces[0] == traces[1]) << schedule;
  }
}

}  // namespace
}  // namespace usmp::sim
