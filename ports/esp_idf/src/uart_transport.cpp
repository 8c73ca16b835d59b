// An UART as a line: raw bytes by ESP-IDF's driver. Where packets begin and end in them is the
// library's business.
#include <driver/uart.h>
#include <freertos/FreeRTOS.h>
#include <freertos/queue.h>
#include <freertos/task.h>

#include <new>

#include "usmp_esp_idf.h"

namespace usmp::esp_idf {
namespace {

/// As much as comes in while the device computes: 0.2 s at 115200 Bd.
constexpr int kReceiveBufferSize = 2048;
constexpr int kSendBufferSize = 1024;
constexpr int kEventCount = 16;

struct UartTransport {
  uart_port_t port;
  int tx_pin;
  int rx_pin;
  int baud;
  QueueHandle_t events = nullptr;
  bool is_open = false;
};

UartTransport& self(usmp_transport_t* t) { return *static_cast<UartTransport*>(t->ctx); }

void uart_close(usmp_transport_t* t) {
  UartTransport& uart = self(t);
  if (uart.is_open) (void)uart_driver_delete(uart.port);
  uart.is_open = false;
  uart.events = nullptr;
}

int uart_open(usmp_transport_t* t) {
  UartTransport& uart = self(t);
  if (uart.is_open) return 0;
  if (uart_is_driver_installed(uart.port)) return USMP_ERR_LINE_IN_USE;
  uart_config_t settings = {};
  settings.baud_rate = uart.baud;
  settings.data_bits = UART_DATA_8_BITS;
  settings.parity = UART_PARITY_DISABLE;
  settings.stop_bits = UART_STOP_BITS_1;
  settings.flow_ctrl = UART_HW_FLOWCTRL_DISABLE;
  settings.source_clk = UART_SCLK_DEFAULT;
  if (uart_driver_install(uart.port, kReceiveBufferSize, kSendBufferSize, kEventCount, &uart.events,
                          0) != ESP_OK) {
    return USMP_ERR_NO_SUCH_LINE;
  }
  uart.is_open = true;
  if (uart_param_config(uart.port, &settings) == ESP_OK &&
      uart_set_pin(uart.port, uart.tx_pin, uart.rx_pin, UART_PIN_NO_CHANGE, UART_PIN_NO_CHANGE) ==
          ESP_OK) {
    return 0;
  }
  uart_close(t);
  return USMP_ERR_INVALID_ARG;
}

int uart_send(usmp_transport_t* t, const uint8_t* data, size_t len) {
  size_t room = 0;
  if (uart_get_tx_buffer_free_size(self(t).port, &room) != ESP_OK) return USMP_ERR_NO_SUCH_LINE;
  const size_t size = len < room ? len : room;
  return size == 0 ? 0 : uart_write_bytes(self(t).port, data, size);
}

int uart_recv(usmp_transport_t* t, uint8_t* buf, size_t max_len) {
  return uart_read_bytes(self(t).port, buf, static_cast<uint32_t>(max_len), 0);
}

int uart_available(usmp_transport_t* t) {
  size_t size = 0;
  return uart_get_buffered_data_len(self(t).port, &size) == ESP_OK && size > 0 ? 1 : 0;
}

void uart_wait(usmp_transport_t* t, int for_sending, uint32_t timeout_ms) {
  if (uart_available(t) != 0) return;
  const TickType_t span = pdMS_TO_TICKS(timeout_ms);
  // The driver tells of bytes that came in, not of room to send: that is looked for each tick.
  const TickType_t ticks = for_sending != 0 || span == 0 ? 1 : span;
  uart_event_t event;
  (void)xQueueReceive(self(t).events, &event, ticks);
}

int uart_reconnect(usmp_transport_t* t) {
  uart_close(t);
  return uart_open(t);
}

void uart_destroy(usmp_transport_t* t) {
  uart_close(t);
  delete static_cast<UartTransport*>(t->ctx);
  *t = usmp_transport_t{};
}

}  // namespace
}  // namespace usmp::esp_idf

int usmp_transport_uart_prepare(usmp_transport_t* t, int port, int tx_pin, int rx_pin, int baud) {
  using namespace usmp::esp_idf;
  if (t == nullptr || port < 0 || port >= UART_NUM_MAX || baud <= 0) return USMP_ERR_INVALID_ARG;
  *t = usmp_transport_t{};
  t->ctx = new (std::nothrow) UartTransport{static_cast<uart_port_t>(port), tx_pin, rx_pin, baud};
  if (t->ctx == nullptr) return USMP_ERR_NO_MEMORY;
  t->send = uart_send;
  t->recv = uart_recv;
  t->close = uart_close;
  t->reconnect = uart_reconnect;
  t->available = uart_available;
  t->destroy = uart_destroy;
  t->open = uart_open;
  t->wait = uart_wait;
  t->stream = USMP_TRANSPORT_LINE;
  return 0;
}
