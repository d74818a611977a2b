//! Open questions with an answer of ours, for a judge to compare with.

use super::words::{CITIES, PEOPLE, THINGS, WEEKDAYS};
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

pub fn open(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let people = dice.some(&PEOPLE, 2);
    let (p, q) = (people[0], people[1]);
    let (city, day, thing) = (dice.pick(&CITIES), dice.pick(&WEEKDAYS), dice.pick(&THINGS));
    let n = dice.range(2, 9);
    let (query, reference) = match (difficulty, dice.below(3)) {
        (Difficulty::Easy, 0) => (
            format!("Write a short e-mail to my neighbour {p}: I cannot water the plants on {day} because I am in {city}, and {q} will do it."),
            format!(
                "Dear {p},\n\nI will be in {city} on {day}, so I cannot water the plants that day. {q} has offered to do it instead and will come \
                 by in the morning. I hope that is fine with you; just tell me if another time suits you better.\n\nBest wishes"
            ),
        ),
        (Difficulty::Easy, 1) => (
            format!("My friend {p} failed the driving test on {day} for the {n}th time. What could I say to cheer {p} up?"),
            format!(
                "Keep it warm and honest. You could say: \"I know how much work you put into this, {p}, and I'm sorry it went wrong again. Each \
                 attempt taught you something, and the next one starts from there. Shall we do something nice tonight, and practise the \
                 difficult parts together at the weekend?\" Do not call it easy or a matter of luck; offer your company and one concrete help."
            ),
        ),
        (Difficulty::Easy, _) => (
            format!("Write a story for children in about six sentences: {p} finds a {thing} that can speak."),
            format!(
                "One morning {p} heard a tiny voice under the stairs. \"Could you move a little, please? You are standing in my sun,\" said an old \
                 {thing}. {p} laughed so loudly that the cat ran away. From then on the two talked every evening: the {thing} knew everything about \
                 the past, and {p} told it what the world looked like today. When {p} was sad, the {thing} told the story of the first spring it \
                 had seen. And when the {thing} was sad, {p} simply carried it into the sun."
            ),
        ),
        (Difficulty::Medium, 0) => (
            format!(
                "Write an e-mail to my team of {n} people: the launch in {city} moves by two weeks because tests failed on {day}. Keep trust, \
                 be honest, and name the next steps; {p} leads the fix, {q} informs the customers."
            ),
            format!(
                "Hello everyone,\n\nthe launch in {city} moves back by two weeks. On {day} our tests failed in a way that we cannot ship with, and I \
                 would rather be late than hand our customers a fault we know of.\n\nWhat happens now:\n- {p} leads the fix and shares the state with \
                 all of us every evening.\n- {q} informs the customers today, with the new date and the reason.\n- We test again next week before we \
                 confirm the date.\n\nThe delay is nobody's single mistake, and finding it now was good work. If you see a risk in the new plan, tell \
                 me today.\n\nThank you"
            ),
        ),
        (Difficulty::Medium, 1) => (
            format!(
                "I have {n} months of savings and a job in {city} that I dislike, and {p} offers me a place in a start-up with {q}. How should I decide?"
            ),
            format!(
                "Separate three questions. First, risk: {n} months of expenses is {}; find out what the start-up can pay, for how long its money lasts, \
                 and what you could earn if it fails. Second, the work: spend a day with {p} and {q}, ask what you would own, and talk to somebody who \
                 left. Third, your present job: name what you dislike and ask whether it can change; if it cannot, the comparison is with looking for \
                 a third job, not with staying. Set a date and a sum below which you would stop, agree on both before you start, and decide when you have \
                 these answers. If you would still say yes with the worst salary, go.",
                if n < 6 { "little, so a salary matters from the start" } else { "a cushion for a trial, not for years" }
            ),
        ),
        (Difficulty::Medium, _) => (
            format!("Write the opening of a crime story in about 120 words. It is set in {city} on a {day}; {p} finds a {thing} where none should be."),
            format!(
                "The {thing} lay in the middle of the empty platform, as if somebody had set it down to tie a shoe. {p} had cleaned this station in \
                 {city} for eleven years and knew what people lose on a {day}: gloves, tickets, sometimes a phone. Not this. It was dry, although it \
                 had rained since midnight, and the camera above it had been turned to the wall. {p} did not touch it. There were footprints to it, \
                 one pair, small and wet, coming from the tracks. There were none that led away. Somewhere in the tunnel a light that should have been \
                 off went out."
            ),
        ),
        (Difficulty::Hard, 0) => (
            format!(
                "Write a reply to {p}, a customer of {n} years in {city}, who was charged twice, has written three times without an answer and wants to \
                 leave. Regret, no excuses, a concrete repair; no promises that a clerk cannot keep. Sign as {q}."
            ),
            format!(
                "Dear {p},\n\nyou were charged twice, you wrote to us three times, and nobody answered. After {n} years as our customer you could expect \
                 better, and I apologise for both.\n\nI have cancelled the second charge today; your bank needs up to five working days to show it, and the \
                 confirmation is attached. If the amount is not there by then, write to me directly: this address is mine and does not go to a queue.\n\n\
                 If you wish to leave, I will close the account without any notice period. If you would like to stay, the coming month is free. Either way, \
                 I have passed on why your letters were lost, because that must not happen to the next person.\n\nYours sincerely\n{q}"
            ),
        ),
        (Difficulty::Hard, 1) => (
            format!(
                "{p} and {q} inherited a house in {city}. {p} wants to sell, {q} wants to live there but cannot pay {p} out at once. Propose {n} fair ways, \
                 with what can go wrong in each."
            ),
            "Begin with a valuation by somebody whom both choose, since every solution rests on it. Payment over time: the one who stays pays the other's half \
             in instalments with interest, secured by a mortgage; the risk is missed payments, so agree on what happens after two. Rent: the one who stays \
             pays half of the market rent to the other and both keep their shares; the risk is a quarrel over repairs, so fix a budget and a date for a new \
             decision. Bank loan: the one who stays borrows the other's half; the risk is a rate that the income does not bear. Division or letting of a \
             part: income pays the other out; it takes permits and time. Sale with a right of first refusal: the market sets the price, and the one who \
             wants to stay may match it; the home may be lost. Whatever they choose, they should write down the date at which an unfinished plan ends in a sale."
                .to_owned(),
        ),
        (Difficulty::Hard, _) => (
            format!(
                "Write a story of about 150 words with two characters, {p} and {q}, in which neither says what they mean and a {thing} shows the reader the truth."
            ),
            format!(
                "\"You've kept the {thing},\" said {p}.\n\"It was in the way of nothing,\" said {q}, and moved it an inch, so that the crack faced the wall.\n\
                 They talked about the train, which was late, and the weather, which was not. {p} asked whether the neighbours still sang. {q} said that one \
                 got used to quiet. The coffee was made as {p} had liked it nine years ago, with too much sugar, and {p} drank all of it.\n\"I only came \
                 for the papers.\"\n\"They're on the chair. They have been for a while.\"\nThere was dust on the papers and none on the {thing}. {p} signed, \
                 slowly, in the wrong place first. At the door {q} said it would probably rain, and {p} said that in that case it might be better to wait, and \
                 neither of them looked at the sky, which was blue."
            ),
        ),
    };
    Draft {
        query,
        form: String::new(),
        tools: Vec::new(),
        answer_tokens: 500,
        key: Key::Judged(reference),
    }
}
