// See host_network.hpp. The Arduino headers come before those of sockets, whose macros would break
// them.
#include "host_network.hpp"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace {

sockaddr_in address_of(IPAddress address, uint16_t port) {
  sockaddr_in made = {};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  made.sin_addr.s_addr = static_cast<uint32_t>(address);
  return made;
}

const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

bool host_by_name(const char* name, IPAddress& address) {
  addrinfo wanted = {};
  wanted.ai_family = AF_INET;
  addrinfo* found = nullptr;
  if (getaddrinfo(name, nullptr, &wanted, &found) != 0) return false;
  address = reinterpret_cast<sockaddr_in*>(found->ai_addr)->sin_addr.s_addr;
  freeaddrinfo(found);
  return true;
}

int HostClient::connect(IPAddress address, uint16_t port) {
  close_file();
  file_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in to = address_of(address, port);
  if (::connect(file_, generic(to), sizeof to) == 0) return 1;
  close_file();
  return 0;
}

int HostClient::connect(const char* host, uint16_t port) {
  IPAddress address;
  return host_by_name(host, address) ? connect(address, port) : 0;
}

size_t HostClient::write(const uint8_t* data, size_t size) {
  const ssize_t count = ::send(file_, data, size, MSG_NOSIGNAL);
  if (count < 0) ended_ = true;
  return count < 0 ? 0 : static_cast<size_t>(count);
}

int HostClient::available() {
  int count = 0;
  return file_ >= 0 && ioctl(file_, FIONREAD, &count) == 0 ? count : 0;
}

int HostClient::read() {
  uint8_t byte = 0;
  return read(&byte, 1) == 1 ? byte : -1;
}

int HostClient::read(uint8_t* out, size_t size) {
  return static_cast<int>(recv(file_, out, size, MSG_DONTWAIT));
}

// As on boards: also while something waits to be read.
uint8_t HostClient::connected() {
  if (file_ < 0 || ended_) return 0;
  uint8_t byte = 0;
  const ssize_t count = recv(file_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR)) ? 1 : 0;
}

void HostClient::close_file() {
  if (file_ >= 0) close(file_);
  file_ = -1;
  ended_ = false;
}

uint8_t HostUdp::begin(uint16_t port) {
  close_file();
  file_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const sockaddr_in any = address_of(IPAddress(0, 0, 0, 0), port);
  if (bind(file_, generic(any), sizeof any) == 0) return 1;
  close_file();
  return 0;
}

int HostUdp::beginPacket(IPAddress address, uint16_t port) {
  to_ = address;
  port_to_ = port;
  out_size_ = 0;
  return file_ >= 0 ? 1 : 0;
}

int HostUdp::beginPacket(const char* host, uint16_t port) {
  IPAddress address;
  return host_by_name(host, address) ? beginPacket(address, port) : 0;
}

size_t HostUdp::write(const uint8_t* data, size_t size) {
  const size_t count = std::min(size, kPacketMax - out_size_);
  std::copy_n(data, count, out_ + out_size_);
  out_size_ += count;
  return count;
}

int HostUdp::endPacket() {
  const sockaddr_in to = address_of(to_, port_to_);
  const ssize_t count = sendto(file_, out_, out_size_, 0, generic(to), sizeof to);
  return count == static_cast<ssize_t>(out_size_) ? 1 : 0;
}

int HostUdp::parsePacket() {
  sockaddr_in from = {};
  socklen_t size = sizeof from;
  in_size_ = in_read_ = 0;
  if (file_ < 0) return 0;
  const ssize_t count =
      recvfrom(file_, in_, sizeof in_, MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
  if (count <= 0) return 0;
  in_size_ = static_cast<size_t>(count);
  from_ = from.sin_addr.s_addr;
  port_from_ = ntohs(from.sin_port);
  return static_cast<int>(count);
}

int HostUdp::read() { return in_read_ < in_size_ ? in_[in_read_++] : -1; }

int HostUdp::read(unsigned char* out, size_t size) {
  const size_t count = std::min(size, in_size_ - in_read_);
  std::copy_n(in_ + in_read_, count, out);
  in_read_ += count;
  return static_cast<int>(count);
}

void HostUdp::close_file() {
  if (file_ >= 0) close(file_);
  file_ = -1;
  in_size_ = in_read_ = 0;
}
