//! Texts and numbers as a report shows them.

/// Text in which nothing is markup, and nothing hidden turns what stands around it.
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in crate::output::visible::line(text).chars() {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            c => shown.push(c),
        }
    }
    shown
}

/// A share as per cent: `31 %`, `0.4 %`.
pub fn percent(share: f64) -> String {
    match share * 100.0 {
        p if p == 0.0 || p.abs() >= 10.0 => format!("{p:.0} %"),
        p if p.abs() >= 0.1 => format!("{p:.1} %"),
        _ => "under 0.1 %".to_owned(),
    }
}

/// A difference in quality, in points of per cent.
pub fn points(difference: f64) -> String {
    format!("{:.1} points", difference * 100.0)
}

/// US dollars with as many digits as say something.
pub fn dollars(usd: f64) -> String {
    match usd.abs() {
        u if u >= 1000.0 => format!("${}", number(usd.round() as u64)),
        u if u >= 1.0 => format!("${usd:.2}"),
        u if u >= 0.01 => format!("${usd:.3}"),
        0.0 => "$0".to_owned(),
        _ => format!("${usd:.1e}"),
    }
}

/// A whole number in groups of three digits.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_with_the_digits_that_say_something() {
        assert_eq!(
            (number(0), number(999), number(1_234_567)),
            ("0".into(), "999".into(), "1,234,567".into())
        );
        assert_eq!(
            (dollars(1234.5), dollars(12.345), dollars(0.05)),
            ("$1,235".into(), "$12.35".into(), "$0.050".into())
        );
        assert_eq!(
            (percent(0.314), percent(0.0123), percent(0.0)),
            ("31 %".into(), "1.2 %".into(), "0 %".into())
        );
        assert_eq!(escaped("<b>&\"\u{202e}"), "&lt;b&gt;&amp;&quot;\\u{202e}");
    }
}
