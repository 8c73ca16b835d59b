// The media, sizes and memory with which the fuzzers run sessions.
#ifndef USMP_TESTS_FUZZ_SESSION_SHAPE_HPP
#define USMP_TESTS_FUZZ_SESSION_SHAPE_HPP

#include <algorithm>
#include <vector>

#include "script.hpp"
#include "usmp/buffers.hpp"
#include "usmp/config.hpp"

namespace usmp::fuzz {

struct SessionShape {
  Medium medium;
  ReceiveLimits device;
  ReceiveLimits gateway;
  std::uint8_t device_cid_size;
  std::uint8_t gateway_cid_size;
  std::uint8_t suites;
  bool early_data;
};

/// Small windows and messages: their edges are near.
inline constexpr SessionShape kShapes[] = {
    {Medium::Udp, {256, 600, 4}, {300, 900, 8}, 4, 8, kSuiteBitAes256Gcm, false},
    {Medium::Stream, {256, 600, 4}, {300, 900, 8}, 0, 0, kSuiteBitAes256Gcm, false},
    {Medium::Udp, {64, 64, 1}, {64, 200, 2}, 0, 4, kSuiteBitChaCha20Poly1305, true},
    {Medium::Serial, {80, 300, 3}, {100, 1, 40}, 0, 0, kSuiteBitChaCha20Poly1305, false},
    {Medium::Stream, {64, 40, 1}, {64, 1000, 255}, 8, 8, kSuiteBitChaCha20Poly1305, true},
    {Medium::Ble, {128, 500, 255}, {128, 65535, 64}, 8, 4, kSuiteBitAes256Gcm, true},
};
inline constexpr std::size_t kShapeCount = sizeof kShapes / sizeof kShapes[0];

/// Those of a compact device: a window of 1, no cid of its own.
inline constexpr SessionShape kCompactShapes[] = {
    {Medium::Serial, {64, 64, 1}, {64, 200, 2}, 0, 0, kSuiteBitAes256Gcm, false},
    {Medium::Ble, {128, 500, 1}, {128, 65535, 64}, 0, 4, kSuiteBitChaCha20Poly1305, false},
    {Medium::Serial, {256, 600, 1}, {1200, 900, 1}, 0, 8, kSuiteBitAes256Gcm, false},
};
inline constexpr std::size_t kCompactShapeCount = sizeof kCompactShapes / sizeof kCompactShapes[0];

/// The buffers of one side, each of the very size that the contract asks for.
class SessionMemory {
 public:
  SessionMemory(const ReceiveLimits& limits, std::size_t cid_size, std::uint8_t send_window)
      : room_(limits.max_message),
        places_((limits.window - 1u) * chunk_size_max(limits.max_packet, cid_size)),
        place_states_(limits.window - 1u),
        chunks_(send_window) {}

  SendBuffer send() { return {chunks_.data(), static_cast<std::uint8_t>(chunks_.size())}; }
  ReceiveBuffer receive() { return {room_.data(), places_.data(), place_states_.data()}; }
  /// As idle sessions leave it.
  void clear() { std::fill(place_states_.begin(), place_states_.end(), PlaceState{}); }

 private:
  Octets room_;
  Octets places_;
  std::vector<PlaceState> place_states_;
  std::vector<ChunkState> chunks_;
};

}  // namespace usmp::fuzz

#endif  // USMP_TESTS_FUZZ_SESSION_SHAPE_HPP
