#include "tools/yy_run/labels.h"

#include <map>
#include <string_view>

namespace yy {

std::vector<int> labels_of(const ImageList& images, const std::vector<ClassName>& classes) {
  std::map<std::string_view, int> by_id;
  for (const ClassName& c : classes) by_id.emplace(c.id, static_cast<int>(by_id.size()));
  std::vector<int> labels;
  labels.reserve(images.size());
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto found = by_id.find(images.folder(i));
    labels.push_back(found == by_id.end() ? -1 : found->second);
  }
  return labels;
}

}  // namespace yy
