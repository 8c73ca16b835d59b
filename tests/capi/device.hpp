// A device for the tests of the C API: a context with transport, key and ID that closes itself.
#ifndef USMP_TESTS_CAPI_DEVICE_HPP
#define USMP_TESTS_CAPI_DEVICE_HPP

#include <string.h>

#include <memory>

#include "test_gateway.hpp"
#include "usmp.h"

namespace usmp::test {

/// Against a gateway in the same process every wait is short; a test that hangs fails here.
constexpr std::uint32_t kTimeoutMs = 20000;

class Device {
 public:
  Device() : ctx_(std::make_unique<usmp_t>()) {
    *ctx_ = usmp_t{};
    ctx_->psk = TestGateway::kPsk;
    ctx_->psk_len = sizeof TestGateway::kPsk;
    set_id(TestGateway::kDeviceId);
    ctx_->timeout_ms = kTimeoutMs;
    ctx_->recv_timeout_ms = kTimeoutMs;
  }
  ~Device() {
    usmp_close(ctx());
    usmp_transport_destroy(&transport);
  }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  void set_id(const char* id) {
    ctx_->device_id_len = static_cast<std::uint8_t>(strlen(id));
    memcpy(ctx_->device_id, id, ctx_->device_id_len);
  }

  usmp_t* ctx() { return ctx_.get(); }
  usmp_t* operator->() { return ctx_.get(); }

  usmp_transport_t transport{};

 private:
  std::unique_ptr<usmp_t> ctx_;  // it is large
};

}  // namespace usmp::test

#endif  // USMP_TESTS_CAPI_DEVICE_HPP
