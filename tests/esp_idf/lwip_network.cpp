// See lwip_network.hpp.
#include "lwip_network.hpp"

#include <lwip/dns.h>
#include <lwip/netif.h>
#include <lwip/tcpip.h>
#include <stdlib.h>
#include <time.h>

extern "C" {
#include <netif/tapif.h>
}

namespace usmp::tests {
namespace {

netif the_interface;

ip4_addr_t address_of(const char* text) {
  ip4_addr_t address{};
  if (ip4addr_aton(text, &address) == 0) abort();
  return address;
}

void add_interface(void* started) {
  const ip4_addr_t own = address_of(kDeviceAddress);
  const ip4_addr_t mask = address_of(kNetmask);
  const ip4_addr_t router = address_of(kGatewayAddress);
  if (netif_add(&the_interface, &own, &mask, &router, nullptr, tapif_init, tcpip_input) ==
      nullptr) {
    abort();
  }
  netif_set_default(&the_interface);
  netif_set_up(&the_interface);
  ip_addr_t name_server{};
  ip_addr_copy_from_ip4(name_server, router);
  dns_setserver(0, &name_server);
  sys_sem_signal(static_cast<sys_sem_t*>(started));
}

}  // namespace

void start_network() {
  setenv("PRECONFIGURED_TAPIF", kTapName, 1);
  // lwIP's unix port takes its random ports and sequence numbers from rand().
  srand(static_cast<unsigned>(time(nullptr)));
  sys_sem_t started{};
  if (sys_sem_new(&started, 0) != ERR_OK) abort();
  tcpip_init(add_interface, &started);
  sys_sem_wait(&started);
  sys_sem_free(&started);
}

void set_link(bool is_up) {
  LOCK_TCPIP_CORE();
  if (is_up) {
    netif_set_up(&the_interface);
    netif_set_link_up(&the_interface);
  } else {
    netif_set_link_down(&the_interface);
    netif_set_down(&the_interface);
  }
  UNLOCK_TCPIP_CORE();
}

void set_address(const char* address) {
  const ip4_addr_t own = address_of(address);
  LOCK_TCPIP_CORE();
  netif_set_ipaddr(&the_interface, &own);
  UNLOCK_TCPIP_CORE();
}

}  // namespace usmp::tests
