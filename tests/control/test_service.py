"""What the control process loads."""

import subprocess
import sys


def test_nicegui_is_loaded_only_to_serve_the_console():
    check = "import sys, leadline.control.service; assert 'nicegui' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], check=True)
