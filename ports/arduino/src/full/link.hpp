// The medium of one client in use: the objects behind a usmp_transport_t, and the texts of its
// description. Where packets begin and end is the C API's business.
#ifndef USMP_ARDUINO_LINK_HPP
#define USMP_ARDUINO_LINK_HPP

#include "../usmp_api.h"
#include "medium.hpp"

namespace usmp_arduino {

static const size_t kHostSizeMax = 64;      // a name's bytes with the zero at its end
static const size_t kSsidSizeMax = 33;      // as 802.11 has it
static const size_t kPasswordSizeMax = 65;  // 64 hex digits at most

class Link {
 public:
  Link();
  ~Link() { let_go(); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Takes over a description; the one before must not be in use any more. INVALID_ARG: a text is
  /// too long, or there is no object for this medium and none can be made. NO_MEMORY.
  usmp_err_t take(const Medium& medium);
  /// Gives back what take() made. The password is wiped.
  void let_go();
  /// For usmp_connect_async() and usmp_wake(); this object is its `ctx`.
  usmp_transport_t transport();
  bool taken() const { return medium_.kind != Medium::Kind::None; }

 private:
  // One file for each kind: link_tcp.cpp, link_udp.cpp, link_serial.cpp.
  static Link& of(usmp_transport_t* t) { return *static_cast<Link*>(t->ctx); }
  void fill_tcp(usmp_transport_t& t);
  void fill_udp(usmp_transport_t& t);
  void fill_serial(usmp_transport_t& t);
  static int open_tcp(usmp_transport_t* t);
  static int send_tcp(usmp_transport_t* t, const uint8_t* data, size_t len);
  static int recv_tcp(usmp_transport_t* t, uint8_t* out, size_t len);
  static void close_tcp(usmp_transport_t* t);
  static int open_udp(usmp_transport_t* t);
  static int send_udp(usmp_transport_t* t, const uint8_t* data, size_t len);
  static int recv_udp(usmp_transport_t* t, uint8_t* out, size_t len);
  static void close_udp(usmp_transport_t* t);
  static int open_serial(usmp_transport_t* t);
  static int send_serial(usmp_transport_t* t, const uint8_t* data, size_t len);
  static int recv_serial(usmp_transport_t* t, uint8_t* out, size_t len);

  /// 0: the network is there; USMP_TRANSPORT_OPENING: it is being joined; or it cannot be.
  int join_network();
  /// What `out` takes without waiting, at most `len`; or `piece`, where it does not tell.
  size_t room_in(Print& out, size_t len, size_t piece);
  bool open_udp_port();
  bool from_gateway();

  Medium medium_;
  char host_[kHostSizeMax];
  char ssid_[kSsidSizeMax];
  char password_[kPasswordSizeMax];
  bool made_;        // the network object
  bool joining_;     // the network, since joining_since_
  bool begun_;       // the serial port was started
  bool room_known_;  // the object tells what it takes without waiting
  bool address_known_;
  uint32_t joining_since_;
};

}  // namespace usmp_arduino

#endif  // USMP_ARDUINO_LINK_HPP
