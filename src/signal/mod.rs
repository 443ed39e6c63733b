//! Signal: the formats that tell players which keys there are and where to get them.
//!
//! They are read and written here and know nothing of policies, tokens or HTTP.

pub mod clearkey;
pub mod hls;
