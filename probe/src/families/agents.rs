//! Calls of tools, and JSON from texts.

use super::words::{CITIES, GOODS, MONTHS, PEOPLE, WEEKDAYS};
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};
use serde_json::{Value, json};

fn tool(name: &str, description: &str, properties: Value) -> Value {
    let required: Vec<&String> = properties
        .as_object()
        .map(|p| p.keys().collect())
        .unwrap_or_default();
    json!({"type": "function", "function": {"name": name, "description": description, "parameters": {
        "type": "object", "properties": properties, "required": required, "additionalProperties": false}}})
}

fn tools() -> Vec<Value> {
    let text = json!({"type": "string"});
    let number = json!({"type": "number"});
    vec![
        tool(
            "get_weather",
            "Weather of a city on one day",
            json!({"city": text, "day": {"type": "string", "enum": WEEKDAYS}}),
        ),
        tool(
            "book_table",
            "Reserves a table in a restaurant",
            json!({"city": text, "day": {"type": "string", "enum": WEEKDAYS}, "guests": {"type": "integer"},
                   "time": {"type": "string", "description": "24 hours, HH:MM"}}),
        ),
        tool(
            "transfer_money",
            "Sends money to a person",
            json!({"to": text, "amount_cents": number, "reference": text}),
        ),
        tool(
            "create_event",
            "Adds an event to the calendar",
            json!({"title": text, "start": {"type": "string", "description": "YYYY-MM-DDTHH:MM"},
                   "minutes": {"type": "integer"}, "attendees": {"type": "array", "items": text}}),
        ),
    ]
}

pub fn tool_call(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let (city, day) = (dice.pick(&CITIES), dice.pick(&WEEKDAYS));
    let people = dice.some(&PEOPLE, 3);
    let (guests, hour) = (dice.range(2, 9), dice.range(5, 9));
    let (query, name, arguments) = match difficulty {
        Difficulty::Easy => (
            format!(
                "{} asks for {}: what will the weather in {city} be on {day}?",
                people[0], people[1]
            ),
            "get_weather",
            json!({"city": city, "day": day}),
        ),
        Difficulty::Medium => (
            format!(
                "Please reserve a table for {} and me and {guests} more friends in {city}, next {day} at half past \
                 {hour} in the evening.",
                people[0]
            ),
            "book_table",
            json!({"city": city, "day": day, "guests": guests + 2, "time": format!("{}:30", hour + 12)}),
        ),
        Difficulty::Hard => {
            let (month, date, minutes) =
                (dice.range(1, 12), dice.range(2, 26), dice.range(2, 7) * 15);
            let good = dice.pick(&GOODS);
            let title = format!("Review of {good}");
            (
                format!(
                    "We planned the event \"{title}\" for {} {date}, 2027 at {}:15 in the morning, but it moves one day \
                     later and starts two hours earlier. It ends {minutes} minutes after its start. Invite {} and {}, \
                     in this order; {} cannot come. Add the event to my calendar.",
                    MONTHS[month as usize - 1],
                    hour + 2,
                    people[0],
                    people[1],
                    people[2]
                ),
                "create_event",
                json!({"title": title, "start": format!("2027-{month:02}-{:02}T{:02}:15", date + 1, hour),
                       "minutes": minutes, "attendees": [people[0], people[1]]}),
            )
        }
    };
    Draft {
        query,
        form: "Call the one tool that does this, once.".into(),
        tools: tools(),
        answer_tokens: 150,
        key: Key::Call {
            name: name.into(),
            arguments,
        },
    }
}

pub fn extraction(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let people = dice.some(&PEOPLE, 3);
    let cities = dice.some(&CITIES, 2);
    let good = dice.pick(&GOODS);
    let (quantity, price, order) = (
        dice.range(2, 40),
        dice.range(3, 90),
        dice.range(10_000, 99_999),
    );
    let (month, date) = (dice.range(1, 12), dice.range(1, 28));
    let name = MONTHS[month as usize - 1];
    let (text, keys, value) = match difficulty {
        Difficulty::Easy => (
            format!(
                "{} from {} ordered {quantity} {good} for ${price} each.",
                people[0], cities[0]
            ),
            "\"customer\", \"city\", \"item\", \"quantity\" and \"price\" (numbers for the last two)",
            json!({"customer": people[0], "city": cities[0], "item": good, "quantity": quantity, "price": price}),
        ),
        Difficulty::Medium => (
            format!(
                "Hi, this is {}. My order {order}, the {good}, came to {} by mistake. Please send it on to {} in {} by \
                 {name} {date}, 2027. I paid {quantity} times ${price}.",
                people[0], cities[0], people[1], cities[1]
            ),
            "\"order\" (a number), \"sender\", \"recipient\", \"city\" (where the order should go), \"deadline\" \
             (YYYY-MM-DD) and \"total\" (a number)",
            json!({"order": order, "sender": people[0], "recipient": people[1], "city": cities[1],
                   "deadline": format!("2027-{month:02}-{date:02}"), "total": quantity * price}),
        ),
        Difficulty::Hard => {
            let (back, third) = (dice.range(1, quantity - 1), dice.range(2, 9));
            (
                format!(
                    "Minutes: {} reported that {} had bought {quantity} {good} at ${price} apiece for the office in {} on \
                     {name} {date}, 2027 (order {order}). {back} of them were damaged and went back, the money for them \
                     was returned. {} did not attend. The office in {} wants {third} of those that were kept.",
                    people[0], people[1], cities[0], people[2], cities[1]
                ),
                "\"buyer\", \"date\" (YYYY-MM-DD), \"kept\" (a number), \"paid\" (the amount after the return, a number), \
                 \"absent\" (a list of names) and \"requests\" (a list of objects with the keys \"city\" and \"quantity\")",
                json!({"buyer": people[1], "date": format!("2027-{month:02}-{date:02}"), "kept": quantity - back,
                       "paid": (quantity - back) * price, "absent": [people[2]],
                       "requests": [{"city": cities[1], "quantity": third}]}),
            )
        }
    };
    Draft::whole(
        format!(
            "Extract the data from this text as one JSON object with exactly the keys {keys}.\n\nText: {text}"
        ),
        "Give only the JSON.",
        Key::Json(value),
    )
}
