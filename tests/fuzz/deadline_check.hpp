// That a session comes to rest: after everything due was sent and its deadline acted on, the next
// deadline lies ahead. Otherwise its owner's loop would spin.
#ifndef USMP_TESTS_FUZZ_DEADLINE_CHECK_HPP
#define USMP_TESTS_FUZZ_DEADLINE_CHECK_HPP

#include "expect.hpp"
#include "usmp/time.hpp"

namespace usmp::fuzz {

inline constexpr int kRestRoundsMax = 6;
inline constexpr int kPacketsAtOnceMax = 4000;

/// `send_all()` polls until nothing is due; `session` is a DeviceSession or a GatewaySession.
template <typename Session, typename SendAll>
void expect_rest(Session& session, Instant now, const SendAll& send_all) {
  for (int round = 0; round < kRestRoundsMax; ++round) {
    send_all();
    const Instant next = session.next_deadline(now);
    USMP_FUZZ_EXPECT(next.ms - now.ms <= kDeadlineMax || now.reached(next), "12 days at most");
    if (now.before(next)) return;
    (void)session.on_deadline(now);
  }
  USMP_FUZZ_EXPECT(false, "the session never comes to rest");
}

}  // namespace usmp::fuzz

#endif  // USMP_TESTS_FUZZ_DEADLINE_CHECK_HPP
