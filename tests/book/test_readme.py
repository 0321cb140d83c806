"""The README's example runs as it stands."""

import re

from companion import paths


def test_the_ten_lines_run(capsys):
    code = re.search(r"```python\n(.*?)```", (paths.ROOT / "README.md").read_text(), re.S).group(1)
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    exec(compile(code, "README.md", "exec"), {})
    assert "CensoredMean" in capsys.readouterr().out
