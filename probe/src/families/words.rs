//! Names and things that questions are made of.

pub const PEOPLE: [&str; 24] = [
    "Anna", "Ben", "Clara", "David", "Elena", "Felix", "Grace", "Hugo", "Irene", "Jonas", "Katya",
    "Liam", "Mira", "Noah", "Olga", "Pavel", "Quinn", "Rosa", "Samir", "Tessa", "Umar", "Vera",
    "Wanda", "Yusuf",
];
pub const CITIES: [&str; 16] = [
    "Lisbon", "Oslo", "Vienna", "Prague", "Dublin", "Athens", "Warsaw", "Rome", "Madrid", "Berlin",
    "Helsinki", "Budapest", "Brussels", "Zagreb", "Tallinn", "Riga",
];
pub const THINGS: [&str; 24] = [
    "apple", "basket", "candle", "drum", "engine", "feather", "garden", "hammer", "island",
    "jacket", "kettle", "lantern", "mirror", "needle", "orange", "pencil", "quilt", "ribbon",
    "saddle", "teapot", "umbrella", "violin", "window", "yarn",
];
pub const GOODS: [&str; 14] = [
    "notebooks",
    "lamps",
    "chairs",
    "mugs",
    "backpacks",
    "keyboards",
    "posters",
    "clocks",
    "scarves",
    "bottles",
    "cushions",
    "vases",
    "headphones",
    "plants",
];
pub const COLOURS: [&str; 10] = [
    "red", "blue", "green", "yellow", "white", "black", "purple", "orange", "brown", "grey",
];
pub const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A list in words: `a, b and c`.
pub fn joined(items: &[impl AsRef<str>]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// Items with commas between them.
pub fn commas<T: ToString>(items: &[T]) -> String {
    items
        .iter()
        .map(T::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// US dollars of an amount in cents.
pub fn dollars(cents: i64) -> String {
    format!("${}.{:02}", cents / 100, cents % 100)
}
