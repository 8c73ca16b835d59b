// Handshakes of wire 2 as load for a server of either package, made to cost as little as it can:
//   usmp_handshake_load tcp|udp PORT TOGETHER SECONDS
// Prints how many there were in a second, and how many in all. The devices are those of
// python/bench/server_program.py, each handshake from a socket and an address of its own.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "pooled_ephemerals.hpp"
#include "wire2_load.hpp"

int main(int count, char** words) {
  using namespace usmp;
  if (count != 5) {
    std::fputs("usmp_handshake_load tcp|udp PORT TOGETHER SECONDS\n", stderr);
    return 2;
  }
  const bench::Wire2Target target{
      static_cast<std::uint16_t>(std::atoi(words[2])),
      std::string_view(words[1]) == "tcp" ? Medium::Stream : Medium::Udp,
      bench::pooled_ephemerals()};
  const auto together = static_cast<std::size_t>(std::atoi(words[3]));
  try {
    // The first second is for getting under way.
    const bench::Handshakes before = bench::shake_hands(target, together, 1);
    const bench::Handshakes measured = bench::shake_hands(target, together, std::atof(words[4]));
    std::printf("%.0f %zu\n", measured.per_second(), before.count + measured.count);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "usmp_handshake_load: %s\n", error.what());
    return 1;
  }
  return 0;
}
