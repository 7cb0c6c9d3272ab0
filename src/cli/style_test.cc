#include "cli/style.h"

#include <gtest/gtest.h>

#include "cli/fake_process.h"

namespace ursa::cli {
namespace {

bool ColorOf(FakeProcess& fake, ColorWhen when) {
  const Process process = fake.Make();
  return UsesColor(process, process.out, when);
}

// commands.md, "Output": colours (NO_COLOR honoured) only on a terminal.
TEST(UsesColor, IsForTerminals) {
  FakeProcess fake;
  EXPECT_FALSE(ColorOf(fake, ColorWhen::kAuto));
  fake.terminal_columns = 80;
  EXPECT_TRUE(ColorOf(fake, ColorWhen::kAuto));
}

TEST(UsesColor, HonoursNoColorUnlessItIsEmpty) {
  FakeProcess fake;
  fake.terminal_columns = 80;
  fake.environment["NO_COLOR"] = "1";
  EXPECT_FALSE(ColorOf(fake, ColorWhen::kAuto));
  fake.environment["NO_COLOR"] = "";
  EXPECT_TRUE(ColorOf(fake, ColorWhen::kAuto));
}

TEST(UsesColor, DoesAsTheFlagSays) {
  FakeProcess fake;
  fake.environment["NO_COLOR"] = "1";
  EXPECT_TRUE(ColorOf(fake, ColorWhen::kAlways));
  fake.terminal_columns = 80;
  EXPECT_FALSE(ColorOf(fake, ColorWhen::kNever));
}

TEST(Style, LeavesTextAloneWithoutColor) {
  EXPECT_EQ(Style(false).Alarm("text"), "text");
  EXPECT_EQ(Style(true).Bold("text"), "\x1b[1mtext\x1b[0m");
  EXPECT_EQ(Style(true).Dim(""), "");
}

}  // namespace
}  // namespace ursa::cli
