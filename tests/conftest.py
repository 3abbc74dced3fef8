# SPDX-License-Identifier: BSD-2-Clause
"""What image and boot tests share is found here."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
