// The peer that gateways know: DTLS 1.2 of OpenSSL with a PSK and X25519
// (ECDHE-PSK-CHACHA20-POLY1305), both ends in one process, datagrams through queues in memory.
#ifndef USMP_BENCH_DTLS_PEER_HPP
#define USMP_BENCH_DTLS_PEER_HPP

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "usmp/bytes.hpp"

namespace usmp::bench {

/// What a program makes once: both ends' configuration.
class DtlsContext {
 public:
  /// `asks_cookies`: with HelloVerifyRequest, as a server on the internet has to. Throws
  /// std::runtime_error.
  explicit DtlsContext(bool asks_cookies);

  SSL_CTX* client() const { return client_.get(); }
  SSL_CTX* server() const { return server_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> client_;
  std::unique_ptr<SSL_CTX, Free> server_;
};

/// A client and a server.
class DtlsPair {
 public:
  explicit DtlsPair(const DtlsContext& context);
  DtlsPair(const DtlsPair&) = delete;
  DtlsPair& operator=(const DtlsPair&) = delete;

  /// Each takes what came and goes as far as it can. True: its end of the handshake is done. Throws
  /// std::runtime_error if the handshake fails.
  bool step_client();
  bool step_server();
  /// Ends the server's session and frees it.
  void end_server();

  /// One message from the client; throws std::runtime_error.
  void send_from_client(Bytes message);
  /// The server reads one message and sends it back.
  void echo_on_server();
  /// The message that came back; its size.
  std::size_t receive_on_client(MutableBytes out);

  /// Sizes of the datagrams that left, in order.
  struct Sizes {
    std::vector<std::size_t> from_client;
    std::vector<std::size_t> from_server;
  };
  /// From now on sizes are entered there.
  void watch(Sizes* sizes);

  using Queue = std::deque<std::vector<std::uint8_t>>;
  /// One end of the two queues, as its BIO sees them.
  struct End {
    Queue* in;
    Queue* out;
    std::vector<std::size_t>* sizes;
  };

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  using Ssl = std::unique_ptr<SSL, Free>;

  static Ssl make(SSL_CTX* context, End& end);
  static bool step(SSL* ssl);

  const DtlsContext& context_;
  Queue to_server_;
  Queue to_client_;
  End client_end_{&to_client_, &to_server_, nullptr};
  End server_end_{&to_server_, &to_client_, nullptr};
  Ssl client_;
  Ssl server_;
};

}  // namespace usmp::bench

#endif  // USMP_BENCH_DTLS_PEER_HPP
