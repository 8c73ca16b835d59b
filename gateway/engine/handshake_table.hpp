// The handshakes on datagrams that a gateway keeps: unfinished ones, and finished ones whose answer
// may have to be repeated. Found by cid, and by the HELLO that began them.
#ifndef USMP_GATEWAY_ENGINE_HANDSHAKE_TABLE_HPP
#define USMP_GATEWAY_ENGINE_HANDSHAKE_TABLE_HPP

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "engine/cid_table.hpp"
#include "engine/handshake_limits.hpp"
#include "engine/monotonic.hpp"
#include "registry/device_id.hpp"
#include "usmp/gateway_handshake.hpp"

namespace usmp::gateway {

struct HandshakeRecord {
  GatewayHandshake handshake;
  Address from{};  // of the HELLO
  NetworkKey network{};
  std::uint64_t hello_number = 0;
  std::uint64_t hello_key = 0;
  CidKey cid = 0;
  Milliseconds64 forget_at = 0;
  std::optional<DeviceId> device;  // accepted
  bool is_finished = false;        // only its answer is kept
};

class HandshakeTable {
 public:
  HandshakeTable(const EngineConfig& config, std::uint64_t seed, HandshakeLimits& limits)
      : kept_max_(config.handshakes_kept), seed_(seed), limits_(limits) {}

  /// The handshake that these very bytes from this very address began. nullptr: none.
  HandshakeRecord* find_hello(const Hello& hello, const Address& from);
  /// nullptr: none.
  HandshakeRecord* find_cid(Bytes cid);

  /// Room for one more, at the end of the row of unfinished ones; the oldest gives way when full
  /// (USMP3 §2, Loss), one that is finished first. Call begin() on it, then keep() or drop_new().
  HandshakeRecord& make_room(const Hello& hello, const Address& from, std::uint64_t hello_number,
                             Milliseconds64 now);
  /// The handshake that make_room() gave has begun.
  void keep(HandshakeRecord& record);
  /// It could not begin.
  void drop_new() { unfinished_.pop_back(); }

  /// The handshake is over; its answer stays for 30 s.
  void finish(HandshakeRecord& record, Milliseconds64 now);
  void forget(HandshakeRecord& record);
  /// Forgets what this device has finished.
  void forget_device(const DeviceId& device);
  void clear();

  /// Forgets what is 30 s old. The count of those that were unfinished.
  std::size_t expire(Milliseconds64 now);
  /// UINT64_MAX: none.
  Milliseconds64 next_deadline() const;
  std::size_t count() const { return by_cid_.size(); }
  /// Unfinished handshakes that gave way to newer ones.
  std::uint64_t pushed_out() const { return pushed_out_; }

 private:
  using Row = std::list<HandshakeRecord>;

  std::uint64_t hello_key(const Hello& hello, const Address& from) const;
  void forget(Row& row, Row::iterator record);

  std::size_t kept_max_;
  std::uint64_t seed_;
  HandshakeLimits& limits_;
  Row unfinished_;  // in the order in which they began
  Row finished_;    // in the order in which they were answered
  std::unordered_map<CidKey, Row::iterator> by_cid_;
  std::unordered_map<std::uint64_t, Row::iterator> by_hello_;
  std::uint64_t pushed_out_ = 0;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_HANDSHAKE_TABLE_HPP
