#include "ops/registry.h"

#include <algorithm>
#include <fmt/format.h>

#include "runtime/error.h"
#include "runtime/problems.h"

namespace yy {

// Every family's reader, declared from the list: an operator without one is a link error.
#define YY_OP(name, family, devices) std::shared_ptr<const Op> read_##family(NodeSource& source);
#define YY_OWN_OP(name, family, devices)
#include "ops/op_list.inc"
#undef YY_OP
#undef YY_OWN_OP

namespace {

struct Row {
  std::string_view name;
  std::shared_ptr<const Op> (*read)(NodeSource&);
};

constexpr Row rows[] = {
#define YY_OP(name, family, devices) {#name, read_##family},
#define YY_OWN_OP(name, family, devices)
#include "ops/op_list.inc"
#undef YY_OP
#undef YY_OWN_OP
};

const Row* find_row(std::string_view op_type) {
  const auto* row =
      std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.name == op_type; });
  return row == std::end(rows) ? nullptr : row;
}

}  // namespace

bool output_count_matters(std::string_view op_type) {
  return op_type == "Split";
}

bool is_known_operator(std::string_view op_type) {
  return find_row(op_type) != nullptr;
}

std::vector<std::string_view> known_operators() {
  std::vector<std::string_view> names;
  for (const Row& row : rows) names.push_back(row.name);
  std::sort(names.begin(), names.end());
  return names;
}

std::shared_ptr<const Op> read_op(NodeSource source) {
  const Row* row = find_row(source.op_type);
  if (row == nullptr) {
    throw Error(ErrorCode::model, fmt::format("operator '{}' is not supported", source.op_type));
  }
  std::shared_ptr<const Op> op = row->read(source);
  if (const auto unread = source.attributes.unread(); !unread.empty()) {
    throw Error(
        ErrorCode::model,
        fmt::format("{} {} not known for {} in opset {}", unread.size() == 1 ? "attribute" : "attributes",
                    name_list(unread) + (unread.size() == 1 ? " is" : " are"), source.op_type, source.opset));
  }
  return op;
}

}  // namespace yy
