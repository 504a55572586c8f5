use serde_json::{Value, json};

use super::python_text::str_of;
use super::turns::{turns, write_marked};
use super::typescript::type_of;
use super::{Conversation, Kind, Page, Settings, Speaker, TEMPLATES, find, render};
use crate::message::{Block, Message, Role, Tool};

fn said(role: Role, text: &str) -> Message<'_> {
    Message {
        role,
        blocks: vec![Block::Text(text)],
    }
}

fn result<'a>(id: &'a str, text: &'a str) -> Block<'a> {
    Block::ToolResult {
        id,
        content: vec![Block::Text(text)],
        is_error: false,
    }
}

/// Messages with a call and its result.
fn tool_messages() -> Vec<Message<'static>> {
    let call = Block::ToolUse {
        id: "c1",
        name: "add",
        input: json!({"a": 2, "b": "x"}),
    };
    let calling = Message {
        role: Role::Assistant,
        blocks: vec![Block::Text("Let me add."), call],
    };
    let answering = Message {
        role: Role::User,
        blocks: vec![result("c1", "4"), Block::CachePoint],
    };
    vec![said(Role::User, "Add."), calling, answering]
}

/// A conversation of messages with a system prompt and a tool.
fn tool_talk<'a>(messages: &'a [Message<'a>], schema: &Value) -> Conversation<'a> {
    Conversation {
        system: &[Block::Text("Be terse.")],
        tools: vec![Tool {
            name: "add",
            description: "Adds.",
            schema: schema.clone(),
        }],
        settings: Settings {
            is_lenient: true,
            ..Settings::default()
        },
        ..Conversation::of(messages)
    }
}

#[test]
fn a_user_s_message_of_results_alone_is_its_results() {
    let messages = tool_messages();
    let conversation = tool_talk(&messages, &json!({"type": "object"}));
    let mut page = Page::default();
    let found = turns(&conversation, &mut page);
    let speakers: Vec<Speaker> = found.iter().map(|turn| turn.speaker).collect();
    let expected = [
        Speaker::System,
        Speaker::User,
        Speaker::Assistant,
        Speaker::Tool,
    ];
    assert_eq!(speakers, expected);
    assert_eq!((found[3].answers, found[3].text.as_ref()), ("c1", "4"));
}

#[test]
fn text_before_and_after_a_result_stays_and_a_cache_point_does_not() {
    let blocks = vec![
        Block::CachePoint,
        result("c1", "4"),
        Block::Text("so"),
        Block::Text(" then"),
    ];
    let messages = [Message {
        role: Role::User,
        blocks,
    }];
    let conversation = Conversation::of(&messages);
    let mut page = Page::default();
    let found = turns(&conversation, &mut page);
    let texts: Vec<&str> = found.iter().map(|turn| turn.text.as_ref()).collect();
    assert_eq!(texts, ["4", "so then"]);
}

#[test]
fn control_tokens_in_text_of_the_template_are_control_tokens() {
    let mut page = Page::default();
    write_marked("a<b>c</b>", &["<b>", "</b>", ""], &mut page);
    let pieces: Vec<(Kind, &str)> = page
        .pieces()
        .map(|(span, text)| (span.kind, text))
        .collect();
    let (text, control) = (Kind::Template, Kind::Control);
    let expected = [
        (text, "a"),
        (control, "<b>"),
        (text, "c"),
        (control, "</b>"),
    ];
    assert_eq!(pieces, expected);
}

#[test]
fn every_family_says_the_call_and_the_result_and_writes_no_empty_span() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}}});
    let messages = tool_messages();
    let conversation = tool_talk(&messages, &schema);
    for row in TEMPLATES {
        let page = render(row, &conversation).unwrap();
        let has_no_form = page.omitted().iter().any(|kind| kind == "tool calls");
        assert!(page.as_str().contains("Be terse."), "{}", row.name);
        assert!(has_no_form || page.as_str().contains("add"), "{}", row.name);
        assert!(
            page.pieces().all(|(_, text)| !text.is_empty()),
            "{}",
            row.name
        );
    }
}

#[test]
fn every_family_leaves_the_beginning_of_the_reply_open() {
    let messages = [said(Role::User, "hi"), said(Role::Assistant, "Well,")];
    let conversation = Conversation::of(&messages);
    for row in TEMPLATES {
        let page = render(row, &conversation).unwrap();
        assert!(page.as_str().ends_with("Well,"), "{}", row.name);
    }
}

#[test]
fn tools_are_refused_where_there_is_no_form_for_them() {
    let messages = tool_messages();
    let mut conversation = tool_talk(&messages, &json!({}));
    conversation.settings.is_lenient = false;
    for name in ["chatml", "gemma3", "claude2", "titan", "deepseek-r1"] {
        let error = render(find(name).unwrap(), &conversation).unwrap_err();
        assert!(error.to_string().contains("no form for tools"), "{error}");
    }
}

#[test]
fn schemas_become_types() {
    let schema = json!({
        "type": "object",
        "properties": {
            "city": {"type": "string", "title": "City", "description": "Where", "default": "x"},
            "unit": {"type": "string", "enum": ["c", "f"], "default": "c"},
            "days": {"type": ["integer", "null"]},
            "list": {"type": "array", "items": {"type": "object", "properties": {"z": {}}}},
            "either": {"oneOf": [{"type": "string", "description": "A"}, {"type": "number"}]},
        },
        "required": ["city"],
    });
    let expected = "{\n// City\n//\n// Where\ncity: string, // default: \"x\"\n\
        unit?: \"c\" | \"f\", // default: c\ndays?: number | null,\n\
        list?: {\n    z?: any,\n    }[],\neither?:\n | string // A\n | number\n,\n}";
    assert_eq!(type_of(&schema, ""), expected);
}

#[test]
fn values_are_written_as_python_writes_them() {
    let value = json!(["it's", "a\"b'c", "\u{200b}\n\u{1f600}", true, null, 1.5, {"k": []}]);
    let expected = r#"["it's", 'a"b\'c', '\u200b\n😀', True, None, 1.5, {'k': []}]"#;
    assert_eq!(str_of(&value), expected);
    assert_eq!(str_of(&json!("plain")), "plain");
}
