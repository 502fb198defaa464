#pragma once

#include <string>
#include <vector>

#include "lib/adapters/alertmanager/sink.h"

namespace vardvakt::alertmanager {

// The array of POST /api/v2/alerts. Labels name the alert and never hold a value, a time or a case: alertname
// (the rule), severity, region, indicator, level, key, episode (the fingerprint). Numbers are annotations.
std::string AlertsJson(const std::vector<Notice>& notices, Instant now, Duration resend);

// The body of a webhook.
std::string WebhookJson(const Notice& notice, Instant now);

// "n=34 within=21 share=0.617647 window=24h floor=0.65"; empty for a case and for numbers too small to be
// shown.
std::string NumbersText(const domain::Episode& episode);

}  // namespace vardvakt::alertmanager
