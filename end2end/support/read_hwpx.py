"""Reads the HWPX file at a path with the package `hwp-hwpx-parser` and prints its text and its tables."""

import json
import sys

from hwp_hwpx_parser import Reader

with Reader(sys.argv[1]) as reader:
    assert reader.is_valid and not reader.is_encrypted
    print(json.dumps({"text": reader.text, "tables": [table.rows for table in reader.get_tables()]}))
