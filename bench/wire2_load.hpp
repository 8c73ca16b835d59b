// Devices of wire 2 on sockets of their own, over UDP or TCP, that shake hands or wait for echoes
// as fast as a server of that wire answers: ours or the published one. Not a server.
#ifndef USMP_BENCH_WIRE2_LOAD_HPP
#define USMP_BENCH_WIRE2_LOAD_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "loop/system_random.hpp"
#include "plan.hpp"
#include "usmp/wire2/device_session.hpp"
#include "usmp/wire2/stream_reader.hpp"

namespace usmp::bench {

/// A server on 127.0.0.1 that sends every message back, and where its devices take their keys from.
struct Wire2Target {
  std::uint16_t port = 0;
  Medium medium = Medium::Udp;
  Random random = gateway::system_random();
};

/// Name and key of a device of wire 2. The keys guard nothing.
struct Wire2Identity {
  std::array<std::uint8_t, wire2::kDeviceIdSize> id{};
  std::array<std::uint8_t, 32> psk{};

  explicit Wire2Identity(std::size_t index);
};

/// One device on one socket.
class Wire2Client {
 public:
  /// Connects its socket. Throws std::runtime_error.
  Wire2Client(const Wire2Target& target, std::size_t index);
  ~Wire2Client();
  Wire2Client(const Wire2Client&) = delete;
  Wire2Client& operator=(const Wire2Client&) = delete;

  int socket() const { return socket_; }
  bool established() const { return session_.established(); }
  /// True if its last message has come back and was acknowledged.
  bool is_idle() const { return !is_under_way_ && awaited_ == 0; }
  void begin();
  void send();
  /// Takes what came and sends what is due. Throws std::runtime_error if the session is over.
  void serve();
  /// Says BYE, and serves until it is acknowledged or given up.
  void end();
  /// serve() for a handshake that is followed by a BYE. False: all is done.
  bool shakes_hands();

 private:
  void receive_all();
  void take(MutableBytes packet);
  void transmit_all();
  void say_bye();

  int socket_;
  bool is_stream_;
  Wire2Identity identity_;
  wire2::DeviceConfig config_{};
  wire2::SessionStorage<> storage_;
  wire2::DeviceSession session_;
  std::array<std::uint8_t, wire2::kFrameSizeMax> frame_{};
  wire2::StreamReader reader_{MutableBytes(frame_.data(), frame_.size())};
  std::array<std::uint8_t, kMessageSize> content_{};
  Outgoing node_{};
  bool is_under_way_ = false;  // the node is with the session
  std::size_t awaited_ = 0;    // echoes that have not come
  bool is_ending_ = false;
};

struct Handshakes {
  std::size_t count;
  double seconds;  ///< of wall time
  double per_second() const { return static_cast<double>(count) / seconds; }
};

/// Handshakes, each on a new socket and ended by a BYE, `together` under way all the time.
Handshakes shake_hands(const Wire2Target& target, std::size_t together, double seconds);

/// Messages of kMessageSize bytes that came back a second of wall time, one under way in each of
/// `sessions` sessions.
class Wire2Echo {
 public:
  Wire2Echo(const Wire2Target& target, std::size_t sessions);
  ~Wire2Echo();
  double per_second(double seconds);

 private:
  std::vector<std::unique_ptr<Wire2Client>> clients_;
};

}  // namespace usmp::bench

#endif  // USMP_BENCH_WIRE2_LOAD_HPP
