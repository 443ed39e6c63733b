//! Key delivery from outside: requests go in, and a store, private keys and a network that the tests play go along.

mod caching;
mod decisions;
mod explaining;
mod hls;
mod licenses;
mod playlists;
mod providers;
mod requests;
mod uses;
mod world;
