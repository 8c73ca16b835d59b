// A simulated device: a DeviceSession with a medium, an application, storage for its sleep, and a
// life of power, crashes and sleep. It uses the public session API and nothing else.
#ifndef USMP_SIM_DEVICE_HPP
#define USMP_SIM_DEVICE_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "alarm.hpp"
#include "any_device_session.hpp"
#include "connection.hpp"
#include "identity.hpp"
#include "outbox.hpp"
#include "plan.hpp"
#include "rng.hpp"
#include "surroundings.hpp"
#include "usmp/framing/stream_record.hpp"
#include "usmp/wire2/stream_reader.hpp"

namespace usmp::sim {

inline constexpr std::size_t kEventKindCount = static_cast<std::size_t>(EventKind::Asleep) + 1;

class Device {
 public:
  Device(Surroundings surroundings, unsigned index, const DevicePlan& plan,
         const Identity& identity, Rng rng);

  // Life

  void power_on();
  /// Everything but the storage is lost; it starts again after `down_for`.
  void crash(Time down_for);
  /// Saves as soon as it may, and wakes after `duration`; with `crashes` it loses power right after
  /// the saved state was read.
  void sleep(Time duration, bool crashes);
  /// Ends the session with BYE 0 and connects again after `pause`.
  void close(Time pause);
  void break_connection();
  /// Faults are over: wakes, starts, takes messages at once.
  void calm();

  // Application

  void send(std::size_t size, std::uint8_t channel);
  void send_datagram(std::size_t size);
  void ping();
  /// Changes its keys, on wire 2.
  void rekey();

  void packet_arrived(Packet packet);

  // For tests and checks

  /// Of wire 3.
  const DeviceSession& session() const { return *session_->wire3(); }
  State state() const { return session_->state(); }
  SessionId session_id() const { return session_id_of(session_->session_id()); }
  bool is_asleep() const { return power_ == Power::Asleep; }
  std::size_t waiting_count() const { return outbox_.count(); }
  bool established() const { return power_ == Power::On && session_->established(); }
  std::size_t event_count(EventKind kind) const { return events_[static_cast<std::size_t>(kind)]; }
  std::size_t wake_count() const { return wakes_; }
  Cause last_cause() const { return last_cause_; }

 private:
  enum class Power : std::uint8_t { Off, On, Asleep };

  // Life (device.cpp)
  void make_session();
  void connect();
  void fall_asleep();
  void wake();
  void later(Time span, void (Device::*action)());

  // Packets (device_io.cpp)
  Instant instant() const { return clock_.at(surroundings_.queue.now()); }
  void service();
  void handle(Event event);
  void session_over(Event event);
  void note_session();
  Result<Event> receive(MutableBytes packet);
  Result<Event> receive_in_pieces(MutableBytes packet);
  bool take_message();
  void take_datagrams();
  void take_all_messages();
  void transmit();
  Result<size_t> poll(std::vector<std::uint8_t>& out);
  void arm();
  void on_alarm();

  // Streams (device_stream.cpp)
  void open_connection();
  void drop_connection();
  void read_stream();
  bool stream_has_room() const;
  void write_record(Bytes packet);
  Result<MutableBytes> read_packet(Bytes& input);

  Surroundings surroundings_;
  unsigned index_;
  const DevicePlan& plan_;
  const Identity& identity_;
  Rng rng_;
  HostClock clock_;
  DeviceConfig config_{};
  wire2::DeviceConfig wire2_config_{};
  Outbox outbox_;
  Alarm alarm_;

  std::unique_ptr<AnyDeviceSession> session_;
  std::vector<ChunkState> chunks_;
  std::vector<std::uint8_t> room_;
  std::vector<std::uint8_t> places_;
  std::vector<PlaceState> place_states_;
  std::vector<std::uint8_t> stored_;  // the saved state, zeros once used
  std::vector<std::uint8_t> datagram_;
  Packet packet_;       // received last: datagrams and unread frames lie in it
  Packet next_packet_;  // on a stream: waits until packet_ is read to its end
  SessionId known_session_{};

  ConnectionPtr connection_;
  std::vector<std::uint8_t> record_buffer_;
  std::unique_ptr<StreamRecordReader> reader_;
  std::unique_ptr<wire2::StreamReader> wire2_reader_;
  bool record_held_ = false;  // next_packet_ waits for the application

  Power power_ = Power::Off;
  std::uint64_t life_ = 0;  // changes with each power cycle
  Time asleep_since_ = 0;
  Time sleep_for_ = 0;
  Time take_at_ = 0;  // when the application takes the message that waits
  bool message_seen_ = false;
  bool wants_sleep_ = false;
  bool crashes_on_wake_ = false;
  bool calm_ = false;
  bool in_service_ = false;
  std::size_t wakes_ = 0;
  Cause last_cause_ = Cause::None;
  std::array<std::size_t, kEventKindCount> events_{};
};

}  // namespace usmp::sim

#endif  // USMP_SIM_DEVICE_HPP
