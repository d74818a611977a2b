//! What commands print, and what permissions mean.

use super::words::THINGS;
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

pub fn pipeline(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let words = dice.some(&THINGS, 5);
    let count = difficulty.of([6, 8, 10]);
    let lines: Vec<(&str, i64)> = dice
        .numbers(10, 99, count)
        .into_iter()
        .map(|n| (dice.pick(&words), n))
        .collect();
    let file: Vec<String> = lines.iter().map(|(w, n)| format!("{w} {n}")).collect();
    let word = lines[0].0;
    let (command, what, key) = match difficulty {
        Difficulty::Easy => {
            let found = file.iter().filter(|l| l.contains(word)).count();
            (
                format!("grep -c {word} data.txt"),
                "the output",
                Key::exactly(found as f64),
            )
        }
        Difficulty::Medium => {
            let mut numbers: Vec<i64> = lines.iter().map(|(_, n)| *n).collect();
            numbers.sort_unstable_by(|a, b| b.cmp(a));
            numbers.truncate(3);
            (
                "awk '{print $2}' data.txt | sort -rn | head -3 | paste -sd,".to_owned(),
                "the output",
                Key::list(&numbers, true),
            )
        }
        Difficulty::Hard => {
            let (least, skip) = (dice.range(20, 45), dice.range(2, 3));
            let kept = lines.iter().skip(skip as usize).filter(|(_, n)| *n > least);
            let mut names: Vec<&str> = kept.map(|(w, _)| *w).collect();
            names.sort_unstable();
            names.dedup();
            (
                format!(
                    "tail -n +{} data.txt | awk '$2 > {least} {{print $1}}' | sort -u | paste -sd,",
                    skip + 1
                ),
                "the output, or `none` if it is empty",
                Key::list(&names, true),
            )
        }
    };
    Draft::answered(
        format!(
            "On Linux, the file data.txt has these lines:\n\n```\n{}\n```\n\nWhat does this bash command print?\n\n\
             ```bash\n{command}\n```",
            file.join("\n")
        ),
        what,
        key,
    )
}

pub fn permissions(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let modes = dice.numbers(0, 7, 3);
    let (u, g, o) = (modes[0], modes[1], modes[2]);
    let text = |bits: i64| {
        let sign = |bit: i64, c: char| if bits & bit != 0 { c } else { '-' };
        [sign(4, 'r'), sign(2, 'w'), sign(1, 'x')]
            .iter()
            .collect::<String>()
    };
    let shown = format!("{}{}{}", text(u), text(g), text(o));
    let file = format!("{}-{}.sh", dice.pick(&THINGS), dice.range(10, 99));
    let octal =
        |u: i64, g: i64, o: i64| Key::word(&[&format!("{u}{g}{o}"), &format!("0{u}{g}{o}")]);
    match difficulty {
        Difficulty::Easy => Draft::answered(
            format!(
                "On a Linux server, which octal number of three digits must I give to chmod so that `ls -l` shows \
                 the permissions -{shown} for the file {file}?"
            ),
            "the three digits",
            octal(u, g, o),
        ),
        Difficulty::Medium => Draft::answered(
            format!(
                "On a Linux server the file {file} has the permissions -{shown}. Which octal number do its \
                 permissions have after `chmod u+x,g-w,o=r {file}`?"
            ),
            "the three digits",
            octal(u | 1, g & !2, 4),
        ),
        Difficulty::Hard => {
            let mask = dice.numbers(0, 7, 3);
            let (a, b) = (mask[0], mask[1]);
            let after = (
                (6 & !a) | (((6 & !b) & 4) >> 2),
                (6 & !b) & !4 | (6 & !a) & 4,
                6 & !b,
            );
            Draft::answered(
                format!(
                    "In a Linux shell with `umask 0{a}{b}{b}` the file {file} is made by `touch {file}`. Then the owner \
                     gets the right x exactly if the group could read the file, the group's right r is set to what \
                     the owner's right r is, and nothing else changes. Which octal number do the permissions of \
                     {file} have now?"
                ),
                "the three digits",
                octal(after.0, after.1, after.2),
            )
        }
    }
}
