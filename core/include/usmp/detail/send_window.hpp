// The sending half of §4: messages in a row, cut into numbered chunks, resent until acknowledged.
// Knows chunks and time; knows no packet, key or sequence number.
#ifndef USMP_DETAIL_SEND_WINDOW_HPP
#define USMP_DETAIL_SEND_WINDOW_HPP

#include <stdint.h>

#include "usmp/buffers.hpp"
#include "usmp/detail/congestion_window.hpp"
#include "usmp/detail/retransmit_timer.hpp"
#include "usmp/message.hpp"
#include "usmp/result.hpp"

namespace usmp {

/// A chunk as it goes into a DATA frame.
struct Chunk {
  Bytes content;
  uint16_t number;
  uint8_t channel;
  bool first;
  bool last;
};

/// What an ACK frame says.
struct Ack {
  uint32_t bits;
  uint16_t next;
  uint8_t credit;
};

class SendWindow {
 public:
  void init();
  /// A session begins: chunks count from 0; messages of an earlier session go again from the start.
  void start(Medium medium, uint16_t chunk_size, uint16_t message_size_max, uint8_t credit);
  /// As start(), at the chunk number of a saved session (§5).
  void resume(Medium medium, uint16_t chunk_size, uint16_t message_size_max, uint8_t credit,
              uint16_t next_chunk);
  /// The limits that resume() brings next are not authentic yet: a message that they would refuse
  /// waits, with all behind it, for confirm_limits() or for another session.
  void expect_unproven_limits() { limits_proven_ = false; }
  void confirm_limits();
  /// The session is over: what is unfinished waits for the next one, or for take_back().
  void stop();
  /// Only while nothing is under way.
  void lend(SendBuffer buffer) {
    buffer_ = buffer;
    una_slot_ = 0;
  }
  bool has_buffer() const { return buffer_.chunk_count != 0; }
  /// Takes the buffer back; only while idle().
  SendBuffer take_buffer();

  void enqueue(Outgoing& message);
  /// A message that needs nothing more: acknowledged or refused. nullptr: none.
  Outgoing* take_finished();
  /// After the session: the next message that was not acknowledged. nullptr: none left.
  Outgoing* take_back();

  /// True if no message is unfinished.
  bool idle() const { return unfinished_ == nullptr; }
  /// True if a chunk may go out now.
  bool ready(Instant now) const;
  /// True if a chunk waits for nothing but that datagrams sent before leave the congestion window:
  /// `until` is the moment for it, which no timer and no ACK tells.
  bool waits_for_datagrams(Instant now, Instant* until) const;
  /// The chunk that ready() speaks of. Only if ready().
  Chunk peek() const;
  /// peek()'s chunk goes out now. True if it was the last one waiting to be sent.
  bool mark_sent(Instant now);
  /// True if the ACK names a chunk that was never sent, a protocol error.
  bool names_unsent(const Ack& ack) const;
  /// An ACK that counts, of chunks that were sent.
  void acknowledge(const Ack& ack, Instant now);

  /// True if messages wait, none is under way, and the peer gives no credit.
  bool starved() const;
  /// The retransmission timer expired: everything unacknowledged goes again. True: send a PING,
  /// because only credit is missing.
  bool on_timeout(Instant now);
  /// Starts the timer where only credit is missing.
  void watch_credit(Instant now);
  /// True if the oldest chunk was resent often and first sent long ago (§4, with the caller's part
  /// of the rule: nothing heard).
  bool hopeless(Instant now) const;
  /// The moment hopeless() may become true. Only if resent_often().
  bool resent_often() const;
  Instant hopeless_at() const;
  /// Sending pauses (the device is asleep) or goes on, with RTO and counts anew.
  void pause() {
    paused_ = true;
    timer_.stop();
  }
  /// Everything unacknowledged goes again at once.
  void go_on(Medium medium, Instant now);
  bool paused() const { return paused_; }
  /// A wake or another address: the congestion window begins again.
  void new_path(Medium medium);

  bool datagram_fits(Instant now) const;
  void datagram_sent(Instant now);

  RetransmitTimer& timer() { return timer_; }
  const RetransmitTimer& timer() const { return timer_; }
  uint16_t next_chunk() const { return next_new_; }
  uint32_t resent_total() const { return resent_total_; }
  uint16_t in_flight() const { return in_flight_; }
  /// Sends without numbers of chunks under way, resending or acknowledgement (§4, streams).
  bool stream() const { return stream_; }

 private:
  uint8_t slot_after(uint16_t steps) const;
  ChunkState& state_of(uint16_t chunk) const;
  bool next_to_send(uint16_t* chunk) const;
  /// True if a message has numbers and chunks that were never sent.
  bool has_new() const { return sending_ != nullptr && sending_->chunk_count != 0; }
  Chunk chunk_at(const Outgoing& message, uint16_t number) const;
  void number_messages();
  void drop_numbers();
  void advance_to(uint16_t next);
  void finish_acknowledged();
  bool account(uint16_t chunk);
  void take_sample(Instant now);
  void detect_losses(uint16_t in_flight_before);
  void mark_all_again(uint8_t extra);

  SendBuffer buffer_;
  Outgoing* head_;        // the oldest: finished ones first, not yet taken
  Outgoing* unfinished_;  // the first that is not finished
  Outgoing* sending_;     // the one that the next new chunk belongs to
  Outgoing* tail_;
  RetransmitTimer timer_;
  CongestionWindow congestion_;
  uint32_t resent_total_;
  uint16_t chunk_size_;
  uint16_t message_size_max_;  // the peer's; 0: no session
  uint16_t una_;               // the lowest chunk not acknowledged
  uint16_t next_new_;          // the lowest chunk never sent
  uint16_t edge_;              // the lowest chunk beyond the credit
  uint16_t order_;             // sendings so far
  uint16_t recovery_;          // losses of chunks last sent before this order belong to one event
  uint8_t una_slot_;           // the buffer's entry of chunk una_
  uint8_t in_flight_;
  uint8_t again_;  // chunks marked to go again
  bool recovering_ : 1;
  bool paused_ : 1;
  bool stream_ : 1;
  bool limits_proven_ : 1;
};

}  // namespace usmp

#endif  // USMP_DETAIL_SEND_WINDOW_HPP
