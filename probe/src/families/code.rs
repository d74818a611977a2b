//! Reading programs, writing them, mending them, and patterns.

use super::words::{THINGS, commas};
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};
use serde_json::{Value, json};

pub fn reading(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let (a, b, c) = (dice.range(2, 9), dice.range(3, 12), dice.range(2, 7));
    let list = dice.numbers(1, 60, difficulty.of([4, 6, 7]));
    let (code, value) = match difficulty {
        Difficulty::Easy => {
            let code = format!(
                "total = {a}\nfor x in {list:?}:\n    if x > {b}:\n        total += x\nprint(total)"
            );
            (code, a + list.iter().filter(|x| **x > b).sum::<i64>())
        }
        Difficulty::Medium => {
            let code = format!(
                "def f(xs, k):\n    out = 0\n    for i, x in enumerate(xs):\n        if i % 2 == 0:\n            \
                 out += x * k\n        else:\n            out -= x\n    return out\n\nprint(f({list:?}, {a}))"
            );
            let value = list
                .iter()
                .enumerate()
                .map(|(i, x)| if i % 2 == 0 { x * a } else { -x })
                .sum();
            (code, value)
        }
        Difficulty::Hard => {
            let code = format!(
                "def g(n):\n    return n if n < {b} else g(n // {c}) + n % {c}\n\nstack = []\nfor x in {list:?}:\n    \
                 while stack and stack[-1] < x:\n        stack.pop()\n    stack.append(x)\n\
                 print(sum(g(s) for s in stack) * len(stack) + {a})"
            );
            fn g(n: i64, b: i64, c: i64) -> i64 {
                if n < b { n } else { g(n / c, b, c) + n % c }
            }
            let mut stack: Vec<i64> = Vec::new();
            for x in &list {
                while stack.last().is_some_and(|s| s < x) {
                    stack.pop();
                }
                stack.push(*x);
            }
            let sum: i64 = stack.iter().map(|s| g(*s, b, c)).sum();
            (code, sum * stack.len() as i64 + a)
        }
    };
    Draft::number(
        format!("What does this Python program print?\n\n```python\n{code}\n```"),
        value as f64,
    )
}

/// A function to write: its text, and what it returns.
struct Task {
    text: String,
    cases: Vec<(Vec<Value>, Value)>,
}

const FORM: &str = "Give the whole function in one JavaScript code block. It gets its arguments directly and \
                    returns the result; it prints nothing.";

fn program(task: Task, query: String, name: &str) -> Draft {
    Draft {
        query,
        form: FORM.into(),
        tools: Vec::new(),
        answer_tokens: 500,
        key: Key::Program {
            name: name.into(),
            cases: task.cases,
        },
    }
}

fn name_of(dice: &mut Dice, stem: &str) -> String {
    // A number in the name, so that no answer is remembered.
    format!("{stem}{}", dice.range(100, 9999))
}

pub fn programs(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let k = dice.range(2, 6);
    let m = dice.range(3, 9);
    let lists: Vec<Vec<i64>> = (0..5).map(|i| dice.numbers(-20, 40, i * 3)).collect();
    let per_list = |f: &dyn Fn(&[i64]) -> Value| -> Vec<(Vec<Value>, Value)> {
        lists
            .iter()
            .map(|list| (vec![json!(list)], f(list)))
            .collect()
    };
    let task = match difficulty {
        Difficulty::Easy => Task {
            text: format!(
                "takes a list of integers and returns the sum of those that are greater than {m}, each multiplied \
                 by {k}; for no such number it returns 0"
            ),
            cases: per_list(&|list| {
                json!(list.iter().filter(|x| **x > m).map(|x| x * k).sum::<i64>())
            }),
        },
        Difficulty::Medium => Task {
            text: format!(
                "takes a list of integers and returns a new list in which the numbers are sorted by their \
                 remainder when divided by {m} (always between 0 and {}, also for negative numbers), the smallest \
                 remainder first, and numbers of equal remainder from the largest to the smallest",
                m - 1
            ),
            cases: per_list(&|list| {
                let mut list = list.to_vec();
                list.sort_by_key(|x| (x.rem_euclid(m), -x));
                json!(list)
            }),
        },
        Difficulty::Hard => Task {
            text: format!(
                "takes a list of integers and returns the largest sum of {k} or fewer numbers of it, of which no \
                 two are neighbours in the list; choosing no number gives 0"
            ),
            cases: per_list(&|list| json!(best_apart(list, k))),
        },
    };
    let name = name_of(dice, "solve");
    let query = format!("Write a JavaScript function `{name}` that {}.", task.text);
    program(task, query, &name)
}

/// The largest sum of at most `k` numbers that are no neighbours, by trying all subsets.
fn best_apart(list: &[i64], k: i64) -> i64 {
    let count = list.len().min(16);
    let sums =
        (0..1u32 << count).filter(|set| set & (set >> 1) == 0 && i64::from(set.count_ones()) <= k);
    let sum = |set: u32| {
        (0..count)
            .filter(|i| set >> i & 1 == 1)
            .map(|i| list[i])
            .sum::<i64>()
    };
    sums.map(sum).max().unwrap_or(0)
}

pub fn bug_fix(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let k = dice.range(2, 9);
    let name = name_of(dice, "calc");
    let texts: Vec<String> = (0..5)
        .map(|i| commas(&dice.some(&THINGS, i)).replace(", ", " "))
        .collect();
    let lists: Vec<Vec<i64>> = (0..5).map(|i| dice.numbers(-9, 30, i * 2)).collect();
    let (code, wish, cases): (String, String, Vec<(Vec<Value>, Value)>) = match difficulty {
        Difficulty::Easy => (
            format!(
                "function {name}(list) {{\n  let sum = 0;\n  for (let i = 1; i <= list.length; i++) {{\n    sum += \
                 list[i] * {k};\n  }}\n  return sum;\n}}"
            ),
            format!("return the sum of all numbers of the list, each multiplied by {k}"),
            lists
                .iter()
                .map(|l| (vec![json!(l)], json!(l.iter().sum::<i64>() * k)))
                .collect(),
        ),
        Difficulty::Medium => (
            format!(
                "function {name}(text) {{\n  const counts = {{}};\n  for (const word of text.split(' ')) {{\n    if \
                 (word.length > {k}) counts[word.length] += 1;\n  }}\n  return Object.values(counts).reduce((a, b) \
                 => a + b);\n}}"
            ),
            format!(
                "return how many words of the text, separated by spaces, have more than {k} letters, and 0 for an \
                 empty text"
            ),
            texts
                .iter()
                .map(|t| {
                    let long = t.split(' ').filter(|w| w.len() as i64 > k).count();
                    (vec![json!(t)], json!(long))
                })
                .collect(),
        ),
        Difficulty::Hard => (
            format!(
                "function {name}(list) {{\n  const sorted = list.sort();\n  const kept = [];\n  for (let i = 0; i < \
                 sorted.length; i++) {{\n    if (sorted[i] - sorted[i - 1] >= {k}) kept.push(sorted[i]);\n  }}\n  \
                 return [kept, list];\n}}"
            ),
            format!(
                "go through the numbers from the smallest to the largest, keep the smallest one and then every \
                 number that is at least {k} greater than the one kept last, and return a list of two lists: the \
                 kept numbers, and the given list in its original order"
            ),
            lists
                .iter()
                .map(|l| {
                    let mut sorted = l.clone();
                    sorted.sort_unstable();
                    let mut kept: Vec<i64> = Vec::new();
                    for x in sorted {
                        if kept.last().is_none_or(|last| x - last >= k) {
                            kept.push(x);
                        }
                    }
                    (vec![json!(l)], json!([kept, l]))
                })
                .collect(),
        ),
    };
    let query = format!(
        "This JavaScript function has bugs and gives wrong results. It should {wish}. Find and fix the bugs.\n\n\
         ```js\n{code}\n```"
    );
    program(
        Task {
            text: String::new(),
            cases,
        },
        query,
        &name,
    )
}

pub fn traceback(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let things = dice.some(&THINGS, 4);
    let (a, b, c, d) = (things[0], things[1], things[2], things[3]);
    let n = dice.range(4, 90);
    let list = dice.numbers(1, 99, 3);
    let (code, error) = match difficulty {
        Difficulty::Easy => match dice.below(3) {
            0 => (format!("{a} = {list:?}\nprint({a}[{n}])"), "IndexError"),
            1 => (
                format!("{a} = {{\"{b}\": {n}}}\nprint({a}[\"{c}\"])"),
                "KeyError",
            ),
            _ => (
                format!("{a} = {n}\n{b} = {a} / ({a} - {n})\nprint({b})"),
                "ZeroDivisionError",
            ),
        },
        Difficulty::Medium => match dice.below(3) {
            0 => (
                format!(
                    "def load({a}):\n    return {a}.strip().upper()\n\n{b} = [\"{c}\", {n}]\nprint([load(x) for x in {b}])"
                ),
                "AttributeError",
            ),
            1 => (
                format!("{a} = \"{b}\" * 2\n{c} = {a} + len({a}) * {n}\nprint({c})"),
                "TypeError",
            ),
            _ => (
                format!(
                    "{a} = \"{n},{n}x,{n}\"\n{b} = sum(int(x) for x in {a}.split(\",\"))\nprint({b})"
                ),
                "ValueError",
            ),
        },
        Difficulty::Hard => match dice.below(3) {
            0 => (
                format!(
                    "{a} = {n}\n\ndef {b}(x):\n    if x > 0:\n        {a} = {a} + x\n    return {a}\n\ntry:\n    \
                     print({b}(1) / 0)\nexcept ZeroDivisionError:\n    print(\"{c}\")"
                ),
                "UnboundLocalError",
            ),
            1 => (
                format!(
                    "{a} = {{(1, {n}): \"{b}\"}}\n{c} = [1, {n}]\nfor {d} in range(2):\n    print({a}.get(tuple({c})))\n    \
                     {c}.append({d})\n    {a}[{c}] = {d}"
                ),
                "TypeError",
            ),
            _ => (
                format!(
                    "{a} = iter(range({n}))\n{b} = [x for x in {a} if x % 2]\n{c} = next({a}, None)\nprint({b}[0], \
                     {c})\nprint(max({b}[{n}:]))"
                ),
                "ValueError",
            ),
        },
    };
    let names = [
        "IndexError",
        "KeyError",
        "ZeroDivisionError",
        "AttributeError",
        "TypeError",
        "ValueError",
        "UnboundLocalError",
        "NameError",
        "StopIteration",
    ];
    Draft::answered(
        format!(
            "This Python 3 script stops with an error. Which exception is at the end of the traceback?\n\n\
             ```python\n{code}\n```"
        ),
        "the name of the exception",
        Key::choice(error, &names),
    )
}

pub fn regex(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let (low, high) = (dice.range(1, 3), dice.range(4, 6));
    let mut words = dice.some(&THINGS, 3);
    words.sort_unstable();
    let (w, v) = (words[0], words[1]);
    let first = |word: &str| word.chars().take(2).collect::<String>();
    let pattern = match difficulty {
        Difficulty::Easy => format!("{}[a-z]+\\d{{{low}}}", first(w)),
        Difficulty::Medium => format!("({w}|{v})-?[A-F]{{{low},{high}}}\\d?"),
        Difficulty::Hard => format!(
            "(?:{}\\w*\\d{{{low},}}[.:])+[^aeiou\\d]{{2,{high}}}",
            first(v)
        ),
    };
    let regex = regex_lite::Regex::new(&format!("^(?:{pattern})$"));
    let digits = |dice: &mut Dice, n: i64| {
        (0..n)
            .map(|_| dice.range(0, 9).to_string())
            .collect::<String>()
    };
    let hex = |dice: &mut Dice, n: i64| {
        (0..n)
            .map(|_| dice.pick(&["A", "B", "C", "F", "G"]))
            .collect::<String>()
    };
    let mut candidates: Vec<String> = Vec::new();
    for _ in 0..6 {
        let n = dice.range(low - 1, high + 1);
        let (near, other) = (dice.pick(&words), dice.pick(&THINGS));
        let candidate = match difficulty {
            Difficulty::Easy => format!(
                "{}{}",
                dice.pick(&[w, near, other]),
                digits(dice, low + dice_bit(n))
            ),
            Difficulty::Medium => {
                let joint = dice.pick(&["-", "", "--", " "]);
                format!(
                    "{}{joint}{}{}",
                    dice.pick(&[w, v]),
                    hex(dice, n),
                    digits(dice, n % 3)
                )
            }
            Difficulty::Hard => {
                let joint = dice.pick(&[":", ".", ";"]);
                let end = dice.pick(&["xyz", "ab", "tt", "kk1", "n", "zzpp"]);
                format!("{v}{}{joint}{end}", digits(dice, n))
            }
        };
        if !candidates.contains(&candidate) {
            candidates.push(candidate);
        }
    }
    let matched: Vec<&String> = match &regex {
        Ok(regex) => candidates.iter().filter(|c| regex.is_match(c)).collect(),
        Err(_) => Vec::new(),
    };
    Draft::answered(
        format!(
            "Which of these strings does the regular expression `^(?:{pattern})$` match?\n\n{}",
            candidates
                .iter()
                .map(|c| format!("- `{c}`"))
                .collect::<Vec<_>>()
                .join("\n")
        ),
        "the strings that match, separated by commas, or `none`",
        Key::list(&matched, false),
    )
}

/// 0 or 1.
fn dice_bit(n: i64) -> i64 {
    n.rem_euclid(2)
}
