// Pictures decoded once, for workers that push them again and again.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tools/yy_run/any_cascade.h"
#include "tools/yy_run/image_sources.h"

namespace yy {

class PictureSet {
 public:
  // Decodes what the cascade looks at, of at most `limit` pictures that are spread evenly over the list.
  // Throws Error: image for a picture that cannot be read, usage where all take more than 2 GiB; Interrupted.
  void decode(const ImageList& list, std::optional<std::size_t> limit, bool exif_orientation,
              const AnyCascade& cascade);

  // Ticket t stands for picture t modulo size().
  std::size_t size() const { return images_.size(); }
  const Image& image(std::uint64_t ticket) const { return images_[ticket % images_.size()]; }
  const std::string& name(std::uint64_t ticket) const { return names_[ticket % names_.size()]; }

  // The first of `count` tickets in a row; for several threads at once. None once a whole pass over the
  // pictures has been handed out and the time is over, so that every picture counts as often as the others
  // (but for those that fill the last batch).
  std::optional<std::uint64_t> take(std::uint64_t count, bool time_is_over);
  void restart();  // from ticket 0

 private:
  std::vector<Image> images_;
  std::vector<std::string> names_;
  std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::uint64_t end_of_pass_ = 0;
};

}  // namespace yy
