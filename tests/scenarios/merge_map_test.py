"""participants check-merge-map, which needs no laboratory."""
from laboratory import ursa


def test_a_merge_map_is_checked_without_a_laboratory(tmp_path):
    (tmp_path / "map").write_text("Maya Chen <p3> = maya\nbell hooks =\n")
    run = ursa("participants", "check-merge-map", "map", "MAYA", "jonas weber", "Test", "unknown",
               "", "bell HOOKS", "\U0001F600", "--json", cwd=tmp_path, code=1)
    assert [(row["action"], row["canonical_name"], row["participant_id"])
            for row in run.rows()] == [
        ("mapped", "Maya Chen", "p3"), ("unmapped", "Jonas Weber", "jonas-weber"),
        ("skip_placeholder", None, None), ("skip_sentinel", None, None),
        ("skip_sentinel", None, None), ("mapped", "bell hooks", "bell-hooks"),
        ("unreadable", None, None)]
    assert run.summary["canonical_names"] == 2 and run.summary["aliases"] == 1


def test_a_wrong_merge_map_names_its_line(tmp_path):
    (tmp_path / "map").write_text("# mine\nMaya Chen = maya\nMaya = m\n")
    run = ursa("participants", "check-merge-map", "map", cwd=tmp_path, code=3)
    assert "map:3: 'Maya' is an alias of 'Maya Chen' (line 2)" in run.err
