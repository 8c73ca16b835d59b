// A pair with a session whose keys the test has, too: it seals packets that no honest side would
// send. Not for what the two say to each other: that goes through the pair.
#ifndef USMP_TESTS_KEYED_PAIR_HPP
#define USMP_TESTS_KEYED_PAIR_HPP

#include <gtest/gtest.h>

#include <cstring>

#include "session_pair.hpp"
#include "wire3/data_packet.hpp"
#include "wire3/key_schedule.hpp"

namespace usmp::test {

/// A packet's plaintext that breaks a rule of §4, to a device that has sent nothing.
struct Breach {
  const char* name;
  Octets frames;
};

inline std::vector<Breach> breaches() {
  return {{"unknown_first_byte", {0x06}},
          {"ping_without_token", {0x01}},
          {"pong_without_token", {0x02}},
          {"bye_without_reason", {0x03}},
          {"data_beyond_the_packet", {0x0b, 0, 0, 0, 5, 0, 1}},
          {"first_missing", {0x08, 0, 0, 1, 0, 9}},
          {"first_inside", {0x0a, 0, 0, 0, 0, 0, 0x0b, 1, 0, 0, 0, 0}},
          {"ack_of_a_chunk_never_sent", {0x04, 1, 0, 16, 0, 0, 0, 0}},
          {"ack_bit_of_a_chunk_never_sent", {0x04, 0, 0, 16, 1, 0, 0, 0}},
          {"ack_cut_short", {0x04, 0, 0, 16, 0}},
          {"datagram_beyond_the_packet", {0x0c, 0, 9, 0, 1}}};
}

template <typename Pair>
class KeyedPair {
 public:
  // The keys are not to be had from outside, so the test runs the gateway's side of the schedule,
  // with the private key that the device's random source gave.
  KeyedPair() {
    std::uint8_t device_private[32], dh[32];
    CountingRandom random(1);
    random.random().fill(&random, device_private, sizeof device_private);
    EXPECT_EQ(pair.device->connect(pair.now), Error::None);
    const Octets hello = pair.device_packet();
    const Octets challenge = pair.challenge_for(hello);
    pair.to_device(challenge);
    const Octets hello_ack = pair.device_packet();
    pair.to_device(pair.answer_for(hello_ack));
    EXPECT_TRUE(pair.device->established());
    std::uint8_t gateway_public[32];
    std::memcpy(gateway_public, challenge.data() + challenge.size() - 48, 32);
    EXPECT_TRUE(crypto::x25519(dh, device_private, gateway_public));
    wire3::Hash th1, hs, th2, master, chain;
    crypto::Sha256 hash;
    wire3::start_th1(hash);
    hash.update(view(hello));
    hash.update(view(challenge));
    hash.finish(th1);
    wire3::derive_hs(hs, th1, dh);
    const Bytes ack = view(hello_ack);
    const Bytes cid = pair.device->agreement().peer_cid.view();
    const Bytes proved = ack.from(1 + cid.size).first(ack.size - 1 - cid.size - sizeof th1);
    wire3::derive_th2(th2, th1, cid, proved);
    wire3::derive_master(master, hs, view(pair.psk));
    wire3::derive_chain_0(chain, master, th2);
    wire3::derive_g2d(g2d, chain);
    wire3::derive_d2g(d2g, chain);
  }

  /// A short packet of epoch 0 with these frames.
  Octets packet(const DirectionKey& key, Bytes cid, std::uint32_t seq, const Octets& frames) const {
    Octets out(13 + frames.size() + 16 + cid.size);
    const MutableBytes bytes(out.data(), out.size());
    const std::size_t header = wire3::write_data_header(bytes, cid, 0, seq, false);
    std::copy(frames.begin(), frames.end(), out.begin() + static_cast<long>(header));
    EXPECT_TRUE(wire3::seal_data(crypto::Suite::Aes256Gcm, key, seq, bytes, header, frames.size()));
    out.resize(header + frames.size() + 16);
    return out;
  }

  Pair pair;
  DirectionKey g2d, d2g;
};

}  // namespace usmp::test

#endif  // USMP_TESTS_KEYED_PAIR_HPP
