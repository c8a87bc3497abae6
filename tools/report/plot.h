// A plot as a figure of HTML: an SVG with axes, ticks and units, a title and a description for those who do
// not see it, and a legend below. Layers are drawn in the order in which they are added; points that are not
// finite are left out, and what lies outside of the axes is cut off.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/report/axis.h"

namespace yy {

// By what they stand for; the page's style has a colour for each.
enum class Ink { yin, yang, cascade, wrong, faint, rule };

struct PlotPoint {
  double x, y;
  std::string tip;  // shown where the mouse rests on a dot
};

struct PlotBar {
  double x0, x1, y0, y1;
  std::string tip;
};

class Plot {
 public:
  // `id` is unique in the page. `height` in units of which the width has 360.
  Plot(std::string id, std::string title, Axis x, Axis y, int height = 240);

  Plot& line(const std::vector<PlotPoint>& points, Ink ink, std::string_view legend, bool dashed = false);
  Plot& band(const std::vector<PlotPoint>& low, const std::vector<PlotPoint>& high, Ink ink,
             std::string_view legend);
  Plot& dots(const std::vector<PlotPoint>& points, Ink ink, std::string_view legend, double radius = 5);
  Plot& bars(const std::vector<PlotBar>& bars, Ink ink, std::string_view legend);
  Plot& rule_x(double x, Ink ink, std::string_view legend);  // across the whole plot
  Plot& rule_y(double y, Ink ink, std::string_view legend);

  // What the plot shows, in words and with its main numbers.
  Plot& describe(std::string description);

  std::string html() const;

 private:
  double across(double x) const;
  double up(double y) const;
  std::string path(const std::vector<PlotPoint>& points) const;
  std::string axes() const;
  void add_legend(std::string_view swatch, std::string_view legend);

  std::string id_, title_, description_;
  Axis x_, y_;
  int height_;
  double left_;
  std::string layers_, legend_;
};

// At most about `most` of the points, which are in the order of x: the first, the last, and others spread
// over the width.
std::vector<PlotPoint> thinned(const std::vector<PlotPoint>& points, std::size_t most);

}  // namespace yy
