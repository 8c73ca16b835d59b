// TCP connections over loopback: records cut anywhere, limits, peers that do not read, the end.
#include "listen/tcp_connections.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <string.h>
#include <sys/resource.h>

#include <map>
#include <string>
#include <vector>

#include "listen/listen_socket.hpp"

namespace usmp::gateway {
namespace {

constexpr std::size_t kPacketMax = 100;

std::string record_of(const std::string& packet) {
  const std::size_t rest = packet.size() - 1;
  std::string record = packet.substr(0, 1);
  record += static_cast<char>(rest & 0xFFU);
  record += static_cast<char>(rest >> 8U);
  return record + packet.substr(1);
}

class TcpConnectionsTest : public testing::Test, public ConnectionUser {
 protected:
  void SetUp() override { start(kConnectionsMax, kConnectionsPerAddressMax); }

  void start(std::uint32_t in_all, std::uint32_t per_address) {
    connections_.reset();
    limits_ = std::make_unique<ConnectionLimits>(in_all, per_address);
    poller_ = std::make_unique<Poller>();
    points_ = open_listen_points({Transport::Tcp, "127.0.0.1", 0}, 1);
    connections_ = std::make_unique<TcpConnections>(*poller_, *limits_, *this, kPacketMax);
    connections_->add_listener(points_[0].sockets[0].number());
  }

  FileDescriptor connect_peer(int receive_buffer = 0) {
    FileDescriptor peer(socket(AF_INET, SOCK_STREAM, 0));
    if (receive_buffer != 0) {
      (void)setsockopt(peer.number(), SOL_SOCKET, SO_RCVBUF, &receive_buffer,
                       sizeof receive_buffer);
    }
    const SocketAddress& to = points_[0].address;
    EXPECT_EQ(::connect(peer.number(), &to.generic, to.size()), 0);
    return peer;
  }

  /// One turn of a loop: what is ready within `timeout_ms`, then what is to be written.
  void turn(int timeout_ms = 50) {
    for (const epoll_event& event : poller_->wait(timeout_ms)) {
      const std::uint64_t number = number_of_tag(event.data.u64);
      if (source_of(event.data.u64) == Source::TcpListener) connections_->accept(number, now_);
      if (source_of(event.data.u64) == Source::TcpConnection) {
        connections_->on_event(number, event.events, now_);
      }
    }
    connections_->on_deadline(now_);
    (void)connections_->flush(now_);
  }

  /// Turns until `done()`, for some seconds at most.
  template <typename Done>
  bool turn_until(Done done) {
    for (int count = 0; count < 200 && !done(); ++count) turn();
    return done();
  }

  bool commit(ConnectionId id, const std::string& packet) {
    const MutableBytes room = connections_->record_room(id);
    if (room.size < packet.size()) return false;
    memcpy(room.data, packet.data(), packet.size());
    connections_->commit_record(id, packet.size());
    return true;
  }

  static void say(const FileDescriptor& peer, const std::string& bytes) {
    EXPECT_EQ(send(peer.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  /// What the peer has received until now.
  static std::string hear(const FileDescriptor& peer) {
    std::string heard(65536, '\0');
    const ssize_t size = recv(peer.number(), heard.data(), heard.size(), MSG_DONTWAIT);
    heard.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return heard;
  }

  bool connection_opened(ConnectionId connection, const Address& /*peer*/) override {
    opened_.push_back(connection);
    return takes_connections_;
  }
  void packet_arrived(ConnectionId connection, MutableBytes packet) override {
    packets_[connection].emplace_back(reinterpret_cast<char*>(packet.data), packet.size);
    if (closes_after_packet_) connections_->close(connection);
  }
  void connection_lost(ConnectionId connection) override { lost_.push_back(connection); }
  void connection_writable(ConnectionId connection) override { writable_.push_back(connection); }

  Instant now_{1000};
  std::vector<ListenPoint> points_;
  std::unique_ptr<ConnectionLimits> limits_;
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<TcpConnections> connections_;
  std::vector<ConnectionId> opened_;
  std::vector<ConnectionId> lost_;
  std::vector<ConnectionId> writable_;
  std::map<ConnectionId, std::vector<std::string>> packets_;
  bool takes_connections_ = true;
  bool closes_after_packet_ = false;
};

TEST_F(TcpConnectionsTest, TakesRecordsCutAnywhere) {
  const FileDescriptor peer = connect_peer();
  const std::string bytes = record_of("first") + record_of("x") + record_of("third packet");
  for (const char byte : bytes) {
    say(peer, std::string(1, byte));
    turn(5);
  }
  ASSERT_TRUE(turn_until([&] { return !opened_.empty() && packets_[opened_[0]].size() == 3; }));
  EXPECT_EQ(packets_[opened_[0]], (std::vector<std::string>{"first", "x", "third packet"}));
  say(peer, bytes + bytes);
  ASSERT_TRUE(turn_until([&] { return packets_[opened_[0]].size() == 9; }));
  EXPECT_TRUE(lost_.empty());
}

TEST_F(TcpConnectionsTest, ClosesOnARecordLongerThanAllowedAndServesOthers) {
  const FileDescriptor bad = connect_peer();
  ASSERT_TRUE(turn_until([&] { return opened_.size() == 1; }));
  say(bad, record_of(std::string(kPacketMax + 1, 'x')));
  ASSERT_TRUE(turn_until([&] { return lost_.size() == 1; }));
  EXPECT_EQ(lost_[0], opened_[0]);
  EXPECT_TRUE(packets_[opened_[0]].empty());

  const FileDescriptor good = connect_peer();
  say(good, record_of(std::string(kPacketMax, 'y')));
  ASSERT_TRUE(turn_until([&] { return opened_.size() == 2 && !packets_[opened_[1]].empty(); }));
  EXPECT_EQ(connections_->count(), 1U);
}

TEST_F(TcpConnectionsTest, WritesRecords) {
  const FileDescriptor peer = connect_peer();
  ASSERT_TRUE(turn_until([&] { return opened_.size() == 1; }));
  ASSERT_TRUE(commit(opened_[0], "answer"));
  ASSERT_TRUE(commit(opened_[0], "z"));
  std::string heard;
  ASSERT_TRUE(turn_until([&] { return (heard += hear(peer)).size() >= 11; }));
  EXPECT_EQ(heard, record_of("answer") + record_of("z"));
}

TEST_F(TcpConnectionsTest, TellsOfALostConnectionOnceAndUsesItsNumberNeverAgain) {
  FileDescriptor peer = connect_peer();
  ASSERT_TRUE(turn_until([&] { return opened_.size() == 1; }));
  peer.close();
  ASSERT_TRUE(turn_until([&] { return !lost_.empty(); }));
  EXPECT_EQ(lost_, opened_);
  EXPECT_TRUE(connections_->record_room(opened_[0]).empty());
  const FileDescriptor next = connect_peer();
  ASSERT_TRUE(turn_until([&] { return opened_.size() == 2; }));
  EXPECT_NE(opened_[0], opened_[1]);
  EXPECT_EQ(lost_.size(), 1U);
}

TEST_F(TcpConnectionsTest, GivesNoRoomToAPeerThatDoesNotReadUntilItDoes) {
  const FileDescriptor peer = connect_peer(4096);
  ASSERT_TRUE(turn_until([&] { return opened_.size() == 1; }));
  const std::string packet(4000, 'q');
  std::size_t taken = 0;
  while (taken < 10000 && commit(opened_[0], packet)) {
    ++taken;
    (void)connections_->flush(now_);
  }
  ASSERT_LT(taken, 10000U) << "the queue has no bound";
  EXPECT_TRUE(connections_->record_room(opened_[0]).empty());
  EXPECT_TRUE(connections_->is_writing());
  EXPECT_TRUE(writable_.empty());

  std::size_t heard = 0;
  const std::size_t expected = taken * record_of(packet).size();
  for (int count = 0; count < 20000 && heard < expected; ++count) {
    heard += hear(peer).size();
    turn(1);
  }
  EXPECT_EQ(heard, expected);
  EXPECT_EQ(writable_, opened_);
  EXPECT_TRUE(commit(opened_[0], "again"));
}

TEST_F(TcpConnectionsTest, GivesUpAPeerThatReadsNothingForLong) {
  const FileDescriptor peer = connect_peer(4096);
  ASSERT_TRUE(turn_until([&] { return opened_.size() == 1; }));
  while (commit(opened_[0], std::string(4000, 'q'))) (void)connections_->flush(now_);
  now_ = now_ + (kWriteStallMax - 1000);
  turn();
  EXPECT_TRUE(lost_.empty());
  now_ = now_ + 2000;
  turn();
  EXPECT_EQ(lost_, opened_);
  EXPECT_EQ(connections_->count(), 0U);
}

TEST_F(TcpConnectionsTest, SendsWhatWasCommittedBeforeItCloses) {
  closes_after_packet_ = true;
  const FileDescriptor peer = connect_peer();
  ASSERT_TRUE(turn_until([&] { return opened_.size() == 1; }));
  ASSERT_TRUE(commit(opened_[0], "goodbye"));
  // More than one packet in one piece: after the first the connection is closed to the rest.
  say(peer, record_of("one") + record_of("two") + record_of("three"));
  std::string heard;
  ASSERT_TRUE(turn_until([&] { return (heard += hear(peer)).size() >= 9; }));
  EXPECT_EQ(heard, record_of("goodbye"));
  EXPECT_EQ(packets_[opened_[0]], std::vector<std::string>{"one"});
  // It waits for the peer to close, but not for ever.
  now_ = now_ + (kLingerMax + 1000);
  EXPECT_TRUE(turn_until([&] { return connections_->count() == 0; }));
  EXPECT_TRUE(lost_.empty());
}

TEST_F(TcpConnectionsTest, ClosesAConnectionThatItsUserDoesNotWant) {
  takes_connections_ = false;
  const FileDescriptor refused = connect_peer();
  ASSERT_TRUE(turn_until([&] { return opened_.size() == 1; }));
  EXPECT_EQ(connections_->count(), 0U);
  takes_connections_ = true;
  const FileDescriptor taken = connect_peer();
  ASSERT_TRUE(turn_until([&] { return opened_.size() == 2; }));
  EXPECT_EQ(connections_->count(), 1U);
}

TEST_F(TcpConnectionsTest, RefusesMoreThanItsLimitUntilOneLeaves) {
  start(2U, 2U);
  FileDescriptor first = connect_peer();
  const FileDescriptor second = connect_peer();
  const FileDescriptor third = connect_peer();
  ASSERT_TRUE(turn_until([&] { return connections_->refused_count() == 1; }));
  EXPECT_EQ(connections_->count(), 2U);
  first.close();
  ASSERT_TRUE(turn_until([&] { return connections_->count() == 1; }));
  const FileDescriptor fourth = connect_peer();
  EXPECT_TRUE(turn_until([&] { return connections_->count() == 2; }));
}

TEST_F(TcpConnectionsTest, WaitsWithoutTurningInCirclesWhenTheSystemHasNoFilesLeft) {
  const FileDescriptor peer = connect_peer();
  // Every number below the limit is taken, but for none.
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(fcntl(0, F_DUPFD, 0));
  ::close(static_cast<int>(tight.rlim_cur));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  turn();
  EXPECT_EQ(connections_->refused_count(), 1U);
  ASSERT_TRUE(connections_->next_deadline().has_value());
  turn(0);
  EXPECT_EQ(connections_->refused_count(), 1U) << "it was woken again at once";
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  now_ = now_ + 1000;
  turn();
  EXPECT_TRUE(turn_until([&] { return opened_.size() == 1; }));
}

}  // namespace
}  // namespace usmp::gateway
