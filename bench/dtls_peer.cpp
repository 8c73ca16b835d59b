// See dtls_peer.hpp.
#include "dtls_peer.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace usmp::bench {
namespace {

constexpr const char* kSuite = "ECDHE-PSK-CHACHA20-POLY1305";
constexpr const char* kGroup = "X25519";
constexpr const char* kIdentity = "bench-00";  // as long as the IDs of the USMP devices
constexpr long kMtu = 1232;                    // as USMP's
constexpr long kIpAndUdpSize = 28;
constexpr std::size_t kCookieBytes = 16;
constexpr std::array<unsigned char, 32> kPsk{0x5a};

void require(bool is_done, const char* what) {
  if (is_done) return;
  const unsigned long error = ERR_get_error();
  throw std::runtime_error(
      std::string("DTLS: ") + what + " failed" +
      (error != 0 ? std::string(": ") + ERR_error_string(error, nullptr) : std::string()));
}

// A BIO of datagrams: OpenSSL's own memory BIO loses where one ends.
int write_datagram(BIO* bio, const char* data, int size) {
  auto* const end = static_cast<DtlsPair::End*>(BIO_get_data(bio));
  end->out->emplace_back(data, data + size);
  if (end->sizes != nullptr) end->sizes->push_back(static_cast<std::size_t>(size));
  return size;
}

int read_datagram(BIO* bio, char* out, int size) {
  auto* const end = static_cast<DtlsPair::End*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (end->in->empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const auto& datagram = end->in->front();
  const std::size_t count = std::min(datagram.size(), static_cast<std::size_t>(size));
  std::memcpy(out, datagram.data(), count);
  end->in->pop_front();
  return static_cast<int>(count);
}

long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
      return kMtu;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
      return kIpAndUdpSize;
    default:
      return 0;
  }
}

int create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD* datagram_method() {
  struct FreeMethod {
    void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
  };
  static const std::unique_ptr<BIO_METHOD, FreeMethod> kMethod = [] {
    std::unique_ptr<BIO_METHOD, FreeMethod> method(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams in memory"));
    BIO_meth_set_write(method.get(), write_datagram);
    BIO_meth_set_read(method.get(), read_datagram);
    BIO_meth_set_ctrl(method.get(), control);
    BIO_meth_set_create(method.get(), create);
    return method;
  }();
  return kMethod.get();
}

unsigned give_client_psk(SSL* /*ssl*/, const char* /*hint*/, char* identity, unsigned identity_size,
                         unsigned char* psk, unsigned psk_size) {
  if (identity_size <= std::strlen(kIdentity) || psk_size < kPsk.size()) return 0;
  std::memcpy(identity, kIdentity, std::strlen(kIdentity) + 1);
  std::copy(kPsk.begin(), kPsk.end(), psk);
  return kPsk.size();
}

unsigned give_server_psk(SSL* /*ssl*/, const char* identity, unsigned char* psk,
                         unsigned psk_size) {
  if (std::strcmp(identity, kIdentity) != 0 || psk_size < kPsk.size()) return 0;
  std::copy(kPsk.begin(), kPsk.end(), psk);
  return kPsk.size();
}

// A real server makes an HMAC of the address here; a constant costs it less than that.
int make_cookie(SSL* /*ssl*/, unsigned char* cookie, unsigned* size) {
  std::fill_n(cookie, kCookieBytes, static_cast<unsigned char>(0xc0));
  *size = kCookieBytes;
  return 1;
}

int check_cookie(SSL* /*ssl*/, const unsigned char* /*cookie*/, unsigned size) {
  return size == kCookieBytes ? 1 : 0;
}

SSL_CTX* make_context() {
  SSL_CTX* const context = SSL_CTX_new(DTLS_method());
  require(context != nullptr, "SSL_CTX_new");
  SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  require(SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
              SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1 &&
              SSL_CTX_set_cipher_list(context, kSuite) == 1 &&
              SSL_CTX_set1_groups_list(context, kGroup) == 1,
          "the configuration");
  return context;
}

}  // namespace

DtlsContext::DtlsContext(bool asks_cookies) : client_(make_context()), server_(make_context()) {
  SSL_CTX_set_psk_client_callback(client_.get(), give_client_psk);
  SSL_CTX_set_psk_server_callback(server_.get(), give_server_psk);
  if (!asks_cookies) return;
  SSL_CTX_set_options(server_.get(), SSL_OP_COOKIE_EXCHANGE);
  SSL_CTX_set_cookie_generate_cb(server_.get(), make_cookie);
  SSL_CTX_set_cookie_verify_cb(server_.get(), check_cookie);
}

DtlsPair::DtlsPair(const DtlsContext& context)
    : context_(context), client_(make(context.client(), client_end_)) {
  SSL_set_connect_state(client_.get());
}

DtlsPair::Ssl DtlsPair::make(SSL_CTX* context, End& end) {
  Ssl ssl(SSL_new(context));
  BIO* const bio = BIO_new(datagram_method());
  require(ssl != nullptr && bio != nullptr, "SSL_new");
  BIO_set_data(bio, &end);
  SSL_set_bio(ssl.get(), bio, bio);
  SSL_set_mtu(ssl.get(), kMtu);
  return ssl;
}

bool DtlsPair::step(SSL* ssl) {
  const int result = SSL_do_handshake(ssl);
  require(result == 1 || SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ, "a handshake");
  return result == 1;
}

bool DtlsPair::step_client() { return step(client_.get()); }

bool DtlsPair::step_server() {
  if (!server_) {
    server_ = make(context_.server(), server_end_);
    SSL_set_accept_state(server_.get());
  }
  return step(server_.get());
}

void DtlsPair::end_server() { server_.reset(); }

void DtlsPair::send_from_client(Bytes message) {
  const int size = static_cast<int>(message.size);
  require(SSL_write(client_.get(), message.data, size) == size, "SSL_write");
}

void DtlsPair::echo_on_server() {
  std::array<std::uint8_t, kMtu> message;
  const int size = SSL_read(server_.get(), message.data(), static_cast<int>(message.size()));
  require(size > 0, "SSL_read");
  require(SSL_write(server_.get(), message.data(), size) == size, "SSL_write");
}

std::size_t DtlsPair::receive_on_client(MutableBytes out) {
  const int size = SSL_read(client_.get(), out.data, static_cast<int>(out.size));
  require(size > 0, "SSL_read");
  return static_cast<std::size_t>(size);
}

void DtlsPair::watch(Sizes* sizes) {
  client_end_.sizes = sizes == nullptr ? nullptr : &sizes->from_client;
  server_end_.sizes = sizes == nullptr ? nullptr : &sizes->from_server;
}

}  // namespace usmp::bench
