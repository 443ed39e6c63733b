//! The key service, asked as its clients ask it, over a store in memory.

mod documented;
mod hostile;
mod model;
mod platform;
mod statuses;
mod validation;
