// See attacker.hpp.
#include "attacker.hpp"

#include <algorithm>
#include <utility>

#include "usmp/crypto.hpp"
#include "usmp/limits.hpp"

namespace usmp::sim {

namespace {

constexpr std::size_t kRecorded = 200;  // packets a device and direction
constexpr double kFirstCopyShare = 0.02;
constexpr std::size_t kGarbageSizeMax = 1500;
constexpr std::size_t kEngineCidSize = 8;
constexpr std::size_t kHelloCidOffset = 1 + 12;  // byte 0 and what of params is before the cid

constexpr std::uint8_t kHello = 0x30;
constexpr std::uint8_t kRetry = 0x31;
constexpr std::uint8_t kChallenge = 0x32;
constexpr std::uint8_t kHelloAck = 0x33;
constexpr std::uint8_t kReject = 0x35;
constexpr std::uint8_t kReset = 0x36;

}  // namespace

Attacker::Attacker(Surroundings surroundings, const Plan& plan, Rng rng)
    : surroundings_(surroundings), plan_(plan), rng_(rng), records_(plan.devices.size()) {
  surroundings_.network.set_listener(this);
  if (plan_.attack.interval != 0) schedule();
}

void Attacker::schedule() {
  surroundings_.queue.after(rng_.between(1, 2 * plan_.attack.interval), [this]() {
    if (stopped_) return;
    attack(static_cast<unsigned>(rng_.below(records_.size())));
    schedule();
  });
}

void Attacker::seen_up(unsigned device, const Datagram& datagram) {
  Record& record = records_[device];
  const Packet& packet = datagram.bytes;
  if (packet[0] == kHello && packet.size() > kHelloCidOffset) {
    record.hello = packet;
    const std::size_t cid_size =
        std::min<std::size_t>(packet[kHelloCidOffset - 1], packet.size() - kHelloCidOffset);
    const auto cid = packet.begin() + static_cast<std::ptrdiff_t>(kHelloCidOffset);
    record.cid_d.assign(cid, cid + static_cast<std::ptrdiff_t>(cid_size));
  } else if (packet.size() > kEngineCidSize && plan_.devices[device].medium == Medium::Udp) {
    record.cid_g.assign(packet.begin() + 1, packet.begin() + 1 + kEngineCidSize);
  }
  if (record.up.size() == kRecorded) record.up.pop_front();
  record.up.push_back(datagram);
  if (plan_.attack.first_copies && !stopped_ && rng_.chance(kFirstCopyShare)) {
    Datagram copy = datagram;
    copy.from = some_address(device);
    surroundings_.network.inject_to_gateway(device, std::move(copy));
  }
}

void Attacker::seen_down(unsigned device, const Datagram& datagram) {
  Record& record = records_[device];
  if (record.down.size() == kRecorded) record.down.pop_front();
  record.down.push_back(datagram.bytes);
}

Address Attacker::some_address(unsigned device) {
  const auto other = static_cast<unsigned>(rng_.below(records_.size()));
  switch (rng_.below(3)) {
    case 0:
      return surroundings_.network.address_of(device);
    case 1:
      return surroundings_.network.address_of(other);
    default:
      return surroundings_.network.unused_address();
  }
}

void Attacker::to_both(unsigned device, const Packet& packet) {
  if (packet.empty()) return;
  if (rng_.chance(0.5)) {
    surroundings_.network.inject_to_device(device, packet);
  } else {
    surroundings_.network.inject_to_gateway(device, Datagram{packet, some_address(device), {}});
  }
}

void Attacker::attack(unsigned device) {
  switch (rng_.below(6)) {
    case 0:
      replay(device);
      break;
    case 1:
      replay_altered(device);
      break;
    case 2:
      garbage(device);
      break;
    case 3:
      reset(device);
      break;
    case 4:
      answer_hello(device);
      break;
    case 5:
      many_hellos(device);
      break;
    default:
      break;
  }
}

void Attacker::replay(unsigned device) {
  const Record& record = records_[device];
  if (!record.up.empty()) {
    Datagram datagram = record.up[rng_.below(record.up.size())];
    if (rng_.chance(0.5)) datagram.from = some_address(device);
    surroundings_.network.inject_to_gateway(device, std::move(datagram));
  }
  if (!record.down.empty()) {
    surroundings_.network.inject_to_device(device, record.down[rng_.below(record.down.size())]);
  }
}

void Attacker::replay_altered(unsigned device) {
  const Record& record = records_[device];
  Packet packet;
  if (rng_.chance(0.5) && !record.up.empty()) {
    packet = record.up[rng_.below(record.up.size())].bytes;
  } else if (!record.down.empty()) {
    packet = record.down[rng_.below(record.down.size())];
  }
  if (packet.empty()) return;
  switch (rng_.below(3)) {
    case 0:
      packet.resize(rng_.between(1, packet.size()));
      break;
    case 1:
      packet.push_back(static_cast<std::uint8_t>(rng_.next()));
      break;
    default:
      packet[rng_.below(packet.size())] ^= static_cast<std::uint8_t>(1u << rng_.below(8));
  }
  to_both(device, packet);
}

void Attacker::garbage(unsigned device) {
  const Record& record = records_[device];
  Packet packet(rng_.between(1, kGarbageSizeMax));
  rng_.fill(packet.data(), packet.size());
  // Of a kind that is looked at, and with a cid that is right.
  if (rng_.chance(0.7)) packet[0] = static_cast<std::uint8_t>(0x30 + rng_.below(13));
  const Packet& cid = rng_.chance(0.5) ? record.cid_g : record.cid_d;
  if (packet.size() > cid.size()) std::copy(cid.begin(), cid.end(), packet.begin() + 1);
  to_both(device, packet);
}

void Attacker::reset(unsigned device) {
  const Record& record = records_[device];
  Packet packet(1, kReset);
  packet.insert(packet.end(), record.cid_g.begin(), record.cid_g.end());
  surroundings_.network.inject_to_device(device, packet);
}

// RETRY, REJECT or CHALLENGE with the right tag: who saw the HELLO can make them.
void Attacker::answer_hello(unsigned device) {
  const Record& record = records_[device];
  if (record.hello.empty()) return;
  std::uint8_t digest[crypto::kHashSize];
  crypto::Sha256 hash;
  hash.update(Bytes(record.hello.data(), record.hello.size()));
  hash.finish(digest);
  const std::uint8_t kKinds[] = {kRetry, kReject, kChallenge};
  Packet packet(1, rng_.pick(kKinds));
  packet.insert(packet.end(), record.cid_d.begin(), record.cid_d.end());
  packet.insert(packet.end(), digest, digest + kHelloTagSize);
  if (packet[0] == kReject) {
    packet.push_back(static_cast<std::uint8_t>(rng_.between(0, 5)));
  } else if (packet[0] == kRetry) {
    for (std::size_t count = 0; count < kCookieSize; ++count) {
      packet.push_back(static_cast<std::uint8_t>(rng_.next()));
    }
  } else {
    for (std::uint64_t count = rng_.between(40, 90); count > 0; --count) {
      packet.push_back(static_cast<std::uint8_t>(rng_.next()));
    }
  }
  surroundings_.network.inject_to_device(device, packet);
}

// Handshakes that nobody will finish; and proofs that are wrong.
void Attacker::many_hellos(unsigned device) {
  const Record& record = records_[device];
  if (record.hello.size() <= kHelloCidOffset) return;
  for (std::uint64_t count = rng_.between(1, 8); count > 0; --count) {
    Packet packet = record.hello;
    packet[packet.size() - 2 - rng_.below(32)] ^= static_cast<std::uint8_t>(1 + rng_.below(255));
    surroundings_.network.inject_to_gateway(device, Datagram{packet, some_address(device), {}});
  }
  Packet ack(1, kHelloAck);
  ack.insert(ack.end(), record.cid_g.begin(), record.cid_g.end());
  const std::size_t rest = rng_.between(49, 80);
  for (std::size_t index = 0; index < rest; ++index) {
    ack.push_back(static_cast<std::uint8_t>(rng_.next()));
  }
  surroundings_.network.inject_to_gateway(device, Datagram{ack, some_address(device), {}});
}

}  // namespace usmp::sim
