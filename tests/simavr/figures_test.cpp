// The table of docs/reference/tiny-crypto.md says what the simulated AVR says, to the cycle and the
// byte. Where it does not, the failure prints the lines that belong there.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "measured.hpp"

namespace usmp::simavr {
namespace {

constexpr double kMegahertz = 16.0;

std::string line_of(const Measured& call) {
  Mailbox box = call.box([] { return uint8_t{0x5a}; });
  const Figures figures = the_avr().call(box, call.data_size);
  std::ostringstream line;
  line.precision(2);
  line << "| " << call.name << " | " << figures.cycles << " | " << std::fixed
       << static_cast<double>(figures.cycles) / (kMegahertz * 1000.0) << " | " << figures.stack
       << " |";
  return line.str();
}

TEST(Figures, AreThoseOfThePage) {
  std::ifstream file(USMP_FIGURES_PAGE);
  ASSERT_TRUE(file) << USMP_FIGURES_PAGE;
  std::stringstream page;
  page << file.rdbuf();
  for (const Measured& call : measured_calls()) {
    const std::string line = line_of(call);
    EXPECT_NE(page.str().find("\n" + line + "\n"), std::string::npos) << "expected: " << line;
  }
}

}  // namespace
}  // namespace usmp::simavr
