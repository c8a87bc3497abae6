// The classes that labelled folders tell.
#pragma once

#include <vector>

#include "tools/yy_run/image_sources.h"
#include "yy/model_card.h"

namespace yy {

// By picture: the number of the class whose identifier its folder is called by; -1 where there is none.
std::vector<int> labels_of(const ImageList& images, const std::vector<ClassName>& classes);

}  // namespace yy
