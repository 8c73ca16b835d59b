// See world.hpp.
#include "world.hpp"

#include <gtest/gtest.h>
#include <sys/random.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace usmp::gateway::test {
namespace {

std::string text_of(Bytes bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data), bytes.size);
}

bool fill_random(void*, std::uint8_t* out, std::size_t size) {
  return getrandom(out, size, 0) == static_cast<ssize_t>(size);
}

constexpr std::string_view kPskSuffix = "'s key of thirty-two bytes......";

}  // namespace

Bytes view(std::string_view text) {
  return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

DeviceId id_of(std::string_view text) { return *DeviceId::from_bytes(view(text)); }

Address address_of(unsigned net, unsigned host) {
  Address address{};
  address.bytes[10] = address.bytes[11] = 0xFF;
  address.bytes[12] = 10;
  address.bytes[14] = static_cast<std::uint8_t>(net);
  address.bytes[15] = static_cast<std::uint8_t>(host >> 8);
  const unsigned port = 5000 + host;
  address.bytes[16] = static_cast<std::uint8_t>(port >> 8);
  address.bytes[17] = static_cast<std::uint8_t>(port);
  address.size = 18;
  return address;
}

Random system_random() { return Random{fill_random, nullptr}; }

MutableBytes MemoryOutput::datagram_room() {
  return datagrams.size() < room_left ? MutableBytes(room_, kDatagramSizeMax) : MutableBytes();
}

void MemoryOutput::commit_datagram(std::size_t size, const Address& to) {
  datagrams.push_back({Packet(room_, room_ + size), to});
}

MutableBytes MemoryOutput::record_room(ConnectionId connection) {
  return blocked.contains(connection) ? MutableBytes() : MutableBytes(room_, kRecordSizeMax);
}

void MemoryOutput::commit_record(ConnectionId connection, std::size_t size) {
  records[connection].emplace_back(room_, room_ + size);
}

void Recorder::message_arrived(const ArrivedMessage& message) {
  messages.push_back({text_of(message.device.bytes()), text_of(message.content), message.channel,
                      message.is_datagram});
  if (on_message) on_message(message);
}

void Recorder::message_settled(const DeliveryReport& report) {
  settled.push_back({text_of(report.device.bytes()), report.token, report.outcome});
}

void Recorder::session_changed(const SessionReport& report) {
  changes.push_back({text_of(report.device.bytes()), report.change, report.cause, report.wire});
}

std::vector<SeenChange> Recorder::changes_of(SessionChange change) const {
  std::vector<SeenChange> result;
  std::copy_if(changes.begin(), changes.end(), std::back_inserter(result),
               [change](const SeenChange& seen) { return seen.change == change; });
  return result;
}

KeyLookup KeyTable::find(const DeviceId& device, DeviceKey& key) {
  ++asked_count;
  if (!available) return KeyLookup::Unavailable;
  const auto found = entries.find(text_of(device.bytes()));
  if (found == entries.end()) return KeyLookup::Unknown;
  const Entry& entry = found->second;
  EXPECT_TRUE(key.psk.assign(view(entry.psk)));
  key.wire = WireVersion{entry.wire};
  key.revoked = entry.revoked;
  key.generation = entry.generation;
  return KeyLookup::Found;
}

void KeyTable::put(std::string_view device, std::string_view psk, std::int64_t generation,
                   std::uint8_t wire) {
  entries[std::string(device)] = {std::string(psk), wire, false, generation};
}

Device::Device(std::string_view id, std::string_view psk, Medium medium, const Address& from)
    : address(from), id_(id), psk_(psk) {
  config_.device_id = view(id_);
  config_.psk = view(psk_);
  config_.random = system_random();
  config_.limits = storage_.limits();
  config_.medium = medium;
  config_.suites = kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305;
  EXPECT_EQ(session.init(config_, storage_.send_buffer(), storage_.receive_buffer()), Error::None);
}

void Device::connect(Instant now) { EXPECT_EQ(session.connect(now), Error::None); }

void Device::send(std::string_view text, Instant now, std::uint8_t channel) {
  texts.emplace_back(text);
  nodes.push_back(std::make_unique<Outgoing>());
  nodes.back()->content = view(texts.back());
  nodes.back()->channel = channel;
  EXPECT_EQ(session.send(*nodes.back(), now), Error::None);
}

void Device::note(Event event) {
  if (event.kind != EventKind::None) events.push_back(event);
}

void Device::drain(Instant now) {
  Message message{};
  for (;;) {
    while (session.next_datagram(&message)) datagrams.push_back(text_of(message.content));
    if (!session.message(&message)) break;
    messages.push_back(text_of(message.content));
    note(session.release_message(now));
  }
  while (session.take_finished() != nullptr) {
  }
}

void Device::receive(Packet packet, Instant now) {
  const Result<Event> result = session.receive(MutableBytes(packet.data(), packet.size()), now);
  drain(now);
  if (result.ok()) note(result.value);
}

Packet Device::poll(Instant now) {
  Packet packet(kRecordSizeMax);
  const Result<std::size_t> size =
      session.poll_transmit(MutableBytes(packet.data(), packet.size()), now);
  EXPECT_TRUE(size.ok());
  packet.resize(size.ok() ? size.value : 0);
  drain(now);
  return packet;
}

void Device::on_deadline(Instant now) { note(session.on_deadline(now)); }

void Device::connection_closed(Instant now) {
  connection = 0;
  note(session.connection_lost(now));
}

bool Device::saw(EventKind kind, Cause cause) const {
  return std::any_of(events.begin(), events.end(), [&](const Event& event) {
    return event.kind == kind && event.cause == cause;
  });
}

EngineConfig World::default_config() {
  EngineConfig config;
  config.random = system_random();
  std::memset(config.cookie_secret, 0x5A, sizeof config.cookie_secret);
  return config;
}

World::World(const EngineConfig& config, DirectoryConfig directory_config)
    : directory(std::move(directory_config)) {
  for (unsigned thread = 0; thread < directory.threads(); ++thread) {
    threads.push_back(std::make_unique<Thread>());
    Thread& made = *threads.back();
    made.engine =
        std::make_unique<Engine>(config, thread, directory, keys, made.output, made.recorder, now);
  }
}

Device& World::add_device(std::string_view id, Medium medium, unsigned net) {
  const std::string psk = std::string(id) + std::string(kPskSuffix);
  keys.put(id, psk);
  return add_stranger(id, psk, medium, net);
}

Device& World::add_stranger(std::string_view id, std::string_view psk, Medium medium,
                            unsigned net) {
  devices.push_back(std::make_unique<Device>(id, psk, medium, address_of(net, next_host_++)));
  return *devices.back();
}

Wire2Device& World::add_wire2_device(std::string_view id, Medium medium, unsigned net) {
  const std::string psk = std::string(id) + std::string(kPskSuffix);
  keys.put(id, psk, 1, 2);
  return add_wire2_stranger(id, psk, medium, net);
}

Wire2Device& World::add_wire2_stranger(std::string_view id, std::string_view psk, Medium medium,
                                       unsigned net, crypto::Suite suite) {
  wire2_devices.push_back(
      std::make_unique<Wire2Device>(id, psk, medium, address_of(net, next_host_++), suite));
  return *wire2_devices.back();
}

template <typename AnyDevice>
void World::connect_any(AnyDevice& device) {
  device.connect(now);
  if (device.is_stream()) {
    device.connection = next_connection_++;
    EXPECT_TRUE(engine(device.thread).open_connection(device.connection, device.address, now));
  }
  run();
}

void World::connect(Device& device) { connect_any(device); }

void World::connect(Wire2Device& device) { connect_any(device); }

template <typename AnyDevice>
bool World::move_up(AnyDevice& device) {
  if (device.session.state() == State::Idle) return false;
  bool moved = false;
  for (Packet packet = device.poll(now); !packet.empty(); packet = device.poll(now)) {
    moved = true;
    const std::uint8_t type = packet[0];
    ++moved_up[type];
    if (lost_up.contains(type) || (loses && loses(packet, true))) continue;
    const MutableBytes bytes(packet.data(), packet.size());
    Engine& to = engine(device.thread);
    if (device.connection != 0) {
      to.receive_record(device.connection, bytes, now);
    } else if (!device.is_stream()) {
      to.receive_datagram(bytes, device.address, now, seconds);
    }
  }
  return moved;
}

bool World::move_up() {
  bool moved = false;
  for_each_device([&](auto& device) { moved = move_up(device) || moved; });
  return moved;
}

template <typename AnyDevice>
bool World::move_records_down(Thread& thread, AnyDevice& device) {
  if (device.connection == 0) return false;
  bool moved = false;
  std::deque<Packet>& records = thread.output.records[device.connection];
  for (; !records.empty(); records.pop_front()) {
    moved = true;
    ++moved_down[records.front()[0]];
    device.receive(records.front(), now);
  }
  if (thread.output.closed.erase(device.connection) != 0) {
    moved = true;
    device.connection_closed(now);
  }
  return moved;
}

bool World::move_down(Thread& thread) {
  bool moved = false;
  thread.engine->take_mail(now, seconds);
  thread.engine->flush(now);
  while (!thread.output.datagrams.empty()) {
    moved = true;
    const SentDatagram sent = std::move(thread.output.datagrams.front());
    thread.output.datagrams.pop_front();
    ++moved_down[sent.packet[0]];
    if (lost_down.contains(sent.packet[0]) || (loses && loses(sent.packet, false))) continue;
    for_each_device([&](auto& device) {
      if (device.connection == 0 && device.address == sent.to) device.receive(sent.packet, now);
    });
  }
  for_each_device([&](auto& device) { moved = move_records_down(thread, device) || moved; });
  return moved;
}

void World::run() {
  for (unsigned round = 0; round < 10'000; ++round) {
    bool moved = move_up();
    for (const std::unique_ptr<Thread>& thread : threads) moved = move_down(*thread) || moved;
    // Mail of one thread to another that came after its turn.
    for (const std::unique_ptr<Thread>& thread : threads) moved = move_down(*thread) || moved;
    if (!moved) return;
  }
  FAIL() << "the packets never end";
}

void World::advance(Duration span) {
  const Instant end = now + span;
  run();
  while (now.before(end)) {
    Duration step = end.since(now);
    const auto consider = [&](Instant deadline) { step = std::min(step, deadline.since(now)); };
    for (const auto& thread : threads) consider(thread->engine->next_deadline(now));
    for_each_device([&](auto& device) {
      if (device.session.state() != State::Idle) consider(device.session.next_deadline(now));
    });
    if (step == 0) step = 1;
    now = now + step;
    seconds = 1'700'000'000 + (now.ms - 0xFFFFF000u) / 1000;
    for (const auto& thread : threads) {
      if (now.reached(thread->engine->next_deadline(now))) thread->engine->on_deadline(now);
    }
    for_each_device([&](auto& device) {
      if (device.session.state() != State::Idle) device.on_deadline(now);
    });
    run();
  }
}

void World::inject(const Packet& packet, const Address& from, unsigned thread) {
  Packet copy = packet;
  engine(thread).receive_datagram(MutableBytes(copy.data(), copy.size()), from, now, seconds);
  engine(thread).flush(now);
}

std::vector<SentDatagram> World::take_output(unsigned thread) {
  std::deque<SentDatagram>& waiting = output(thread).datagrams;
  std::vector<SentDatagram> taken(waiting.begin(), waiting.end());
  waiting.clear();
  return taken;
}

EngineCounters World::counters() const {
  EngineCounters sum;
  for (const auto& thread : threads) sum.add(thread->engine->counters());
  return sum;
}

}  // namespace usmp::gateway::test
