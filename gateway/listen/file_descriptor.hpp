// An open file of the operating system that closes itself. Not for reading or writing: the owner
// does that with the number.
#ifndef USMP_GATEWAY_LISTEN_FILE_DESCRIPTOR_HPP
#define USMP_GATEWAY_LISTEN_FILE_DESCRIPTOR_HPP

#include <unistd.h>

#include <utility>

namespace usmp::gateway {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  /// Takes over `number`; negative: none.
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() { close(); }
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_FILE_DESCRIPTOR_HPP
