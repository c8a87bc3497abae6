#include "tools/yy_run/picture_set.h"

#include <algorithm>
#include <fmt/format.h>

#include "runtime/error.h"
#include "tools/yy_run/interrupt.h"
#include "tools/yy_run/worker.h"

namespace yy {
namespace {

constexpr std::size_t most_bytes = std::size_t{2} << 30;

}  // namespace

void PictureSet::decode(const ImageList& list, std::optional<std::size_t> limit, bool exif_orientation,
                        const AnyCascade& cascade) {
  const std::size_t count = std::min(limit.value_or(list.size()), list.size());
  std::string file;
  DecodeMemory memory;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    stop_if_interrupted();
    const std::size_t from = i * list.size() / count;
    list.write_path(from, file);
    try {
      decode_picture(file, exif_orientation, cascade, images_.emplace_back(), memory);
    } catch (const Error& error) {
      throw error.within(file);
    }
    names_.push_back(list.name(from));
    bytes += images_.back().pixels.size();
    if (bytes > most_bytes) {
      throw Error(ErrorCode::usage, fmt::format("{} of {} pictures already take more than {} GiB of memory; "
                                                "--limit N takes only so many",
                                                i + 1, count, most_bytes >> 30));
    }
  }
  restart();
}

std::optional<std::uint64_t> PictureSet::take(std::uint64_t count, bool time_is_over) {
  const std::lock_guard lock(mutex_);
  if (next_ >= end_of_pass_ && time_is_over) return std::nullopt;
  while (next_ >= end_of_pass_) end_of_pass_ += size();
  next_ += count;
  return next_ - count;
}

void PictureSet::restart() {
  next_ = 0;
  end_of_pass_ = size();
}

}  // namespace yy
