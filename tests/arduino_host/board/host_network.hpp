// A Client and a UDP object over sockets, as a board's network library has them: IPv4 only.
#ifndef USMP_TESTS_HOST_NETWORK_HPP
#define USMP_TESTS_HOST_NETWORK_HPP

#include <Client.h>
#include <IPAddress.h>
#include <Udp.h>

/// The calls that take time block, as on boards.
class HostClient : public Client {
 public:
  HostClient() : file_(-1), ended_(false) {}
  virtual ~HostClient() { close_file(); }
  HostClient(const HostClient&) = delete;
  HostClient& operator=(const HostClient&) = delete;

  int connect(IPAddress address, uint16_t port) override;
  int connect(const char* host, uint16_t port) override;
  size_t write(uint8_t byte) override { return write(&byte, 1); }
  size_t write(const uint8_t* data, size_t size) override;
  int available() override;
  int read() override;
  int read(uint8_t* out, size_t size) override;
  int peek() override { return -1; }
  void flush() override {}
  void stop() override { close_file(); }
  uint8_t connected() override;
  operator bool() override { return file_ >= 0; }
  void setConnectionTimeout(uint16_t ms) { connect_wait_ms = ms; }
  using Print::write;

  uint16_t connect_wait_ms = 0;

 private:
  void close_file();

  int file_;
  bool ended_;
};

class HostUdp : public UDP {
 public:
  HostUdp() : file_(-1), out_size_(0), in_size_(0), in_read_(0), port_to_(0), port_from_(0) {}
  virtual ~HostUdp() { close_file(); }
  HostUdp(const HostUdp&) = delete;
  HostUdp& operator=(const HostUdp&) = delete;

  uint8_t begin(uint16_t port) override;
  void stop() override { close_file(); }
  int beginPacket(IPAddress address, uint16_t port) override;
  int beginPacket(const char* host, uint16_t port) override;
  int endPacket() override;
  size_t write(uint8_t byte) override { return write(&byte, 1); }
  size_t write(const uint8_t* data, size_t size) override;
  int parsePacket() override;
  int available() override { return static_cast<int>(in_size_ - in_read_); }
  int read() override;
  int read(unsigned char* out, size_t size) override;
  int read(char* out, size_t size) override {
    return read(reinterpret_cast<unsigned char*>(out), size);
  }
  int peek() override { return -1; }
  void flush() override { in_read_ = in_size_; }
  IPAddress remoteIP() override { return from_; }
  uint16_t remotePort() override { return port_from_; }
  using Print::write;

 private:
  void close_file();

  static const size_t kPacketMax = 2048;
  int file_;
  uint8_t out_[kPacketMax];
  uint8_t in_[kPacketMax];
  size_t out_size_;
  size_t in_size_;
  size_t in_read_;
  IPAddress to_;
  IPAddress from_;
  uint16_t port_to_;
  uint16_t port_from_;
};

/// The address of a name. False: it has none.
bool host_by_name(const char* name, IPAddress& address);

#endif  // USMP_TESTS_HOST_NETWORK_HPP
