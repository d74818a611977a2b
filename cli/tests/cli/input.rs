//! Prompts on standard input: what they are taken for, and what is refused.

use crate::common::{Folder, fitted, json, rejects, succeeds, uniroute};

/// Standard output and standard error of a run that succeeds.
fn both(args: &[&str], input: &[u8]) -> (String, String) {
    let output = uniroute(args, input);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, error) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{args:?}: {error}");
    (out, error)
}

#[test]
fn jsonl_after_a_byte_order_mark_and_json_lists_are_as_many_prompts_as_they_hold() {
    for input in [
        &b"\xef\xbb\xbf{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}\n"[..],
        b"[\"a\", {\"prompt\": \"b\"}]",
        b"\xef\xbb\xbf[\n  {\"prompt\": \"a\"},\n  {\"prompt\": \"b\"}\n]\n",
    ] {
        for command in ["route", "cost"] {
            let (out, error) = both(&[command], input);
            assert_eq!(out.lines().count(), 2, "{out}");
            assert!(
                error.contains("2 prompts") && error.contains("0 refused"),
                "{error}"
            );
        }
        let total = json(&succeeds(&["cost", "--total", "--json"], input));
        assert_eq!(total["models"][0]["cost"]["prompts"], 2);
    }
    let suggest = succeeds(&["profile", "--suggest", "2"], b"[\"a cat\", \"a proof\"]");
    assert_eq!(suggest.lines().count(), 2);
}

#[test]
fn what_may_be_damaged_jsonl_is_refused_unless_it_is_said_to_be_text() {
    for input in [
        &b"{\"id\": 1, \"prompt\": \"cut\n{\"prompt\": \"b\"}\n"[..],
        b"pt\": \"cut\"}\n{\"prompt\": \"b\"}\n",
        b"{\"text\": \"a\"}\n{\"text\": \"b\"}\n",
    ] {
        for command in ["route", "cost"] {
            let error = rejects(&[command], input);
            assert!(error.contains("--input text, jsonl or json"), "{error}");
        }
        assert!(
            json(&succeeds(&["route", "--input", "text", "--json"], input))["model"].is_string()
        );
    }
    let lines = b"pt\": \"cut\"}\n{\"prompt\": \"b\"}\n";
    let output = uniroute(&["route", "--input", "jsonl"], lines);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
}

#[test]
fn what_was_read_is_said_and_counted() {
    let (_, error) = both(&["route", "--json"], b"Write a poem\nabout the sea.\n");
    assert!(error.contains("read as one prompt of 2 lines"), "{error}");
    let (_, error) = both(&["route", "--json"], b"Write a poem.\n");
    assert_eq!(error, "");
    let input = b"{\"prompt\": \"a\"}\n{\"prompt\": 5}\n{\"prompt\": \"b\", \"prompt\": \"c\"}\n";
    let error = rejects(&["route"], input);
    assert!(
        error.contains("3 lines read, 1 prompts routed, 2 refused (first: line 2)"),
        "{error}"
    );
}

#[test]
fn other_encodings_are_refused_by_name() {
    let utf16: Vec<u8> = "\u{feff}{\"prompt\": \"a\"}\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for command in ["route", "cost"] {
        assert!(rejects(&[command], &utf16).contains("UTF-16"));
        assert!(rejects(&[command], &utf16[2..]).contains("NUL byte at offset 1"));
        assert!(rejects(&[command], b"caf\xe9\n").contains("offset 3 is not UTF-8"));
    }
}

#[test]
fn labels_are_counted_and_none_is_lost_to_a_quote_or_a_column() {
    let folder = Folder::new("lost");
    let (router, _) = fitted(&folder);
    let profile = |content: &str| {
        let labels = folder.write("labels.csv", content);
        let pool = folder.path("made.json");
        uniroute(
            &[
                "profile", "--router", &router, "--labels", &labels, "-o", &pool,
            ],
            b"",
        )
    };
    let said = |content: &str| {
        let output = profile(content);
        assert_eq!(output.status.code(), Some(1), "{content}");
        String::from_utf8(output.stderr).unwrap()
    };
    let open = said("prompt,model,score\na poem,m,1\n\"a proof,m,0\na song,m,1\n");
    assert!(
        open.contains("labels.csv, line 3: a quote opens here"),
        "{open}"
    );
    let twice = said("prompt,model,score,score\na poem,m,1,0\n");
    assert!(
        twice.contains("line 1, score: this name occurs twice"),
        "{twice}"
    );
    let good = profile("prompt,model,score\na poem,m,1\n\"a, proof\",m,0\n");
    let error = String::from_utf8(good.stderr).unwrap();
    assert!(
        error.contains("2 labels of 1 models on 2 prompts"),
        "{error}"
    );
}
