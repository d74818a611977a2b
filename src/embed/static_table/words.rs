//! A sorted list of tokens, in which each one is given by what it does not share with the one before:
//! a byte below 32 that says how many bytes to remove from the end, and the bytes to add. Several such
//! bytes add up.

use crate::embed::EmbedError;

/// Bytes below this say how many to remove.
const REMOVE: u8 = 32;
/// Longest token, in bytes.
const LONGEST: usize = 255;

/// The tokens, one per line, as [`read`] needs them.
///
/// # Errors
/// [`EmbedError::VocabularyToken`] for a token that cannot be written: one that is too long, that holds
/// a control character, or that does not come after the one before.
pub(super) fn write(lines: &str) -> Result<Vec<u8>, EmbedError> {
    let mut written = Vec::with_capacity(lines.len() / 2);
    let mut before: &[u8] = &[];
    let lines = lines.strip_suffix('\n').unwrap_or(lines);
    for (number, line) in lines.split('\n').enumerate() {
        let token = line.as_bytes();
        let control = token.iter().any(|&byte| byte < REMOVE);
        if control || token.len() > LONGEST || token <= before {
            return Err(EmbedError::VocabularyToken(number + 1));
        }
        let shared = before.iter().zip(token).take_while(|(a, b)| a == b).count();
        let mut surplus = before.len() - shared;
        while surplus >= usize::from(REMOVE) {
            written.push(REMOVE - 1);
            surplus -= usize::from(REMOVE - 1);
        }
        written.push(surplus as u8);
        written.extend(&token[shared..]);
        before = token;
    }
    Ok(written)
}

/// The tokens, one per line.
///
/// # Errors
/// [`EmbedError::VocabularyToken`] where the bytes are not those of [`write()`].
pub(super) fn read(written: &[u8]) -> Result<Vec<u8>, EmbedError> {
    let mut lines: Vec<u8> = Vec::with_capacity(3 * written.len());
    let (mut start, mut number) = (0, 1);
    let mut rest = written;
    while !rest.is_empty() {
        let shared_with = start;
        let mut length = lines.len() - start;
        let (remove, more) = rest.split_at(run(rest, |byte| byte < REMOVE));
        let (add, more) = more.split_at(run(more, |byte| byte >= REMOVE));
        rest = more;
        let surplus: usize = remove.iter().map(|&byte| usize::from(byte)).sum();
        let shared = length.checked_sub(surplus);
        let Some(shared) = shared.filter(|shared| {
            !remove.is_empty() && !add.is_empty() && shared + add.len() <= LONGEST
        }) else {
            return Err(EmbedError::VocabularyToken(number));
        };
        length = lines.len();
        if number > 1 {
            lines.push(b'\n');
            length += 1;
        }
        lines.extend_from_within(shared_with..shared_with + shared);
        lines.extend(add);
        (start, number) = (length, number + 1);
    }
    Ok(lines)
}

/// How many of the first bytes are of a kind.
fn run(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|&&byte| is(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_tokens_come_back_and_take_less_room() {
        let long = "a".repeat(100);
        let lines = format!("##ing\n{long}\nb\nnation\nnational\nnations\nß");
        let written = write(&lines).unwrap();
        assert_eq!(read(&written).unwrap(), lines.as_bytes());
        assert!(written.len() < lines.len());
        assert_eq!(&written[written.len() - 5..], [2, b's', 7, 195, 159]);
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        for lines in ["b\na", "a\na", "a\tb", &"a".repeat(256)] {
            assert!(write(lines).is_err(), "{lines:?}");
        }
    }

    #[test]
    fn bytes_of_another_kind_are_refused() {
        for bytes in [
            &b"a"[..],
            b"\x00",
            b"\x01a",
            b"\x00a\x02b",
            b"\x00a\x00b\x01",
        ] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }
}
