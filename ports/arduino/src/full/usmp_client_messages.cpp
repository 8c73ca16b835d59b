// USMPClient: messages there and back, what is printed, and names as text.
#if !defined(__AVR__)
#include <string.h>

#include "usmp_client.hpp"

namespace {

/// In one call of maintain(), so that a flood of them lets the sketch run too.
const int kMessagesMax = 8;
const char kHexDigits[] = "0123456789abcdef";

bool is_text(const uint8_t* bytes, size_t size) {
  for (size_t index = 0; index < size; ++index) {
    if (bytes[index] <= ' ' || bytes[index] > '~') return false;
  }
  return true;
}

// `separator` 0: none. Whole bytes only, and a zero at the end; `room` is at least 1.
void write_hex(char* out, size_t room, const uint8_t* bytes, size_t size, char separator) {
  size_t place = 0;
  for (size_t index = 0; index < size; ++index) {
    const bool separated = separator != 0 && index > 0;
    if (place + (separated ? 4 : 3) > room) break;
    if (separated) out[place++] = separator;
    out[place++] = kHexDigits[bytes[index] >> 4];
    out[place++] = kHexDigits[bytes[index] & 0x0F];
  }
  out[place] = 0;
}

}  // namespace

bool USMPClient::send(const char* text, uint8_t channel) {
  return send(reinterpret_cast<const uint8_t*>(text), strlen(text), channel);
}

bool USMPClient::send(const String& text, uint8_t channel) {
  return send(reinterpret_cast<const uint8_t*>(text.c_str()), text.length(), channel);
}

// Byte by byte, as flash is read on every board, into the room of a line.
bool USMPClient::send(const __FlashStringHelper* text, uint8_t channel) {
  const char* from = reinterpret_cast<const char*>(text);
  flush();
  size_t size = 0;
  for (uint8_t byte = pgm_read_byte(from); byte != 0; byte = pgm_read_byte(from + size)) {
    if (size == sizeof line_) return told(USMP_ERR_TOO_LARGE);
    line_[size++] = byte;
  }
  return send(line_, size, channel);
}

bool USMPClient::send(const uint8_t* data, size_t size, uint8_t channel) {
  if (!connected()) return told(USMP_ERR_NOT_CONNECTED);
  if (line_size_ > 0) flush();  // what was printed before goes before
  ctx_->timeout_ms = timeout_ms_;
  const usmp_err_t code =
      channel == 0 ? usmp_send(ctx_, data, size) : usmp_send_on(ctx_, channel, data, size);
  tell_changes();
  return told(code);
}

bool USMPClient::sendDatagram(const uint8_t* data, size_t size, uint8_t channel) {
  if (ctx_ == nullptr) return told(USMP_ERR_NOT_CONNECTED);
  const bool sent = told(usmp_send_datagram(ctx_, channel, data, size));
  const usmp_err_t code = last_error_;
  tell_changes();
  last_error_ = code;
  return sent;
}

bool USMPClient::available() {
  if (begun_ && !in_callback_ && !usmp_message_waits(ctx_)) maintain();
  return !in_callback_ && usmp_message_waits(ctx_);
}

size_t USMPClient::nextSize() {
  size_t size = 0;
  return available() && usmp_peek(ctx_, &size, nullptr) != nullptr ? size : 0;
}

uint8_t USMPClient::channel() {
  size_t size = 0;
  uint8_t number = 0;
  if (available()) usmp_peek(ctx_, &size, &number);
  return number;
}

String USMPClient::read() {
  String text;
  size_t size = 0;
  if (!available()) return text;
  const char* bytes = static_cast<const char*>(usmp_peek(ctx_, &size, nullptr));
  if (size > 0 && !text.reserve(static_cast<unsigned int>(size))) {
    told(USMP_ERR_NO_MEMORY);  // it still waits
    return text;
  }
  for (size_t index = 0; index < size; ++index) text.concat(bytes[index]);
  usmp_release(ctx_);
  return text;
}

int USMPClient::read(uint8_t* out, size_t size) {
  if (!available()) return 0;
  size_t length = 0;
  const usmp_err_t code = usmp_recv_on(ctx_, out, size, &length, nullptr, 0);
  if (code != USMP_OK) {
    told(code);
    return code;
  }
  return static_cast<int>(length);
}

// A message lies in the session while the sketch looks at it, and is taken away afterwards.
void USMPClient::deliver() {
  if (in_callback_ || (on_message_ == nullptr && on_channel_message_ == nullptr)) return;
  for (int count = 0; count < kMessagesMax; ++count) {
    size_t size = 0;
    uint8_t channel = 0;
    const void* data = usmp_peek(ctx_, &size, &channel);
    if (data == nullptr) return;
    const uint8_t generation = generation_;
    in_callback_ = true;
    deliver_one(static_cast<const uint8_t*>(data), size, channel);
    in_callback_ = false;
    if (!begun_ || generation != generation_) return;  // the sketch ended it meanwhile
    usmp_release(ctx_);
    tell_changes();
  }
}

void USMPClient::deliver_one(const uint8_t* data, size_t size, uint8_t channel) {
  if (on_channel_message_ != nullptr) {
    on_channel_message_(data, size, channel);
  } else {
    on_message_(data, size);
  }
}

void USMPClient::take_datagram(usmp_t* ctx, const uint8_t* data, size_t size, uint8_t channel) {
  const USMPClient& client = *static_cast<USMPClient*>(ctx->user);
  if (client.on_datagram_ != nullptr) client.on_datagram_(data, size, channel);
}

size_t USMPClient::write(uint8_t character) { return write(&character, 1); }

size_t USMPClient::write(const uint8_t* data, size_t size) {
  for (size_t count = 0; count < size; ++count) {
    if (!connected()) {
      told(USMP_ERR_NOT_CONNECTED);
      setWriteError();
      return count;
    }
    line_[line_size_++] = data[count];
    if (data[count] == '\n' || line_size_ == sizeof line_) flush();
  }
  return size;
}

void USMPClient::flush() {
  if (line_size_ == 0) return;
  const size_t size = line_size_;
  line_size_ = 0;
  if (!send(line_, size)) setWriteError();
}

int USMPClient::availableForWrite() {
  return connected() ? static_cast<int>(sizeof line_ - line_size_) : 0;
}

void USMPClient::deviceId(char* out, size_t size) const {
  if (size == 0) return;
  out[0] = 0;
  if (ctx_ == nullptr) return;
  const size_t length = ctx_->device_id_len;
  if (!is_text(ctx_->device_id, length)) {
    write_hex(out, size, ctx_->device_id, length, ':');
    return;
  }
  const size_t count = length < size ? length : size - 1;
  memcpy(out, ctx_->device_id, count);
  out[count] = 0;
}

void USMPClient::sessionId(char* out, size_t size) const {
  if (size == 0) return;
  out[0] = 0;
  if (ctx_ != nullptr) write_hex(out, size, ctx_->session_id, sizeof ctx_->session_id, 0);
}

String USMPClient::deviceId() const {
  char text[3 * USMP_DEVICE_ID_MAX + 1];
  deviceId(text, sizeof text);
  return String(text);
}

String USMPClient::sessionId() const {
  char text[2 * USMP_SESSION_ID_LEN + 1];
  sessionId(text, sizeof text);
  return String(text);
}
#endif  // not __AVR__
