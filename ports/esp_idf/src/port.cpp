// The functions of usmp_port.h for ESP-IDF. All of them stand in this file, so that the lock, which
// the library asks for weakly, is linked with the others.
#include <bootloader_random.h>
#include <esp_log.h>
#include <esp_mac.h>
#include <esp_random.h>
#include <esp_task_wdt.h>
#include <esp_timer.h>
#include <freertos/FreeRTOS.h>
#include <freertos/semphr.h>
#include <freertos/task.h>
#include <sdkconfig.h>

#include "usmp.h"

int usmp_port_get_device_id(uint8_t* out, size_t len) {
  if (len != USMP_DEVICE_ID_LEN) return -1;
  return esp_efuse_mac_get_default(out) == ESP_OK ? 0 : -1;
}

int usmp_port_random(uint8_t* out, size_t len) {
#if CONFIG_USMP_RANDOM_WITHOUT_RADIO
  // Without Wi-Fi or Bluetooth the generator has no noise of its own: the ADC gives it some.
  bootloader_random_enable();
#endif
  esp_fill_random(out, len);
#if CONFIG_USMP_RANDOM_WITHOUT_RADIO
  bootloader_random_disable();
#endif
  return 0;
}

uint32_t usmp_port_millis(void) { return static_cast<uint32_t>(esp_timer_get_time() / 1000); }

void usmp_port_delay_ms(uint32_t ms) {
  const TickType_t ticks = pdMS_TO_TICKS(ms);
  vTaskDelay(ticks > 0 ? ticks : 1);  // less than a tick must let other tasks run too
}

void usmp_port_wdt_feed(void) {
  if (esp_task_wdt_status(nullptr) == ESP_OK) (void)esp_task_wdt_reset();
}

void usmp_port_log(char level, const char* tag, const char* msg) {
  switch (level) {
    case 'E':
      ESP_LOGE(tag, "%s", msg);
      break;
    case 'W':
      ESP_LOGW(tag, "%s", msg);
      break;
    case 'I':
      ESP_LOGI(tag, "%s", msg);
      break;
    default:
      ESP_LOGD(tag, "%s", msg);
      break;
  }
}

int usmp_port_mutex_create(usmp_mutex_t* mutex) {
  *mutex = xSemaphoreCreateMutex();
  return *mutex != nullptr ? 0 : -1;
}

int usmp_port_mutex_lock(usmp_mutex_t mutex) {
  return xSemaphoreTake(static_cast<SemaphoreHandle_t>(mutex), portMAX_DELAY) == pdTRUE ? 0 : -1;
}

int usmp_port_mutex_unlock(usmp_mutex_t mutex) {
  return xSemaphoreGive(static_cast<SemaphoreHandle_t>(mutex)) == pdTRUE ? 0 : -1;
}

void usmp_port_mutex_destroy(usmp_mutex_t mutex) {
  vSemaphoreDelete(static_cast<SemaphoreHandle_t>(mutex));
}
