// A stream over an Arduino Client. connect() waits as long as the board's library does: the only
// call here that may take seconds.
#if !defined(__AVR__)
#include "link.hpp"

namespace usmp_arduino {

namespace {
/// A piece for a Client that does not tell what it takes; all of them have a buffer for so much.
const size_t kStreamPiece = 512;
}  // namespace

void Link::fill_tcp(usmp_transport_t& t) {
  t.open = open_tcp;
  t.send = send_tcp;
  t.recv = recv_tcp;
  t.close = close_tcp;
  t.stream = USMP_TRANSPORT_STREAM;
}

int Link::open_tcp(usmp_transport_t* t) {
  Link& link = of(t);
  const int joined = link.join_network();
  if (joined != 0) return joined;
  Client& client = *link.medium_.client;
  client.stop();
  if (link.medium_.prepare_client != nullptr) link.medium_.prepare_client(client);
  const int connected = link.medium_.has_address
                            ? client.connect(link.medium_.address, link.medium_.port)
                            : client.connect(link.host_, link.medium_.port);
  return connected == 1 ? 0 : USMP_ERR_UNREACHABLE;
}

int Link::send_tcp(usmp_transport_t* t, const uint8_t* data, size_t len) {
  Link& link = of(t);
  Client& client = *link.medium_.client;
  if (!client.connected()) return USMP_ERR_LOST;
  const size_t size = link.room_in(client, len, kStreamPiece);
  if (size == 0) return 0;
  const size_t count = client.write(data, size);
  if (count == 0 && !client.connected()) return USMP_ERR_LOST;
  return static_cast<int>(count);
}

int Link::recv_tcp(usmp_transport_t* t, uint8_t* out, size_t len) {
  Client& client = *of(t).medium_.client;
  const int there = client.available();
  // What came before the end is read first.
  if (there <= 0) return client.connected() ? 0 : static_cast<int>(USMP_ERR_LOST);
  const size_t wanted = static_cast<size_t>(there) < len ? static_cast<size_t>(there) : len;
  const int count = client.read(out, wanted);
  return count > 0 ? count : 0;
}

void Link::close_tcp(usmp_transport_t* t) { of(t).medium_.client->stop(); }

}  // namespace usmp_arduino
#endif  // not __AVR__
