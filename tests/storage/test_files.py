"""Files come back as they were kept, piece by piece."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import App
from storage.files import PIECE, cut, file_of, keep_file, pieces


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 3), st.binary(max_size=64))
def test_what_is_kept_comes_back(app: App, whole: int, rest: bytes) -> None:
    content = bytes(PIECE) * whole + rest
    workspace = app.engine.workspace_id
    row = keep_file(app.database, workspace, "a.csv", "text/csv", cut(content))
    assert b"".join(pieces(app.database, workspace, row.id)) == content
    kept = app.database.read(lambda s: file_of(s, workspace, row.id))
    assert kept is not None
    assert (kept.name, kept.size) == ("a.csv", len(content))
