// Small pictures for a report.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "tools/yy_run/image_sources.h"

namespace yy {

// A JPEG of at most 128 pixels a side as a data: address; nothing where the picture cannot be read any more.
std::optional<std::string> thumbnail_of(const ImageList& images, std::size_t i, bool exif_orientation);

}  // namespace yy
