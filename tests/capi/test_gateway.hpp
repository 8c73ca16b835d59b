// A small gateway in a thread over loopback, made of the core's own GatewayHandshake and
// GatewaySession, that does on request what a device must survive. Not the gateway of the project:
// it has no limits and no registry.
#ifndef USMP_TESTS_CAPI_TEST_GATEWAY_HPP
#define USMP_TESTS_CAPI_TEST_GATEWAY_HPP

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "usmp/framing/stream_record.hpp"
#include "usmp/gateway_handshake.hpp"

namespace usmp::test {

/// A message as the gateway got it.
struct Arrived {
  std::string content;
  std::uint8_t channel = 0;
  bool datagram = false;
};

class TestGateway {
 public:
  enum class Transport { Udp, Tcp };

  /// Listens on a free port of `host` ("127.0.0.1" or "::1").
  explicit TestGateway(Transport transport, const std::string& host = "127.0.0.1");
  ~TestGateway();
  TestGateway(const TestGateway&) = delete;
  TestGateway& operator=(const TestGateway&) = delete;

  int port() const { return port_; }

  // What it does; may be set at any time.
  std::atomic<bool> echo{false};
  std::atomic<bool> busy{false};          ///< REJECT 3 for each HELLO
  std::atomic<bool> silent{false};        ///< takes nothing in, gives nothing out
  std::atomic<bool> hold_reading{false};  ///< TCP: reads nothing
  std::atomic<int> suites{kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305};
  std::atomic<int> loss_percent{0};            ///< UDP: of the packets of either direction
  std::atomic<int> max_packet{kMaxPacketUdp};  ///< what the next handshake offers
  std::atomic<int> max_message{65535};

  /// In the gateway's thread, as soon as may be; returns when it was done.
  void send(const std::string& content, std::uint8_t channel = 0);
  void send_datagram(const std::string& content, std::uint8_t channel = 0);
  void bye(ByeReason reason);
  /// Forgets all sessions without a word, as after a crash.
  void crash();

  std::vector<Arrived> arrived();
  std::uint32_t packets_in() const { return packets_in_; }
  std::uint32_t packets_out() const { return packets_out_; }
  std::uint32_t handshakes() const { return handshakes_; }

  static constexpr const char* kDeviceId = "sensor-1";
  static const std::uint8_t kPsk[32];

 private:
  struct Peer;
  void run();
  void accept_connection();
  bool read_connection(Peer& peer);
  void read_datagrams();
  void take_packet(Peer* peer, MutableBytes packet, const Address& from);
  void take_hello(Peer* peer, Bytes packet, const Address& from);
  void take_hello_ack(Peer& peer, Bytes packet, const Address& from);
  void take_event(Peer& peer, const Event& event);
  void drain(Peer& peer);
  void queue(Peer& peer, std::string content, std::uint8_t channel);
  void flush(Peer& peer);
  void flush_all();
  bool lost();
  void put(Peer* peer, Bytes packet, const Address& to);

  Transport transport_;
  int socket_ = -1;
  int port_ = 0;
  GatewayConfig config_{};
  LookaheadBudget budget_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint32_t> packets_in_{0};
  std::atomic<std::uint32_t> packets_out_{0};
  std::atomic<std::uint32_t> handshakes_{0};
  std::uint32_t lottery_ = 1;
  std::mutex mutex_;
  std::vector<Arrived> arrived_;
  std::thread thread_;
};

}  // namespace usmp::test

#endif  // USMP_TESTS_CAPI_TEST_GATEWAY_HPP
