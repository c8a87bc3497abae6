// What operators refuse: one row per refusal, with the words that its message must hold. Tables by kind of
// operator; infer_errors_test.cpp runs them.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "tests/cases/case.h"

namespace yy::test {

struct Refused {
  std::string name;
  std::string op_type;
  int opset;
  AttributeList attributes;
  std::vector<CaseInput> inputs;
  std::vector<std::string> words;
};

inline Refused row(std::string name, std::string op_type, int opset, AttributeList attributes,
                   std::vector<CaseInput> inputs, std::vector<std::string> words) {
  return {std::move(name),       std::move(op_type), opset,
          std::move(attributes), std::move(inputs),  std::move(words)};
}

inline void PrintTo(const Refused& refused, std::ostream* out) {
  *out << refused.op_type << "_" << refused.name;
}

std::vector<Refused> refused_convolutions();
std::vector<Refused> refused_pools();
std::vector<Refused> refused_products();
std::vector<Refused> refused_pointwise();
std::vector<Refused> refused_reshapes();
std::vector<Refused> refused_movements();
std::vector<Refused> refused_constants();

}  // namespace yy::test
