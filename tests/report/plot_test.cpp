#include "tools/report/plot.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <random>

#include "tools/report/html.h"

namespace yy::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> texts(const std::vector<Tick>& ticks) {
  std::vector<std::string> all;
  for (const Tick& tick : ticks) all.push_back(tick.text);
  return all;
}

TEST(Axis, HasRoundTicks) {
  EXPECT_THAT(texts(ticks_of({"", 0, 1, 100, false, {}}, 6)),
              testing::ElementsAre("0", "20", "40", "60", "80", "100"));
  EXPECT_THAT(texts(ticks_of({"", 0, 1, 1, false, {}}, 6)),
              testing::ElementsAre("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"));
  EXPECT_THAT(texts(ticks_of({"", 100, 5000, 1, true, {}}, 6)),
              testing::ElementsAre("100", "200", "500", "1000", "2000", "5000"));
  EXPECT_THAT(texts(ticks_of({"", 1, 1e6, 1, true, {}}, 7)),
              testing::ElementsAre("1", "10", "100", "1000", "10k", "100k", "1000k"));
  EXPECT_THAT(texts(ticks_of({"", 0, 0.0005, 1, false, {}}, 5)),
              testing::ElementsAre("0.0000", "0.0001", "0.0002", "0.0003", "0.0004", "0.0005"));
}

TEST(Axis, HoldsItsValuesBetweenTicks) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> exponent(-6, 9), share(0, 1);
  for (int round = 0; round < 2000; ++round) {
    const bool logarithmic = random() % 2 == 0;
    std::vector<double> values;
    const double size = std::pow(10, exponent(random));
    for (int i = 0; i < 5; ++i)
      values.push_back(size * (logarithmic ? std::pow(10, 3 * share(random)) : share(random) - 0.3));
    const Axis axis = axis_around("", values, 1, logarithmic);
    for (double value : values) {
      EXPECT_GE(axis.place(value), -1e-9);
      EXPECT_LE(axis.place(value), 1 + 1e-9);
    }
    const std::vector<Tick> ticks = ticks_of(axis, 6);
    ASSERT_GE(ticks.size(), 2U);
    EXPECT_LE(ticks.size(), 7U);
    EXPECT_NEAR(axis.place(ticks.front().value), 0, logarithmic ? 1 : 1e-6);
    for (std::size_t i = 1; i < ticks.size(); ++i) {
      EXPECT_GT(ticks[i].value, ticks[i - 1].value);
      EXPECT_NE(ticks[i].text, ticks[i - 1].text);
    }
  }
}

TEST(Axis, StandsWithoutValues) {
  for (const std::vector<double>& values : {std::vector<double>{}, {std::nan("")}, {3}, {0, 0}, {-2}}) {
    const Axis axis = axis_around("", values);
    EXPECT_GT(axis.high, axis.low);
    const Axis logarithmic = axis_around("", values, 1, true);
    EXPECT_GT(logarithmic.high, logarithmic.low);
    EXPECT_GT(logarithmic.low, 0);
  }
}

Plot plot(const std::string& title = "Speed") {
  return {"speed", title, {"images/s", 0, 10, 1, false, {}}, {"accuracy (%)", 0, 1, 100, false, {}}};
}

TEST(Plot, TellsWhatItShows) {
  const std::string html = plot()
                               .line({{0, 0, ""}, {10, 1, ""}}, Ink::yin, "up")
                               .dots({{5, 0.5, "half way"}}, Ink::rule, "here")
                               .describe("It goes up.")
                               .html();
  EXPECT_THAT(html,
              AllOf(HasSubstr("role=\"img\" aria-labelledby=\"speed-title speed-desc\""),
                    HasSubstr("<title id=\"speed-title\">Speed</title>"),
                    HasSubstr("<desc id=\"speed-desc\">It goes up.</desc>"), HasSubstr(">images/s</text>"),
                    HasSubstr(">accuracy (%)</text>"), HasSubstr("<title>half way</title>"),
                    HasSubstr(">up</li>"), HasSubstr(">here</li>")));
}

TEST(Plot, LeavesOutWhatIsNotFinite) {
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  const std::string html = plot()
                               .line({{nan, 0, ""}, {1, inf, ""}, {2, 0.5, ""}}, Ink::yin, "")
                               .dots({{nan, nan, ""}}, Ink::yang, "")
                               .bars({{0, nan, 0, 1, ""}}, Ink::faint, "")
                               .band({{0, nan, ""}}, {{1, 1, ""}}, Ink::cascade, "")
                               .html();
  EXPECT_THAT(html, AllOf(Not(HasSubstr("nan")), Not(HasSubstr("inf\"")), Not(HasSubstr("<circle"))));
}

TEST(Plot, EscapesNames) {
  const std::string html =
      plot("<b>&\"'").line({{0, 0, "<i>"}}, Ink::yin, "<u>").dots({{0, 0, "<i>"}}, Ink::yin, "").html();
  EXPECT_THAT(html, AllOf(Not(HasSubstr("<b>")), Not(HasSubstr("<i>")), Not(HasSubstr("<u>")),
                          HasSubstr("&lt;b&gt;&amp;&quot;&#39;")));
}

TEST(Plot, ShortensLongNamesOnAnAxis) {
  Axis names;
  names.names = {"a network with a very long name", "größenordnungsmäßig ähnlich"};
  const std::string html = Plot("time", "", {"", 0, 1, 1, false, {}}, names).html();
  EXPECT_THAT(html, AllOf(HasSubstr(">a network with a…<title>a network with a very long name</title>"),
                          HasSubstr("größenordnungsmä…")));
}

TEST(Plot, ThinsByWidthAndKeepsTheEnds) {
  std::vector<PlotPoint> points;
  for (int i = 0; i < 10000; ++i) points.push_back({1 - i * 1e-4, std::sin(i), ""});
  const std::vector<PlotPoint> kept = thinned(points, 100);
  EXPECT_LE(kept.size(), 101U);
  EXPECT_GE(kept.size(), 50U);
  EXPECT_EQ(kept.front().x, points.front().x);
  EXPECT_EQ(kept.back().x, points.back().x);
}

TEST(Html, EscapesAndShowsBytesThatAreNoText) {
  EXPECT_EQ(escape_html("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c&#39;");
  EXPECT_EQ(escape_html("\xff\n"), "\\xff\\x0a");
  EXPECT_EQ(escape_html("größe"), "größe");
}

TEST(Html, APageMayAskNothingOfTheNetwork) {
  HtmlPage page("<title>");
  page.section("one");
  page.add(html_paragraph("a & b"));
  page.section("two");
  EXPECT_THAT(page.text(),
              AllOf(HasSubstr("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\""),
                    HasSubstr("<h1>&lt;title&gt;</h1>"), HasSubstr("<p>a &amp; b</p>\n</section>"),
                    Not(HasSubstr("http:")), Not(HasSubstr("<script"))));
}

TEST(Html, TablesAlignNumbers) {
  Table table({{"name"}, {"count", Table::Align::right}});
  table.add({"<x>", "3"});
  EXPECT_THAT(html_table("all", table), AllOf(HasSubstr("<caption>all</caption>"),
                                              HasSubstr("<th scope=\"col\" class=\"number\">count</th>"),
                                              HasSubstr("<td>&lt;x&gt;</td><td class=\"number\">3</td>")));
  EXPECT_EQ(html_gallery("none", {}), "");
}

}  // namespace
}  // namespace yy::test
