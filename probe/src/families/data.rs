//! SQL on a given table, and questions about one.

use super::words::{CITIES, GOODS, PEOPLE, commas};
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

struct Order {
    customer: &'static str,
    city: &'static str,
    item: &'static str,
    quantity: i64,
    price: i64,
}

fn orders(dice: &mut Dice, rows: usize) -> Vec<Order> {
    let customers = dice.some(&PEOPLE, 5);
    let cities = dice.some(&CITIES, 4);
    let items = dice.some(&GOODS, 4);
    // Different prices, so that every order of rows is one.
    let prices = dice.numbers(5, 95, rows);
    let order = |price: &i64| Order {
        customer: dice.pick(&customers),
        city: dice.pick(&cities),
        item: dice.pick(&items),
        quantity: dice.range(1, 9),
        price: *price,
    };
    prices.iter().map(order).collect()
}

fn table_of(orders: &[Order]) -> String {
    let mut table =
        "id | customer | city | item | quantity | price\n---|---|---|---|---|---\n".to_owned();
    for (i, o) in orders.iter().enumerate() {
        table += &format!(
            "{} | {} | {} | {} | {} | {}\n",
            i + 1,
            o.customer,
            o.city,
            o.item,
            o.quantity,
            o.price
        );
    }
    table
}

pub fn sql(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let orders = orders(dice, difficulty.of([6, 8, 11]));
    let limit = dice.range(2, 6);
    let least = dice.range(20, 50);
    let city = dice.pick(&orders.iter().map(|o| o.city).collect::<Vec<_>>());
    let (query, what, key) = match difficulty {
        Difficulty::Easy => {
            let count = orders.iter().filter(|o| o.quantity > limit).count();
            (
                format!("SELECT COUNT(*) FROM orders WHERE quantity > {limit};"),
                "the number",
                Key::exactly(count as f64),
            )
        }
        Difficulty::Medium => {
            let chosen = orders.iter().filter(|o| o.city == city || o.price < least);
            let sum: i64 = chosen.map(|o| o.quantity * o.price).sum();
            (
                format!(
                    "SELECT SUM(quantity * price) FROM orders WHERE city = '{city}' OR price < {least};"
                ),
                "the number",
                Key::exactly(sum as f64),
            )
        }
        Difficulty::Hard => {
            let mut groups: Vec<(&str, i64, i64)> = Vec::new();
            for o in &orders {
                match groups.iter_mut().find(|(name, ..)| *name == o.customer) {
                    Some(group) => {
                        group.1 += o.quantity * o.price;
                        group.2 += 1;
                    }
                    None => groups.push((o.customer, o.quantity * o.price, 1)),
                }
            }
            groups.retain(|(_, _, count)| *count >= 2);
            groups.sort_by_key(|(name, sum, _)| (-sum, *name));
            let names: Vec<&str> = groups.iter().map(|(name, ..)| *name).collect();
            (
                "SELECT customer FROM orders GROUP BY customer HAVING COUNT(*) >= 2 ORDER BY SUM(quantity * price) \
                 DESC, customer;"
                    .to_owned(),
                "the customers in the order of the result, separated by commas, or `none`",
                Key::list(&names, true),
            )
        }
    };
    Draft::answered(
        format!(
            "The SQL table `orders` has these rows:\n\n{}\nWhat does this query return?\n\n```sql\n{query}\n```",
            table_of(&orders)
        ),
        what,
        key,
    )
}

pub fn table(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let orders = orders(dice, difficulty.of([5, 8, 12]));
    let last = orders.len() as i64;
    let (question, what, key) = match difficulty {
        Difficulty::Easy => {
            let row = dice.range(1, last);
            let order = &orders[row as usize - 1];
            let all: Vec<&str> = CITIES.to_vec();
            (
                format!("In which city was the order with id {row}?"),
                "the city",
                Key::choice(order.city, &all),
            )
        }
        Difficulty::Medium => {
            let item = orders[0].item;
            let sum: i64 = orders
                .iter()
                .filter(|o| o.item == item)
                .map(|o| o.quantity)
                .sum();
            (
                format!("What is the total quantity of all orders of {item}?"),
                "the number",
                Key::exactly(sum as f64),
            )
        }
        Difficulty::Hard => {
            let best = (1..=last)
                .zip(&orders)
                .max_by_key(|(id, o)| (o.quantity * o.price, -id));
            let (id, customer) = best.map_or((0, ""), |(id, o)| (id, o.customer));
            let ids: Vec<i64> = (1..=last)
                .zip(&orders)
                .filter(|(i, o)| o.customer == customer || *i == id)
                .map(|(i, _)| i)
                .collect();
            (
                "Find the order with the highest amount, which is quantity times price. Of orders with the same \
                 amount take the one with the smaller id. What are the ids of all orders of its customer?"
                    .to_owned(),
                "the ids, separated by commas",
                Key::list(&ids, false),
            )
        }
    };
    Draft::answered(
        format!(
            "Here is a table of orders:\n\n{}\n{question}",
            table_of(&orders)
        ),
        what,
        key,
    )
}

pub fn conversion(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let orders = orders(dice, difficulty.of([2, 3, 5]));
    let rows = orders
        .iter()
        .map(|o| commas(&[o.customer, o.city, o.item]) + &format!(", {}, {}", o.quantity, o.price));
    let csv: Vec<String> = rows.map(|row| row.replace(", ", ",")).collect();
    let csv = format!("customer,city,item,quantity,price\n{}", csv.join("\n"));
    let (wish, value) = match difficulty {
        Difficulty::Easy | Difficulty::Medium => (
            "Convert this CSV file to a JSON list with one object for each row. The keys are those of the header; \
             quantity and price are numbers."
                .to_owned(),
            orders
                .iter()
                .map(|o| {
                    serde_json::json!({"customer": o.customer, "city": o.city, "item": o.item,
                                       "quantity": o.quantity, "price": o.price})
                })
                .collect::<Vec<_>>(),
        ),
        Difficulty::Hard => (
            "Convert this CSV file to a JSON list with one object for each row, in the order of the price from the \
             highest to the lowest. Each object has exactly the keys \"who\" (the customer), \"where\" (an object \
             with the key \"city\") and \"amount\" (quantity times price, a number)."
                .to_owned(),
            {
                let mut sorted: Vec<&Order> = orders.iter().collect();
                sorted.sort_by_key(|o| -o.price);
                let row = |o: &&Order| {
                    serde_json::json!({"who": o.customer, "where": {"city": o.city}, "amount": o.quantity * o.price})
                };
                sorted.iter().map(row).collect()
            },
        ),
    };
    Draft::whole(
        format!("{wish}\n\n```csv\n{csv}\n```"),
        "Give only the JSON.",
        Key::Json(value.into()),
    )
}
