// The serial transport: a terminal device as raw bytes, 8N1, for this program alone. Where packets
// begin and end in them is the library's business.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <new>
#include <string>

#include "usmp.h"

namespace usmp::posix {
namespace {

struct SerialTransport {
  SerialTransport(const char* name, int rate) : device(name), baud(rate) {}
  ~SerialTransport() { close(); }
  SerialTransport(const SerialTransport&) = delete;
  SerialTransport& operator=(const SerialTransport&) = delete;

  void close() {
    if (file >= 0) ::close(file);
    file = -1;
  }

  std::string device;
  int baud;
  int file = -1;
};

SerialTransport& self(usmp_transport_t* t) { return *static_cast<SerialTransport*>(t->ctx); }

int code_of_line_errno(int error) {
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ENOTTY:
    case EISDIR:
    case EIO:
      return USMP_ERR_NO_SUCH_LINE;
    case EACCES:
    case EPERM:
      return USMP_ERR_NOT_PERMITTED;
    case EBUSY:
    case EWOULDBLOCK:
      return USMP_ERR_LINE_IN_USE;
    case EINVAL:
      return USMP_ERR_INVALID_ARG;
    default:
      return USMP_ERR_TRANSPORT_FAILED;
  }
}

bool make_raw(int file, int baud) {
  termios settings{};
  if (tcgetattr(file, &settings) != 0) return false;
  cfmakeraw(&settings);
  // The lines of a modem do not count, and DTR stays as it is at the end.
  settings.c_cflag |= CLOCAL | CREAD;
  settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS | HUPCL);
  settings.c_iflag &= ~static_cast<tcflag_t>(IXOFF | IXANY | INPCK);
  // Where nothing is there read() says so; 0 bytes mean that the line is gone.
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  return cfsetspeed(&settings, static_cast<speed_t>(baud)) == 0 &&
         tcsetattr(file, TCSANOW, &settings) == 0;
}

int serial_open(usmp_transport_t* t) {
  SerialTransport& serial = self(t);
  if (serial.file >= 0) return 0;
  serial.file = ::open(serial.device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  // The lock is for other programs that ask, and for root, whom TIOCEXCL does not stop.
  if (serial.file >= 0 && isatty(serial.file) != 0 && flock(serial.file, LOCK_EX | LOCK_NB) == 0 &&
      ioctl(serial.file, TIOCEXCL) == 0 && make_raw(serial.file, serial.baud)) {
    return 0;
  }
  const int code = code_of_line_errno(errno);
  serial.close();
  return code;
}

int serial_send(usmp_transport_t* t, const uint8_t* data, size_t len) {
  for (;;) {
    const ssize_t count = ::write(self(t).file, data, len);
    if (count >= 0) return static_cast<int>(count);
    if (errno == EINTR) continue;
    return errno == EAGAIN ? 0 : code_of_line_errno(errno);
  }
}

int serial_recv(usmp_transport_t* t, uint8_t* buf, size_t max_len) {
  for (;;) {
    const ssize_t count = ::read(self(t).file, buf, max_len);
    if (count > 0) return static_cast<int>(count);
    if (count == 0) return USMP_ERR_NO_SUCH_LINE;  // hung up: the adapter is gone
    if (errno == EINTR) continue;
    return errno == EAGAIN ? 0 : code_of_line_errno(errno);
  }
}

bool wait_for_line(const SerialTransport& serial, bool for_sending, std::uint32_t timeout_ms) {
  const std::uint32_t longest = 60 * 1000;
  pollfd entry{};
  entry.fd = serial.file;
  entry.events = static_cast<short>(for_sending ? POLLIN | POLLOUT : POLLIN);
  return poll(&entry, 1, static_cast<int>(timeout_ms < longest ? timeout_ms : longest)) > 0;
}

int serial_available(usmp_transport_t* t) { return wait_for_line(self(t), false, 0) ? 1 : 0; }

void serial_wait(usmp_transport_t* t, int for_sending, uint32_t timeout_ms) {
  wait_for_line(self(t), for_sending != 0, timeout_ms);
}

void serial_close(usmp_transport_t* t) { self(t).close(); }

int serial_reconnect(usmp_transport_t* t) {
  serial_close(t);
  return serial_open(t);
}

int serial_fd(usmp_transport_t* t) { return self(t).file; }

void serial_destroy(usmp_transport_t* t) {
  delete static_cast<SerialTransport*>(t->ctx);
  *t = usmp_transport_t{};
}

bool baud_known(int baud) {
  termios settings{};
  return baud > 0 && cfsetspeed(&settings, static_cast<speed_t>(baud)) == 0;
}

}  // namespace
}  // namespace usmp::posix

int usmp_transport_serial_prepare(usmp_transport_t* t, const char* device, int baud) {
  using namespace usmp::posix;
  if (t == nullptr || device == nullptr || device[0] == 0 || !baud_known(baud)) {
    return USMP_ERR_INVALID_ARG;
  }
  *t = usmp_transport_t{};
  t->ctx = new (std::nothrow) SerialTransport(device, baud);
  if (t->ctx == nullptr) return USMP_ERR_NO_MEMORY;
  t->send = serial_send;
  t->recv = serial_recv;
  t->close = serial_close;
  t->reconnect = serial_reconnect;
  t->available = serial_available;
  t->destroy = serial_destroy;
  t->open = serial_open;
  t->wait = serial_wait;
  t->fd = serial_fd;
  t->stream = USMP_TRANSPORT_LINE;
  return 0;
}

int usmp_transport_serial_init(usmp_transport_t* t, const char* device, int baud) {
  const int prepared = usmp_transport_serial_prepare(t, device, baud);
  if (prepared != 0) return prepared;
  const int opened = t->open(t);
  if (opened != 0) usmp_transport_destroy(t);
  return opened;
}
