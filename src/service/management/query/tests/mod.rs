//! Queries against a store, judged by what is looked for in plain lists.

mod agreement;
mod cost;
mod data;
mod reading;
mod shapes;
