// A UDP proxy that makes a bad line of a good one: drops, repeats, delays and reorders datagrams,
// each by chance, from a seed. For demos and tests on machines without a network to spoil.
#ifndef USMP_GATEWAY_PROXY_LOSSY_PROXY_HPP
#define USMP_GATEWAY_PROXY_LOSSY_PROXY_HPP

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "listen/file_descriptor.hpp"
#include "listen/listen_uri.hpp"
#include "listen/socket_address.hpp"

namespace usmp::gateway {

struct LineQuality {
  unsigned loss_percent = 0;
  unsigned duplicate_percent = 0;
  unsigned reorder_percent = 0;  ///< held back by `reorder_ms`, so that later ones overtake
  unsigned delay_ms = 0;         ///< of every datagram, each way
  unsigned reorder_ms = 40;
  std::uint64_t seed = 1;
};

enum class Direction : std::uint8_t { ToGateway, ToDevice };
enum class Fate : std::uint8_t { Passed, Dropped, Doubled, HeldBack };

/// What became of one datagram, in the order of arrival.
struct Passage {
  Direction direction;
  Fate fate;
  std::size_t size;
  std::uint8_t first_byte;  ///< names the packet (USMP3 §1); 0 for an empty datagram
};

struct PassageCounts {
  std::uint64_t to_gateway = 0;
  std::uint64_t to_device = 0;
  std::uint64_t dropped = 0;
};

class LossyProxy {
 public:
  /// A socket for each device that speaks through it; beyond it the oldest one is forgotten.
  static constexpr std::size_t kDevicesMax = 256;
  /// Datagrams held back at a time; beyond it they are dropped, as a full queue of a router does.
  static constexpr std::size_t kDelayedMax = 4096;

  /// Listens on `listen` and passes on to `target`, both UDP. Throws ListenError.
  LossyProxy(const ListenUri& listen, const ListenUri& target, const LineQuality& quality);

  /// Where it listens, with the real port.
  std::string listen_text() const { return listen_text_; }
  /// Called for each datagram; none by default.
  std::function<void(const Passage&)> on_passage;
  PassageCounts counts() const { return counts_; }

  /// Waits for datagrams, at most `timeout_ms`, and passes on what is due.
  void run_once(int timeout_ms);

 private:
  struct Device {
    SocketAddress address;
    FileDescriptor upstream;
    std::uint64_t used;  // for forgetting the one silent the longest
  };
  struct Delayed {
    std::string device;
    Direction direction;
    std::vector<std::uint8_t> bytes;
  };

  bool chance(unsigned percent);
  Device& device_at(const SocketAddress& address, const std::string& key);
  void receive_from_devices();
  void receive_from_gateway(const std::string& key, Device& device);
  void pass(const std::string& device, Direction direction, const std::uint8_t* bytes,
            std::size_t size);
  void send(const std::string& device, Direction direction, const std::vector<std::uint8_t>& bytes);
  void send_due();
  int wait_ms(int timeout_ms) const;

  LineQuality quality_;
  std::mt19937_64 random_;
  FileDescriptor listener_;
  SocketAddress target_;
  std::string listen_text_;
  std::map<std::string, Device> devices_;          // by the bytes of their address
  std::multimap<std::uint64_t, Delayed> delayed_;  // by when they are due, in ms
  PassageCounts counts_;
  std::uint64_t uses_ = 0;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_PROXY_LOSSY_PROXY_HPP
