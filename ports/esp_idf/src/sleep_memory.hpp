// The one saved session of this device, in RTC memory. Not what it is: sleep_record.hpp.
#ifndef USMP_ESP_IDF_SLEEP_MEMORY_HPP
#define USMP_ESP_IDF_SLEEP_MEMORY_HPP

#include "sleep_record.hpp"

namespace usmp::esp_idf {

SleepRecord& saved_session();

}  // namespace usmp::esp_idf

#endif  // USMP_ESP_IDF_SLEEP_MEMORY_HPP
