use super::*;
use crate::grade::Answer;
use serde_json::json;

fn read(pieces: &[&[u8]]) -> Result<Reply, ReplyError> {
    let mut reader = Reader::default();
    for piece in pieces {
        reader.push(piece)?;
    }
    reader.finish()
}

const STREAM: &str = ": hello\n\nevent: x\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n\
    data: {\"choices\":[{\"delta\":{\"content\":\"Grüße \"}}]}\n\ndata:{\"choices\":[{\"delta\":{\"content\":\"42\"}}]}\n\n\
    data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
    data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n";

#[test]
fn a_stream_gives_the_same_reply_wherever_it_is_cut_into_pieces_and_whatever_ends_its_lines() {
    let expected = Reply {
        answer: Answer::text("Grüße 42"),
        finish: Finish::Stop,
        usage: Some(Usage {
            input: 7,
            output: 3,
        }),
    };
    for text in [
        STREAM.to_owned(),
        STREAM.replace('\n', "\r\n"),
        STREAM.replace('\n', "\r"),
    ] {
        for at in 0..text.len() {
            let (a, b) = text.as_bytes().split_at(at);
            assert_eq!(read(&[a, b]).as_ref(), Ok(&expected), "{at}");
        }
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(read(&bytes), Ok(expected.clone()));
    }
}

#[test]
fn a_stream_that_was_cut_is_never_an_answer() {
    let end = STREAM.find("data: {\"choices\":[{\"delta\":{},").unwrap();
    for at in 1..end {
        let cut = read(&[&STREAM.as_bytes()[..at]]);
        assert!(cut.is_err(), "{at}: {cut:?}");
    }
}

#[test]
fn a_reply_in_one_piece_is_read_with_its_calls() {
    let body = json!({"choices": [{"message": {"content": null, "tool_calls": [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\": 1}"}},
        {"function": {"name": "g", "arguments": {"y": 2}}}]}, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 4}});
    let reply = read(&[body.to_string().as_bytes()]).unwrap();
    let calls = vec![
        ("f".to_owned(), json!({"x": 1})),
        ("g".to_owned(), json!({"y": 2})),
    ];
    assert_eq!(reply.answer.calls, calls);
    assert_eq!(reply.usage.unwrap().output, 4);
    let cut = body.to_string();
    assert_eq!(
        read(&[&cut.as_bytes()[..cut.len() - 5]]),
        Err(ReplyError::Truncated)
    );
}

#[test]
fn calls_that_come_in_pieces_are_joined() {
    let part = |index: u64, function: serde_json::Value| {
        format!(
            "data: {}\n\n",
            json!({"choices": [{"delta": {"tool_calls": [{"index": index, "function": function}]}}]})
        )
    };
    let text = part(0, json!({"name": "book", "arguments": ""}))
        + &part(0, json!({"arguments": "{\"n\":"}))
        + &part(1, json!({"name": "other"}))
        + &part(0, json!({"arguments": " 2}"}))
        + "data: [DONE]\n\n";
    let reply = read(&[text.as_bytes()]).unwrap();
    assert_eq!(
        reply.answer.calls,
        [
            ("book".to_owned(), json!({"n": 2})),
            ("other".to_owned(), json!({}))
        ]
    );
}

#[test]
fn errors_and_other_pages_say_what_they_are() {
    let server = |text: &str| ReplyError::Server(text.into());
    assert_eq!(
        read(&[br#"{"error": {"message": "no credit"}}"#]),
        Err(server("no credit"))
    );
    assert_eq!(
        read(&[b"data: {\"error\": {\"message\": \"overloaded\"}}\n\n"]),
        Err(server("overloaded"))
    );
    assert!(
        matches!(read(&[b"<html>Login</html>"]), Err(ReplyError::Form(t)) if t.contains("Login"))
    );
    assert!(matches!(
        read(&[b"{\"choices\": []}"]),
        Err(ReplyError::NoAnswer(_))
    ));
    assert_eq!(read(&[b""]), Err(ReplyError::Truncated));
    assert_eq!(
        read(&[&vec![b' '; MAX_REPLY + 1]]),
        Err(ReplyError::TooLong)
    );
}
