#include "tools/report/html.h"

#include <fmt/format.h>
#include <limits>

#include "runtime/printable.h"

namespace yy {

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (char c : printable(text, std::numeric_limits<std::size_t>::max())) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string html_paragraph(std::string_view text) {
  return "<p>" + escape_html(text) + "</p>\n";
}

std::string html_table(std::string_view caption, const Table& table) {
  const std::vector<Table::Column>& columns = table.columns();
  const auto align = [&](std::size_t column) {
    return columns[column].align == Table::Align::right ? " class=\"number\"" : "";
  };
  std::string html =
      fmt::format("<div class=\"wide\"><table><caption>{}</caption>\n<thead><tr>", escape_html(caption));
  for (std::size_t c = 0; c < columns.size(); ++c)
    html += fmt::format("<th scope=\"col\"{}>{}</th>", align(c), escape_html(columns[c].title));
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows()) {
    html += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c)
      html += fmt::format("<td{}>{}</td>", align(c), escape_html(row[c]));
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string html_tiles(const std::vector<Tile>& tiles) {
  std::string html = "<dl class=\"tiles\">\n";
  for (const Tile& tile : tiles) {
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd>", escape_html(tile.label), escape_html(tile.value));
    if (!tile.note.empty()) html += fmt::format("<dd class=\"note\">{}</dd>", escape_html(tile.note));
    html += "</div>\n";
  }
  return html + "</dl>\n";
}

std::string html_gallery(std::string_view caption, const std::vector<Thumbnail>& thumbnails) {
  if (thumbnails.empty()) return "";
  std::string html = fmt::format("<h3>{}</h3>\n<ul class=\"gallery\">\n", escape_html(caption));
  for (const Thumbnail& thumbnail : thumbnails) {
    html += fmt::format("<li><img src=\"{}\" alt=\"{}\">", thumbnail.data_uri, escape_html(thumbnail.alt));
    for (const std::string& line : thumbnail.lines) html += fmt::format("<span>{}</span>", escape_html(line));
    html += "</li>\n";
  }
  return html + "</ul>\n";
}

void HtmlPage::section(std::string_view heading) {
  if (in_section_) body_ += "</section>\n";
  in_section_ = true;
  body_ += fmt::format("<section>\n<h2>{}</h2>\n", escape_html(heading));
}

void HtmlPage::add_figures(const std::vector<std::string>& figures) {
  body_ += "<div class=\"figures\">\n";
  for (const std::string& figure : figures) body_ += figure;
  body_ += "</div>\n";
}

std::string HtmlPage::text() const {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "img-src data:\">\n"
      "<title>{0}</title>\n<style>\n{1}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n{2}{3}</main>\n"
      "</body>\n</html>\n",
      escape_html(title_), page_style, body_, in_section_ ? "</section>\n" : "");
}

}  // namespace yy
