// The least that a UDP echo costs: a thread of recvmmsg and sendmmsg and nothing else. What the
// gateway is measured against.
#ifndef USMP_BENCH_PLAIN_ECHO_HPP
#define USMP_BENCH_PLAIN_ECHO_HPP

#include <time.h>

#include <atomic>
#include <cstdint>
#include <thread>

namespace usmp::bench {

class PlainEcho {
 public:
  /// Serves from then on. Throws std::runtime_error.
  PlainEcho();
  ~PlainEcho();
  PlainEcho(const PlainEcho&) = delete;
  PlainEcho& operator=(const PlainEcho&) = delete;

  std::uint16_t port() const { return port_; }
  /// CPU time of its thread.
  clockid_t clock();

 private:
  void serve();

  int socket_;
  std::uint16_t port_ = 0;
  std::atomic<bool> is_stopping_{false};
  std::thread thread_;
};

}  // namespace usmp::bench

#endif  // USMP_BENCH_PLAIN_ECHO_HPP
