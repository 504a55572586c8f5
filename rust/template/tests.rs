//! Pages of templates, and the pieces they are made of.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use super::{Conversation, Kind, Owner, find, render};
use crate::message::{Block, Message, Role};
use crate::template::json::{ASCII, COMPACT, INDENTED, PLAIN};
use serde_json::json;

fn said(role: Role, text: &str) -> Message<'_> {
    Message {
        role,
        blocks: vec![Block::Text(text)],
    }
}

#[test]
fn llama_3_has_headers_and_ends_and_trims_nothing() {
    let messages = [
        said(Role::User, " hi\n"),
        said(Role::Assistant, "yo"),
        said(Role::User, "bye"),
    ];
    let conversation = Conversation {
        system: &[Block::Text("Be terse.")],
        ..Conversation::of(&messages)
    };
    let page = render(find("llama3").unwrap(), &conversation).unwrap();
    assert_eq!(
        page.as_str(),
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe terse.<|eot_id|>\
         <|start_header_id|>user<|end_header_id|>\n\n hi\n<|eot_id|>\
         <|start_header_id|>assistant<|end_header_id|>\n\nyo<|eot_id|>\
         <|start_header_id|>user<|end_header_id|>\n\nbye<|eot_id|>\
         <|start_header_id|>assistant<|end_header_id|>\n\n"
    );
    let contents: Vec<_> = page
        .pieces()
        .filter_map(|(span, text)| match span.kind {
            Kind::Content(owner) => Some((owner, text)),
            _ => None,
        })
        .collect();
    let expected = [
        (Owner::System, "Be terse."),
        (Owner::Message(0), " hi\n"),
        (Owner::Message(1), "yo"),
        (Owner::Message(2), "bye"),
    ];
    assert_eq!(contents, expected);
}

#[test]
fn a_last_message_of_the_assistant_is_left_open() {
    let messages = [said(Role::User, "hi"), said(Role::Assistant, "Well,")];
    let conversation = Conversation::of(&messages);
    let page = render(find("llama3").unwrap(), &conversation).unwrap();
    assert!(page.as_str().ends_with("<|end_header_id|>\n\nWell,"));
}

#[test]
fn json_is_written_as_python_writes_it() {
    let value = json!({"b": [1, 2.0, 1e16, 1e-5, -0.0, null], "a": {"é\u{7f}\n😀": true}, "c": {}, "d": []});
    assert_eq!(
        ASCII.dump(&value),
        r#"{"b": [1, 2.0, 1e+16, 1e-05, -0.0, null], "a": {"\u00e9\u007f\n\ud83d\ude00": true}, "c": {}, "d": []}"#
    );
    assert_eq!(PLAIN.dump(&value["a"]), "{\"é\u{7f}\\n😀\": true}");
    assert_eq!(COMPACT.dump(&json!({"a": [1, 2]})), r#"{"a":[1,2]}"#);
    assert_eq!(
        INDENTED.dump(&json!({"a": [1, {}], "b": []})),
        "{\n    \"a\": [\n        1,\n        {}\n    ],\n    \"b\": []\n}"
    );
}
