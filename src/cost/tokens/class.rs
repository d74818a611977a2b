//! Classes of characters.

/// The class of a character; a run of one class is counted together.
#[derive(Clone, Copy, PartialEq)]
pub enum Class {
    Letter,
    WideLetter,
    Ideograph,
    Syllable,
    Digit,
    Newline,
    Space,
    Punctuation,
    BoxDrawing,
    Emoji,
    /// Characters so rare that each of their bytes is a token.
    FarSymbol,
    WideSymbol,
}

impl Class {
    pub fn of(c: char) -> Self {
        match c {
            'a'..='z' | 'A'..='Z' => Self::Letter,
            '0'..='9' => Self::Digit,
            '\n' | '\r' => Self::Newline,
            c if c.is_ascii() => match c.is_ascii_whitespace() || c.is_ascii_control() {
                true => Self::Space,
                false => Self::Punctuation,
            },
            '\u{3040}'..='\u{30ff}' | '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => {
                Self::Syllable
            }
            '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}' => Self::Ideograph,
            c if c.is_alphabetic() => Self::WideLetter,
            c if c.is_whitespace() => Self::Space,
            c if c.is_numeric() => Self::Digit,
            '\u{2500}'..='\u{259f}' => Self::BoxDrawing,
            '\u{2600}'..='\u{27ff}' | '\u{1f000}'..='\u{1ffff}' => Self::Emoji,
            '\u{e0000}'.. => Self::FarSymbol,
            _ => Self::WideSymbol,
        }
    }

    pub fn in_word(self) -> bool {
        matches!(self, Self::Letter | Self::WideLetter)
    }
}
