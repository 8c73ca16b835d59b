// See device_link.hpp.
#include "device_link.hpp"

#include <string.h>
#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "usmp/wire2/limits.hpp"

namespace usmp::python {
namespace {

constexpr std::size_t kDatagramsWaitingMax = 64;
constexpr std::size_t kWire2MessageMax = wire2::kMessageSizeMax;
constexpr int kOutcomeDelivered = 0;
constexpr int kOutcomeTooLarge = 1;
constexpr int kOutcomeReturned = 4;

}  // namespace

DeviceLink::DeviceLink(std::shared_ptr<EventQueue> queue, LinkConfig config)
    : id(next_id()),
      queue_(std::move(queue)),
      config_(std::move(config)),
      context_(std::make_unique<usmp_t>()),
      buffer_(USMP_MAX_MESSAGE) {}

DeviceLink::~DeviceLink() {
  if (is_open_) {
    usmp_close(context_.get());
    usmp_transport_destroy(&transport_);
  }
  explicit_bzero(config_.psk.data(), config_.psk.size());
}

// ---- Python's side

void DeviceLink::connect(std::string saved_state, std::uint32_t slept_s) {
  const std::lock_guard lock(mutex_);
  orders_.saved_state = std::move(saved_state);
  orders_.slept_s = slept_s;
  orders_.connect = true;
  is_over_ = false;
}

Sent DeviceLink::send(std::uint8_t channel, Bytes content, std::uint64_t token) {
  if (content.size > (config_.wire == 2 ? kWire2MessageMax : USMP_MAX_MESSAGE)) {
    return Sent::TooLarge;
  }
  if (config_.wire == 2 && channel != 0) return Sent::NoChannel;
  {
    const std::lock_guard lock(mutex_);
    if (is_over_) return Sent::Over;
  }
  if (!room_.enter(content.size)) return Sent::NoRoom;
  auto message = std::make_unique<OutMessage>();
  message->content.assign(reinterpret_cast<const char*>(content.data), content.size);
  message->token = token;
  message->node.data = message->content.data();
  message->node.len = message->content.size();
  message->node.channel = channel;
  message->node.user = message.get();
  const std::lock_guard lock(mutex_);
  orders_.messages.push_back(std::move(message));
  return Sent::Taken;
}

bool DeviceLink::send_datagram(std::uint8_t channel, Bytes content) {
  const std::lock_guard lock(mutex_);
  if (is_over_ || orders_.datagrams.size() >= kDatagramsWaitingMax) return false;
  orders_.datagrams.push_back(
      {std::string(reinterpret_cast<const char*>(content.data), content.size), channel});
  return true;
}

std::optional<InboxMessage> DeviceLink::receive(bool* resumes) { return inbox_.pop(resumes); }

void DeviceLink::ping() {
  const std::lock_guard lock(mutex_);
  orders_.ping = true;
}

void DeviceLink::rekey() {
  const std::lock_guard lock(mutex_);
  orders_.rekey = true;
}

void DeviceLink::sleep() {
  const std::lock_guard lock(mutex_);
  orders_.sleep = true;
}

void DeviceLink::close() {
  const std::lock_guard lock(mutex_);
  orders_.close = true;
}

std::string DeviceLink::session_id() const {
  const std::lock_guard lock(mutex_);
  return session_id_;
}

std::size_t DeviceLink::datagram_max() const {
  const std::lock_guard lock(mutex_);
  return datagram_max_;
}

// ---- The thread's side

DeviceLink::Orders DeviceLink::take_orders() {
  const std::lock_guard lock(mutex_);
  return std::exchange(orders_, {});
}

void DeviceLink::serve() {
  Orders orders = take_orders();
  const bool was_established = was_established_;
  if (orders.connect) begin(orders);
  for (std::unique_ptr<OutMessage>& message : orders.messages) {
    waiting_.push_back(std::move(message));
  }
  if (is_open_) {
    submit();
    step();
  }
  if (is_open_ && usmp_is_connected(context_.get())) {
    for (const OutDatagram& datagram : orders.datagrams) {
      (void)usmp_send_datagram(context_.get(), datagram.channel, datagram.content.data(),
                               datagram.content.size());
    }
    if (orders.ping) (void)usmp_ping_async(context_.get());
    if (orders.rekey) (void)usmp_rekey(context_.get());
    if (orders.ping || orders.rekey || !waiting_.empty()) {
      submit();
      step();
    }
  }
  if (is_open_ && orders.sleep) save(orders);
  if (orders.close) end(USMP_OK);
  if (!is_open_) deadline_ = Clock::time_point::max();
  is_steady_ = was_established && was_established_;
}

void DeviceLink::begin(Orders& orders) {
  if (is_open_) return;
  usmp_err_t code = open_transport();
  if (code == USMP_OK) {
    usmp_t& context = *context_;
    context = usmp_t{};
    context.psk = reinterpret_cast<const uint8_t*>(config_.psk.data());
    context.psk_len = config_.psk.size();
    memcpy(context.device_id, config_.device_id.data(), config_.device_id.size());
    context.device_id_len = static_cast<uint8_t>(config_.device_id.size());
    context.wire = config_.wire == 2 ? &usmp_wire_2 : &usmp_wire_3;
    context.keepalive_ms = config_.keepalive_ms;
    context.on_datagram = &DeviceLink::on_datagram;
    context.user = this;
    if (orders.saved_state.empty()) {
      code = usmp_connect_async(&context, &transport_);
    } else {
      code = usmp_wake(&context, &transport_, reinterpret_cast<uint8_t*>(orders.saved_state.data()),
                       orders.saved_state.size(), orders.slept_s);
    }
    if (code != USMP_OK) {
      usmp_close(&context);
      usmp_transport_destroy(&transport_);
    }
  }
  is_open_ = code == USMP_OK;
  was_established_ = false;
  if (is_open_) return;
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  push(EventKind::LinkFailed, code);
  push(EventKind::LinkDown, code);
}

usmp_err_t DeviceLink::open_transport() {
  transport_ = usmp_transport_t{};
  const char* place = config_.place.c_str();
  int code = USMP_ERR_INVALID_ARG;
  if (config_.transport == "udp") {
    code = usmp_transport_udp_prepare(&transport_, place, config_.port);
  } else if (config_.transport == "tcp") {
    code = usmp_transport_tcp_prepare(&transport_, place, config_.port);
  } else if (config_.transport == "serial") {
    code = usmp_transport_serial_prepare(&transport_, place, config_.port);
  }
  return static_cast<usmp_err_t>(code);
}

void DeviceLink::submit() {
  while (!waiting_.empty() && usmp_is_connected(context_.get())) {
    OutMessage& message = *waiting_.front();
    const usmp_err_t code = usmp_submit(context_.get(), &message.node);
    if (code == USMP_ERR_TOO_LARGE) {
      give_back(message.token, message.content.size(), kOutcomeTooLarge);
      waiting_.pop_front();
      continue;
    }
    if (code != USMP_OK) return;
    under_way_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

void DeviceLink::step() {
  for (;;) {
    const usmp_err_t code = usmp_step(context_.get());
    // What came before the end is the program's, with room for it or not.
    const bool has_taken = take_messages();
    take_finished();
    publish();
    if (code != USMP_OK) tell_step(code);
    if (!is_open_) return;
    if (usmp_is_connected(context_.get()) != was_established_) {
      was_established_ = !was_established_;
      if (was_established_) push(EventKind::LinkUp);
      submit();
      continue;
    }
    if (!has_taken && code == USMP_OK) break;
  }
  const std::uint32_t wait_ms = usmp_next_timeout_ms(context_.get());
  deadline_ = Clock::now() + std::chrono::milliseconds(wait_ms);
}

void DeviceLink::tell_step(usmp_err_t code) {
  const bool is_final = context_->state == USMP_STATE_ERROR;
  if (config_.reconnects && !is_final) {
    push(EventKind::LinkFailed, code);
    return;
  }
  if (was_established_ || is_final || context_->state == USMP_STATE_PAUSED) {
    if (!was_established_) push(EventKind::LinkFailed, code);
    end(code);
  }
}

// True: the context may have more to do now.
bool DeviceLink::take_messages() {
  bool has_taken = false;
  const bool is_ending = context_->state == USMP_STATE_ERROR;
  while (usmp_message_waits(context_.get()) && (is_ending || inbox_.has_room())) {
    std::size_t size = 0;
    std::uint8_t channel = 0;
    if (usmp_recv_on(context_.get(), buffer_.data(), buffer_.size(), &size, &channel, 0) !=
        USMP_OK) {
      break;
    }
    has_taken = true;
    const Inbox::Pushed pushed = inbox_.push(Bytes(buffer_.data(), size), channel, false);
    if (pushed.was_empty) push(EventKind::Readable);
  }
  return has_taken;
}

void DeviceLink::on_datagram(usmp_t* context, const uint8_t* data, size_t size, uint8_t channel) {
  auto* link = static_cast<DeviceLink*>(context->user);
  const Inbox::Pushed pushed = link->inbox_.push(Bytes(data, size), channel, true);
  if (pushed.was_empty) link->push(EventKind::Readable);
}

void DeviceLink::take_finished() {
  while (usmp_message_t* node = usmp_take_finished(context_.get())) {
    auto* message = static_cast<OutMessage*>(node->user);
    int outcome = kOutcomeReturned;
    if (node->delivery == USMP_DELIVERY_ACKNOWLEDGED) outcome = kOutcomeDelivered;
    if (node->delivery == USMP_DELIVERY_REFUSED) outcome = kOutcomeTooLarge;
    give_back(message->token, message->content.size(), outcome);
    std::erase_if(under_way_, [message](const auto& each) { return each.get() == message; });
  }
}

void DeviceLink::give_back(std::uint64_t token, std::size_t size, int outcome) {
  if (token != 0) {
    push(EventKind::Settled, static_cast<std::int64_t>(token << 3U) | outcome);
  }
  if (room_.settled(size)) push(EventKind::Room);
}

void DeviceLink::save(Orders& orders) {
  std::uint8_t saved[USMP_SAVED_STATE_MAX];
  std::size_t size = 0;
  const usmp_err_t code = usmp_sleep(context_.get(), saved, sizeof saved, &size);
  std::string text(reinterpret_cast<const char*>(saved), code == USMP_OK ? size : 0);
  explicit_bzero(saved, sizeof saved);
  push(EventKind::Slept, code, std::move(text));
  if (code == USMP_OK) orders.close = true;
}

// Once for each connect().
void DeviceLink::end(usmp_err_t code) {
  if (is_open_) {
    usmp_close(context_.get());
    take_finished();
    usmp_transport_destroy(&transport_);
  }
  is_open_ = false;
  was_established_ = false;
  while (!waiting_.empty()) {
    give_back(waiting_.front()->token, waiting_.front()->content.size(), kOutcomeReturned);
    waiting_.pop_front();
  }
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  push(EventKind::LinkDown, code);
}

std::uint32_t DeviceLink::wanted_events() const {
  std::uint32_t events = usmp_wants_to_send(context_.get()) ? EPOLLOUT : 0U;
  // A stream that nobody reads on would report the same bytes for ever.
  if (config_.transport != "tcp" || !usmp_message_waits(context_.get())) events |= EPOLLIN;
  return events;
}

void DeviceLink::publish() {
  if (!usmp_is_connected(context_.get()) || was_established_) return;
  const std::lock_guard lock(mutex_);
  session_id_.assign(reinterpret_cast<const char*>(context_->session_id), USMP_SESSION_ID_LEN);
  datagram_max_ = usmp_datagram_max(context_.get());
}

void DeviceLink::push(EventKind kind, std::int64_t value, std::string text) {
  queue_->push({kind, id, value, std::move(text)});
}

}  // namespace usmp::python
