// Serial lines on pseudo-terminals and sockets: frames cut anywhere and damaged, lines that take
// nothing, that go and come back, and the pace of a slow one.
#include "listen/serial_lines.hpp"

#include <gtest/gtest.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "listen/baud_rate.hpp"
#include "listen/listen_error.hpp"
#include "listen/listen_socket.hpp"
#include "usmp/framing/serial.hpp"

namespace usmp::gateway {
namespace {

constexpr std::size_t kPacketMax = 400;
constexpr ConnectionId kLine = line_id(3);

std::string frame_of(const std::string& packet) {
  std::string frame(serial_frame_size_max(packet.size()), '\0');
  const Result<std::size_t> size = serial_frame_encode(
      Bytes(reinterpret_cast<const std::uint8_t*>(packet.data()), packet.size()),
      MutableBytes(reinterpret_cast<std::uint8_t*>(frame.data()), frame.size()));
  EXPECT_TRUE(size.ok());
  return frame.substr(0, size.value);
}

/// The far end of a pseudo-terminal, and a link to its near end that stays when it is another one.
class Adapter {
 public:
  explicit Adapter(const std::string& path) : path_(path) { plug(); }
  ~Adapter() { unplug(); }
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

  void plug() {
    int far = -1, near = -1;
    char name[64];
    ASSERT_EQ(openpty(&far, &near, name, nullptr, nullptr), 0);
    termios settings{};
    ASSERT_EQ(tcgetattr(near, &settings), 0);
    cfmakeraw(&settings);
    ASSERT_EQ(tcsetattr(near, TCSANOW, &settings), 0);
    far_ = FileDescriptor(far);
    near_ = FileDescriptor(near);  // kept open, so that the far end is not hung up
    (void)fcntl(far, F_SETFL, O_NONBLOCK);
    std::filesystem::create_symlink(name, path_);
  }
  void unplug() {
    if (!far_.is_open()) return;
    std::filesystem::remove(path_);
    near_.close();
    far_.close();
  }
  void write(const std::string& bytes) {
    ASSERT_EQ(::write(far_.number(), bytes.data(), bytes.size()), ssize_t(bytes.size()));
  }
  std::string read() {
    std::string bytes(8192, '\0');
    const ssize_t count = ::read(far_.number(), bytes.data(), bytes.size());
    return bytes.substr(0, count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  int near_number() const { return near_.number(); }

 private:
  std::string path_;
  FileDescriptor far_;
  FileDescriptor near_;
};

class SerialLinesTest : public testing::Test, public LineUser {
 protected:
  SerialLinesTest() {
    char made[] = "/tmp/usmp-lines-XXXXXX";
    directory_ = mkdtemp(made);
    path_ = directory_ + "/tty";
    adapter_ = std::make_unique<Adapter>(path_);
    lines_ = std::make_unique<SerialLines>(poller_, *this, kPacketMax);
  }
  ~SerialLinesTest() override {
    lines_.reset();
    adapter_.reset();
    std::filesystem::remove_all(directory_);
  }

  ListenUri uri(std::uint32_t baud_rate = 4'000'000) const {
    return {Transport::Serial, "", 0, path_, baud_rate};
  }

  void turn(int timeout_ms = 20) {
    for (const epoll_event& event : poller_.wait(timeout_ms)) {
      ASSERT_EQ(source_of(event.data.u64), Source::Line);
      lines_->on_event(line_id(number_of_tag(event.data.u64)), event.events, now_);
    }
    lines_->on_deadline(now_);
    (void)lines_->flush(now_);
  }
  template <typename Done>
  bool turn_until(Done done) {
    for (int count = 0; count < 500 && !done(); ++count) turn();
    return done();
  }

  bool commit(const std::string& packet, ConnectionId line = kLine) {
    const MutableBytes room = lines_->record_room(line, now_);
    if (room.size < packet.size()) return false;
    memcpy(room.data, packet.data(), packet.size());
    lines_->commit_record(line, packet.size());
    return true;
  }
  /// What the far end gets, `size` bytes or what comes of them within some seconds.
  std::string read(std::size_t size) {
    std::string bytes;
    (void)turn_until([&] {
      bytes += adapter_->read();
      return bytes.size() >= size;
    });
    return bytes;
  }
  /// Lets the line send what it has, by its own speed.
  void pass(Duration span) { now_ = now_ + span; }

  EngineCounters counters() const {
    EngineCounters sum;
    lines_->add_to(sum);
    return sum;
  }

  void frame_arrived(ConnectionId line, MutableBytes packet) override {
    EXPECT_EQ(line, kLine);
    packets_.emplace_back(reinterpret_cast<const char*>(packet.data), packet.size);
  }
  void line_writable(ConnectionId) override { ++writable_count_; }
  void line_noted(const std::string& text) override { notes_.push_back(text); }

  Instant now_{0xFFFFFFF0u};  // wraps soon
  std::string directory_;
  std::string path_;
  std::unique_ptr<Adapter> adapter_;
  Poller poller_;
  std::unique_ptr<SerialLines> lines_;
  std::vector<std::string> packets_;
  std::vector<std::string> notes_;
  int writable_count_ = 0;
};

TEST_F(SerialLinesTest, FramesBecomePacketsHoweverTheyAreCut) {
  lines_->add(kLine, uri(), now_);
  const std::string bytes =
      std::string(1, '\0') + frame_of("one") + frame_of(std::string(400, 't'));
  for (const char byte : bytes) {
    adapter_->write(std::string(1, byte));
    turn(5);
  }
  adapter_->write(frame_of("three") + frame_of("four"));
  ASSERT_TRUE(turn_until([this] { return packets_.size() == 4; }));
  EXPECT_EQ(packets_, (std::vector<std::string>{"one", std::string(400, 't'), "three", "four"}));
  EXPECT_EQ(counters().line_frames_in, 4u);
}

TEST_F(SerialLinesTest, PacketsBecomeFramesBehindAFirst0) {
  lines_->add(kLine, uri(), now_);
  ASSERT_TRUE(commit("hello"));
  turn();
  ASSERT_TRUE(commit("again"));
  turn();
  const std::string expected = std::string(1, '\0') + frame_of("hello") + frame_of("again");
  EXPECT_EQ(read(expected.size()), expected);
  EXPECT_EQ(counters().line_frames_out, 2u);
}

TEST_F(SerialLinesTest, EachKindOfDamageIsCountedAndTheNextFrameArrives) {
  lines_->add(kLine, uri(), now_);
  std::string damaged = frame_of("a packet");
  damaged[3] ^= 1;
  adapter_->write(damaged + frame_of("one"));
  ASSERT_TRUE(turn_until([this] { return packets_.size() == 1; }));
  std::string cut = frame_of("a packet");
  cut.erase(2, 3);
  adapter_->write(cut + frame_of("two"));
  ASSERT_TRUE(turn_until([this] { return packets_.size() == 2; }));
  adapter_->write(std::string(2000, 'n') + std::string(1, '\0') + frame_of("three"));
  ASSERT_TRUE(turn_until([this] { return packets_.size() == 3; }));
  EXPECT_EQ(counters().line_crc_errors, 1u);
  EXPECT_EQ(counters().line_cobs_errors, 1u);
  EXPECT_EQ(counters().line_oversize, 1u);
  EXPECT_EQ(packets_, (std::vector<std::string>{"one", "two", "three"}));
}

TEST_F(SerialLinesTest, ALineThatIsUnpluggedIsOpenedAgainAndToldOnce) {
  lines_->add(kLine, uri(), now_);
  adapter_->write(frame_of("before") + "half a fra");
  ASSERT_TRUE(turn_until([this] { return packets_.size() == 1; }));
  adapter_->unplug();
  ASSERT_TRUE(turn_until([this] { return counters().lines == 0; }));
  EXPECT_FALSE(commit("nobody takes this"));
  for (int attempt = 0; attempt < 3; ++attempt) {
    pass(kLineRetryPause);
    turn();
  }
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_NE(notes_[0].find("the line is gone"), std::string::npos) << notes_[0];
  adapter_->plug();
  turn();
  EXPECT_EQ(counters().lines, 0u);  // not before the pause is over
  pass(kLineRetryPause);
  turn();
  EXPECT_EQ(counters().lines, 1u);
  EXPECT_EQ(writable_count_, 1);
  ASSERT_TRUE(commit("hello again"));
  turn();
  const std::string expected = std::string(1, '\0') + frame_of("hello again");
  EXPECT_EQ(read(expected.size()), expected);
  adapter_->write(frame_of("after"));
  ASSERT_TRUE(turn_until([this] { return packets_.size() == 2; }));
  EXPECT_EQ(packets_[1], "after");
  ASSERT_EQ(notes_.size(), 2u);
  EXPECT_NE(notes_[1].find("works again"), std::string::npos) << notes_[1];
  EXPECT_EQ(counters().line_losses, 1u);
  // The half frame went with the old adapter: it damages nothing of the new one.
  EXPECT_EQ(counters().line_crc_errors + counters().line_cobs_errors, 0u);
}

TEST_F(SerialLinesTest, ASlowLineIsGivenNoMoreThanItSends) {
  lines_->add(kLine, uri(9600), now_);
  std::size_t taken = 0;
  while (commit(std::string(90, 'x'))) {
    ++taken;
    turn(0);
    ASSERT_LT(taken, 10u);
  }
  // 960 bytes a second: a packet may be made while less than 0.1 s of them waits.
  EXPECT_EQ(taken, 2u);
  turn(0);
  EXPECT_EQ(writable_count_, 0);
  const std::optional<Instant> deadline = lines_->next_deadline(now_);
  ASSERT_TRUE(deadline);
  EXPECT_GT(deadline->since(now_), 50u);
  EXPECT_LT(deadline->since(now_), 120u);
  now_ = *deadline;
  turn(0);
  EXPECT_EQ(writable_count_, 1);
  EXPECT_TRUE(commit(std::string(90, 'x')));
}

TEST_F(SerialLinesTest, ALineThatNobodyReadsTakesABoundedAmountAndThenWaits) {
  lines_->add(kLine, uri(), now_);
  std::size_t taken = 0;
  while (commit(std::string(400, 'x')) && taken < 1000) {
    ++taken;
    pass(10);
    turn(0);
  }
  EXPECT_LT(taken, 100u);  // what the system holds for a terminal, and our queue
  EXPECT_TRUE(lines_->is_writing());
  EXPECT_FALSE(commit("more"));
  const std::size_t whole = 1 + taken * frame_of(std::string(400, 'x')).size();
  std::size_t size = 0;
  ASSERT_TRUE(turn_until([&] {
    size += adapter_->read().size();
    pass(10);
    return writable_count_ > 0 && !lines_->is_writing();
  }));
  size += read(whole - size).size();
  EXPECT_EQ(size, whole);
  EXPECT_TRUE(commit("more"));
}

TEST_F(SerialLinesTest, TheLineIsForOneProgram) {
  lines_->add(kLine, uri(), now_);
  SerialLines other(poller_, *this, kPacketMax);
  try {
    other.add(line_id(4), uri(), now_);
    FAIL() << "it was opened twice";
  } catch (const ListenError& error) {
    EXPECT_EQ(error.fault(), ListenFault::PortInUse);
    EXPECT_NE(std::string(error.what()).find("another program has the line"), std::string::npos);
  }
  int exclusive = 0;
  ASSERT_EQ(ioctl(adapter_->near_number(), TIOCGEXCL, &exclusive), 0);
  EXPECT_EQ(exclusive, 1);
  adapter_->write(frame_of("still ours"));
  EXPECT_TRUE(turn_until([this] { return packets_.size() == 1; }));
}

TEST_F(SerialLinesTest, WhatIsNotThereOrNoLineIsSaid) {
  for (const char* device : {"/nowhere/tty", "/dev/null"}) {
    try {
      lines_->add(kLine, {Transport::Serial, "", 0, device, 9600}, now_);
      FAIL() << device;
    } catch (const ListenError& error) {
      EXPECT_EQ(error.fault(), ListenFault::NoSuchLine) << error.what();
    }
  }
}

TEST_F(SerialLinesTest, EverySpeedOfTheListCanBeSet) {
  for (const std::uint32_t baud_rate : {1200u, 9600u, 115200u, 921600u, 4000000u}) {
    ASSERT_TRUE(speed_of(baud_rate));
    SerialLines lines(poller_, *this, kPacketMax);
    lines.add(kLine, uri(baud_rate), now_);
    termios settings{};
    ASSERT_EQ(tcgetattr(adapter_->near_number(), &settings), 0);
    EXPECT_EQ(cfgetospeed(&settings), *speed_of(baud_rate));
  }
}

TEST_F(SerialLinesTest, AServerThatComesLaterAndBreaksOffIsConnectedToAgain) {
  std::vector<ListenPoint> points = open_listen_points({Transport::Tcp, "127.0.0.1", 0}, 1);
  const std::uint16_t port = port_of(points[0].address);
  points.clear();  // nobody listens there now
  lines_->add(kLine, {Transport::SerialTcp, "127.0.0.1", port}, now_);
  ASSERT_TRUE(turn_until([this] { return !notes_.empty(); }));
  EXPECT_NE(notes_[0].find("not there"), std::string::npos) << notes_[0];
  points = open_listen_points({Transport::Tcp, "127.0.0.1", port}, 1);
  for (int attempt = 0; attempt < 2; ++attempt) {
    pass(kLineRetryPause);
    ASSERT_TRUE(turn_until([this] { return counters().lines == 1; }));
    const FileDescriptor server(accept(points[0].sockets[0].number(), nullptr, nullptr));
    ASSERT_TRUE(server.is_open());
    ASSERT_TRUE(commit("to the server"));
    turn();
    const std::string expected = std::string(1, '\0') + frame_of("to the server");
    std::string found(expected.size(), '\0');
    ASSERT_EQ(recv(server.number(), found.data(), found.size(), MSG_WAITALL),
              ssize_t(found.size()));
    EXPECT_EQ(found, expected);
    const std::string answer = frame_of("from the server");
    ASSERT_EQ(send(server.number(), answer.data(), answer.size(), 0), ssize_t(answer.size()));
    const std::size_t before = packets_.size();
    ASSERT_TRUE(turn_until([&] { return packets_.size() > before; }));
    (void)shutdown(server.number(), SHUT_RDWR);
    ASSERT_TRUE(turn_until([this] { return counters().lines == 0; }));
  }
  EXPECT_EQ(counters().line_losses, 2u);
  EXPECT_EQ(notes_.size(), 5u);  // not there, works, gone, works, gone
}

}  // namespace
}  // namespace usmp::gateway
