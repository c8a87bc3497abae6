// How text that comes from files is put into messages: such text could steer a terminal or break JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace yy {

// Well-formed UTF-8 without control characters.
bool is_printable(std::string_view text);

// `text` with every other byte written as \xNN, and cut when very long.
std::string printable(std::string_view text, std::size_t most_bytes = 200);

std::string in_quotes(std::string_view text);  // printable(text) in quotes

// The same for a message of several lines: line breaks stay, and nothing is cut.
std::string printable_lines(std::string_view text);

}  // namespace yy
