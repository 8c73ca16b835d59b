// Many real devices on one socket, which shake hands and send together. Their own cost is not
// counted: only the gateway's thread is.
#ifndef USMP_BENCH_DEVICE_LOAD_HPP
#define USMP_BENCH_DEVICE_LOAD_HPP

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "bench_identity.hpp"
#include "load_socket.hpp"
#include "plan.hpp"
#include "usmp/device_session.hpp"

namespace usmp::bench {

/// Messages that each device has under way: what a session may send at first (USMP3 §4).
inline constexpr std::size_t kMessagesUnderWay = 4;

/// How a device differs from the usual one of the load.
struct DeviceOptions {
  std::uint8_t cid_size = 8;  ///< 0: its socket names its session
  std::uint8_t suites = kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305;
};

/// A device with memory for kMessagesUnderWay messages of kMessageSize bytes.
class BenchDevice {
 public:
  explicit BenchDevice(std::size_t index, DeviceOptions options = {});
  BenchDevice(const BenchDevice&) = delete;
  BenchDevice& operator=(const BenchDevice&) = delete;

  DeviceSession& session() { return session_; }
  /// Takes one message into the session. False: all are under way.
  bool send(Instant now);
  bool send_datagram(Instant now);
  /// The next packet; empty: none.
  Packet poll(Instant now);
  /// The messages and datagrams that were in it.
  std::size_t receive(MutableBytes packet, Instant now);

 private:
  BenchIdentity identity_;
  DeviceConfig config_;
  SessionStorage<8, kMaxPacketUdp, 512> storage_;
  DeviceSession session_;
  std::array<std::uint8_t, kMessageSize> content_{};
  std::array<Outgoing, kMessagesUnderWay> nodes_{};
  std::vector<Outgoing*> free_;
};

/// What came back in one round.
struct RoundCount {
  std::size_t sent = 0;
  std::size_t returned = 0;
};

class DeviceLoad {
 public:
  DeviceLoad(std::uint16_t port, std::size_t devices);

  /// All of them shake hands at once. Throws std::runtime_error if one does not.
  void connect();
  /// All of them end their sessions.
  void close();
  /// Each sends `messages`, each message in a packet of its own; waits until all are back.
  RoundCount echo(std::size_t messages, bool datagrams);

 private:
  void poll_all();
  std::size_t receive_once(int timeout_ms);

  LoadSocket socket_;
  std::vector<std::unique_ptr<BenchDevice>> devices_;
  std::map<std::uint64_t, BenchDevice*> by_cid_;
  std::vector<Packet> packets_;
};

}  // namespace usmp::bench

#endif  // USMP_BENCH_DEVICE_LOAD_HPP
