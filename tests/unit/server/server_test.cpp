// A Server embedded in a program: begin, messages both ways, changed keys, end.
#include "loop/server.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <string.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "listen/listen_error.hpp"
#include "registry/registry.hpp"
#include "usmp.h"

namespace usmp::gateway {
namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr std::size_t kKeySize = 32;

DeviceId id_of(const std::string& name) { return *parse_device_id(name).id; }

Bytes bytes_of(const std::string& text) {
  return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

std::string string_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data), bytes.size};
}

/// A key of the device's own: the registry takes none twice.
void fill_key(std::uint8_t (&key)[kKeySize], const std::string& name) {
  for (std::size_t index = 0; index < kKeySize; ++index) {
    key[index] = static_cast<std::uint8_t>(name[index % name.size()] + static_cast<int>(index));
  }
}

/// Remembers what it is told; answers what begins with "echo ".
class Listener : public ServerApplication {
 public:
  void message_arrived(Engine& engine, const ArrivedMessage& message) override {
    const std::string text = string_of(message.content);
    if (text.starts_with("echo ") &&
        !engine.reply(message.session, message.channel, message.content, 0, message.now)) {
      ADD_FAILURE() << "no room for an answer";
    }
    const std::lock_guard lock(mutex_);
    messages_[format_device_id(message.device)].push_back(text);
    changed_.notify_all();
  }
  void message_settled(const DeliveryReport& report) override {
    const std::lock_guard lock(mutex_);
    outcomes_[report.token] = report.outcome;
    changed_.notify_all();
  }
  void session_changed(const SessionReport& report) override {
    const std::lock_guard lock(mutex_);
    threads_.insert(std::this_thread::get_id());
    if (report.change == SessionChange::Established) ++established_;
    changed_.notify_all();
  }
  void warned(const std::string& line) override { ADD_FAILURE() << line; }

  template <typename Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, condition);
  }

  std::map<std::string, std::vector<std::string>> messages_;
  std::map<std::uint64_t, Outcome> outcomes_;
  std::set<std::thread::id> threads_;
  int established_ = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

class Device {
 public:
  Device(const std::string& name, const std::string& uri) {
    fill_key(key_, name);
    ctx_ = std::make_unique<usmp_t>();
    *ctx_ = usmp_t{};
    ctx_->psk = key_;
    ctx_->psk_len = sizeof key_;
    ctx_->device_id_len = static_cast<std::uint8_t>(name.size());
    memcpy(ctx_->device_id, name.data(), name.size());
    ctx_->timeout_ms = ctx_->recv_timeout_ms = 60'000;
    const int port = atoi(uri.c_str() + uri.rfind(':') + 1);
    const int made = uri.starts_with("udp")
                         ? usmp_transport_udp_init(&transport_, "127.0.0.1", port)
                         : usmp_transport_tcp_init(&transport_, "127.0.0.1", port);
    EXPECT_EQ(made, 0);
  }
  ~Device() {
    usmp_close(ctx_.get());
    usmp_transport_destroy(&transport_);
  }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  usmp_err_t connect() { return usmp_connect(ctx_.get(), &transport_); }
  usmp_err_t say(const std::string& text) {
    return usmp_send(ctx_.get(), text.data(), text.size());
  }
  /// The next message, or what the error says.
  std::string hear() {
    char text[2000];
    const int size = usmp_recv(ctx_.get(), text, sizeof text);
    if (size < 0) return usmp_strerror(static_cast<usmp_err_t>(size));
    return {text, static_cast<std::size_t>(size)};
  }

 private:
  std::uint8_t key_[kKeySize];
  std::unique_ptr<usmp_t> ctx_;
  usmp_transport_t transport_{};
};

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string place = testing::TempDir() + "usmp-server-XXXXXX";
    ASSERT_NE(mkdtemp(place.data()), nullptr);
    directory_ = place;
    config_.registry_path = directory_ + "/usmp.db";
    config_.listen = {{Transport::Udp, "127.0.0.1", 0}, {Transport::Tcp, "127.0.0.1", 0}};
    config_.threads = 3;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void add_device(const std::string& name) {
    Registry registry(config_.registry_path, OpenMode::Create);
    std::uint8_t key[kKeySize];
    fill_key(key, name);
    Psk psk;
    ASSERT_TRUE(psk.assign(key));
    ASSERT_EQ(registry.add(id_of(name), psk), ChangeOutcome::Done);
  }

  std::string directory_;
  ServerConfig config_;
  Listener listener_;
};

TEST_F(ServerTest, CarriesMessagesBothWaysOverUdpAndTcp) {
  add_device("sensor");
  Server server(config_, listener_);
  server.start();
  ASSERT_EQ(server.listening().size(), 2U);
  std::uint64_t token = 0;
  for (const std::string& uri : server.listening()) {
    Device device("sensor", uri);
    ASSERT_EQ(device.connect(), USMP_OK);
    ASSERT_TRUE(listener_.wait([&] { return server.is_connected(id_of("sensor")); }));
    EXPECT_EQ(device.say("echo " + uri), USMP_OK);
    EXPECT_EQ(device.hear(), "echo " + uri);
    ASSERT_TRUE(server.send(id_of("sensor"), 0, bytes_of("to " + uri), ++token));
    EXPECT_EQ(device.hear(), "to " + uri);
    EXPECT_EQ(device.say("heard"), USMP_OK);
    EXPECT_TRUE(listener_.wait([&] { return listener_.outcomes_.count(token) != 0; }));
    EXPECT_EQ(listener_.outcomes_[token], Outcome::Delivered);
  }
  EXPECT_TRUE(listener_.wait([&] { return listener_.messages_["sensor"].size() == 4; }));
  EXPECT_EQ(server.counters().handshakes_finished, 2U);
  server.stop();
  const EngineCounters counters = server.counters();
  EXPECT_EQ(counters.messages_in, 4U);
  EXPECT_EQ(counters.sessions, 0U);
}

TEST_F(ServerTest, ServesManyDevicesOnSeveralThreadsAtOnce) {
  constexpr int kDevices = 24;
  constexpr int kMessages = 20;
  for (int count = 0; count < kDevices; ++count) add_device("d" + std::to_string(count));
  Server server(config_, listener_);
  server.start();
  const std::vector<std::string> uris = server.listening();
  std::vector<std::thread> threads;
  threads.reserve(kDevices);
  for (int count = 0; count < kDevices; ++count) {
    threads.emplace_back([&uris, &server, count] {
      const std::string name = "d" + std::to_string(count);
      Device device(name, uris[static_cast<std::size_t>(count) % 2]);
      ASSERT_EQ(device.connect(), USMP_OK);
      for (int number = 0; number < kMessages; ++number) {
        const std::string text = "echo " + std::to_string(number);
        EXPECT_EQ(device.say(text), USMP_OK);
        EXPECT_EQ(device.hear(), text);
      }
      EXPECT_TRUE(server.send(id_of(name), 0, bytes_of("for " + name), 1));
      EXPECT_EQ(device.hear(), "for " + name);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int count = 0; count < kDevices; ++count) {
    const auto& messages = listener_.messages_["d" + std::to_string(count)];
    ASSERT_EQ(messages.size(), static_cast<std::size_t>(kMessages));
    EXPECT_EQ(messages.back(), "echo " + std::to_string(kMessages - 1));
  }
  EXPECT_GT(listener_.threads_.size(), 1U) << "one thread did it all";
}

TEST_F(ServerTest, EndsTheSessionOfARevokedDevice) {
  add_device("sensor");
  Server server(config_, listener_);
  server.start();
  Device device("sensor", server.listening()[0]);
  ASSERT_EQ(device.connect(), USMP_OK);
  Registry registry(config_.registry_path, OpenMode::Write);
  ASSERT_EQ(registry.revoke(id_of("sensor")), ChangeOutcome::Done);
  EXPECT_EQ(device.hear(), usmp_strerror(USMP_ERR_REVOKED));
  EXPECT_FALSE(server.is_connected(id_of("sensor")));
  EXPECT_EQ(device.connect(), USMP_ERR_AUTH_FAILED);
}

TEST_F(ServerTest, HoldsAMessageUntilItsDeviceComes) {
  add_device("sensor");
  Server server(config_, listener_);
  server.start();
  EXPECT_FALSE(server.is_connected(id_of("sensor")));
  ASSERT_TRUE(server.send(id_of("sensor"), 0, bytes_of("later"), 7));
  EXPECT_FALSE(server.send_datagram(id_of("sensor"), 0, bytes_of("now or never")));
  Device device("sensor", server.listening()[0]);
  ASSERT_EQ(device.connect(), USMP_OK);
  EXPECT_EQ(device.hear(), "later");
}

TEST_F(ServerTest, RunsNothingWhenItCannotBegin) {
  Server without_registry(config_, listener_);
  EXPECT_THROW(without_registry.start(), RegistryError);
  add_device("sensor");

  Server first(config_, listener_);
  first.start();
  const std::string uri = first.listening()[0];
  config_.listen.push_back(*parse_listen_uri(uri).uri);
  Server second(config_, listener_);
  EXPECT_THROW(second.start(), ListenError);
  EXPECT_EQ(second.counters().packets_in, 0U);
  second.stop();

  Device device("sensor", uri);
  EXPECT_EQ(device.connect(), USMP_OK);

  config_.listen.clear();
  Server nowhere(config_, listener_);
  EXPECT_THROW(nowhere.start(), std::invalid_argument);
}

TEST_F(ServerTest, TellsItsDevicesThatItEnds) {
  add_device("sensor");
  Server server(config_, listener_);
  server.start();
  for (const std::string& uri : server.listening()) {
    Device device("sensor", uri);
    ASSERT_EQ(device.connect(), USMP_OK);
  }
  Device device("sensor", server.listening()[0]);
  ASSERT_EQ(device.connect(), USMP_OK);
  server.stop();
  EXPECT_EQ(device.hear(), usmp_strerror(USMP_ERR_GOING_DOWN));
  EXPECT_FALSE(server.is_connected(id_of("sensor")));
}

}  // namespace
}  // namespace usmp::gateway
