// Which pictures a run is about: command line arguments -> a list of files, in the order of the arguments.
//
// A folder gives its .jpg, .jpeg and .png files (any case), those in its subfolders too, sorted by the bytes
// of their relative paths. Links to files are followed, links to folders are not, and what is no regular file
// is left out. A pattern (*, ?, [...]) stands for what it matches. "-" reads a list from stdin, one file a
// line. Any other file is taken as it is, whatever its name.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace yy {

class ImageList {
 public:
  std::size_t size() const { return images_.size(); }
  void write_path(std::size_t i, std::string& path) const;                  // `path` keeps its memory
  const std::string& name(std::size_t i) const { return images_[i].name; }  // relative to the given folder

  // The subfolder of the given folder that the picture lies in, at whatever depth; empty where there is none.
  // In a labelled folder this is the picture's class.
  std::string_view folder(std::size_t i) const;

  void add_folder(const std::filesystem::path& folder);
  void add_file(std::string file) { images_.push_back({-1, std::move(file)}); }

 private:
  struct Entry {
    int root;  // index into roots_; -1: `name` is the whole path
    std::string name;
  };
  std::vector<std::filesystem::path> roots_;
  std::vector<Entry> images_;
};

// Throws Error (usage) where a path does not exist and where there is no picture at all; Error (failure)
// where a folder cannot be read; Interrupted. `list` is the file descriptor that "-" reads.
ImageList find_images(const std::vector<std::string>& arguments, int list);

}  // namespace yy
