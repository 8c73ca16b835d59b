// See gateway_under_load.hpp.
#include "gateway_under_load.hpp"

#include <pthread.h>
#include <stdlib.h>

#include <cstdio>
#include <stdexcept>
#include <system_error>

#include "bench_identity.hpp"
#include "registry/registry.hpp"
#include "wire2_load.hpp"

namespace usmp::bench {
namespace {

std::filesystem::path make_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "usmp-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory");
  return name;
}

std::string registry_path(const std::filesystem::path& directory) {
  return (directory / "usmp.db").string();
}

void enter_device(gateway::Registry& registry, Bytes id_bytes, Bytes psk_bytes,
                  gateway::WireVersion wire) {
  gateway::Psk psk;
  const auto id = gateway::DeviceId::from_bytes(id_bytes);
  if (!id || !psk.assign(psk_bytes) ||
      registry.add(*id, psk, wire) != gateway::ChangeOutcome::Done) {
    throw std::runtime_error("cannot enter a device");
  }
}

}  // namespace

GatewayUnderLoad::GatewayUnderLoad(std::size_t devices) : directory_(make_directory()) {
  {
    gateway::Registry registry(registry_path(directory_), gateway::OpenMode::Create);
    for (std::size_t index = 0; index < devices; ++index) {
      const BenchIdentity identity(index);
      enter_device(registry, identity.id_bytes(), identity.psk_bytes(), gateway::WireVersion::V3);
    }
  }
  serve(false);
}

GatewayUnderLoad::GatewayUnderLoad(Wire2Devices devices) : directory_(make_directory()) {
  {
    gateway::Registry registry(registry_path(directory_), gateway::OpenMode::Create);
    for (std::size_t index = 0; index < devices.count; ++index) {
      const Wire2Identity identity(index);
      enter_device(registry, Bytes(identity.id.data(), identity.id.size()),
                   Bytes(identity.psk.data(), identity.psk.size()), gateway::WireVersion::V2);
    }
  }
  serve(true);
}

void GatewayUnderLoad::serve(bool on_tcp_too) {
  gateway::ServerConfig config;
  config.registry_path = registry_path(directory_);
  config.listen.push_back({gateway::Transport::Udp, "127.0.0.1", 0});
  if (on_tcp_too) config.listen.push_back({gateway::Transport::Tcp, "127.0.0.1", 0});
  config.threads = 1;
  gateway::ServerApplication& application = *this;
  server_ = std::make_unique<gateway::Server>(config, application);
  server_->start();
  for (const std::string& place : server_->listening()) {
    const auto where = gateway::parse_listen_uri(place);
    if (!where.uri) throw std::runtime_error("the gateway listens nowhere");
    (where.uri->transport == gateway::Transport::Udp ? port_ : tcp_port_) = where.uri->port;
  }
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
