from pathlib import Path

import pytest

BENCHES = Path(__file__).parents[1] / "benches" / "python"
TALK = [
    {"role": "system", "content": "Answer in a word."},
    {"role": "user", "content": "Which gauge drifts?\nThe [third]?"},
    {"role": "assistant", "content": "Nº 7 — “étage”."},
    {"role": "user", "content": "Since when? 早い"},
]


@pytest.fixture(scope="module")
def bench():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHES)
        from prompt_comparison import formats, peers, timing, vendors  # noqa: PLC0415

        yield {
            module.__name__.split(".")[1]: module for module in (formats, peers, timing, vendors)
        }


@pytest.mark.parametrize("name", ["llama3", "mistral", "chatml"])
def test_the_join_by_hand_is_the_vendors_text(bench, name):
    right, _ = bench["vendors"].render_right(name, TALK)
    if right is None:
        pytest.skip("the vendor's package is not installed")
    assert bench["formats"].FORMATS[name].join(TALK) == right


@pytest.mark.parametrize("name", ["llama3", "mistral", "chatml"])
def test_the_template_is_the_join_by_hand(bench, name):
    jinja2 = pytest.importorskip("jinja2")
    row = bench["formats"].FORMATS[name]
    template = jinja2.Environment(trim_blocks=True, autoescape=False).from_string(row.template)
    text = template.render(messages=TALK, bos_token=row.start, add_generation_prompt=True)
    assert text == row.join(TALK)


def test_targets_are_missed_where_the_text_is_wrong_or_nothing_was_measured(bench):
    results = bench["timing"].Results(
        right={"bedrock-llm": False},
        seconds={12: {"bedrock-llm": [5e-6], "minijinja": [2e-5]}},
        crossing={12: [2e-6]},
    )
    nothing = bench["timing"].Results()
    lines = bench["timing"].format_targets({"llama3": results, "chatml": nothing})
    assert "TARGET prompt.llama3.exact measured=0 goal=1 miss" in lines
    assert "TARGET prompt.llama3.12.us measured=3 goal=4 hit" in lines
    assert "TARGET prompt.llama3.12.ratio measured=4 goal=3 hit" in lines
    assert "TARGET prompt.chatml.exact measured=- goal=1 miss" in lines


def test_a_wrong_text_has_its_mark_in_the_table(bench):
    results = bench["timing"].Results(
        right={"peer": False}, seconds={12: {"bedrock-llm": [2e-6], "peer": [4e-6]}}
    )
    assert bench["timing"].format_cell(results, 12, "peer") == "4 µs*, 2.0x"
    assert bench["timing"].format_cell(results, 1_002, "peer") == "-"


def test_ours_is_always_among_the_chosen(bench):
    chosen = bench["peers"].choose_peers(["minijinja"])
    assert [peer.name for peer in chosen] == ["bedrock-llm", "minijinja"]
