#include "tools/yy_run/image_sources.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <glob.h>
#include <unistd.h>

#include "runtime/error.h"
#include "tools/yy_run/interrupt.h"

namespace yy {
namespace {

namespace fs = std::filesystem;

bool has_image_extension(const fs::path& file) {
  std::string extension = file.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png";
}

std::string read_all(int descriptor) {
  std::string text;
  char block[1 << 16];
  while (true) {
    const ssize_t bytes = ::read(descriptor, block, sizeof block);
    if (bytes == 0) return text;
    if (bytes > 0) {
      text.append(block, static_cast<std::size_t>(bytes));
    } else if (errno == EINTR) {
      stop_if_interrupted();
    } else {
      throw Error(ErrorCode::failure, fmt::format("stdin cannot be read: {}", std::strerror(errno)));
    }
  }
}

void add_list(ImageList& images, int descriptor) {
  const std::string text = read_all(descriptor);
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    std::string line = text.substr(from, end - from);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) images.add_file(std::move(line));
    from = end + 1;
  }
}

std::vector<std::string> expand(const std::string& pattern) {
  glob_t found = {};
  std::vector<std::string> matches;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    matches.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  globfree(&found);
  return matches;
}

void add_path(ImageList& images, const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    images.add_folder(path);
  } else {
    images.add_file(path);
  }
}

void add_argument(ImageList& images, const std::string& argument) {
  std::error_code error;
  if (fs::exists(fs::status(argument, error))) return add_path(images, argument);
  const bool is_pattern = argument.find_first_of("*?[") != std::string::npos;
  const std::vector<std::string> matches = is_pattern ? expand(argument) : std::vector<std::string>{};
  for (const std::string& match : matches) add_path(images, match);
  if (!matches.empty()) return;
  const bool is_absent = !error || error == std::errc::no_such_file_or_directory;
  throw Error(ErrorCode::usage, fmt::format("{}: {}", argument,
                                            is_pattern  ? "the pattern matches nothing"
                                            : is_absent ? "there is no such file or folder"
                                                        : error.message()));
}

}  // namespace

void ImageList::write_path(std::size_t i, std::string& path) const {
  const Entry& image = images_[i];
  path.clear();
  if (image.root >= 0) path = roots_[static_cast<std::size_t>(image.root)].native();
  if (!path.empty() && path.back() != '/') path += '/';
  path += image.name;
}

std::string_view ImageList::folder(std::size_t i) const {
  const Entry& image = images_[i];
  const std::size_t slash = image.name.find('/');
  if (image.root < 0 || slash == std::string::npos) return {};
  return std::string_view(image.name).substr(0, slash);
}

void ImageList::add_folder(const fs::path& folder) {
  const int root = static_cast<int>(roots_.size());
  const std::size_t first = images_.size();
  roots_.push_back(folder);
  try {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
      stop_if_interrupted();
      std::error_code ignored;  // a link to nowhere
      if (!has_image_extension(entry.path()) || !entry.is_regular_file(ignored)) continue;
      images_.push_back({root, entry.path().lexically_relative(folder).string()});
    }
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::failure, fmt::format("{}: the folder cannot be read: {}", error.path1().string(),
                                                error.code().message()));
  }
  std::sort(images_.begin() + static_cast<std::ptrdiff_t>(first), images_.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
}

ImageList find_images(const std::vector<std::string>& arguments, int list) {
  if (std::count(arguments.begin(), arguments.end(), "-") > 1) {
    throw Error(ErrorCode::usage, "'-', the list on stdin, is given twice");
  }
  ImageList images;
  for (const std::string& argument : arguments) {
    if (argument == "-") {
      add_list(images, list);
    } else {
      add_argument(images, argument);
    }
  }
  if (images.size() == 0) {
    std::string where;
    for (const std::string& argument : arguments) where += (where.empty() ? "" : ", ") + argument;
    throw Error(ErrorCode::usage,
                fmt::format("no images found in {} (looked for .jpg, .jpeg and .png files)", where));
  }
  return images;
}

}  // namespace yy
