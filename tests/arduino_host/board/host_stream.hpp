// A Stream over file descriptors that never blocks, such as an UART that is a terminal here.
#ifndef USMP_TESTS_HOST_STREAM_HPP
#define USMP_TESTS_HOST_STREAM_HPP

#include "Stream.h"

class HostStream : public Stream {
 public:
  /// `device`: opened by begin(); NULL: the standard streams.
  explicit HostStream(const char* device_variable)
      : device_variable_(device_variable), in_(-1), out_(-1), next_(-1) {}

  void begin(unsigned long baud);
  int available() override;
  int read() override;
  int peek() override;
  size_t write(uint8_t byte) override { return write(&byte, 1); }
  size_t write(const uint8_t* data, size_t size) override;
  int availableForWrite() override { return 64; }
  // The boards that the published sketches are for have it.
  int printf(const char* format, ...) __attribute__((format(printf, 2, 3)));
  using Print::write;

 private:
  const char* device_variable_;
  int in_;
  int out_;
  int next_;
};

#endif  // USMP_TESTS_HOST_STREAM_HPP
