// The congestion window of a UDP sender, counted in chunks (§4, RFC 5681). On other media it is
// always open.
#ifndef USMP_DETAIL_CONGESTION_WINDOW_HPP
#define USMP_DETAIL_CONGESTION_WINDOW_HPP

#include <stdint.h>

#include "usmp/config.hpp"
#include "usmp/time.hpp"

namespace usmp {

class CongestionWindow {
 public:
  /// At the start, after a wake and after a change of address.
  void reset(Medium medium);
  /// True if one more may go out while `in_flight` chunks are under way.
  bool open(uint16_t in_flight, Duration round_trip, Instant now) const;
  /// The moment from which the datagrams sent take no room any more, if only they keep the window
  /// shut for chunks (of which `in_flight` are under way). False: it is open, or chunks keep it
  /// shut.
  bool shut_by_datagrams(uint16_t in_flight, Duration round_trip, Instant now,
                         Instant* until) const;
  /// A datagram went out: never acknowledged, it takes room for one round trip.
  void datagram_sent(Duration round_trip, Instant now);
  /// A chunk was acknowledged; `limited`: the window, not the application, held the sender back.
  void acknowledged(bool limited);
  /// A chunk was lost, seen by later ones that arrived.
  void loss(uint16_t in_flight);
  /// A retransmission timeout expired.
  void timeout(uint16_t in_flight);

  uint8_t chunks() const { return window_; }

 private:
  Instant datagrams_since_;
  uint8_t window_;
  uint8_t threshold_;
  uint8_t grown_;      // acknowledged chunks towards the next increase
  uint8_t datagrams_;  // sent in the present round trip
  bool active_;
};

}  // namespace usmp

#endif  // USMP_DETAIL_CONGESTION_WINDOW_HPP
