// See published_server.hpp.
#include "published_server.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace usmp::bench {
namespace {

std::string read_line(int file) {
  std::string line;
  char byte = 0;
  while (read(file, &byte, 1) == 1 && byte != '\n') line += byte;
  return line;
}

}  // namespace

PublishedServer::PublishedServer(Medium medium) {
  if (access(USMP_BENCH_PUBLISHED_PYTHON, X_OK) != 0) {
    throw std::runtime_error("the published package is not there: scripts/fetch_published.sh");
  }
  int to_child[2];
  int from_child[2];
  if (pipe(to_child) != 0 || pipe(from_child) != 0) throw std::runtime_error("no pipe");
  process_ = fork();
  if (process_ < 0) throw std::runtime_error("cannot start a process");
  if (process_ == 0) {
    dup2(to_child[0], STDIN_FILENO);
    dup2(from_child[1], STDOUT_FILENO);
    close(to_child[1]);
    close(from_child[0]);
    const char* const kind = usmp::is_stream(medium) ? "tcp" : "udp";
    // Its own path as its name: by that it finds the environment it belongs to.
    execl(USMP_BENCH_PUBLISHED_PYTHON, USMP_BENCH_PUBLISHED_PYTHON, "-B",
          USMP_BENCH_PUBLISHED_SERVER, kind, nullptr);
    _exit(127);
  }
  close(to_child[0]);
  close(from_child[1]);
  input_ = to_child[1];
  const std::string port = read_line(from_child[0]);
  close(from_child[0]);
  if (port.empty()) throw std::runtime_error("the published server does not start");
  target_ = {static_cast<std::uint16_t>(std::strtoul(port.c_str(), nullptr, 10)), medium};
}

PublishedServer::~PublishedServer() {
  close(input_);
  kill(process_, SIGTERM);
  (void)waitpid(process_, nullptr, 0);
}

}  // namespace usmp::bench
