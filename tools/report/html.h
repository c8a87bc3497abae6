// Pieces of HTML. What comes from files and users goes through escape_html().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/report/table.h"

namespace yy {

// For text and attribute values. Bytes that are no printable UTF-8 are shown as \xNN.
std::string escape_html(std::string_view text);

std::string html_paragraph(std::string_view text);

// Scrolls sideways within itself where it is wider than the page.
std::string html_table(std::string_view caption, const Table& table);

// Numbers that are to be seen first.
struct Tile {
  std::string label, value, note;
};
std::string html_tiles(const std::vector<Tile>& tiles);

struct Thumbnail {
  std::string data_uri;
  std::string alt;
  std::vector<std::string> lines;  // below the picture
};
std::string html_gallery(std::string_view caption, const std::vector<Thumbnail>& thumbnails);

// A whole page: no script, and a policy that lets it ask nothing of any network.
class HtmlPage {
 public:
  explicit HtmlPage(std::string title) : title_(std::move(title)) {}

  void section(std::string_view heading);  // what is added from here on belongs to it
  void add(std::string html) { body_ += html; }
  // Side by side where there is room.
  void add_figures(const std::vector<std::string>& figures);
  std::string text() const;

 private:
  std::string title_;
  std::string body_;
  bool in_section_ = false;
};

extern const std::string_view page_style;  // CSS; light and dark, by what the reader's system asks for

}  // namespace yy
