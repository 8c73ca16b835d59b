// The pieces of USMP3 §7 on BLE: a packet in several writes or notifications, one header byte each.
// Not a BLE stack: the caller writes and is told what was written.
#ifndef USMP_FRAMING_BLE_PIECES_HPP
#define USMP_FRAMING_BLE_PIECES_HPP

#include "usmp/bytes.hpp"
#include "usmp/result.hpp"

namespace usmp {

/// The header byte of a piece: two flags and a counter.
static const uint8_t kBlePieceFirst = 0x80;
static const uint8_t kBlePieceLast = 0x40;
static const uint8_t kBlePieceCounterMask = 0x3F;
static const size_t kBlePieceHeaderSize = 1;
/// What ATT itself takes of an ATT_MTU in a write command or a notification.
static const size_t kAttHeaderSize = 3;
/// The ATT_MTU of every BLE connection before it agrees on a larger one.
static const size_t kAttMtuMin = 23;

/// Cuts packets into pieces. One lives as long as the device's BLE does.
class BlePieceSplitter {
 public:
  BlePieceSplitter();

  /// A connection began: the counter starts at 0, the ATT_MTU at its minimum, and a packet on its
  /// way is given up.
  void connection_opened();
  /// The connection's ATT_MTU, from the next piece on; below kAttMtuMin is taken as that.
  void set_att_mtu(size_t att_mtu);
  /// Begins with a packet, which stays unchanged where it is until done(). One still on its way is
  /// given up; the receiver discards it. An empty packet sends nothing.
  void start(Bytes packet);
  /// Writes the next piece into `out`, the caller's; ATT_MTU - 3 bytes are always enough. Returns
  /// its size; 0: no piece is left. Error::BufferTooSmall: nothing was written, the same piece
  /// comes again.
  Result<size_t> next(MutableBytes out);
  /// True when the last piece was written.
  bool done() const { return left_.empty(); }

 private:
  Bytes left_;
  size_t payload_size_max_;
  uint8_t counter_;
  bool first_;
};

/// Pieces and packets dropped, by why. Each wraps after 2^32.
struct BleDrops {
  uint32_t
      unfinished;     ///< Packets that the first piece of another, or a new connection, cut short.
  uint32_t gap;       ///< Packets of which a piece is missing.
  uint32_t oversize;  ///< Packets larger than the buffer.
  uint32_t stray;     ///< Pieces of no packet begun, without a header, or of a packet of no bytes.
};

/// Joins pieces into packets in the caller's buffer, which is as large as the largest packet taken:
/// the larger of the own max_packet and the largest handshake packet for the own role.
class BlePieceJoiner {
 public:
  explicit BlePieceJoiner(MutableBytes buffer);

  /// A connection began: an unfinished packet is discarded.
  void connection_opened();
  /// Takes one piece, as one write or notification brought it. Returns the packet if this was its
  /// last piece, in the buffer until the next call; else empty.
  MutableBytes join(Bytes piece);

  const BleDrops& drops() const { return drops_; }

 private:
  bool accepts(uint8_t header);
  void discard_unfinished();

  MutableBytes buffer_;
  size_t size_;
  uint8_t next_counter_;
  bool joining_;
  BleDrops drops_;
};

}  // namespace usmp

#endif  // USMP_FRAMING_BLE_PIECES_HPP
