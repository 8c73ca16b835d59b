// Waits for many files at once (epoll). Each is known by a tag that its owner chooses.
#ifndef USMP_GATEWAY_LISTEN_POLLER_HPP
#define USMP_GATEWAY_LISTEN_POLLER_HPP

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

#include "listen/file_descriptor.hpp"

namespace usmp::gateway {

/// What a tag stands for; the rest of it is the owner's.
enum class Source : std::uint8_t { Mailbox, UdpSocket, TcpListener, TcpConnection, Line };

/// A tag of `source` and a number below 2^56.
constexpr std::uint64_t make_tag(Source source, std::uint64_t number) {
  return std::uint64_t{static_cast<std::uint8_t>(source)} << 56U | number;
}
constexpr Source source_of(std::uint64_t tag) { return static_cast<Source>(tag >> 56U); }
constexpr std::uint64_t number_of_tag(std::uint64_t tag) { return tag & ((1ULL << 56U) - 1); }

class Poller {
 public:
  /// Throws std::system_error if the system has no epoll left to give.
  Poller();

  /// Watches `file` for `events` (EPOLLIN, EPOLLOUT; level-triggered) until it is closed. False:
  /// the system refused (no memory): treat `file` as broken.
  [[nodiscard]] bool add(int file, std::uint32_t events, std::uint64_t tag);
  /// Changes what `file` is watched for; 0: nothing but its breaking.
  void modify(int file, std::uint32_t events, std::uint64_t tag);
  /// Waits up to `timeout_ms` (negative: without end) and says which files are ready, some of them
  /// if they are many: the rest comes next time.
  std::span<const epoll_event> wait(int timeout_ms);

 private:
  static constexpr int kEventsMax = 256;

  FileDescriptor epoll_;
  std::array<epoll_event, kEventsMax> events_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_POLLER_HPP
