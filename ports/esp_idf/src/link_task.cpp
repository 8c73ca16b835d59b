// A FreeRTOS task for a link. What its rounds do is in link.cpp.
#include <freertos/FreeRTOS.h>
#include <freertos/semphr.h>
#include <freertos/task.h>

#include "usmp_esp_idf.h"

namespace {

constexpr const char* kTaskName = "usmp";

void run(void* argument) {
  usmp_idf_task_t& task = *static_cast<usmp_idf_task_t*>(argument);
  while (!task.is_to_end) usmp_link_round(task.link);
  xSemaphoreGive(static_cast<SemaphoreHandle_t>(task.ended));
  vTaskDelete(nullptr);
}

}  // namespace

bool usmp_idf_task_start(usmp_idf_task_t* task, usmp_link_t* link, uint32_t stack_size,
                         unsigned priority) {
  task->link = link;
  task->is_to_end = false;
  task->ended = xSemaphoreCreateBinary();
  if (task->ended == nullptr) return false;
  TaskHandle_t handle = nullptr;
  if (xTaskCreate(run, kTaskName, stack_size, task, priority, &handle) != pdPASS) {
    vSemaphoreDelete(static_cast<SemaphoreHandle_t>(task->ended));
    task->ended = nullptr;
    return false;
  }
  task->task = handle;
  return true;
}

void usmp_idf_task_stop(usmp_idf_task_t* task) {
  if (task->ended == nullptr) return;
  task->is_to_end = true;
  (void)xSemaphoreTake(static_cast<SemaphoreHandle_t>(task->ended), portMAX_DELAY);
  vSemaphoreDelete(static_cast<SemaphoreHandle_t>(task->ended));
  task->ended = nullptr;
  task->task = nullptr;
}
