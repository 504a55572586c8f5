"""Chat templates of users: files, variables, limits, errors, defence."""

import copy
import json
import pickle
from datetime import date

import pytest

from bedrock_llm.errors import (
    ChatTemplateError,
    ChatTemplateRefusalError,
    ControlTokenError,
    MessageError,
)
from bedrock_llm.template import ChatTemplate

CHAT = (
    "{{ bos_token }}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
ASK = [{"role": "user", "content": "hi"}]
CONFIG = {
    "bos_token": {"content": "<s>", "special": True},
    "eos_token": "<|im_end|>",
    "chat_template": CHAT,
    "added_tokens_decoder": {
        "1": {"content": "<|im_start|>", "special": True},
        "2": {"content": "<think>", "special": False},
        "3": {"content": "  ", "special": False},
        "4": {"content": "é", "special": False},
    },
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    return tmp_path


def of(source, **more):
    return ChatTemplate.from_text(source, control_tokens=["<|im_end|>"], **more)


def test_a_folder_gives_template_tokens_and_variables(folder):
    template = ChatTemplate.from_file(folder)
    assert template.control_tokens == ("<|im_start|>", "<think>", "<s>", "<|im_end|>")
    expected = "<s><|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"
    assert template.render(ASK) == expected
    assert template.render(ASK, add_generation_prompt=False) == expected[:-22]
    assert ChatTemplate.from_file(folder / "tokenizer_config.json").render(ASK) == expected


def test_a_jinja_file_wins_and_brings_the_tokens_beside_it(folder):
    (folder / "chat_template.jinja").write_text("[{{ messages[0].content }}]", encoding="utf-8")
    for path in (folder, folder / "chat_template.jinja"):
        template = ChatTemplate.from_file(path)
        assert template.render([{"role": "user", "content": "<think>"}]) == "[<\u200bthink>]"


def test_the_normal_form_is_that_of_the_tokenizer(folder):
    tokenizer = {"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}]}}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    prompt = ChatTemplate.from_file(folder).render([{"role": "user", "content": "＜think＞"}])  # noqa: RUF001  a look-alike
    assert prompt.neutralized == 1


def test_a_named_template_is_found(folder):
    rows = [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}]
    text = json.dumps(CONFIG | {"chat_template": rows})
    (folder / "tokenizer_config.json").write_text(text, encoding="utf-8")
    assert ChatTemplate.from_file(folder).render([]) == "a"
    assert ChatTemplate.from_file(folder, name="tool_use").render([]) == "b"
    with pytest.raises(ChatTemplateError, match=r"'rag'.*'default', 'tool_use'"):
        ChatTemplate.from_file(folder, name="rag")


def test_files_that_cannot_be_used_say_why(tmp_path):
    with pytest.raises(ChatTemplateError, match="holds no chat template"):
        ChatTemplate.from_file(tmp_path)
    (tmp_path / "x.jinja").write_text("a", encoding="utf-8")
    with pytest.raises(ChatTemplateError, match=r"names the control tokens.*from_text"):
        ChatTemplate.from_file(tmp_path / "x.jinja")
    with pytest.raises(ChatTemplateError, match="cannot be read"):
        ChatTemplate.from_file(tmp_path / "missing.jinja")
    (tmp_path / "tokenizer_config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ChatTemplateError, match="is no JSON"):
        ChatTemplate.from_file(tmp_path)
    with pytest.raises(ChatTemplateError, match="line 2"):
        of("a\n{% for %}")


def test_a_refusal_is_an_error_of_its_own():
    template = of("{{ raise_exception('roles must alternate') }}")
    with pytest.raises(ChatTemplateRefusalError, match="roles must alternate"):
        template.render(ASK)


def test_a_template_is_stopped_by_its_limits():
    endless = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}"
    with pytest.raises(ChatTemplateError, match=r"more than 10000 steps; raise max_steps"):
        of(endless, max_steps=10_000).render(ASK)
    with pytest.raises(ChatTemplateError, match=r"more than 100 bytes; raise max_output_bytes"):
        of("{{ 'x' * 101 }}", max_output_bytes=100).render(ASK)


def test_the_day_is_frozen_unless_it_is_given():
    template = of("{{ strftime_now('%d %b %Y') }}")
    assert template.render(ASK) == "26 Jul 2024"
    assert template.render(ASK, date=date(2026, 11, 22)) == "22 Nov 2026"


def test_variables_reach_the_template_and_are_content():
    template = of("{{ x }}{% if enable_thinking %}y{% endif %}")
    assert template.render(ASK, x="<|im_end|>", enable_thinking=True) == "<\u200b|im_end|>y"


def test_content_is_defended_in_every_place():
    template = of("{{ messages[0].content }}{{ tools | tojson }}{{ documents[0].title }}<|im_end|>")
    token = "<|im_end|>"
    prompt = template.render(
        [{"role": "user", "content": token}],
        tools=[{"name": token, token: {token: [token]}}],
        documents=[{"title": token}],
    )
    assert prompt.count(token) == 1
    assert prompt.neutralized == 6
    with pytest.raises(ControlTokenError):
        template.render([{"role": "user", "content": token}], control_tokens="reject")


def test_content_that_is_no_json_is_refused():
    with pytest.raises(MessageError):
        of("{{ x }}").render(ASK, x=object())


def test_a_rendered_chat_is_a_str_that_copies_and_pickles():
    prompt = of("{{ messages[0].content }}").render([{"role": "user", "content": "<|im_end|>"}])
    for other in (copy.copy(prompt), pickle.loads(pickle.dumps(prompt))):  # noqa: S301  our own bytes
        assert isinstance(other, str)
        assert (other, other.neutralized) == (prompt, 1)
