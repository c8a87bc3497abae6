#include "tools/report/plot.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "tools/report/html.h"

namespace yy {
namespace {

constexpr double width = 360, right = 18, top = 24, bottom = 39;
constexpr double left_of_numbers = 42, left_of_names = 116;
constexpr std::size_t longest_name = 17;  // characters that fit beside the axis

const char* name_of(Ink ink) {
  switch (ink) {
    case Ink::yin:
      return "yin";
    case Ink::yang:
      return "yang";
    case Ink::cascade:
      return "cascade";
    case Ink::wrong:
      return "wrong";
    case Ink::faint:
      return "faint";
    case Ink::rule:
      break;
  }
  return "rule";
}

bool is_finite(const PlotPoint& point) {
  return std::isfinite(point.x) && std::isfinite(point.y);
}

std::string shortened(const std::string& name) {
  std::size_t characters = 0, end = 0;
  for (; end < name.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(name[end]) & 0xC0U) != 0x80U;  // a UTF-8 character
    if (begins && ++characters > longest_name - 1) break;
  }
  return end == name.size() ? name : name.substr(0, end) + "…";
}

std::string title_of(const std::string& tip) {
  return tip.empty() ? "" : "<title>" + escape_html(tip) + "</title>";
}

}  // namespace

Plot::Plot(std::string id, std::string title, Axis x, Axis y, int height)
    : id_(std::move(id)),
      title_(std::move(title)),
      x_(std::move(x)),
      y_(std::move(y)),
      height_(height),
      left_(y_.names.empty() ? left_of_numbers : left_of_names) {
  for (Axis* axis : {&x_, &y_}) {
    if (axis->names.empty()) continue;
    axis->low = 0;
    axis->high = static_cast<double>(axis->names.size());
  }
}

double Plot::across(double x) const {
  return left_ + std::clamp(x_.place(x), -1.0, 2.0) * (width - left_ - right);
}

// Named rows are read downwards.
double Plot::up(double y) const {
  const double place = std::clamp(y_.place(y), -1.0, 2.0), room = height_ - top - bottom;
  return top + (y_.names.empty() ? 1 - place : place) * room;
}

std::string Plot::path(const std::vector<PlotPoint>& points) const {
  std::string path;
  for (const PlotPoint& point : points) {
    if (!is_finite(point)) continue;
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", across(point.x), up(point.y));
  }
  return path;
}

Plot& Plot::line(const std::vector<PlotPoint>& points, Ink ink, std::string_view legend, bool dashed) {
  const std::string style = fmt::format("class=\"line s-{}{}\"", name_of(ink), dashed ? " dashed" : "");
  layers_ += fmt::format("<path {} d=\"{}\"/>\n", style, path(points));
  add_legend(fmt::format("<path {} d=\"M0 5L18 5\"/>", style), legend);
  return *this;
}

Plot& Plot::band(const std::vector<PlotPoint>& low, const std::vector<PlotPoint>& high, Ink ink,
                 std::string_view legend) {
  std::vector<PlotPoint> around = low;
  around.insert(around.end(), high.rbegin(), high.rend());
  layers_ += fmt::format("<path class=\"band f-{}\" d=\"{}Z\"/>\n", name_of(ink), path(around));
  add_legend(fmt::format("<rect class=\"band f-{}\" width=\"18\" height=\"10\"/>", name_of(ink)), legend);
  return *this;
}

Plot& Plot::dots(const std::vector<PlotPoint>& points, Ink ink, std::string_view legend, double radius) {
  const std::string style = fmt::format("class=\"dot{} f-{}\"", radius < 4 ? " small" : "", name_of(ink));
  for (const PlotPoint& point : points) {
    if (!is_finite(point)) continue;
    layers_ += fmt::format("<circle {} cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:g}\">{}</circle>\n", style,
                           across(point.x), up(point.y), radius, title_of(point.tip));
  }
  add_legend(fmt::format("<circle {} cx=\"9\" cy=\"5\" r=\"{:g}\"/>", style, std::min(radius, 5.0)), legend);
  return *this;
}

Plot& Plot::bars(const std::vector<PlotBar>& bars, Ink ink, std::string_view legend) {
  for (const PlotBar& bar : bars) {
    const double x0 = across(bar.x0), x1 = across(bar.x1), y0 = up(bar.y0), y1 = up(bar.y1);
    if (!std::isfinite(x0 + x1 + y0 + y1)) continue;
    layers_ += fmt::format(
        "<rect class=\"bar f-{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\">{}</rect>\n",
        name_of(ink), std::min(x0, x1), std::min(y0, y1), std::abs(x1 - x0), std::abs(y1 - y0),
        title_of(bar.tip));
  }
  add_legend(fmt::format("<rect class=\"f-{}\" width=\"18\" height=\"10\"/>", name_of(ink)), legend);
  return *this;
}

Plot& Plot::rule_x(double x, Ink ink, std::string_view legend) {
  return line({{x, y_.low, ""}, {x, y_.high, ""}}, ink, legend, true);
}

Plot& Plot::rule_y(double y, Ink ink, std::string_view legend) {
  return line({{x_.low, y, ""}, {x_.high, y, ""}}, ink, legend, true);
}

Plot& Plot::describe(std::string description) {
  description_ = std::move(description);
  return *this;
}

void Plot::add_legend(std::string_view swatch, std::string_view legend) {
  if (legend.empty()) return;
  legend_ += fmt::format("<li><svg viewBox=\"0 0 18 10\" aria-hidden=\"true\">{}</svg>{}</li>\n", swatch,
                         escape_html(legend));
}

std::string Plot::axes() const {
  const double x0 = left_, x1 = width - right, y0 = height_ - bottom, y1 = top;
  std::string svg;
  for (const Tick& tick : ticks_of(y_, 5)) {
    const double y = up(tick.value);
    if (y_.names.empty())
      svg += fmt::format("<path class=\"grid\" d=\"M{:g} {:.1f}L{:g} {:.1f}\"/>\n", x0, y, x1, y);
    svg += fmt::format("<text x=\"{:g}\" y=\"{:.1f}\" text-anchor=\"end\">{}{}</text>\n", x0 - 8, y + 4,
                       escape_html(y_.names.empty() ? tick.text : shortened(tick.text)),
                       y_.names.empty() ? "" : title_of(tick.text));
  }
  for (const Tick& tick : ticks_of(x_, 6)) {
    const double x = across(tick.value);
    svg += fmt::format("<path class=\"axis\" d=\"M{:.1f} {:g}l0 4\"/>\n", x, y0);
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:g}\" text-anchor=\"middle\">{}</text>\n", x, y0 + 17,
                       escape_html(tick.text));
  }
  svg += fmt::format("<path class=\"axis\" d=\"M{:g} {:g}L{:g} {:g}L{:g} {:g}\"/>\n", x0, y1, x0, y0, x1, y0);
  svg += fmt::format("<text x=\"{:g}\" y=\"{:g}\" text-anchor=\"end\">{}</text>\n", x1, y0 + 33,
                     escape_html(x_.title));
  if (y_.title.empty()) return svg;  // the names speak for themselves
  return svg + fmt::format("<text x=\"4\" y=\"13\">{}</text>\n", escape_html(y_.title));
}

std::string Plot::html() const {
  const std::string id = escape_html(id_);
  std::string html =
      fmt::format("<figure id=\"{}\">\n<figcaption>{}</figcaption>\n", id, escape_html(title_));
  html += fmt::format(
      "<svg viewBox=\"0 0 {0:g} {1}\" role=\"img\" aria-labelledby=\"{2}-title {2}-desc\">\n"
      "<title id=\"{2}-title\">{3}</title>\n<desc id=\"{2}-desc\">{4}</desc>\n"
      "<clipPath id=\"{2}-inside\"><rect x=\"{5:g}\" y=\"{6:g}\" width=\"{7:g}\" "
      "height=\"{8:g}\"/></clipPath>\n",
      width, height_, id, escape_html(title_), escape_html(description_), left_ - 6, top - 6,
      width - left_ - right + 12, height_ - top - bottom + 12);
  html += axes() + fmt::format("<g clip-path=\"url(#{}-inside)\">\n", id) + layers_ + "</g>\n</svg>\n";
  if (!legend_.empty()) html += "<ul class=\"legend\">\n" + legend_ + "</ul>\n";
  return html + "</figure>\n";
}

std::vector<PlotPoint> thinned(const std::vector<PlotPoint>& points, std::size_t most) {
  if (points.size() <= most || most < 2) return points;
  const double low = points.front().x, step = (points.back().x - low) / static_cast<double>(most - 1);
  std::vector<PlotPoint> kept{points.front()};
  for (std::size_t i = 1; i + 1 < points.size(); ++i) {
    if (std::abs(points[i].x - kept.back().x) >= std::abs(step)) kept.push_back(points[i]);
  }
  kept.push_back(points.back());
  return kept;
}

}  // namespace yy
