//! Commands, nothing else.

fn main() {}
