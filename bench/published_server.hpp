// The published package's server as a process of its own (published_server.py), the peer that the
// wire 2 figures stand beside. Not linked, not imported: it is only talked to.
#ifndef USMP_BENCH_PUBLISHED_SERVER_HPP
#define USMP_BENCH_PUBLISHED_SERVER_HPP

#include <sys/types.h>

#include "wire2_load.hpp"

namespace usmp::bench {

class PublishedServer {
 public:
  /// Serves one medium from then on, for every Wire2Identity. Throws
  /// std::runtime_error, also where the package is not installed.
  explicit PublishedServer(Medium medium);
  ~PublishedServer();
  PublishedServer(const PublishedServer&) = delete;
  PublishedServer& operator=(const PublishedServer&) = delete;

  Wire2Target target() const { return target_; }

 private:
  pid_t process_ = -1;
  int input_ = -1;
  Wire2Target target_;
};

}  // namespace usmp::bench

#endif  // USMP_BENCH_PUBLISHED_SERVER_HPP
