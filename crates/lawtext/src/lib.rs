//! lawtext
