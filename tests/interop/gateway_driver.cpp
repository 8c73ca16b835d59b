// A gateway made of the core's classes that echoes and does what it is told, line by line on stdin:
// `rekey`, `ping`, `bye`, `keep 0|1` (echoing), `send SIZE COUNT`, `rekeys`, `heard`, `port`. For
// what a gateway does of its own accord, which the console of `usmp gateway` has no word for.
//   gateway_driver tcp|udp KEY ID SUITE
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include "wire2_gateway.hpp"

namespace {

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
  }
  return bytes;
}

/// What message `number` of this size holds: the same as in device_driver.c.
std::string message(std::size_t size, std::size_t number) {
  std::string content(size, '\0');
  for (std::size_t index = 0; index < size; ++index) {
    content[index] = static_cast<char>((index * 7 + number * 31 + size) & 0xFF);
  }
  return content;
}

std::string obey(usmp::test::Wire2Gateway& gateway, const std::string& line) {
  std::istringstream words(line);
  std::string word;
  std::size_t size = 0;
  std::size_t count = 0;
  words >> word >> size >> count;
  if (word == "rekey") gateway.rekey();
  if (word == "ping") gateway.ping();
  if (word == "bye") gateway.bye();
  if (word == "keep") gateway.echo = size != 0;
  if (word == "send") {
    for (std::size_t number = 0; number < count; ++number) gateway.send(message(size, number));
  }
  if (word == "rekeys") return std::to_string(gateway.rekeys());
  if (word == "heard") return std::to_string(gateway.heard());
  if (word == "port") return std::to_string(gateway.port());
  return "done";
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) return EXIT_FAILURE;
  using Gateway = usmp::test::Wire2Gateway;
  const auto transport =
      std::string(words[1]) == "udp" ? Gateway::Transport::Udp : Gateway::Transport::Tcp;
  const auto suite = std::string(words[4]) == "2" ? usmp::crypto::Suite::ChaCha20Poly1305
                                                  : usmp::crypto::Suite::Aes256Gcm;
  Gateway gateway(transport, {from_hex(words[3]), from_hex(words[2])}, suite);
  gateway.echo = true;
  std::cout << "0 ready" << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) std::cout << "0 " << obey(gateway, line) << std::endl;
  return EXIT_SUCCESS;
}
