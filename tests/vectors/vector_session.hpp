// One session of a vector file, and the checks made of it. Not a test of anything by itself.
#ifndef USMP_TESTS_VECTOR_SESSION_HPP
#define USMP_TESTS_VECTOR_SESSION_HPP

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "usmp/gateway_handshake.hpp"
#include "wire3/params.hpp"

namespace usmp::vectors {

using Octets = std::vector<std::uint8_t>;

Octets from_hex(const std::string& hex);
std::string to_hex(Bytes bytes);
inline Bytes view(const Octets& octets) { return {octets.data(), octets.size()}; }

/// A copy with one bit changed; bit 0 is the lowest of the first byte.
Octets flipped(Octets octets, std::size_t bit);

/// Counts what was checked and says what was not as it should be.
class Report {
 public:
  void begin(std::string session) { session_ = std::move(session); }
  void equal(const std::string& what, Bytes got, Bytes expected);
  void that(bool holds, const std::string& what);
  /// One flipped bit that has to be refused.
  void refused(bool holds, const std::string& what, std::size_t bit);
  std::size_t checks() const { return checks_; }
  std::size_t flips() const { return flips_; }
  std::size_t failures() const { return failures_; }
  /// Of the bits of a packet every so many-th is flipped. One, unless the backend is slow.
  std::size_t flip_step() const { return flip_step_; }
  void set_flip_step(std::size_t step) { flip_step_ = step; }

 private:
  std::string session_;
  std::size_t checks_ = 0;
  std::size_t flips_ = 0;
  std::size_t failures_ = 0;
  std::size_t flip_step_ = 1;
};

/// Gives the random bytes of the vector in the order in which they are asked for, then zeros.
class ScriptedRandom {
 public:
  explicit ScriptedRandom(Octets script) : script_(std::move(script)) {}
  Random random() { return {&ScriptedRandom::fill, this}; }

 private:
  static bool fill(void* context, std::uint8_t* out, std::size_t size);
  Octets script_;
  std::size_t used_ = 0;
};

struct VectorSession {
  explicit VectorSession(const nlohmann::json& json);

  Octets input(const char* field) const { return hex_at("inputs", field); }
  Octets packet(const char* field) const { return hex_at("packets", field); }
  Octets derived(const char* field) const { return hex_at("derived", field); }
  bool has_packet(const char* field) const { return json.at("packets").contains(field); }
  Octets hex_at(const char* group, const char* field) const;
  Medium medium() const;
  /// HELLO as it stands before a cookie was asked for.
  Octets hello_without_cookie() const;

  const nlohmann::json& json;
  std::string name;
  crypto::Suite suite;
  Octets psk, device_id, params_d_bytes, params_g_bytes;
  wire3::Params params_d, params_g;  // their views lie in the bytes above
};

void check_derived(const VectorSession& session, Report& report);
void check_device(const VectorSession& session, Report& report);
void check_gateway(const VectorSession& session, Report& report);
void check_data(const VectorSession& session, Report& report);
void check_compact(const VectorSession& session, Report& report);

}  // namespace usmp::vectors

#endif  // USMP_TESTS_VECTOR_SESSION_HPP
