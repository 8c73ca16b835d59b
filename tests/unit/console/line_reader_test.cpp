// Lines out of a pipe, however they are cut.
#include "line_reader.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace usmp::cli {
namespace {

class LineReaderTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(pipe(files_), 0); }
  void TearDown() override {
    ::close(files_[0]);
    if (files_[1] >= 0) ::close(files_[1]);
  }

  void say(const std::string& text) {
    ASSERT_EQ(write(files_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end() {
    ::close(files_[1]);
    files_[1] = -1;
  }
  LineReader::Found read(LineReader& reader) {
    return reader.read([this](std::string_view line) { lines_.emplace_back(line); },
                       [this] { ++too_long_; });
  }

  int files_[2] = {-1, -1};
  std::vector<std::string> lines_;
  int too_long_ = 0;
};

TEST_F(LineReaderTest, JoinsPiecesAndCutsLines) {
  LineReader reader(files_[0]);
  say("on");
  EXPECT_EQ(read(reader), LineReader::Found::Lines);
  EXPECT_TRUE(lines_.empty());
  say("e\ntwo\n\nthr");
  EXPECT_EQ(read(reader), LineReader::Found::Lines);
  EXPECT_EQ(lines_, (std::vector<std::string>{"one", "two", ""}));
  say("ee");
  EXPECT_EQ(read(reader), LineReader::Found::Lines);
  end();
  EXPECT_EQ(read(reader), LineReader::Found::End);
  EXPECT_EQ(lines_.back(), "three");
}

TEST_F(LineReaderTest, SkipsALineThatIsTooLongAndTakesTheNext) {
  LineReader reader(files_[0]);
  for (std::size_t size = 0; size <= kLineSizeMax + 4096; size += 4096) {
    say(std::string(4096, 'x'));
    EXPECT_EQ(read(reader), LineReader::Found::Lines);
  }
  EXPECT_EQ(too_long_, 1);
  say("rest\nnext\n");
  EXPECT_EQ(read(reader), LineReader::Found::Lines);
  EXPECT_EQ(too_long_, 1);
  EXPECT_EQ(lines_, std::vector<std::string>{"next"});
}

}  // namespace
}  // namespace usmp::cli
