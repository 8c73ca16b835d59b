// See sleep_memory.hpp, and the calls for a program.
#include "sleep_memory.hpp"

#include <esp_attr.h>
#include <esp_rtc_time.h>

#include "usmp_esp_idf.h"

namespace usmp::esp_idf {
namespace {

// Zeroed by the start-up code in every reset but the wake from deep sleep, which leaves it.
RTC_DATA_ATTR SleepRecord the_saved_session;

}  // namespace

SleepRecord& saved_session() { return the_saved_session; }

}  // namespace usmp::esp_idf

// esp_rtc_get_time_us() runs on in deep sleep, and no setting of the time of day moves it.

usmp_err_t usmp_idf_sleep(usmp_t* ctx) {
  if (ctx == nullptr) return USMP_ERR_INVALID_ARG;
  return usmp::esp_idf::save_to(usmp::esp_idf::saved_session(), *ctx, esp_rtc_get_time_us());
}

usmp_err_t usmp_idf_wake_sized(usmp_t* ctx, usmp_transport_t* transport, usmp_sizes_t sizes) {
  if (ctx == nullptr || transport == nullptr) return USMP_ERR_INVALID_ARG;
  return usmp::esp_idf::wake_from(usmp::esp_idf::saved_session(), *ctx, *transport,
                                  esp_rtc_get_time_us(), sizes);
}
