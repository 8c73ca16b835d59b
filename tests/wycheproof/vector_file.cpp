// See vector_file.hpp.
#include "vector_file.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace usmp::wycheproof {

void run_vector_file(const std::string& name, size_t applicable, RunCase run_case) {
  const std::string path = std::string(USMP_WYCHEPROOF_DIR) + "/" + name;
  std::ifstream stream(path);
  ASSERT_TRUE(stream) << path << " is missing: run scripts/fetch_wycheproof.sh";
  const nlohmann::json file = nlohmann::json::parse(stream);

  size_t passed = 0;
  size_t failed = 0;
  size_t not_applicable = 0;
  for (const nlohmann::json& group : file.at("testGroups")) {
    for (const nlohmann::json& one_case : group.at("tests")) {
      switch (run_case(group, one_case)) {
        case Outcome::Passed:
          ++passed;
          break;
        case Outcome::Failed:
          ++failed;
          ADD_FAILURE() << name << " case " << one_case.at("tcId") << ": " << one_case;
          break;
        case Outcome::NotApplicable:
          ++not_applicable;
          break;
      }
    }
  }
  std::cout << name << ": " << passed << " passed, " << failed << " failed, " << not_applicable
            << " not applicable\n";
  EXPECT_EQ(passed + failed, applicable);
  EXPECT_EQ(passed + failed + not_applicable, file.at("numberOfTests").get<size_t>());
}

ByteVector bytes_of(const nlohmann::json& one_case, const char* field) {
  const auto hex = one_case.at(field).get<std::string>();
  if (hex.size() % 2 != 0) throw std::invalid_argument("half a byte");
  ByteVector bytes;
  for (size_t index = 0; index < hex.size(); index += 2) {
    size_t digits = 0;
    bytes.push_back(static_cast<uint8_t>(std::stoul(hex.substr(index, 2), &digits, 16)));
    if (digits != 2) throw std::invalid_argument("not a hex digit");
  }
  return bytes;
}

bool must_work(const nlohmann::json& one_case) {
  const auto result = one_case.at("result").get<std::string>();
  if (result != "valid" && result != "invalid") throw std::invalid_argument(result);
  return result == "valid";
}

}  // namespace usmp::wycheproof
