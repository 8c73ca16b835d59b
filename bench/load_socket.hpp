// The load's end of a loopback UDP connection: many datagrams out and in with few system calls, so
// that both servers see the same load. Not the server's end.
#ifndef USMP_BENCH_LOAD_SOCKET_HPP
#define USMP_BENCH_LOAD_SOCKET_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "usmp/bytes.hpp"

namespace usmp::bench {

using Packet = std::vector<std::uint8_t>;

class LoadSocket {
 public:
  /// Connected to 127.0.0.1:`port`. Throws std::runtime_error.
  explicit LoadSocket(std::uint16_t port);
  ~LoadSocket();
  LoadSocket(const LoadSocket&) = delete;
  LoadSocket& operator=(const LoadSocket&) = delete;

  void send(std::span<const Packet> packets);
  /// What comes within `timeout_ms`; valid until the next call. Empty: nothing came.
  std::span<const MutableBytes> receive(int timeout_ms);

 private:
  static constexpr std::size_t kBatch = 64;
  static constexpr std::size_t kPacketMax = 2048;

  int socket_;
  std::vector<std::uint8_t> memory_;
  std::array<MutableBytes, kBatch> received_;
};

}  // namespace usmp::bench

#endif  // USMP_BENCH_LOAD_SOCKET_HPP
