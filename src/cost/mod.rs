//! Tokens and prices to US dollars.
