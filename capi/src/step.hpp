// One round of a session: what came in, what is due, what goes out. Shared by the blocking calls
// and usmp_step(); never waits.
#ifndef USMP_CAPI_STEP_HPP
#define USMP_CAPI_STEP_HPP

#include "engine.hpp"
#include "usmp/event.hpp"

namespace usmp {
namespace capi {

/// Brings the session on as far as it goes without waiting. OK, or what just happened; see
/// usmp_step.
usmp_err_t step(Engine& engine);

/// Sends what is due. OK, or that the connection broke or the platform failed.
usmp_err_t transmit(Engine& engine, Instant now);

/// Draws the consequences of an event. OK, or the code that the program is to be told.
usmp_err_t take_event(Engine& engine, const Event& event, Instant now);

/// Closes the transport of a session that is over, whether its BYE left or not.
void abandon_link(Engine& engine, Instant now);

/// True if a message of a session that is over waits for the program. It was acknowledged, and a
/// new session needs its room: so no handshake goes on until it is taken.
bool message_outlives_session(const Engine& engine);

/// True if nothing will happen any more without usmp_reconnect().
bool is_over(const Engine& engine);

/// For a call on a session that is over: why, if that was not told yet, else NOT_CONNECTED.
usmp_err_t tell_end(Engine& engine);

/// How long nothing needs to be done, if nothing comes in.
Duration time_to_next_step(const Engine& engine, Instant now);

/// What the blocking calls wait with: until something may have happened, `deadline` at the latest.
/// False: the deadline was reached.
bool wait_until(Engine& engine, Instant deadline);

}  // namespace capi
}  // namespace usmp

#endif  // USMP_CAPI_STEP_HPP
