// The receiving half of §4: chunks put in order, messages whole and once, and what the next ACK
// says. Knows no packet, key or sequence number; only authentic chunks come here.
#ifndef USMP_DETAIL_RECEIVE_WINDOW_HPP
#define USMP_DETAIL_RECEIVE_WINDOW_HPP

#include <stdint.h>

#include "usmp/buffers.hpp"
#include "usmp/detail/send_window.hpp"
#include "usmp/message.hpp"

namespace usmp {

class ReceiveWindow {
 public:
  enum class Verdict : uint8_t {
    Taken,
    Dropped,  ///< a duplicate, outside the credit, or no buffer was lent
    ProtocolError,
  };

  void init();
  /// A session begins, or goes on at the chunk number of a saved one.
  void start(Medium medium, const ReceiveLimits& limits, uint8_t cid_size, uint16_t next_chunk);
  void lend(ReceiveBuffer buffer);
  bool has_buffer() const { return buffer_.room != nullptr; }
  /// True if the buffer holds nothing: no part of a message, no chunk, no message waiting.
  bool buffer_idle() const;
  ReceiveBuffer take_buffer();

  USMP_MUST_USE Verdict take(const Chunk& chunk, Instant now);
  /// The message that waits for the application. False: none.
  bool message(Message* out) const;
  bool message_waiting() const { return waiting_; }
  /// The application took the message; chunks behind it move up. ProtocolError: they do not fit
  /// together.
  USMP_MUST_USE Verdict release();

  /// True if an ACK has to go out now.
  bool ack_due(Instant now) const;
  /// True if an ACK would say something new.
  bool ack_owed() const { return owed_; }
  Instant ack_deadline() const { return ack_deadline_; }
  bool ack_at_once() const { return at_once_; }
  /// Asks for an ACK, with whatever goes out next.
  void owe_ack() {
    owed_ = true;
    at_once_ = true;
  }
  Ack ack() const;
  /// ack() goes out.
  void ack_sent();

  uint16_t next_chunk() const { return next_; }
  bool stream() const { return stream_; }
  uint16_t max_message() const { return max_message_; }
  uint8_t window() const { return window_; }

 private:
  uint8_t credit() const;
  uint8_t slot_of(uint16_t chunk) const;
  PlaceState& place_of(uint16_t chunk) const;
  uint8_t* bytes_of(uint16_t chunk) const;
  void clear_places();
  void store(const Chunk& chunk);
  bool append(const Chunk& chunk);
  void advance_next();
  bool move_up();
  bool has_chunks_ahead() const;
  Verdict take_on_stream(const Chunk& chunk);
  void count_for_ack(bool at_once, Instant now);

  ReceiveBuffer buffer_;
  Instant ack_deadline_;
  uint16_t max_message_;
  uint16_t chunk_size_;
  uint16_t next_;       // the lowest chunk not yet there
  uint16_t taken_;      // the lowest chunk not yet in the room
  uint16_t room_size_;  // bytes of the message in the room
  uint16_t told_edge_;  // next + credit as last told
  uint8_t taken_slot_;  // the place of chunk taken_
  uint8_t window_;
  uint8_t told_credit_;
  uint8_t held_count_;  // chunks in places
  uint8_t unacked_count_;
  uint8_t channel_;
  bool assembling_;  // the room holds the beginning of a message
  bool waiting_;     // the room holds a whole message
  bool owed_;
  bool at_once_;
  bool stream_;
};

}  // namespace usmp

#endif  // USMP_DETAIL_RECEIVE_WINDOW_HPP
