"""Records of every shape become rows; a record that cannot be read becomes a row with a fault."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_llm.batch.row_ids import RowIds
from bedrock_llm.batch.row_kinds import RowReader
from bedrock_llm.batch.rows import Prompt, Record, Row
from bedrock_llm.batch.template import PromptTemplate
from bedrock_llm.errors import ConfigurationError


def read_row(value: object, template: str | None = None) -> Row:
    reader = RowReader(None if template is None else PromptTemplate(template))
    raw = json.dumps(value).encode()
    return reader.read(Record(place="line 7", default_id="7", raw=raw, value=value))


def read_prompt(value: object, template: str | None = None) -> Prompt:
    row = read_row(value, template)
    assert row.fault is None, row.fault
    assert row.prompt is not None
    return row.prompt


def read_fault(value: object, template: str | None = None) -> str:
    row = read_row(value, template)
    assert row.prompt is None
    return str(row.fault)


def test_a_prompt_row_keeps_its_id_model_parameters_and_metadata() -> None:
    value = {"id": 5, "prompt": "Hi", "model": "m", "max_tokens": 9, "metadata": {"a": 1}}
    row = read_row(value)
    assert (row.row_id, row.metadata) == ("5", {"a": 1})
    assert row.prompt == Prompt(messages="Hi", parameters={"max_tokens": 9}, model_id="m")


def test_a_model_may_be_null_or_be_named_twice_alike() -> None:
    assert read_prompt({"prompt": "Hi", "model": None}) == Prompt(messages="Hi", parameters={})
    assert read_prompt({"prompt": "Hi", "model": "m", "modelId": "m"}).model_id == "m"


def test_a_row_without_an_id_is_called_by_its_place() -> None:
    assert read_row({"prompt": "Hi"}).row_id == "7"


def test_converse_rows_pass_unchanged() -> None:
    messages = [{"role": "user", "content": [{"text": "Hi"}]}]
    prompt = read_prompt(
        {
            "modelId": "m",
            "messages": messages,
            "system": [{"text": "Be brief."}],
            "inferenceConfig": {"maxTokens": 5, "topP": 0.5},
            "additionalModelRequestFields": {"k": 1},
        }
    )
    assert prompt.model_id == "m"
    assert prompt.messages == messages
    assert prompt.parameters == {
        "system": [{"text": "Be brief."}],
        "inferenceConfig": {"maxTokens": 5, "topP": 0.5},
        "additionalModelRequestFields": {"k": 1},
    }


def test_an_openai_batch_line_is_read_from_its_body() -> None:
    row = read_row(
        {
            "custom_id": "c-1",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {
                "model": "openai.gpt-oss-20b-1:0",
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "Hi"},
                ],
                "max_completion_tokens": 11,
                "stop": "END",
            },
        }
    )
    assert row.row_id == "c-1"
    assert row.prompt is not None
    assert row.prompt.model_id == "openai.gpt-oss-20b-1:0"
    assert row.prompt.messages == [{"role": "user", "content": [{"text": "Hi"}]}]
    assert row.prompt.parameters == {
        "system": [{"text": "Be brief."}],
        "max_tokens": 11,
        "stop_sequences": ["END"],
    }


def test_an_openai_line_for_another_door_is_refused() -> None:
    assert "/v1/embeddings" in read_fault({"custom_id": "a", "url": "/v1/embeddings", "body": {}})


@pytest.mark.parametrize(
    ("body", "messages", "parameters"),
    [
        (
            {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 5, "system": "S",
             "messages": [{"role": "user", "content": "Hi"}]},
            [{"role": "user", "content": [{"text": "Hi"}]}],
            {"system": [{"text": "S"}], "max_tokens": 5},
        ),
        (
            {"schemaVersion": "messages-v1",
             "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
             "inferenceConfig": {"max_new_tokens": 5, "topK": 3}},
            [{"role": "user", "content": [{"text": "Hi"}]}],
            {
                "max_tokens": 5,
                "additional_model_request_fields": {"inferenceConfig": {"topK": 3}},
            },
        ),
        ({"prompt": "Hi", "max_gen_len": 5}, "Hi", {"max_tokens": 5}),
        ({"inputText": "Hi", "textGenerationConfig": {"maxTokenCount": 5, "topP": 1}}, "Hi",
         {"max_tokens": 5, "top_p": 1}),
        ({"inputText": "Hi", "inferenceConfig": {"topK": 2}}, "Hi",
         {"additional_model_request_fields": {"inferenceConfig": {"topK": 2}}}),
        ({"prompt": "Hi", "maxTokens": 9, "presencePenalty": {"scale": 0}}, "Hi",
         {"max_tokens": 9, "additional_model_request_fields": {"presencePenalty": {"scale": 0}}}),
        ({"prompt": "Hi", "max_tokens": 9, "k": 0, "stop_sequences": [], "num_generations": 1},
         "Hi", {"max_tokens": 9, "additional_model_request_fields": {"k": 0}}),
        ({"prompt": "Be kind.\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman:Bye\n\nAssistant:",
          "max_tokens_to_sample": 9},
         [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"},
          {"role": "user", "content": "Bye"}],
         {"max_tokens": 9, "system": "Be kind."}),
        ({"message": "Bye", "p": 0.5, "preamble": "S",
          "chat_history": [{"role": "USER", "message": "Hi"},
                           {"role": "CHATBOT", "message": "Hello"}]},
         [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"},
          {"role": "user", "content": "Bye"}],
         {"top_p": 0.5, "system": "S"}),
        ({"schemaVersion": "messages-v1", "messages": [
            {"role": "user", "content": [{"cachePoint": {"type": "default"}, "text": "Hi"}]}]},
         [{"role": "user", "content": [{"text": "Hi"}, {"cachePoint": {"type": "default"}}]}], {}),
        ({"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 5, "seed": 42,
          "stream": False},
         [{"role": "user", "content": [{"text": "Hi"}]}],
         {"max_tokens": 5, "additional_model_request_fields": {"seed": 42}}),
    ],
    ids=["anthropic", "nova", "llama", "titan", "nova text", "jurassic", "cohere", "claude 2",
         "command-r", "nova cache point", "openai"],
)  # fmt: skip
def test_the_model_input_of_a_bedrock_batch_line_is_read_whatever_family_wrote_it(
    body: dict[str, object], messages: object, parameters: dict[str, object]
) -> None:
    prompt = read_prompt({"recordId": "r", "modelInput": body, "modelId": "m"})
    assert prompt == Prompt(messages=messages, parameters=parameters, model_id="m")


def test_a_native_prompt_with_control_text_is_refused() -> None:
    fault = read_fault({"recordId": "r", "modelInput": {"prompt": "[INST] Hi [/INST]"}})
    assert "'[INST]'" in fault
    assert "messages" in fault


def test_a_claude_2_prompt_without_a_word_is_refused() -> None:
    empty = {"prompt": "\n\nHuman:\n\nAssistant:"}
    assert "all are empty" in read_fault({"recordId": "r", "modelInput": empty})


def test_an_embedding_request_is_no_text_request() -> None:
    assert "known: " in read_fault({"recordId": "r", "modelInput": {"texts": ["a"]}})


@pytest.mark.parametrize(
    ("value", "needle"),
    [
        ({"prmpt": "Hi"}, "'prmpt'"),
        ({}, "none"),
        ({"prompt": 5}, "a number 5"),
        ({"prompt": "Hi", "model": 5}, "'model'"),
        ({"id": [1], "prompt": "Hi"}, "'id'"),
        ({"body": []}, "'body'"),
        ({"prompt": "Hi", "self": 1}, "'self' is no generation parameter"),
        ({"modelInput": 5}, "'modelInput' must be an object"),
        ({"prompt": None}, "found null;"),
        ({"prompt": True}, "found true;"),
        ({"prompt": "Hi", "model": "a", "modelId": "b"}, "two models, 'a' and 'b'"),
        ({"modelInput": {"prompt": "Hi"}, "temperature": 1}, "'temperature' beside 'modelInput'"),
        ({"body": {"messages": []}, "max_tokens": 5}, "'max_tokens' beside 'body'"),
    ],
)
def test_a_fault_says_the_place_and_what_was_found(value: object, needle: str) -> None:
    fault = read_fault(value)
    assert fault.startswith("line 7: ")
    assert needle in fault


@pytest.mark.parametrize("place", [("model",), ("modelId",), ("body", "model")])
def test_a_row_that_cannot_be_read_still_names_its_model(place: tuple[str, ...]) -> None:
    value: dict[str, object] = {place[-1]: "m"}
    row = read_row({"body": value} if len(place) > 1 else value)
    assert row.prompt is None
    assert row.model_id == "m"


def test_a_template_fills_columns_and_keeps_id_model_and_system() -> None:
    value = {"id": "a", "text": "dog", "n": 3, "system": "S", "note": "unused", "model": ""}
    prompt = read_prompt(value, "{{{text}}} x {n}")
    assert prompt == Prompt(messages="{dog} x 3", parameters={"system": "S"})


def test_a_column_the_template_uses_is_data_only() -> None:
    assert read_prompt({"model": "Ford"}, "Praise {model}") == Prompt(
        messages="Praise Ford", parameters={}
    )


def test_a_missing_column_is_named_with_those_there_are() -> None:
    fault = read_fault({"text": "dog"}, "{text} {language}")
    assert "'language'" in fault
    assert "has 'text'" in fault


@pytest.mark.parametrize(
    "template", ["{", "{text!r}", "{text:>5}", "{}", "}", "no column", "{{text}}"]
)
def test_a_template_is_refused_unless_braces_hold_plain_names(template: str) -> None:
    with pytest.raises(ConfigurationError, match="template"):
        PromptTemplate(template)


def test_a_template_cannot_reach_beyond_the_row() -> None:
    assert "'text.__class__'" in read_fault({"text": "x"}, "{text.__class__}")


def test_the_digest_changes_with_the_id_and_with_the_record() -> None:
    def digest(raw: bytes, default_id: str) -> int:
        record = Record(place="line 1", default_id=default_id, raw=raw, value={"prompt": "x"})
        return RowReader().read(record).digest

    digests = {digest(b"a", "1"), digest(b"b", "1"), digest(b"a", "2")}
    assert len(digests) == 3
    assert digest(b"a", "1") in digests


def test_a_repeated_id_gets_its_row_number() -> None:
    ids = RowIds()
    given_ids = ["a", "a", "a#2", "b", "a"]
    assert [ids.unique(name, number=number) for number, name in enumerate(given_ids, 1)] == [
        "a", "a#2", "a#2#3", "b", "a#5",
    ]  # fmt: skip
    assert (ids.renamed, ids.first_renamed) == (3, "a")


@given(st.lists(st.text(max_size=3), max_size=200))
def test_ids_come_out_unique_and_the_same_each_time(names: list[str]) -> None:
    def unique() -> list[str]:
        ids = RowIds()
        return [ids.unique(name, number=number) for number, name in enumerate(names, 1)]

    first = unique()
    assert len(set(first)) == len(names)
    assert first == unique()


def test_ids_stay_unique_while_the_table_grows() -> None:
    ids = RowIds()
    for number in range(5000):
        assert ids.unique(f"row-{number}", number=number) == f"row-{number}"
    assert ids.unique("row-17", number=9) == "row-17#9"
