#include "runtime/printable.h"

#include <gtest/gtest.h>

namespace yy {
namespace {

TEST(Printable, EscapesControlCharactersAndBrokenUtf8) {
  EXPECT_EQ(printable_lines("a\xff\xc2\x85\r\nb\xf0\x9f\x98\x80\xe2\x82"),
            "a\\xff\\xc2\\x85\\x0d\nb\xf0\x9f\x98\x80\\xe2\\x82");
  EXPECT_EQ(printable("a\nb\x1b[2J"), "a\\x0ab\\x1b[2J");
  EXPECT_EQ(printable_lines(""), "");
  EXPECT_EQ(printable_lines("\n\n"), "\n\n");
}

TEST(Printable, CutsOnlyWhatStandsOnOneLine) {
  const std::string lengthy(1000, 'x');
  EXPECT_EQ(printable(lengthy), std::string(200, 'x') + "...");
  EXPECT_EQ(printable_lines(lengthy), lengthy);
}

TEST(Printable, IsWhatItSays) {
  EXPECT_TRUE(is_printable("caf\xc3\xa9"));
  for (const char* text : {"a\n", "\x7f", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
    EXPECT_FALSE(is_printable(text));
  }
}

}  // namespace
}  // namespace yy
