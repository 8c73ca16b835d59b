// Datagrams through real sockets on loopback: batches, sizes, and the address an answer comes from.
#include <gtest/gtest.h>
#include <poll.h>
#include <string.h>

#include <string>
#include <vector>

#include "listen/datagram_receiver.hpp"
#include "listen/datagram_sender.hpp"
#include "listen/listen_socket.hpp"

namespace usmp::gateway {
namespace {

constexpr std::size_t kPacketMax = 1232;

/// A gateway's socket with both directions, and a device's socket beside it.
class DatagramBatch : public testing::TestWithParam<const char*> {
 protected:
  void listen(const char* host) {
    points_ = open_listen_points({Transport::Udp, host, 0}, 1);
    endpoints_.set_socket_count(1);
    receiver_ = std::make_unique<DatagramReceiver>(kPacketMax, endpoints_);
    const UdpSocket socket{points_[0].sockets[0].number(), points_[0].address.family()};
    sender_ =
        std::make_unique<DatagramSender>(kPacketMax, std::vector<UdpSocket>{socket}, endpoints_);
  }

  /// A device that speaks with `gateway_ip` and hears nobody else.
  FileDescriptor connect_device(const char* gateway_ip) {
    SocketAddress to = resolve({Transport::Udp, gateway_ip, 0}).at(0);
    set_port(to, port_of(points_[0].address));
    FileDescriptor device(socket(to.family(), SOCK_DGRAM, 0));
    EXPECT_EQ(::connect(device.number(), &to.generic, to.size()), 0);
    return device;
  }

  std::vector<ReceivedDatagram> receive() {
    pollfd file{points_[0].sockets[0].number(), POLLIN, 0};
    (void)poll(&file, 1, 5000);
    const auto received = receiver_->receive(file.fd, 0);
    return {received.begin(), received.end()};
  }

  void answer(const std::string& text, const Address& to) {
    memcpy(sender_->buffer().data, text.data(), text.size());
    sender_->commit(text.size(), to);
  }

  static std::string hear(const FileDescriptor& device) {
    pollfd file{device.number(), POLLIN, 0};
    if (poll(&file, 1, 5000) != 1) return "nothing";
    char buffer[2000];
    const ssize_t size = recv(device.number(), buffer, sizeof buffer, 0);
    return size < 0 ? strerror(errno) : std::string(buffer, static_cast<std::size_t>(size));
  }

  LocalEndpoints endpoints_;
  std::vector<ListenPoint> points_;
  std::unique_ptr<DatagramReceiver> receiver_;
  std::unique_ptr<DatagramSender> sender_;
};

TEST_P(DatagramBatch, AnswersWhereTheQuestionCameFrom) {
  listen(GetParam());
  const FileDescriptor device = connect_device("127.0.0.1");
  ASSERT_EQ(send(device.number(), "hello", 5, 0), 5);
  const auto received = receive();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(std::string(reinterpret_cast<char*>(received[0].packet.data), received[0].packet.size),
            "hello");
  answer("welcome", received[0].from);
  sender_->flush();
  EXPECT_EQ(hear(device), "welcome");
  EXPECT_EQ(sender_->unsent_count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Listening, DatagramBatch, testing::Values("127.0.0.1", "0.0.0.0", "::"),
                         [](const auto& of) { return "case" + std::to_string(of.index); });

class DatagramBatchOne : public DatagramBatch {};

TEST_F(DatagramBatchOne, AnswersFromTheAddressThatWasAskedOnAHostWithMany) {
  listen("0.0.0.0");
  // Loopback has the whole of 127/8: a device that is connected hears an answer of no other one.
  const FileDescriptor device = connect_device("127.5.6.7");
  ASSERT_EQ(send(device.number(), "hello", 5, 0), 5);
  const auto received = receive();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(endpoints_.endpoint(endpoint_of(received[0].from)).ip,
            ip_of(resolve({Transport::Udp, "127.5.6.7", 0}).at(0)));
  answer("welcome", received[0].from);
  sender_->flush();
  EXPECT_EQ(hear(device), "welcome");
}

TEST_F(DatagramBatchOne, TakesAndSendsMoreThanABatch) {
  listen("127.0.0.1");
  const FileDescriptor device = connect_device("127.0.0.1");
  constexpr std::size_t kCount = kDatagramBatch + 10;
  for (std::size_t index = 0; index < kCount; ++index) {
    const std::string text = std::to_string(index);
    ASSERT_GT(send(device.number(), text.data(), text.size(), 0), 0);
  }
  auto first = receive();
  EXPECT_EQ(first.size(), kDatagramBatch);
  EXPECT_TRUE(receiver_->was_full());
  const Address from = first.at(0).from;
  EXPECT_EQ(receive().size(), kCount - kDatagramBatch);
  EXPECT_FALSE(receiver_->was_full());

  for (std::size_t index = 0; index < kCount; ++index) answer(std::to_string(index), from);
  sender_->flush();
  for (std::size_t index = 0; index < kCount; ++index) {
    EXPECT_EQ(hear(device), std::to_string(index));
  }
}

TEST_F(DatagramBatchOne, DropsADatagramLongerThanAnyPacketAndTakesTheNext) {
  listen("127.0.0.1");
  const FileDescriptor device = connect_device("127.0.0.1");
  const std::string longer(kPacketMax + 1, 'x');
  const std::string longest(kPacketMax, 'y');
  ASSERT_GT(send(device.number(), longer.data(), longer.size(), 0), 0);
  ASSERT_GT(send(device.number(), longest.data(), longest.size(), 0), 0);
  const auto received = receive();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].packet.size, kPacketMax);
  EXPECT_EQ(received[0].packet[0], 'y');
  EXPECT_EQ(receiver_->dropped_count(), 1U);
}

TEST_F(DatagramBatchOne, SendsTheRestAfterOneThatCannotGo) {
  listen("127.0.0.1");
  const FileDescriptor device = connect_device("127.0.0.1");
  ASSERT_EQ(send(device.number(), "hello", 5, 0), 5);
  const Address from = receive().at(0).from;
  // From 127.0.0.1 there is no way to the network for documentation, nor to port 0.
  answer("lost", make_address(ip_of(from), 0, endpoint_of(from)));
  answer("kept", from);
  // An IPv6 address cannot be reached by an IPv4 socket at all.
  answer("lost", make_address(IpAddress{0x20, 1}, 9, endpoint_of(from)));
  sender_->flush();
  EXPECT_EQ(hear(device), "kept");
  EXPECT_EQ(sender_->unsent_count(), 2U);
}

TEST_F(DatagramBatchOne, GoesOnAfterADeviceThatIsGone) {
  listen("127.0.0.1");
  FileDescriptor gone = connect_device("127.0.0.1");
  ASSERT_EQ(send(gone.number(), "hello", 5, 0), 5);
  const Address from_gone = receive().at(0).from;
  gone.close();
  for (int turn = 0; turn < 3; ++turn) {
    answer("nobody hears", from_gone);
    sender_->flush();
  }
  const FileDescriptor device = connect_device("127.0.0.1");
  ASSERT_EQ(send(device.number(), "hello", 5, 0), 5);
  const auto received = receive();
  ASSERT_EQ(received.size(), 1U);
  answer("welcome", received[0].from);
  sender_->flush();
  EXPECT_EQ(hear(device), "welcome");
}

}  // namespace
}  // namespace usmp::gateway
