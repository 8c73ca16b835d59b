// See wire2_device.hpp.
#include "wire2_device.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "world.hpp"

namespace usmp::gateway::test {

Wire2Device::Wire2Device(std::string_view id, std::string_view psk, Medium medium,
                         const Address& from, crypto::Suite suite)
    : address(from), id_(id), psk_(psk) {
  config_.device_id = view(id_);
  config_.psk = view(psk_);
  config_.random = system_random();
  config_.medium = medium;
  config_.suite = suite;
  EXPECT_EQ(session.init(config_, storage_.receive_buffer()), Error::None);
}

void Wire2Device::connect(Instant now) { EXPECT_EQ(session.connect(now), Error::None); }

void Wire2Device::send(std::string_view text, Instant now) {
  texts.emplace_back(text);
  nodes.push_back(std::make_unique<Outgoing>());
  nodes.back()->content = view(texts.back());
  EXPECT_EQ(session.send(*nodes.back(), now), Error::None);
}

void Wire2Device::note(Event event) {
  if (event.kind != EventKind::None) events.push_back(event);
}

void Wire2Device::drain(Instant now) {
  Message message{};
  while (session.message(&message)) {
    messages.emplace_back(reinterpret_cast<const char*>(message.content.data),
                          message.content.size);
    note(session.release_message(now));
  }
  while (session.take_finished() != nullptr) {
  }
}

void Wire2Device::receive(std::vector<std::uint8_t> packet, Instant now) {
  const Result<Event> result = session.receive(MutableBytes(packet.data(), packet.size()), now);
  drain(now);
  if (result.ok()) note(result.value);
}

std::vector<std::uint8_t> Wire2Device::poll(Instant now) {
  std::vector<std::uint8_t> packet(wire2::kFrameSizeMax);
  const Result<std::size_t> size =
      session.poll_transmit(MutableBytes(packet.data(), packet.size()), now);
  EXPECT_TRUE(size.ok());
  packet.resize(size.ok() ? size.value : 0);
  drain(now);
  return packet;
}

void Wire2Device::on_deadline(Instant now) { note(session.on_deadline(now)); }

void Wire2Device::connection_closed(Instant now) {
  connection = 0;
  note(session.connection_lost(now));
}

bool Wire2Device::saw(EventKind kind, Cause cause) const {
  return std::any_of(events.begin(), events.end(), [&](const Event& event) {
    return event.kind == kind && event.cause == cause;
  });
}

}  // namespace usmp::gateway::test
