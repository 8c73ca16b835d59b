// What a device holds in RAM for one session, as symbols whose sizes session_size.py reads.
#include "usmp/device_session.hpp"
#include "usmp/gateway_session.hpp"

namespace {

// One packet buffer serves both directions: a packet is read to its end before one is built. A
// message to be sent is not copied: it stays where the application has it, and only its node is
// counted.
template <uint8_t Window, uint16_t MaxPacket, uint16_t MaxMessage>
struct WholeSession {
  usmp::DeviceSession session;
  usmp::SessionStorage<Window, MaxPacket, MaxMessage> storage;
  uint8_t packet[MaxPacket];
  usmp::Outgoing outgoing;
};

}  // namespace

extern "C" {
extern char device_session[sizeof(usmp::DeviceSession)];
char device_session[sizeof(usmp::DeviceSession)];
extern char device_window_1_packet_64_message_64[sizeof(WholeSession<1, 64, 64>)];
char device_window_1_packet_64_message_64[sizeof(WholeSession<1, 64, 64>)];
extern char device_window_1_packet_256_message_256[sizeof(WholeSession<1, 256, 256>)];
char device_window_1_packet_256_message_256[sizeof(WholeSession<1, 256, 256>)];
extern char device_window_4_packet_256_message_1024[sizeof(WholeSession<4, 256, 1024>)];
char device_window_4_packet_256_message_1024[sizeof(WholeSession<4, 256, 1024>)];
}
