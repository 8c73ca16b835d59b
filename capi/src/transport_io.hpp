// Packets through the program's transport: opened and closed, cut out of a stream, put into one.
// Not the session: what the packets say is not looked at here.
#ifndef USMP_CAPI_TRANSPORT_IO_HPP
#define USMP_CAPI_TRANSPORT_IO_HPP

#include "engine.hpp"

namespace usmp {
namespace capi {

/// Opens the transport if that is wanted and due. OK: it is up, or not yet; else why it failed: it
/// is tried again after a pause.
usmp_err_t open_transport(Engine& engine, Instant now);

/// Closes it and forgets what was half received or half sent.
void close_transport(Engine& engine);

/// What take_packet() found.
enum class Taken : uint8_t {
  Packet,
  Nothing,  ///< none is there now
  Hint,     ///< datagrams: the transport says something; it goes on
  Broken,   ///< stream: the connection is over, or what came is no record; line: it is gone
};

/// The next packet that came, in engine.packet_in until the next call. `code` goes with Hint and
/// Broken.
Taken take_packet(Engine& engine, MutableBytes* packet, usmp_err_t* code);

/// Frames that the present opening of a line dropped.
uint32_t frames_dropped(const Engine& engine);

/// A line is gone: it is opened again after a pause, and the session goes on.
void lose_line(Engine& engine, Instant now);

/// True if take_packet() may find something without new bytes from the transport.
bool packet_staged(const Engine& engine);

/// Where the session writes its next packet.
MutableBytes packet_room(Engine& engine);

/// Sends the first `size` bytes of packet_room(). OK, or a code: with datagrams a hint, else the
/// connection is broken.
usmp_err_t send_packet(Engine& engine, size_t size, Instant now);

/// True if nothing but a recv() that may block tells whether something is there; see
/// Engine::read_due.
bool reads_blindly(const Engine& engine);

/// Sends what a stream or line did not take before. As send_packet().
usmp_err_t send_unsent(Engine& engine);

/// Lets time pass until something can be done, at most `ms`.
void wait_for_transport(Engine& engine, Duration ms);

}  // namespace capi
}  // namespace usmp

#endif  // USMP_CAPI_TRANSPORT_IO_HPP
