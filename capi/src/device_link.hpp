// A device's session of either wire, by the calls that both have. Which wire it is was decided when
// it was made: nothing behind this asks.
#ifndef USMP_CAPI_DEVICE_LINK_HPP
#define USMP_CAPI_DEVICE_LINK_HPP

#include "wire_table.hpp"

namespace usmp {
namespace capi {

class DeviceLink {
 public:
  explicit DeviceLink(const usmp_wire_t& wire) : wire_(&wire), session_(nullptr) {}
  ~DeviceLink() {
    if (session_ != nullptr) wire_->end(session_);
  }
  DeviceLink(const DeviceLink&) = delete;
  DeviceLink& operator=(const DeviceLink&) = delete;

  /// Makes the session in the carver's memory. False: it does not fit.
  bool make(Carver& carver, const Making& making) {
    session_ = wire_->make(carver, making);
    return session_ != nullptr;
  }
  /// False until then; nothing below may be called.
  bool made() const { return session_ != nullptr; }
  Error begin() { return wire_->begin(session_); }

  void set_keepalive(Duration keepalive) { wire_->set_keepalive(session_, keepalive); }
  size_t packet_size(const usmp_sizes_t& sizes) const { return wire_->packet_size(sizes); }
  size_t record_overhead() const { return wire_->record_overhead; }
  void start_stream(MutableBytes packet) { wire_->start_stream(session_, packet); }
  Result<MutableBytes> read_stream(Bytes& input) { return wire_->read_stream(session_, input); }
  Error make_record(MutableBytes record) const { return wire_->make_record(record); }
  usmp_err_t too_large() const { return wire_->too_large; }

  State state() const { return wire_->state(session_); }
  bool established() const { return state() == State::Established; }
  const Counters& counters() const { return wire_->counters(session_); }
  uint32_t packets_resent() const { return wire_->packets_resent(session_); }
  Duration rto() const { return wire_->rto(session_); }
  Bytes session_id() const { return wire_->session_id(session_); }
  Error connect(Instant now) { return wire_->connect(session_, now); }
  Result<Event> receive(MutableBytes packet, Instant now) {
    return wire_->receive(session_, packet, now);
  }
  Result<size_t> poll_transmit(MutableBytes out, Instant now) {
    return wire_->poll_transmit(session_, out, now);
  }
  Instant next_deadline(Instant now) const { return wire_->next_deadline(session_, now); }
  Event on_deadline(Instant now) { return wire_->on_deadline(session_, now); }
  Event connection_lost(Instant now) { return wire_->connection_lost(session_, now); }
  void close(Instant now) { wire_->close(session_, now); }
  Error send(Outgoing& message, Instant now) { return wire_->send(session_, message, now); }
  Error ping(Instant now) { return wire_->ping(session_, now); }
  bool can_receive() const { return wire_->can_receive(session_); }
  bool message(Message* out) const { return wire_->message(session_, out); }
  Event release_message(Instant now) { return wire_->release_message(session_, now); }
  Outgoing* take_finished() { return wire_->take_finished(session_); }
  Outgoing* take_back() { return wire_->take_back(session_); }
  bool send_idle() const { return wire_->send_idle(session_); }

  bool has_wire3_calls() const { return wire_->wire3 != nullptr; }
  bool next_datagram(Message* out) {
    return has_wire3_calls() && wire_->wire3->next_datagram(session_, out);
  }
  Error send_datagram(Bytes content, uint8_t channel, Instant now) {
    return wire_->wire3->send_datagram(session_, content, channel, now);
  }
  size_t datagram_size_max() const {
    return has_wire3_calls() ? wire_->wire3->datagram_size_max(session_) : 0;
  }
  bool can_sleep() const { return wire_->wire3->can_sleep(session_); }
  Result<size_t> save(MutableBytes out, Instant now) {
    return wire_->wire3->save(session_, out, now);
  }
  Error wake(MutableBytes saved, uint32_t slept_s, Instant now) {
    return wire_->wire3->wake(session_, saved, slept_s, now);
  }

  bool has_wire2_calls() const { return wire_->wire2 != nullptr; }
  Error rekey(Instant now) { return wire_->wire2->rekey(session_, now); }
  uint32_t rekeys() const { return wire_->wire2->rekeys(session_); }
  Bytes send_key() const { return wire_->wire2->send_key(session_); }
  Bytes receive_key() const { return wire_->wire2->receive_key(session_); }
  /// True if a number that was not the next one broke the stream.
  bool number_broke_stream() const {
    return has_wire2_calls() && wire_->wire2->drop_reason(session_) == Error::Unexpected;
  }
  void delivered(Instant now) { wire_->wire2->delivered(session_, now); }

 private:
  const usmp_wire_t* const wire_;
  void* session_;
};

}  // namespace capi
}  // namespace usmp

#endif  // USMP_CAPI_DEVICE_LINK_HPP
