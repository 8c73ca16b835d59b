// See uart_line.hpp.
#include "uart_line.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace usmp::simavr {
namespace {

constexpr uint64_t kBitsOfAByte = 10;  // start bit, eight, stop bit
// What the receiver keeps: two bytes, and one in its shift register.
constexpr unsigned kUnreadMax = 3;
constexpr uint64_t kByteCyclesWithoutSpeed = 1389;  // 115200 bits a second at 16 MHz
constexpr size_t kDepartingMax = 65536;

avr_uart_t* find_uart(avr_t* avr, unsigned number) {
  for (avr_io_t* port = avr->io_port; port != nullptr; port = port->next) {
    if (std::strcmp(port->kind, "uart") != 0) continue;
    auto* const uart = reinterpret_cast<avr_uart_t*>(port);
    if (uart->name == static_cast<char>('0' + number)) return uart;
  }
  throw std::runtime_error("the AVR has no such UART");
}

int listen_on_loopback(uint16_t* port) {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (file < 0 || bind(file, plain, size) != 0 || listen(file, 1) != 0 ||
      getsockname(file, plain, &size) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  *port = ntohs(address.sin_port);
  return file;
}

}  // namespace

UartLine::UartLine(WatchedAvr& watched, unsigned number, FrameSeen seen)
    : watched_(watched), uart_(find_uart(watched.avr(), number)), seen_(std::move(seen)) {
  listener_ = listen_on_loopback(&port_);
  uint32_t flags = 0;  // no console, no pauses of simavr's own
  const auto name = static_cast<uint32_t>(uart_->name);
  avr_ioctl(watched.avr(), AVR_IOCTL_UART_SET_FLAGS(name), &flags);
  avr_irq_register_notify(
      avr_io_getirq(watched.avr(), AVR_IOCTL_UART_GETIRQ(name), UART_IRQ_OUTPUT),
      &UartLine::byte_written, this);
}

UartLine::~UartLine() {
  hang_up();
  close(listener_);
}

// By the registers: simavr counts a parity bit that nobody sends.
uint64_t UartLine::byte_cycles() const {
  avr_t* const avr = watched_.avr();
  const uint64_t divisor = 1u + avr_regbit_get(avr, uart_->ubrrl) +
                           (static_cast<unsigned>(avr_regbit_get(avr, uart_->ubrrh)) << 8);
  if (divisor == 1) return kByteCyclesWithoutSpeed;
  return kBitsOfAByte * divisor * (avr_regbit_get(avr, uart_->u2x) != 0 ? 8 : 16);
}

bool UartLine::listens() const {
  return power_ && avr_regbit_get(watched_.avr(), uart_->rxen) != 0;
}

void UartLine::byte_written(avr_irq_t*, uint32_t value, void* self) {
  static_cast<UartLine*>(self)->take(static_cast<uint8_t>(value));
}

// simavr says so when the AVR writes it; it is on the line once its bits, and those before, are.
void UartLine::take(uint8_t byte) {
  const uint64_t begin = std::max(watched_.cycle(), out_free_at_);
  out_free_at_ = begin + byte_cycles();
  departing_.push_back({out_free_at_, byte});
  watch(Way::Out, byte, begin, out_free_at_);
}

void UartLine::advance() {
  const uint64_t now = watched_.cycle();
  uart_->cycles_per_byte = byte_cycles();
  if (arriving_.empty() || now < in_free_at_) return;
  const uint8_t byte = arriving_.front();
  arriving_.pop_front();
  // Looked at a little late, the line is no slower for it.
  const bool gapless = now - in_free_at_ < byte_cycles();
  in_free_at_ = (gapless ? in_free_at_ : now) + byte_cycles();
  const unsigned unread =
      static_cast<unsigned>(uart_->input.write - uart_->input.read) % uart_fifo_fifo_size;
  if (!listens() || unread >= kUnreadMax) {
    ++bytes_lost_;
    return;
  }
  watch(Way::In, byte, now, now + byte_cycles());
  avr_raise_irq(uart_->io.irq + UART_IRQ_INPUT, byte);
}

void UartLine::set_power(bool on) {
  power_ = on;
  if (on) return;
  departing_.clear();
  arriving_.clear();
}

void UartLine::look_for_peer() {
  peer_ = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (peer_ < 0) return;
  const int on = 1;
  setsockopt(peer_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void UartLine::hang_up() {
  if (peer_ >= 0) close(peer_);
  peer_ = -1;
}

void UartLine::exchange() {
  if (peer_ < 0) look_for_peer();
  uint8_t piece[4096];
  if (peer_ >= 0) {
    const ssize_t count = recv(peer_, piece, sizeof piece, 0);
    if (count > 0 && power_) arriving_.insert(arriving_.end(), piece, piece + count);
    if (count > 0 && !power_) bytes_lost_ += static_cast<uint64_t>(count);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) hang_up();
  }
  size_t size = 0;
  const uint64_t now = watched_.cycle();
  while (size < sizeof piece && size < departing_.size() && departing_[size].cycle <= now) {
    piece[size] = departing_[size].byte;
    ++size;
  }
  if (size == 0) return;
  // Nobody at the other end: the bytes go out all the same.
  ssize_t sent = static_cast<ssize_t>(size);
  if (peer_ >= 0) sent = send(peer_, piece, size, MSG_NOSIGNAL);
  if (sent < 0 && departing_.size() < kDepartingMax && errno == EAGAIN) return;
  departing_.erase(departing_.begin(),
                   departing_.begin() + (sent < 0 ? static_cast<ssize_t>(size) : sent));
}

void UartLine::watch(Way way, uint8_t byte, uint64_t begin, uint64_t end) {
  LineFrame& frame = frames_[way == Way::In ? 0 : 1];
  if (byte != 0) {
    if (frame.size == 0) frame.first_cycle = begin;
    if (frame.size == 1) frame.packet_byte = byte;
    ++frame.size;
    return;
  }
  frame.last_cycle = end;
  if (frame.size > 0) seen_(way, frame);
  frame = LineFrame{};
}

}  // namespace usmp::simavr
