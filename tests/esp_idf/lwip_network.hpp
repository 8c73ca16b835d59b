// The network of the device under test: lwIP on a tap interface, in the place of a Wi-Fi driver.
// Not the system's sockets: nothing of them is used.
#ifndef USMP_TESTS_ESP_IDF_LWIP_NETWORK_HPP
#define USMP_TESTS_ESP_IDF_LWIP_NETWORK_HPP

namespace usmp::tests {

/// What the test gives the two ends of the tap interface.
constexpr const char* kTapName = "tap0";
constexpr const char* kDeviceAddress = "10.77.0.2";
constexpr const char* kGatewayAddress = "10.77.0.1";  // and name server
constexpr const char* kNetmask = "255.255.255.0";

/// Starts lwIP and its threads. Ends the program if the interface cannot be opened.
void start_network();

/// What a driver says when its radio loses its access point, and finds it again.
void set_link(bool is_up);

/// What DHCP does where the device gets another address than it had.
void set_address(const char* address);

}  // namespace usmp::tests

#endif  // USMP_TESTS_ESP_IDF_LWIP_NETWORK_HPP
