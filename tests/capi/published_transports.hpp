// Transports as programs of the published API bring their own, written to its contract: send()
// takes a whole frame and returns 0, recv() gives a whole frame, and may block; over UDP they make
// the UTACKs themselves, with the keys that set_session_keys() brings.
#ifndef USMP_TESTS_CAPI_PUBLISHED_TRANSPORTS_HPP
#define USMP_TESTS_CAPI_PUBLISHED_TRANSPORTS_HPP

#include <atomic>
#include <cstdint>

#include "usmp_transport.h"

namespace usmp::test {

/// One that cannot say whether something is there has no available().
enum class Asks { Yes, No };

void own_stream(usmp_transport_t& transport, int port, Asks asks);
void own_datagrams(usmp_transport_t& transport, int port, Asks asks);
/// UTACKs without a right mac that own_datagrams() saw, and frames that it was told are authentic.
std::uint32_t refused_utacks();
std::uint32_t confirmed_frames();

}  // namespace usmp::test

#endif  // USMP_TESTS_CAPI_PUBLISHED_TRANSPORTS_HPP
