//! HTML, CSS and addresses.

use super::words::{COLOURS, THINGS};
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

pub fn selectors(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let names = dice.some(&THINGS, 3);
    let (a, b) = (names[0], names[1]);
    match difficulty {
        Difficulty::Easy | Difficulty::Medium => {
            let count = difficulty.of([6, 9, 9]);
            let items: Vec<(&str, bool)> = (0..count)
                .map(|_| (dice.pick(&names), dice.coin()))
                .collect();
            let list = |items: &[(&str, bool)]| {
                let line = |(class, link): &(&str, bool)| match link {
                    true => {
                        format!("  <li class=\"{class}\"><a href=\"/{class}\">{class}</a></li>")
                    }
                    false => format!("  <li class=\"{class}\">{class}</li>"),
                };
                items.iter().map(line).collect::<Vec<_>>().join("\n")
            };
            let (selector, found) = match difficulty {
                Difficulty::Easy => (
                    format!("li.{a}"),
                    items.iter().filter(|(c, _)| *c == a).count(),
                ),
                _ => {
                    let found = items
                        .iter()
                        .enumerate()
                        .filter(|(i, (c, link))| *link && *c != b && i % 2 == 0)
                        .count();
                    (format!("li:nth-child(odd):not(.{b}) > a"), found)
                }
            };
            Draft::number(
                format!(
                    "How many elements of this HTML page does the CSS selector `{selector}` match?\n\n```html\n\
                     <ul>\n{}\n</ul>\n```",
                    list(&items)
                ),
                found as f64,
            )
        }
        Difficulty::Hard => {
            let colours = dice.some(&COLOURS, 4);
            let important = dice.coin();
            let rules = [
                (format!("ul li.{a}"), 0, 1, 2),
                (format!("#{b} li"), 1, 0, 1),
                (format!(".{a}.{}", names[2]), 0, 2, 0),
                (format!("#{b} .{a}"), 1, 1, 0),
            ];
            let mut order: Vec<usize> = (0..4).collect();
            dice.shuffle(&mut order);
            // Without the strongest rule in half of the pages, and with one that is important in some.
            let kept: Vec<usize> = order.into_iter().filter(|i| *i != 3 || important).collect();
            let flagged = match dice.coin() {
                true => kept.get(1).copied(),
                false => None,
            };
            let css: Vec<String> = kept
                .iter()
                .map(|i| {
                    let mark = if Some(*i) == flagged {
                        " !important"
                    } else {
                        ""
                    };
                    format!("{} {{ color: {}{mark}; }}", rules[*i].0, colours[*i])
                })
                .collect();
            let strongest = kept.iter().max_by_key(|i| {
                let (_, ids, classes, types) = &rules[**i];
                (Some(**i) == flagged, *ids, *classes, *types)
            });
            let right = strongest.map_or("", |i| colours[*i]);
            Draft::answered(
                format!(
                    "Which text colour does the list item get with this HTML and CSS?\n\n```html\n<ul id=\"{b}\"><li \
                     class=\"{a} {}\">Text</li></ul>\n```\n\n```css\n{}\n```",
                    names[2],
                    css.join("\n")
                ),
                "the colour",
                Key::choice(right, &COLOURS),
            )
        }
    }
}

pub fn urls(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let words = dice.some(&THINGS, 5);
    let (n, m) = (dice.range(2, 99), dice.range(100, 999));
    let base = format!(
        "https://{}.example.com/{}/{}/",
        words[0], words[1], words[2]
    );
    match difficulty {
        Difficulty::Easy => Draft::answered(
            format!(
                "A REST API gets the request GET {base}?page={n}&limit={m}. What is the value of the query parameter `limit`?"
            ),
            "the value",
            Key::exactly(m as f64),
        ),
        Difficulty::Medium => {
            let right = format!(
                "https://{}.example.com/{}/{}.html",
                words[0], words[1], words[3]
            );
            Draft::answered(
                format!(
                    "The web page {base} has the link `<a href=\"../{}.html\">`. Which absolute URL does the browser \
                     open?",
                    words[3]
                ),
                "the URL",
                Key::Text {
                    right: vec![right],
                    case: true,
                },
            )
        }
        Difficulty::Hard => {
            let right = format!(
                "https://{}.example.com/{}/{}?{}={n}",
                words[0], words[1], words[3], words[4]
            );
            Draft::answered(
                format!(
                    "The web page {base}index.html?x={m}#top has `<base href=\"../{}/\">` in its head and the link \
                     `<a href=\"./../{}?{}={n}\">`. Which absolute URL does the browser open?",
                    words[4], words[3], words[4]
                ),
                "the URL",
                Key::Text {
                    right: vec![right],
                    case: true,
                },
            )
        }
    }
}
