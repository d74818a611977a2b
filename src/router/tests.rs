use super::fixture::{TwoWords, parts, router};
use super::*;
use crate::embed::Embedded;
use sha2::{Digest, Sha256};

fn bytes() -> Vec<u8> {
    router().to_bytes().unwrap()
}

fn load(bytes: &[u8]) -> Result<Router, RouterError> {
    Router::load(bytes, LoadOptions::with_embedder(Box::new(TwoWords)))
}

#[test]
fn a_saved_router_loads_equal() {
    let (first, second) = (router(), load(&bytes()).unwrap());
    assert_eq!(first.sha256(), second.sha256());
    assert_eq!(first.meta(), second.meta());
    assert_eq!(first.clusters(), second.clusters());
    assert!(second.to_bytes().unwrap() == bytes(), "the bytes differ");
}

#[test]
fn the_routers_that_come_with_uniroute_are_written_as_they_are_read() {
    struct MiniLm;
    impl Embed for MiniLm {
        fn id(&self) -> &str {
            "all-minilm-l6-v2"
        }
        fn dim(&self) -> usize {
            384
        }
        fn embed(&self, _: &str) -> Embedded {
            Embedded {
                vector: vec![0.0; 384],
                tokens: 0,
            }
        }
    }
    let file = include_bytes!("../../assets/default.router");
    let router = Router::load(file, LoadOptions::default()).unwrap();
    assert!(router.to_bytes().unwrap() == file, "the bytes differ");
    let file = include_bytes!("../../assets/minilm/default.router");
    let router = Router::load(file, LoadOptions::with_embedder(Box::new(MiniLm))).unwrap();
    assert!(router.to_bytes().unwrap() == file, "the bytes differ");
}

#[test]
fn every_flipped_byte_is_rejected_or_harmless() {
    let whole = bytes();
    let sha256 = router().sha256().to_owned();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        if let Ok(router) = load(&changed) {
            // Only a change of padding is not noticed.
            assert_eq!(router.sha256(), sha256, "byte {at}");
            assert!(router.to_bytes().unwrap() == whole, "byte {at}");
        }
    }
}

#[test]
fn a_content_hash_of_the_caller_is_checked_as_the_own_one() {
    let whole = bytes();
    let hashed = |bytes: &[u8]| -> [u8; 32] {
        let content = Router::hashed(bytes).unwrap();
        Sha256::digest(content).into()
    };
    let given = |bytes: &[u8], sha256| {
        let embedder: Option<Box<dyn Embed>> = Some(Box::new(TwoWords));
        let sha256 = Some(sha256);
        Router::load(bytes, LoadOptions { embedder, sha256 })
    };
    let right = hashed(&whole);
    assert_eq!(given(&whole, right).unwrap().sha256(), router().sha256());
    let mut changed = whole.clone();
    changed[whole.len() - 1] ^= 0x10;
    assert!(matches!(
        given(&changed, hashed(&changed)),
        Err(RouterError::Damaged)
    ));
    let wrong = right.map(|byte| !byte);
    assert!(matches!(given(&whole, wrong), Err(RouterError::Damaged)));
}

#[test]
fn every_truncation_is_rejected() {
    let whole = bytes();
    for length in 0..whole.len() {
        assert!(
            load(&whole[..length]).is_err(),
            "{length} of {} bytes",
            whole.len()
        );
    }
}

#[test]
fn another_or_a_missing_embedder_is_rejected_by_name() {
    struct Other;
    impl Embed for Other {
        fn id(&self) -> &str {
            "other"
        }
        fn dim(&self) -> usize {
            2
        }
        fn embed(&self, _: &str) -> Embedded {
            Embedded {
                vector: vec![0.0; 2],
                tokens: 0,
            }
        }
    }
    let error = Router::load(&bytes(), LoadOptions::with_embedder(Box::new(Other))).unwrap_err();
    assert_eq!(error.code(), "router_other_embedder");
    let error = Router::load(&bytes(), LoadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("two-words"), "{error}");
}

#[test]
fn parts_that_do_not_fit_each_other_are_rejected() {
    let mut wrong = parts();
    wrong.prior = Prior::fallback(3, 0.5);
    assert_eq!(Router::new(wrong).unwrap_err().code(), "router_value");
}

#[test]
fn the_identity_changes_with_any_part() {
    let mut other = parts();
    other.provenance.seed = 9;
    assert_ne!(Router::new(other).unwrap().sha256(), router().sha256());
}

#[test]
fn a_text_without_known_words_belongs_to_each_cluster_by_its_share() {
    let router = router();
    let placed = router.place(&router.embedder().embed(""), "");
    assert_eq!(placed.membership, [0.5, 0.5]);
    assert!(placed.out_of_distribution && !placed.unknown_words);
}

/// An embedder that knows no word but `code`.
struct OneLanguage;

impl Embed for OneLanguage {
    fn id(&self) -> &str {
        TwoWords.id()
    }

    fn dim(&self) -> usize {
        TwoWords.dim()
    }

    fn embed(&self, text: &str) -> Embedded {
        TwoWords.embed(text)
    }

    fn familiarity(&self, text: &str) -> f32 {
        f32::from(u8::from(text.contains("code")))
    }
}

#[test]
fn a_prompt_in_a_language_that_the_embedder_does_not_cover_is_called_that() {
    let router = Router::new(Parts {
        embedder: Box::new(OneLanguage),
        ..parts()
    })
    .unwrap();
    let place = |text: &str| router.place(&router.embedder().embed(text), text);
    let foreign = place("bitte poem poem poem poem poem");
    assert!(foreign.out_of_distribution && foreign.unknown_words);
    assert!(!place("code code code code code").unknown_words);
}

#[test]
fn a_prompt_of_few_tokens_has_less_trust() {
    let router = router();
    let place = |tokens| {
        let vector = vec![1.0, 0.0];
        router.place(&Embedded { vector, tokens }, "code")
    };
    let (one, four, five) = (place(1), place(4), place(5));
    assert_eq!(five.membership, [1.0, 0.0]);
    // A fifth and four fifths of the way from the shares.
    assert!((one.membership[0] - 0.6).abs() < 1e-6);
    assert!((four.membership[0] - 0.9).abs() < 1e-6);
    assert_eq!(
        [&one, &four, &five].map(|p| p.out_of_distribution),
        [true, false, false]
    );
}

#[test]
fn a_turn_of_unknown_words_is_placed_by_those_before() {
    let router = Router::new(Parts {
        embedder: Box::new(OneLanguage),
        ..parts()
    })
    .unwrap();
    let (code, foreign) = ("code code code code code", "bitte poem poem poem poem poem");
    let before = router.before(&[code.into(), foreign.into()], &[]);
    let after = router.place_after(&router.embedder().embed(foreign), foreign, &before);
    assert!(after.membership[0] > 0.99 && after.from_earlier == 1.0);
    assert!(!after.out_of_distribution && !after.unknown_words);
}

#[test]
fn names_in_a_damaged_file_cannot_drive_a_terminal() {
    let header = r#"{"\u001b[31m":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#;
    let length = (header.len() as u64).to_le_bytes();
    let file = [&length[..], header.as_bytes(), &[0; 8]].concat();
    let message = load(&file).unwrap_err().to_string();
    assert!(message.contains(r"\u{1b}[31m"), "{message}");
    assert!(!message.contains(char::is_control), "{message:?}");
}
