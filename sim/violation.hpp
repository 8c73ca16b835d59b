// What a checker throws when a rule of the protocol was broken: the run ends there.
#ifndef USMP_SIM_VIOLATION_HPP
#define USMP_SIM_VIOLATION_HPP

#include <stdexcept>
#include <string>

namespace usmp::sim {

class Violation : public std::runtime_error {
 public:
  explicit Violation(const std::string& what) : std::runtime_error(what) {}
};

}  // namespace usmp::sim

#endif  // USMP_SIM_VIOLATION_HPP
