// See usmp_small_client.hpp: its calls, passed on.
#if defined(__AVR__)

#include "usmp_small_client.hpp"

#include <string.h>

#include "eeprom_stores.hpp"
#include "small_serial_device.hpp"

namespace {

usmp::SmallSerialDevice& device_in(uint8_t* memory) {
  return *reinterpret_cast<usmp::SmallSerialDevice*>(memory);
}
const usmp::SmallSerialDevice& device_in(const uint8_t* memory) {
  return *reinterpret_cast<const usmp::SmallSerialDevice*>(memory);
}

}  // namespace

USMPSmallClient::USMPSmallClient(uint16_t max_packet, uint16_t max_message, uint8_t* packet,
                                 size_t packet_size, uint8_t* in, uint8_t* out) {
  static_assert(sizeof(usmp::SmallSerialDevice) <= kDeviceSize, "it lies in device_");
  static_assert(kPacketRoomMin == usmp::CompactDevice::kPacketRoomMin + usmp::kCrc16Size,
                "a CHALLENGE");
  const usmp::ReceiveLimits limits = {max_packet, max_message, 1};
  new (UsmpPlace{device_})
      usmp::SmallSerialDevice(limits, usmp::MutableBytes(packet, packet_size), in, out);
}

bool USMPSmallClient::begin(const USMP::SerialLine& line) { return device_in(device_).begin(line); }
bool USMPSmallClient::provision(Stream& console) { return device_in(device_).provision(console); }
bool USMPSmallClient::forget() {
  return usmp::erase(usmp::eeprom::identity(), sizeof(usmp::Identity));
}
void USMPSmallClient::maintain() { device_in(device_).maintain(); }
void USMPSmallClient::close() { device_in(device_).close(); }
void USMPSmallClient::reconnect() { device_in(device_).reconnect(); }

bool USMPSmallClient::connected() const { return device_in(device_).session().established(); }
bool USMPSmallClient::isConnecting() const { return device_in(device_).wanted() && !connected(); }
bool USMPSmallClient::canSend() const { return device_in(device_).can_send(); }

bool USMPSmallClient::send(const uint8_t* bytes, size_t size, uint8_t channel) {
  return device_in(device_).send(usmp::Bytes(bytes, size), channel);
}
bool USMPSmallClient::send(const char* text, uint8_t channel) {
  return send(reinterpret_cast<const uint8_t*>(text), strlen(text), channel);
}
bool USMPSmallClient::send(const __FlashStringHelper* text, uint8_t channel) {
  return device_in(device_).send_from_flash(reinterpret_cast<PGM_P>(text), channel);
}
bool USMPSmallClient::sendDatagram(const uint8_t* bytes, size_t size, uint8_t channel) {
  return device_in(device_).send_datagram(usmp::Bytes(bytes, size), channel);
}
size_t USMPSmallClient::datagramSizeMax() const {
  return device_in(device_).session().datagram_size_max();
}

size_t USMPSmallClient::available() const {
  usmp::Message message;
  return device_in(device_).message(&message) ? message.content.size : 0;
}

uint8_t USMPSmallClient::channel() const {
  usmp::Message message;
  return device_in(device_).message(&message) ? message.channel : 0;
}

size_t USMPSmallClient::read(uint8_t* bytes, size_t size) {
  usmp::Message message;
  if (!device_in(device_).message(&message)) return 0;
  if (size > message.content.size) size = message.content.size;
  memcpy(bytes, message.content.data, size);
  device_in(device_).release_message();
  return size;
}

void USMPSmallClient::onMessage(MessageFunction function) {
  device_in(device_).on_message = function;
}
void USMPSmallClient::onDatagram(MessageFunction function) {
  device_in(device_).on_datagram = function;
}
void USMPSmallClient::onConnect(EventFunction function) {
  device_in(device_).on_connect = function;
}
void USMPSmallClient::onDisconnect(EventFunction function) {
  device_in(device_).on_disconnect = function;
}

const uint8_t* USMPSmallClient::deviceId(size_t* size) const {
  const usmp::Bytes id = device_in(device_).identity().device_id();
  *size = id.size;
  return id.data;
}

void USMPSmallClient::keepalive(uint32_t milliseconds) {
  device_in(device_).set_keepalive(milliseconds);
}

#endif  // __AVR__
