"""A simulated year, judged by the product itself, is the county of 2023. The long run is calibration_test's."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from table import OF_2023, answer_of, print_table, rows_of  # noqa: E402

# Percentage points by which chance moves a year (three standard deviations), beside the point that is allowed.
CHANCE = {"ambulance_prio1_20min": 1.2, "svf_max_leadtime": 4, "dental_specialist_60d": 1.5, "procedure_60d": 1}
RATIOS = {"svf_inclusion", "dental_outreach", "dental_necessary_care"}


class TableTest(unittest.TestCase):
    def test_a_year_is_that_of_2023(self):
        answer = answer_of(2025, 1)
        rows = rows_of(answer)
        print_table(rows)
        self.assertEqual(answer["events"]["rejected"], {})
        for indicator, percent in OF_2023.items():
            allowed = 4 if indicator in RATIOS else 1 + CHANCE.get(indicator, 0)
            for measure in {"completed", "decided"} & rows[indicator].keys():
                self.assertAlmostEqual(rows[indicator][measure][1], percent, delta=allowed, msg=(indicator, measure))
        for indicator in ("first_visit_60d", "procedure_60d", "followup_in_target"):
            for why, count in rows[indicator]["left_out"].items():
                self.assertGreater(count, 0, (indicator, why))

    def test_a_unit_that_codes_pvv_for_lack_of_capacity_stands_out(self):
        coding = "SE2321000057-RY03"
        answer = answer_of(2025, 1, ["--missions-per-day", 0, "--svf-per-day", 0, "--dental-per-day", 0, "--incident",
                                     f"pvv_for_capacity@2025-06-01T00:00:00Z/2025-12-31T00:00:00Z:{coding}"])
        units = answer["data_quality"]["units"]
        self.assertEqual([row["unit"] for row in units if row["pvv_stands_out"]], [coding])


if __name__ == "__main__":
    unittest.main()
