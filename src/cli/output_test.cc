#include "cli/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

namespace ursa::cli {
namespace {

// A pipe whose ends are closed with it, or before.
struct Pipe {
  Pipe() { opened = pipe(ends.data()) == 0; }
  ~Pipe() {
    Close(0);
    Close(1);
  }
  void Close(size_t end) {
    if (ends[end] >= 0) {
      close(ends[end]);
      ends[end] = -1;
    }
  }
  std::string Read() const {
    std::string text(1000, '\0');
    const ssize_t count = read(ends[0], text.data(), text.size());
    text.resize(count > 0 ? static_cast<size_t>(count) : 0);
    return text;
  }

  std::array<int, 2> ends{-1, -1};
  bool opened = false;
};

TEST(FileDescriptorOutput, KeepsTextBackUntilItIsFlushed) {
  Pipe pipe;
  ASSERT_TRUE(pipe.opened);
  fcntl(pipe.ends[0], F_SETFL, O_NONBLOCK);
  FileDescriptorOutput output(pipe.ends[1], "standard output", 100);
  output.Write("one ");
  output.Write("two");
  EXPECT_EQ(pipe.Read(), "");
  output.Flush();
  EXPECT_EQ(pipe.Read(), "one two");
}

TEST(FileDescriptorOutput, WritesAtOnceWhatIsMoreThanItsBuffer) {
  Pipe pipe;
  ASSERT_TRUE(pipe.opened);
  FileDescriptorOutput output(pipe.ends[1], "standard output", 0);
  output.Write("now");
  EXPECT_EQ(pipe.Read(), "now");
}

// commands.md, "Output": a closed stdout ends quietly.
TEST(FileDescriptorOutput, DropsTextQuietlyWhenItsReaderHasGone) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  ASSERT_TRUE(pipe.opened);
  pipe.Close(0);
  FileDescriptorOutput output(pipe.ends[1], "standard output", 0);
  EXPECT_FALSE(output.ReaderHasGone());
  output.Write("nobody reads this");
  EXPECT_TRUE(output.ReaderHasGone());
  EXPECT_FALSE(output.Failure().has_value());
}

TEST(FileDescriptorOutput, RemembersThatTextWasLostOnAFullDisk) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  {
    FileDescriptorOutput output(full, "standard output", 0);
    output.Write("text");
    ASSERT_TRUE(output.Failure().has_value());
    EXPECT_NE(output.Failure()->message.find("standard output: No space left"), std::string::npos)
        << output.Failure()->message;
  }
  close(full);
}

TEST(FileDescriptorOutput, WaitsForADescriptorThatDoesNotBlock) {
  Pipe pipe;
  ASSERT_TRUE(pipe.opened);
  fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK);
  const std::string text(1 << 20, 'x');
  std::thread writer([&] {
    FileDescriptorOutput(pipe.ends[1], "standard output", 0).Write(text);
    pipe.Close(1);
  });
  size_t read_bytes = 0;
  for (std::string part = pipe.Read(); !part.empty(); part = pipe.Read()) {
    read_bytes += part.size();
  }
  writer.join();
  EXPECT_EQ(read_bytes, text.size());
}

}  // namespace
}  // namespace ursa::cli
