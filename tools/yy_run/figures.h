// The figures that the reports of run, calibrate and search share.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "tools/report/plot.h"
#include "tools/yy_run/curve.h"
#include "tools/yy_run/summary.h"
#include "yy/temperature.h"

namespace yy {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::string percent(double fraction);  // 12.34 %

// The first network is drawn as Yin, the last as Yang.
Ink ink_of_stage(std::size_t stage, std::size_t stages);

// Accuracy against the fraction that is deferred.
struct DeferralFigure {
  std::vector<CurvePoint> curve;
  CurvePoint chosen;
  std::string yin, yang;
  double yang_accuracy = unknown;
  double target_loss = unknown;  // a fraction, below the accuracy of Yang
  double confidence = unknown;   // of the curve's bounds
  const char* measure = "accuracy";
};
std::string deferral_figure(const DeferralFigure& figure);

// Accuracy against speed.
struct SpeedFigure {
  struct Dot {
    std::string name;
    double images_per_second, accuracy;
  };
  std::vector<Dot> networks, cascades;
  std::vector<Dot> curve;  // of one cascade, by threshold
  std::vector<Dot> front;  // joined by a line
  std::vector<Dot> chosen;
  const char* speed = "images/s";
  const char* measure = "accuracy";
};
std::string speed_figure(const SpeedFigure& figure);

// How sure a network was, and how often rightly. `id` tells the figures of several networks apart.
struct ConfidenceFigure {
  std::string id, name;
  Ink ink = Ink::yin;
  std::vector<float> confidences;
  std::vector<bool> right;  // empty: not known
  double threshold = unknown;
  const char* right_name = "right";
  const char* wrong_name = "wrong";
};
std::string confidence_figure(const ConfidenceFigure& figure);

struct ReliabilityFigure {
  std::string id, name;
  Ink ink = Ink::yin;
  std::vector<float> told, tempered;  // largest probabilities; the latter may be empty
  std::vector<bool> right;
  double temperature = 1;
};
std::string reliability_figure(const ReliabilityFigure& figure);

// Milliseconds per picture that a worker takes, by part; rows from top to bottom.
struct TimeFigure {
  struct Row {
    std::string name;
    double decode, preprocess, networks;
  };
  std::vector<Row> rows;
};
std::string time_figure(const TimeFigure& figure);

// Milliseconds; rows from top to bottom.
struct LatencyRow {
  std::string name;
  Percentiles latency;
};
std::string latency_figure(const std::vector<LatencyRow>& rows);
std::string latency_curve(std::vector<float> latencies);

}  // namespace yy
