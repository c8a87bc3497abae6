#include "onnx/private/external_data.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string_view>

#include "runtime/error.h"
#include "runtime/printable.h"

namespace yy {
namespace {

namespace fs = std::filesystem;

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ErrorCode::model, fmt::format(format, std::forward<Args>(args)...));
}

const std::string* find_entry(const onnx_pb::Tensor& proto, std::string_view key) {
  const std::string* found = nullptr;
  for (const onnx_pb::KeyValue& entry : proto.external_data()) {
    if (entry.key() != key) continue;
    if (found != nullptr) refuse("its external_data gives {} twice", key);
    found = &entry.value();
  }
  return found;
}

std::optional<std::uint64_t> find_number(const onnx_pb::Tensor& proto, std::string_view key) {
  const std::string* text = find_entry(proto, key);
  if (text == nullptr) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) {
    refuse("its external_data's {} should be a number, found {}", key, in_quotes(*text));
  }
  return number;
}

void check_location(const std::string& location) {
  const fs::path path(location);
  const bool climbs = std::find(path.begin(), path.end(), "..") != path.end();
  if (location.empty() || !is_printable(location) || path.is_absolute() || climbs) {
    refuse("its external_data's location should be a path below the model's folder, found {}",
           in_quotes(location));
  }
}

bool is_below(const fs::path& file, const fs::path& folder) {
  const auto [in_folder, in_file] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return in_folder == folder.end() && in_file != file.end();
}

}  // namespace

std::string external_location(const onnx_pb::Tensor& proto) {
  for (const onnx_pb::KeyValue& entry : proto.external_data()) {
    if (entry.key() == "location") return in_quotes(entry.value());
  }
  return "''";
}

const ByteSource& ExternalData::open(const std::string& location) {
  if (open_file_ != nullptr && location == open_location_) return *open_file_;
  check_location(location);
  open_file_.reset();
  try {
    std::error_code error;
    const fs::path folder = fs::canonical(folder_.empty() ? "." : folder_, error);
    const fs::path file = error ? fs::path() : fs::canonical(folder / location, error);
    if (error == std::errc::no_such_file_or_directory) refuse("there is no such file in the model's folder");
    if (error) refuse("{}", error.message());
    if (!is_below(file, folder)) refuse("it leads out of the model's folder");
    open_file_ = std::make_unique<FileBytes>(file);
  } catch (const Error& error) {
    throw error.within(fmt::format("its data's file {}", in_quotes(location)));
  }
  open_location_ = location;
  return *open_file_;
}

ExternalData::Place ExternalData::find(const onnx_pb::Tensor& proto, std::size_t bytes) {
  const std::string* location = find_entry(proto, "location");
  if (location == nullptr) refuse("its data is in another file, but external_data gives no location");
  const ByteSource& file = open(*location);
  const std::uint64_t at = find_number(proto, "offset").value_or(0);
  const std::uint64_t in_file = at <= file.size() ? file.size() - at : 0;
  const std::uint64_t length = find_number(proto, "length").value_or(in_file);
  if (length != bytes) {
    refuse("it needs {} bytes, its external_data gives {} of the file {}", bytes, length,
           in_quotes(*location));
  }
  if (bytes > in_file) {
    refuse("it needs {} bytes from byte {} of the file {} on, which has {}", bytes, at, in_quotes(*location),
           file.size());
  }
  return {file, static_cast<std::size_t>(at)};
}

}  // namespace yy
