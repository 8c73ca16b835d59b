// What a handshake agrees on, and the keys of an epoch: plain data that the wire fills and the
// session uses. Not for behaviour: nothing here derives, checks or sends.
#ifndef USMP_AGREEMENT_HPP
#define USMP_AGREEMENT_HPP

#include <stdint.h>

#include "usmp/bytes.hpp"
#include "usmp/crypto.hpp"
#include "usmp/detail/replay_window.hpp"
#include "usmp/limits.hpp"

namespace usmp {

/// A key and the iv of its nonces (§3).
struct DirectionKey {
  uint8_t key[crypto::kKeySize];
  uint8_t iv[crypto::kNonceSize];
};

/// The chain of an epoch and what its owner sends with (§3).
struct SendEpoch {
  uint8_t chain[crypto::kHashSize];
  DirectionKey key;
  uint32_t epoch;
  uint32_t next_seq;
};

/// What the peer's packets of one epoch are opened with (§3).
struct ReceiveEpoch {
  DirectionKey key;
  ReplayWindow replay;
};

/// A connection id: what its owner's peer puts in front of packets to it.
struct Cid {
  uint8_t bytes[kCidSizeMax];
  uint8_t size;

  Bytes view() const { return Bytes(bytes, size); }
};

/// What was agreed in the handshake.
struct Agreement {
  Cid own_cid;
  Cid peer_cid;
  crypto::Suite suite;
  uint8_t window;        ///< the peer's
  uint16_t max_packet;   ///< the peer's
  uint16_t max_message;  ///< the peer's
  uint32_t idle_s;       ///< the gateway's
};

}  // namespace usmp

#endif  // USMP_AGREEMENT_HPP
