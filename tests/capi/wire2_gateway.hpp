// A small gateway of wire 2 in a thread over loopback, made of the core's own GatewayHandshake and
// GatewaySession, that does on request what a device must survive. Not the gateway of the project:
// it has no limits and no registry.
#ifndef USMP_TESTS_CAPI_WIRE2_GATEWAY_HPP
#define USMP_TESTS_CAPI_WIRE2_GATEWAY_HPP

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "usmp/wire2/gateway_handshake.hpp"
#include "usmp/wire2/stream_reader.hpp"

namespace usmp::test {

class Wire2Gateway {
 public:
  enum class Transport { Udp, Tcp };

  struct Device {
    std::string id = "abcdef";
    std::string psk = std::string(32, 'k');
  };

  /// Listens on a free port of `host` ("127.0.0.1" or "::1").
  Wire2Gateway(Transport transport, Device device, crypto::Suite suite = crypto::Suite::Aes256Gcm,
               const std::string& host = "127.0.0.1");
  ~Wire2Gateway();
  Wire2Gateway(const Wire2Gateway&) = delete;
  Wire2Gateway& operator=(const Wire2Gateway&) = delete;

  int port() const { return port_; }

  // What it does; may be set at any time.
  std::atomic<bool> echo{false};
  std::atomic<bool> silent{false};   ///< takes nothing in, gives nothing out
  std::atomic<int> loss_percent{0};  ///< UDP: of the packets of either direction

  // In the gateway's thread, as soon as may be; return when it was done.
  void send(const std::string& content);
  void rekey();
  void ping();
  void bye();
  /// Forgets all sessions without a word, as after a crash.
  void crash();
  /// TCP: sends bytes that no session made to every connection.
  void send_raw(const std::string& bytes);
  /// TCP: sends the last packet of every connection again.
  void repeat_last();

  std::vector<std::string> arrived();
  std::uint32_t handshakes() const { return handshakes_; }
  /// Of the session that stands.
  std::uint32_t rekeys();
  std::uint32_t heard();

 private:
  struct Peer;
  void run();
  void accept_connection();
  bool read_connection(Peer& peer);
  void read_datagrams();
  void take_packet(Peer& peer, MutableBytes packet);
  void take_hello(Peer& peer, Bytes packet);
  void take_claim(Peer& peer);
  Peer& peer_at(const std::string& address);
  void drain(Peer& peer);
  void queue(Peer& peer, std::string content);
  void look_at_clock(Peer& peer);
  void flush(Peer& peer);
  void put(Peer& peer, Bytes packet);
  bool lost();
  void for_each_session(const std::function<void(Peer&)>& act);

  Transport transport_;
  Device device_;
  wire2::GatewayConfig config_{};
  std::uint8_t cookie_secret_[32];
  int socket_ = -1;
  int port_ = 0;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint32_t> handshakes_{0};
  std::uint32_t lottery_ = 1;
  std::mutex mutex_;
  std::vector<std::string> arrived_;
  std::thread thread_;
};

}  // namespace usmp::test

#endif  // USMP_TESTS_CAPI_WIRE2_GATEWAY_HPP
