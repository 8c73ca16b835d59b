// A whole gateway in a program: sockets, threads, engines and the registry, behind one object. The
// `usmp gateway` command and other programs embed it.
#ifndef USMP_GATEWAY_LOOP_SERVER_HPP
#define USMP_GATEWAY_LOOP_SERVER_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/directory.hpp"
#include "engine/engine_config.hpp"
#include "engine/engine_counters.hpp"
#include "engine/key_source.hpp"
#include "listen/connection_limits.hpp"
#include "listen/listen_uri.hpp"
#include "loop/server_application.hpp"

namespace usmp::gateway {

struct ServerConfig {
  std::vector<ListenUri> listen;  ///< at least one
  std::string registry_path = "usmp.db";
  /// Where the keys come from instead of the registry, which is then not opened: called by start()
  /// once for each thread.
  std::function<std::unique_ptr<KeySource>()> make_keys = {};
  unsigned threads = 0;  ///< 0: as many as there are cores; kThreadsMax at most
  /// The server fills in random and, while it is all zero, cookie_secret.
  EngineConfig engine;
  /// The server fills in threads and wake.
  DirectoryConfig directory;
  std::uint32_t connections_max = kConnectionsMax;
  std::uint32_t connections_per_address_max = kConnectionsPerAddressMax;
};

/// One session of a server, as SessionReport names it.
struct SessionName {
  unsigned thread = 0;
  SessionHandle session;
};

class ServerState;

/// Its calls are for one thread, but for those of messages and sessions and is_connected(): any
/// thread, callbacks too.
class Server {
 public:
  /// `application` outlives it. Nothing happens yet.
  Server(ServerConfig config, ServerApplication& application);
  /// As stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Opens the registry and the sockets and serves from then on. Throws RegistryError, ListenError,
  /// std::invalid_argument (a value of the configuration) or std::system_error; then nothing runs.
  /// Once only.
  void start();
  /// Every session gets BYE 5, connections are closed, threads end: within about 2 seconds.
  void stop();

  /// Where it listens, as URIs with real addresses and ports; after start().
  std::vector<std::string> listening() const;

  /// Takes a message for a device; it is copied. Without a session it is held for the next one.
  /// What became of it message_settled() tells, with `token`. False: Full, nothing was taken; try
  /// again later.
  [[nodiscard]] bool send(const DeviceId& device, std::uint8_t channel, Bytes content,
                          std::uint64_t token);
  /// A message that may be lost. False: the device has no session, or too much waits.
  bool send_datagram(const DeviceId& device, std::uint8_t channel, Bytes content);

  /// As send(), into this session and no other: Returned if it is over.
  [[nodiscard]] bool send_to_session(const SessionName& name, const DeviceId& device,
                                     std::uint8_t channel, Bytes content, std::uint64_t token);
  /// Messages may come again of a session that Engine::pause() stopped.
  void resume(const SessionName& name);
  /// Asks the device for a sign of life; nothing tells of the answer.
  void ping(const SessionName& name);
  /// Changes the session's keys, where the gateway may (wire 2).
  void rekey(const SessionName& name);
  /// Ends the session with BYE 0. What it has not delivered waits for the device's next session, or
  /// is Returned.
  void close_session(const SessionName& name);
  bool is_connected(const DeviceId& device) const;

  /// The sums of all threads, also after stop().
  EngineCounters counters();

 private:
  std::unique_ptr<ServerState> state_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LOOP_SERVER_HPP
