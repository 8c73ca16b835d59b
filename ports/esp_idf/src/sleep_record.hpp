// A saved session in memory that outlives a deep sleep: written once, used once (USMP3 §5). Where
// that memory is, and which clock runs on meanwhile, is the caller's matter.
#ifndef USMP_ESP_IDF_SLEEP_RECORD_HPP
#define USMP_ESP_IDF_SLEEP_RECORD_HPP

#include "usmp.h"

namespace usmp::esp_idf {

/// Zeros where nothing is saved.
struct SleepRecord {
  uint8_t mark;
  uint8_t size;
  uint16_t local_port;  ///< UDP: what the session sent from; 0 if unknown
  uint64_t saved_at_us;
  uint8_t state[USMP_SAVED_STATE_MAX];
};

/// Saves the session of `ctx` (usmp_sleep()) into `record`. `now_us`: by a clock that runs on in
/// the sleep. USMP_OK: power down now. Else what usmp_sleep() said, and the record is empty.
usmp_err_t save_to(SleepRecord& record, usmp_t& ctx, uint64_t now_us);

/// Goes on with the session in `record` (usmp_wake()); the record is overwritten, and read back,
/// before anything else. STATE_USED: there is none, or it is not to be used: usmp_connect().
usmp_err_t wake_from(SleepRecord& record, usmp_t& ctx, usmp_transport_t& transport, uint64_t now_us,
                     const usmp_sizes_t& sizes);

/// Overwrites it with zeros. False: it does not hold zeros now.
bool erase(SleepRecord& record);

}  // namespace usmp::esp_idf

#endif  // USMP_ESP_IDF_SLEEP_RECORD_HPP
