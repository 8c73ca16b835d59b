// termios: see serial_port.hpp.
#include "listen/serial_port.hpp"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "listen/baud_rate.hpp"
#include "listen/listen_error.hpp"

namespace usmp::gateway {
namespace {

[[noreturn]] void refuse(const ListenUri& uri, int error) {
  const std::string where = uri.text();
  if (error == ENOENT || error == ENXIO || error == ENODEV) {
    throw ListenError(ListenFault::NoSuchLine,
                      where +
                          ": there is no such device; is the adapter plugged in? `ls -l "
                          "/dev/serial/by-id` names those that are");
  }
  if (error == ENOTTY || error == EISDIR) {
    throw ListenError(ListenFault::NoSuchLine, where + ": this is no serial line");
  }
  if (error == EACCES || error == EPERM) {
    throw ListenError(ListenFault::NotPermitted,
                      where +
                          ": not permitted; the user has to be in the group of the device "
                          "(`ls -l " +
                          uri.device + "` names it, mostly dialout)");
  }
  if (error == EBUSY || error == EWOULDBLOCK) {
    throw ListenError(
        ListenFault::PortInUse,
        where + ": another program has the line; stop it (`fuser -v " + uri.device + "` names it)");
  }
  throw ListenError(ListenFault::Failed, where + ": cannot open: " + strerror(error));
}

bool make_raw(int file, speed_t speed) {
  termios settings{};
  if (tcgetattr(file, &settings) != 0) return false;
  cfmakeraw(&settings);
  // 8N1 without flow control. The lines of a modem do not count, and DTR stays as it is when we
  // close: on many boards it is wired to reset, and a gateway that restarts resets no device.
  settings.c_cflag |= CLOCAL | CREAD;
  settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS | HUPCL);
  settings.c_iflag &= ~static_cast<tcflag_t>(IXOFF | IXANY | INPCK);
  // Where nothing is there read() says so; 0 bytes mean that the line is gone.
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  return cfsetispeed(&settings, speed) == 0 && cfsetospeed(&settings, speed) == 0 &&
         tcsetattr(file, TCSANOW, &settings) == 0;
}

}  // namespace

FileDescriptor open_serial_port(const ListenUri& uri) {
  FileDescriptor port(open(uri.device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!port.is_open()) refuse(uri, errno);
  if (isatty(port.number()) == 0) refuse(uri, ENOTTY);
  // Two programs on one line would each get some of the bytes. The lock is for those that ask and
  // for root, whom TIOCEXCL does not stop; it is the kernel's, so that none is left behind.
  if (flock(port.number(), LOCK_EX | LOCK_NB) != 0) refuse(uri, errno);
  if (ioctl(port.number(), TIOCEXCL) != 0) refuse(uri, errno);
  const std::optional<speed_t> speed = speed_of(uri.baud_rate);
  if (!speed || !make_raw(port.number(), *speed)) refuse(uri, speed ? errno : EINVAL);
  return port;
}

}  // namespace usmp::gateway
