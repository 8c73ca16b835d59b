// See gateway_under_load.hpp.
#include "gateway_under_load.hpp"

#include <pthread.h>
#include <stdlib.h>

#include <cstdio>
#include <stdexcept>
#include <system_error>

#include "bench_identity.hpp"
#include "registry/registry.hpp"

namespace usmp::bench {
namespace {

std::filesystem::path make_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "usmp-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory");
  return name;
}

void enter_devices(const std::string& path, std::size_t devices) {
  gateway::Registry registry(path, gateway::OpenMode::Create);
  for (std::size_t index = 0; index < devices; ++index) {
    const BenchIdentity identity(index);
    gateway::Psk psk;
    const auto id = gateway::DeviceId::from_bytes(identity.id_bytes());
    if (!id || !psk.assign(identity.psk_bytes()) ||
        registry.add(*id, psk) != gateway::ChangeOutcome::Done) {
      throw std::runtime_error("cannot enter a device");
    }
  }
}

}  // namespace

GatewayUnderLoad::GatewayUnderLoad(std::size_t devices) : directory_(make_directory()) {
  gateway::ServerConfig config;
  config.registry_path = (directory_ / "usmp.db").string();
  enter_devices(config.registry_path, devices);
  config.listen.push_back({gateway::Transport::Udp, "127.0.0.1", 0});
  config.threads = 1;
  gateway::ServerApplication& application = *this;
  server_ = std::make_unique<gateway::Server>(config, application);
  server_->start();
  const auto where = gateway::parse_listen_uri(server_->listening().front());
  if (!where.uri) throw std::runtime_error("the gateway listens nowhere");
  port_ = where.uri->port;
}

GatewayUnderLoad::~GatewayUnderLoad() {
  server_->stop();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void GatewayUnderLoad::message_arrived(gateway::Engine& engine,
                                       const gateway::ArrivedMessage& message) {
  // What has no room is missed by the load, which counts what comes back.
  if (message.is_datagram) {
    engine.reply_datagram(message.session, message.channel, message.content, message.now);
  } else {
    (void)engine.reply(message.session, message.channel, message.content, 0, message.now);
  }
}

void GatewayUnderLoad::message_settled(const gateway::DeliveryReport& /*report*/) {}

void GatewayUnderLoad::session_changed(const gateway::SessionReport& /*report*/) {
  clockid_t clock{};
  if (pthread_getcpuclockid(pthread_self(), &clock) == 0) clock_.store(clock);
}

void GatewayUnderLoad::warned(const std::string& line) {
  std::fprintf(stderr, "gateway: %s\n", line.c_str());
}

}  // namespace usmp::bench
