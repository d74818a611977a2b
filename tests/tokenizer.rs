//! The WordPiece tokenizer against the `tokenizers` crate: the same ids for every text.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use tokenizers::Tokenizer;
use uniroute::embed::{StaticEmbedder, WordPiece};

const TABLE: &[u8] = include_bytes!("../assets/static-minilm-64.safetensors");

struct Pair {
    ours: WordPiece,
    theirs: Tokenizer,
}

impl Pair {
    fn new() -> Self {
        let ours = StaticEmbedder::from_bytes(TABLE)
            .unwrap()
            .tokenizer()
            .clone();
        let vocabulary = ours.vocabulary();
        let ids: serde_json::Map<_, _> = (0..vocabulary.len() as u32)
            .map(|id| (vocabulary.token(id).unwrap().to_owned(), id.into()))
            .collect();
        let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(|token| {
            serde_json::json!({
                "id": vocabulary.id(token), "content": token, "special": true, "normalized": false,
                "single_word": false, "lstrip": false, "rstrip": false,
            })
        });
        let theirs = serde_json::json!({
            "version": "1.0",
            "added_tokens": special,
            "normalizer": {
                "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                "strip_accents": null, "lowercase": true,
            },
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "model": {
                "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100, "vocab": ids,
            },
        });
        let theirs = Tokenizer::from_bytes(theirs.to_string()).unwrap();
        Pair { ours, theirs }
    }

    fn check(&self, text: &str) {
        let theirs = self.theirs.encode_fast(text, false).unwrap();
        let ours = self.ours.encode(text);
        let theirs = theirs.get_ids();
        if ours != theirs {
            let at = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
            let window = at.saturating_sub(5)..at + 5;
            let near = |ids: &[u32]| {
                ids.get(window.clone())
                    .unwrap_or(&ids[window.start..])
                    .to_vec()
            };
            let start: String = text.chars().take(100).collect();
            panic!(
                "{start:?}… differs at token {at}: {:?}, not {:?}",
                near(&ours),
                near(theirs)
            );
        }
        assert_eq!(self.ours.count(text), ours.len());
    }
}

/// Every Unicode character, alone, inside a word and after an accent.
#[test]
fn every_character_is_treated_alike() {
    let pair = Pair::new();
    let all: Vec<char> = ('\0'..=char::MAX).collect();
    for chunk in all.chunks(2048) {
        let text: String = chunk
            .iter()
            .map(|c| format!("{c} a{c}b e\u{301}{c}\u{327} "))
            .collect();
        pair.check(&text);
    }
}

#[test]
fn hostile_texts_are_treated_alike() {
    let pair = Pair::new();
    let long = "internationalisation".repeat(5_000);
    let texts = [
        "",
        " ",
        "\0",
        "\0\0a\0b",
        "\u{feff}bom",
        "a\u{200b}b\u{200d}c\u{ad}d",
        "\t\n\r\u{b}\u{c}x",
        "e\u{301}\u{327}\u{330}",
        "\u{301}",
        "\u{301}\u{301} \u{301}a",
        "\u{344}\u{390}\u{1fd3}",
        "İstanbul ISPARTA ığdır",
        "ΟΔΥΣΣΕΥΣ σίσυφος ΣΑΣ",
        "Straße STRASSE ẞ",
        "ﬁne ﬂow oﬃce ﬅ",
        "한국어 텍스트 각",
        "\u{1100}\u{1161}\u{11a8}",
        "日本語のテキスト。漢字",
        "中文字符，测试！",
        "\u{f900}\u{2f800}\u{fa70}",
        "\u{2b81f}\u{2b820}\u{2b91f}\u{2b920}\u{9fff}\u{a000}",
        "👩‍👩‍👧‍👦 🇩🇪 👍🏽 ☕️",
        "שָׁלוֹם עולם",
        "مَرْحَبًا بالعالم",
        "\u{202e}rtl\u{202c}",
        "हिन्दी में पाठ कि की को",
        "বাংলা ভাষা",
        "தமிழ் மொழி",
        "ไทยภาษา",
        "ភាសាខ្មែរ",
        "\u{1d165}\u{1d16d}\u{302e}x",
        "\u{e000}\u{e001}\u{f8ff}\u{10fffd}\u{10ffff}\u{fffd}\u{378}",
        "[CLS] [SEP][MASK]a[PAD]b [UNK]",
        "[cls][CL S][[SEP]]",
        "[SEP",
        "[",
        "]",
        "##a ##",
        "a##b",
        "$+<=>^`|~",
        "don't e.g. 3.14 1,000 x=y*z",
        "$\\frac{a}{b}$ \\[x\\]",
        "\u{37e}\u{1fef}\u{212a}\u{212b}\u{2126}",
        "\u{2000}\u{2003}\u{3000}\u{a0}\u{85}\u{1680}\u{180e}x",
        "ǅ ǈ ŉ ΐ",
        "\u{1e9e}\u{130}\u{3f4}\u{13a0}\u{10a0}\u{1c90}",
        "ⅷ Ⅷ ⓐ Ⓐ ＡＢＣ ａｂｃ",
        "\u{a7ae}\u{2c62}\u{10d50}",
        &long,
        &long.to_uppercase(),
        &"é".repeat(100_000),
        &"中".repeat(30_000),
        &"!".repeat(10_000),
        &"a".repeat(100),
        &"a".repeat(101),
        &"é".repeat(100),
        &"é".repeat(101),
        &"가".repeat(34),
        &"e\u{301}".repeat(100),
        &"\u{301}".repeat(100_000),
        &format!("{}[SEP]{}", "a".repeat(99), "b".repeat(99)),
    ];
    texts.iter().for_each(|text| pair.check(text));
}

/// Random strings of characters that the tokenizer treats specially.
#[test]
fn random_texts_are_treated_alike() {
    use rand::{Rng, SeedableRng};
    const CORNERS: &[char] = &[
        'a', 'B', 'é', 'ß', 'İ', 'Σ', '1', ' ', '\n', '\0', '.', '#', '[', ']', '中', '\u{301}',
        '\u{327}', '\u{200d}', '\u{feff}', '가', '😀', '\u{64b}', 'ا', '\u{93f}', 'क', '\u{3000}',
        '\u{f900}', '—', '“',
    ];
    const PIECES: &[&str] = &["[SEP]", "[MASK]", "the", "ing", "un", "##", "token"];
    let pair = Pair::new();
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(11);
    for _ in 0..5_000 {
        let mut text = String::new();
        for _ in 0..rng.random_range(0..60) {
            match rng.random_range(0..10) {
                0 => text.push_str(PIECES[rng.random_range(0..PIECES.len())]),
                1 => text.extend(char::from_u32(rng.random_range(0..0x3_0000))),
                _ => text.push(CORNERS[rng.random_range(0..CORNERS.len())]),
            }
        }
        pair.check(&text);
    }
}

/// Every prompt of the evaluation data, if its folder is named.
#[test]
fn the_prompts_of_the_evaluation_data_are_treated_alike() {
    let Some(folder) = std::env::var_os("UNIROUTE_DATA").map(PathBuf::from) else {
        eprintln!("skipped: set UNIROUTE_DATA to a folder of data sets");
        return;
    };
    let sets = std::fs::read_dir(&folder).unwrap();
    let pair = Pair::new();
    for set in sets.flatten() {
        let Ok(file) = std::fs::File::open(set.path().join("prompts.jsonl.gz")) else {
            continue;
        };
        for line in BufReader::new(flate2::read::GzDecoder::new(file)).lines() {
            let prompt: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            for field in ["prompt", "query"] {
                if let Some(text) = prompt[field].as_str() {
                    pair.check(text);
                }
            }
        }
    }
}
